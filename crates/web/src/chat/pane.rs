//! `GET /chat/<external_id>/pane/`: the conversation and its customer, for an agent's page that has the list already.

use super::room::AgentRoom;
use super::show::agent_room;
use super::transcript::{PAGE, Stretch};
use crate::AppState;
use crate::auth::ReachedByAgent;
use crate::error::Problem;
use crate::view::Html;
use axum::extract::State;

/// Opened from the list a conversation is read, never claimed (C4).
const WANTS_VIEW: bool = true;

pub(super) async fn show(
    State(state): State<AppState>,
    ReachedByAgent { session, agent, conversation }: ReachedByAgent,
) -> Result<Html<AgentRoom>, Problem> {
    let stretch = Stretch::load(&state.store, &conversation, Some(&agent), None, PAGE).await?;
    Ok(Html(agent_room(&state, &session, &agent, &conversation, stretch, WANTS_VIEW).await?))
}
