//! `DELETE /agents/{agent_id}`

use super::views::NamedAgent;
use crate::AppState;
use crate::api::extract::{Nothing, Params};
use crate::auth::AdministratorSession;
use crate::error::{ProblemDocument, Result};
use axum::extract::State;
use axum::http::StatusCode;
use store::AgentChanges;

/// Disable an agent
///
/// Ends their sessions; they may not sign in any more. What they wrote stays. Undo it with `PATCH`
/// `{"disabled": false}`.
#[utoipa::path(
    delete,
    path = "/agents/{agent_id}",
    tag = "Agents",
    params(("agent_id" = Uuid, Path, description = "The agent")),
    responses(
        (status = 204, description = "Disabled"),
        (status = 409, description = "`in_use`: the last administrator", body = ProblemDocument),
    ),
)]
pub(super) async fn delete_agent(
    State(state): State<AppState>,
    AdministratorSession { session, .. }: AdministratorSession,
    NamedAgent(named): NamedAgent,
    Params(Nothing {}): Params<Nothing>,
) -> Result<StatusCode> {
    let disable = AgentChanges { disabled: Some(true), ..AgentChanges::default() };
    state.store.update_agent(&session, named.agent.id, &disable).await?;
    Ok(StatusCode::NO_CONTENT)
}
