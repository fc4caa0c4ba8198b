//! Canned replies: shared ones, which administrators change, and an agent's own.

mod create_canned_reply;
mod delete_canned_reply;
mod get_canned_reply;
mod list_canned_replies;
mod update_canned_reply;
mod views;

pub(super) use views::stage_words;

use crate::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn calls() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_canned_replies::list_canned_replies, create_canned_reply::create_canned_reply))
        .routes(routes!(
            get_canned_reply::get_canned_reply,
            update_canned_reply::update_canned_reply,
            delete_canned_reply::delete_canned_reply
        ))
}
