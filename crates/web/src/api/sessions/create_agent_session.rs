//! `POST /agent-sessions`

use crate::AppState;
use crate::api::agents::AgentView;
use crate::api::extract::{Body, Nothing, Params};
use crate::client_address::ClientAddress;
use crate::error::{Code, Problem, ProblemDocument, Result};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an agent signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAgentSession {
    /// The address they sign in with; case does not matter.
    email: String,
    /// Their password.
    #[schema(format = Password)]
    password: String,
}

/// An agent who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AgentSessionView {
    /// Shown once: send it as `Authorization: Bearer …`.
    token: String,
    /// Who signed in.
    agent: AgentView,
}

/// Sign in as an agent
///
/// An unknown address and a wrong password are answered alike. Only failures count against the limits.
#[utoipa::path(
    post,
    path = "/agent-sessions",
    tag = "Sessions",
    request_body = NewAgentSession,
    responses(
        (status = 201, description = "Signed in", body = AgentSessionView),
        (status = 401, description = "`wrong_credentials`", body = ProblemDocument),
        (status = 429, description = "Too many failures", body = ProblemDocument),
    ),
    security(()),
)]
pub(super) async fn create_agent_session(
    State(state): State<AppState>,
    address: ClientAddress,
    Params(Nothing {}): Params<Nothing>,
    Body(new): Body<NewAgentSession>,
) -> Result<(StatusCode, Json<AgentSessionView>)> {
    let attempt = state.sign_ins.begin(address.client(), &new.email, state.store.clock().now())?;
    let signed_in = state.store.sign_in(&new.email, &new.password, Some(address.0)).await?;
    let (token, agent) = signed_in.ok_or_else(|| {
        Problem::new(Code::WrongCredentials, "the e-mail address or the password is wrong: check both")
    })?;
    attempt.succeed();
    let view = AgentSessionView { token: token.reveal().to_owned(), agent: AgentView::new(&agent) };
    Ok((StatusCode::CREATED, Json(view)))
}
