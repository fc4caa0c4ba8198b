//! `POST /agents`

use super::views::{AgentRecordView, Role};
use crate::AppState;
use crate::api::extract::{Body, Nothing, Params};
use crate::auth::AdministratorSession;
use crate::error::{ProblemDocument, Result};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use store::NewAgent;
use utoipa::ToSchema;

/// An agent to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAgent)]
pub(crate) struct NewAgentBody {
    /// The name customers see.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The address to sign in with; no two agents have the same.
    #[schema(min_length = 3, max_length = 254)]
    email: String,
    /// What they may do.
    role: Role,
    /// Their password; without one they set it through a one-time link.
    #[schema(min_length = 8, max_length = 1000, format = Password)]
    password: Option<String>,
}

/// Add an agent
#[utoipa::path(
    post,
    path = "/agents",
    tag = "Agents",
    request_body = NewAgentBody,
    responses(
        (status = 201, description = "The new agent", body = AgentRecordView),
        (status = 409, description = "`taken`: the address", body = ProblemDocument),
    ),
)]
pub(super) async fn create_agent(
    State(state): State<AppState>,
    AdministratorSession { session, .. }: AdministratorSession,
    Params(Nothing {}): Params<Nothing>,
    Body(new): Body<NewAgentBody>,
) -> Result<(StatusCode, Json<AgentRecordView>)> {
    let new = NewAgent { name: new.name, email: new.email, role: new.role.into(), password: new.password };
    let agent = state.store.create_agent(&(&session).into(), &new).await?;
    let record = state.store.agent(agent.id).await?;
    Ok((StatusCode::CREATED, Json(AgentRecordView::new(&record))))
}
