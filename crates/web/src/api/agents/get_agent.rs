//! `GET /agents/{agent_id}`

use super::views::{AgentRecordView, NamedAgent};
use crate::api::extract::{Nothing, Params};
use crate::auth::AgentSession;
use crate::error::Result;
use axum::Json;

/// Read an agent
#[utoipa::path(
    get,
    path = "/agents/{agent_id}",
    tag = "Agents",
    params(("agent_id" = Uuid, Path, description = "The agent")),
    responses((status = 200, description = "The agent", body = AgentRecordView)),
)]
pub(super) async fn get_agent(
    _: AgentSession,
    NamedAgent(named): NamedAgent,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<AgentRecordView>> {
    Ok(Json(AgentRecordView::new(&named)))
}
