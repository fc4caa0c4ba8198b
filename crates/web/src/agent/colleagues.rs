//! `GET /support/agent/colleagues/`: who else answers, for handing over and for naming in a note.

use crate::AppState;
use crate::auth::AgentSession;
use crate::error::Problem;
use axum::Json;
use axum::extract::State;
use domain::AgentId;
use serde::Serialize;

/// How many colleagues are offered at most.
const LIMIT: u32 = 1_000;

/// Another agent.
#[derive(Serialize)]
pub(super) struct Colleague {
    id: AgentId,
    name: String,
    online: bool,
    /// How many conversations they hold.
    holds: i64,
}

pub(super) async fn show(
    State(state): State<AppState>,
    AgentSession { agent: me, .. }: AgentSession,
) -> Result<Json<Vec<Colleague>>, Problem> {
    let counts = state.store.counts().await?;
    let holds = |id: AgentId| {
        let held = counts.holder.iter().find(|(holder, _)| holder.as_ref().is_some_and(|(of, _)| *of == id));
        held.map_or(0, |(_, count)| *count)
    };
    let records = state.store.agents(None, LIMIT).await?.items;
    let others =
        records.into_iter().filter(|record| record.disabled_at.is_none() && record.agent.id != me.id);
    let mut colleagues: Vec<_> = others
        .map(|record| Colleague {
            online: state.hub.is_online(record.agent.key),
            holds: holds(record.agent.id),
            id: record.agent.id,
            name: record.agent.name,
        })
        .collect();
    colleagues.sort_by_key(|colleague| (!colleague.online, colleague.name.to_lowercase()));
    Ok(Json(colleagues))
}
