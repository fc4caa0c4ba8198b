//! `PATCH /agents/{agent_id}`

use super::views::{AgentRecordView, NamedAgent, Role};
use crate::AppState;
use crate::api::extract::{Body, Nothing, Params};
use crate::auth::AdministratorSession;
use crate::error::{ProblemDocument, Result};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use store::AgentChanges;
use utoipa::ToSchema;

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AgentChanges)]
pub(crate) struct AgentChangesBody {
    /// The name customers see.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// The address to sign in with; no two agents have the same.
    #[schema(min_length = 3, max_length = 254)]
    email: Option<String>,
    /// What they may do.
    role: Option<Role>,
    /// Whether they may not sign in. Disabling ends their sessions.
    disabled: Option<bool>,
}

/// Change an agent
#[utoipa::path(
    patch,
    path = "/agents/{agent_id}",
    tag = "Agents",
    params(("agent_id" = Uuid, Path, description = "The agent")),
    request_body = AgentChangesBody,
    responses(
        (status = 200, description = "The agent as they are now", body = AgentRecordView),
        (status = 409, description = "`taken`: the address; `in_use`: the last administrator", body = ProblemDocument),
    ),
)]
pub(super) async fn update_agent(
    State(state): State<AppState>,
    AdministratorSession { session, .. }: AdministratorSession,
    NamedAgent(named): NamedAgent,
    Params(Nothing {}): Params<Nothing>,
    Body(changes): Body<AgentChangesBody>,
) -> Result<Json<AgentRecordView>> {
    let changes = AgentChanges {
        name: changes.name,
        email: changes.email,
        role: changes.role.map(Into::into),
        disabled: changes.disabled,
    };
    let record = state.store.update_agent(&session, named.agent.id, &changes).await?;
    Ok(Json(AgentRecordView::new(&record)))
}
