//! `PUT /conversations/{id}/claim/holder`

use crate::AppState;
use crate::api::extract::{Body, Nothing, Params};
use crate::auth::ReachedByAgent;
use crate::error::{Problem, ProblemDocument, Result};
use crate::texts::say;
use axum::Json;
use axum::extract::State;
use domain::{AgentId, Side};
use realtime::wire::ConversationView;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Who is to hold the conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewHolder {
    /// The agent's id.
    agent_id: Uuid,
}

/// Hand a conversation over
///
/// Its holder may, and an administrator.
#[utoipa::path(
    put,
    path = "/conversations/{id}/claim/holder",
    tag = "Claims",
    params(("id" = Uuid, Path, description = "The conversation")),
    request_body = NewHolder,
    responses(
        (status = 200, description = "The conversation, held by that agent", body = ConversationView),
        (status = 409, description = "`not_claimed`, `resolved`", body = ProblemDocument),
        (status = 429, description = "Too many changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn put_holder(
    State(state): State<AppState>,
    ReachedByAgent { session, conversation, .. }: ReachedByAgent,
    Params(Nothing {}): Params<Nothing>,
    Body(NewHolder { agent_id }): Body<NewHolder>,
) -> Result<Json<ConversationView>> {
    state.rates.change(&session)?;
    let to = AgentId(agent_id);
    let conversation =
        state.store.hand_over(&session, conversation.id, to).await.map_err(|error| match error {
            // The address was found before: it is the body that names nobody.
            store::Error::NotFound("agent") => Problem::invalid("agent_id", &say("wrong-no-agent")),
            error => error.into(),
        })?;
    Ok(Json(ConversationView::new(&conversation, Side::Agent)))
}
