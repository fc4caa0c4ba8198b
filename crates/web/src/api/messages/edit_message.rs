//! `PATCH /conversations/{id}/messages/{message_id}`

use super::own::OwnMessage;
use crate::AppState;
use crate::api::extract::{Body, Nothing, Params};
use crate::error::{Problem, ProblemDocument, Result};
use crate::texts::Explain;
use axum::Json;
use axum::extract::State;
use domain::check_text;
use realtime::wire::MessageView;
use serde::Deserialize;
use utoipa::ToSchema;

/// What a message says from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageEdit {
    /// The new text.
    #[schema(min_length = 1, max_length = 10_000)]
    text: String,
}

/// Edit a message
///
/// Its author only. What it said before is kept.
#[utoipa::path(
    patch,
    path = "/conversations/{id}/messages/{message_id}",
    tag = "Messages",
    params(
        ("id" = Uuid, Path, description = "The conversation"),
        ("message_id" = Uuid, Path, description = "The message"),
    ),
    request_body = MessageEdit,
    responses(
        (status = 200, description = "The message as it is now", body = MessageView),
        (status = 429, description = "Too many messages and changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn edit_message(
    State(state): State<AppState>,
    OwnMessage { session, conversation, message }: OwnMessage,
    Params(Nothing {}): Params<Nothing>,
    Body(MessageEdit { text }): Body<MessageEdit>,
) -> Result<Json<MessageView>> {
    state.rates.write(&session)?;
    check_text(&text).map_err(|error| Problem::invalid("text", &error.explain()))?;
    let message = state.store.edit_message(&session, conversation.id, message.id, &text).await?;
    Ok(Json(MessageView::new(&message)))
}
