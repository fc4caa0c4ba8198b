//! The conversation, as the customer and as an agent see it, at `/chat/<external_id>/`.

mod earlier;
pub mod message;
mod resolve;
pub mod room;
mod send;
mod show;
pub mod socket;
pub mod text;
pub mod transcript;

use crate::AppState;
use axum::Router;
use axum::routing::{get, post};

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/chat/{id}/", get(show::show).post(send::send))
        .route("/chat/{id}/earlier/", get(earlier::show))
        .route("/chat/{id}/resolution/", post(resolve::resolve))
}

/// What `js/chat.js` imports, told to the browser early so that they load side by side.
pub const MODULES: [&str; 11] = [
    "js/agent-desk.js",
    "js/api.js",
    "js/composer.js",
    "js/drafts.js",
    "js/keys.js",
    "js/outbox.js",
    "js/queue.js",
    "js/socket.js",
    "js/times.js",
    "js/transcript.js",
    "js/trusted.js",
];
