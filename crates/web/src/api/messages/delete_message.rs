//! `DELETE /conversations/{id}/messages/{message_id}`

use super::own::OwnMessage;
use crate::AppState;
use crate::api::extract::{Nothing, Params};
use crate::error::{ProblemDocument, Result};
use axum::Json;
use axum::extract::State;
use realtime::wire::MessageView;

/// Delete a message
///
/// Its author only. Its number stays, marked as deleted.
#[utoipa::path(
    delete,
    path = "/conversations/{id}/messages/{message_id}",
    tag = "Messages",
    params(
        ("id" = Uuid, Path, description = "The conversation"),
        ("message_id" = Uuid, Path, description = "The message"),
    ),
    responses(
        (status = 200, description = "The message as it is now, without text", body = MessageView),
        (status = 429, description = "Too many messages and changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn delete_message(
    State(state): State<AppState>,
    OwnMessage { session, conversation, message }: OwnMessage,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<MessageView>> {
    state.rates.write(&session)?;
    let message = state.store.delete_message(&session, conversation.id, message.id).await?;
    Ok(Json(MessageView::new(&message)))
}
