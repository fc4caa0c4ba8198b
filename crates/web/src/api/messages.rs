//! Messages of a conversation.

mod create_message;
mod delete_message;
mod edit_message;
mod list_messages;
mod own;

use crate::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn calls() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_messages::list_messages, create_message::create_message))
        .routes(routes!(edit_message::edit_message, delete_message::delete_message))
}
