//! `POST /conversations/{id}/messages`

use crate::AppState;
use crate::api::extract::{Body, Nothing, Params};
use crate::auth::Reached;
use crate::error::{Problem, ProblemDocument, Result};
use crate::texts::Explain;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{ClaimToken, ClientId, check_text};
use realtime::wire::MessageView;
use serde::Deserialize;
use store::Append;
use utoipa::ToSchema;
use uuid::Uuid;

/// A message to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMessage {
    /// The sender's own id of it: sent again, it answers with the first result (D2).
    client_id: Uuid,
    /// The text, kept exactly as sent.
    #[schema(min_length = 1, max_length = 10_000)]
    text: String,
    /// Agents: the claim's token. When it is no longer current, the message is refused (C2).
    claim_token: Option<i64>,
}

/// Send a message
///
/// The owner, or the agent who holds the conversation. A customer's message reopens a resolved conversation.
#[utoipa::path(
    post,
    path = "/conversations/{id}/messages",
    tag = "Messages",
    params(("id" = Uuid, Path, description = "The conversation")),
    request_body = NewMessage,
    responses(
        (status = 201, description = "The new message, durable (D1)", body = MessageView),
        (status = 200, description = "The message this `client_id` sent before", body = MessageView),
        (status = 409, description = "`client_id_reused`, `not_claimed`, `claim_lost`", body = ProblemDocument),
        (status = 429, description = "Too many messages in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn create_message(
    State(state): State<AppState>,
    Reached { session, conversation }: Reached,
    Params(Nothing {}): Params<Nothing>,
    Body(new): Body<NewMessage>,
) -> Result<(StatusCode, Json<MessageView>)> {
    state.rates.write(&session)?;
    check_text(&new.text).map_err(|error| Problem::invalid("text", &error.explain()))?;
    let append = Append {
        conversation: conversation.id,
        client_id: ClientId(new.client_id),
        text: new.text,
        claim_token: new.claim_token.map(ClaimToken),
    };
    let appended = state.store.append(&session, append).await?;
    let status = if appended.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(MessageView::new(&appended.message))))
}
