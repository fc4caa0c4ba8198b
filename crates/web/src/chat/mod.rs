//! The conversation, as the customer and as an agent see it, at `/chat/<external_id>/`.

mod canned;
pub mod closing;
mod customer_note;
mod download;
mod earlier;
pub mod message;
mod pane;
pub mod panel;
mod rate;
mod reopen;
mod resolve;
pub mod room;
mod seen;
mod send;
mod show;
pub mod similar;
pub mod socket;
pub mod text;
pub mod transcript;

use crate::AppState;
use axum::Router;
use axum::routing::{get, post};

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/chat/{id}/", get(show::show).post(send::send))
        .route("/chat/{id}/pane/", get(pane::show))
        .route("/chat/{id}/canned/", get(canned::show))
        .route("/chat/{id}/similar/", get(similar::show))
        .route("/chat/{id}/customer-note/", post(customer_note::write))
        .route("/chat/{id}/earlier/", get(earlier::show))
        .route("/chat/{id}/resolution/", post(resolve::resolve))
        .route("/chat/{id}/reopening/", post(reopen::reopen))
        .route("/chat/{id}/rating/", post(rate::rate))
        .route("/chat/{id}/seen.svg", get(seen::see))
        .route("/chat/{id}/transcript.txt", get(download::as_text))
        .route("/chat/{id}/transcript.html", get(download::as_page))
}

/// Back to the page after a form.
fn to_room(session: &store::Session, id: domain::ConversationId) -> axum::response::Redirect {
    axum::response::Redirect::to(&format!("/chat/{id}/?as={}", session.actor.side().as_str()))
}

/// The style sheets of a customer's conversation.
pub const STYLES: [&str; 3] = ["css/chat.css", "css/transcript.css", "css/composer.css"];

/// What `js/chat.js` imports, told to the browser early so that they load side by side.
pub const MODULES: [&str; 13] = [
    "js/api.js",
    "js/composer.js",
    "js/customer-side.js",
    "js/drafts.js",
    "js/outbox.js",
    "js/queue.js",
    "js/roles.js",
    "js/say.js",
    "js/socket.js",
    "js/texts.js",
    "js/times.js",
    "js/transcript.js",
    "js/trusted.js",
];
