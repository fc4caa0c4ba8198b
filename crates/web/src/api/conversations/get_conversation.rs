//! `GET /conversations/{id}`

use crate::AppState;
use crate::api::extract::{Nothing, Params};
use crate::auth::Reached;
use crate::error::Result;
use axum::Json;
use axum::extract::State;
use realtime::wire::ConversationView;

/// Read a conversation
#[utoipa::path(
    get,
    path = "/conversations/{id}",
    tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation")),
    responses((status = 200, description = "The conversation", body = ConversationView)),
)]
pub(super) async fn get_conversation(
    State(_): State<AppState>,
    Reached { session, conversation }: Reached,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<ConversationView>> {
    Ok(Json(ConversationView::new(&conversation, session.actor.side())))
}
