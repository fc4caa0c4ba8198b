//! Conversations.

mod create_conversation;
mod filter;
mod get_conversation;
mod list_conversations;
mod put_tags;
mod similar;
mod suggestions;

pub(crate) use filter::FilterText;

use crate::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn calls() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_conversations::list_conversations, create_conversation::create_conversation))
        .routes(routes!(get_conversation::get_conversation))
        .routes(routes!(put_tags::put_tags))
        .routes(routes!(suggestions::list_suggestions))
        .routes(routes!(similar::list_similar))
}
