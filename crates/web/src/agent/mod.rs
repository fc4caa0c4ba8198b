//! The agent's sign-in and inbox, at `/support/agent/`, and the page a one-time link opens.

mod colleagues;
pub mod desk;
mod inbox;
pub mod list;
mod notifications;
pub mod replies;
pub mod rows;
mod saved_views;
pub mod set_password;
pub mod shared;
pub mod sign_in;
mod sign_out;
pub mod socket;
pub mod views;

use crate::AppState;
use crate::texts::{Text, say};
use axum::Router;
use axum::routing::{delete, get, post};

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/support/agent/", get(inbox::show).post(sign_in::sign_in))
        .route("/support/agent/list/", get(list::show))
        .route("/support/agent/colleagues/", get(colleagues::show))
        .route("/support/agent/views/", post(saved_views::save))
        .route("/support/agent/views/{id}/", delete(saved_views::delete))
        .route("/support/agent/notifications/", post(notifications::keep))
        .route("/support/agent/replies/", get(replies::show).post(replies::create))
        .route("/support/agent/replies/{id}/", post(replies::change))
        .route("/support/agent/replies/{id}/delete/", post(replies::delete))
        .route("/support/agent/sign-out", post(sign_out::sign_out))
        .route("/set-password/{token}", get(set_password::show).post(set_password::set))
}

/// The style sheets of the agent's page.
pub const STYLES: [&str; 8] = [
    "css/desk.css",
    "css/dialogs.css",
    "css/inbox.css",
    "css/facets.css",
    "css/chat.css",
    "css/transcript.css",
    "css/composer.css",
    "css/customer-panel.css",
];

/// The keys of the agent's page, as the sheet shows them: several for the same by spaces, and what they do.
pub const SHORTCUTS: [(Text, &[(&str, Text)]); 2] = [
    (
        say("shortcuts-list"),
        &[
            ("j ↓", say("shortcut-next")),
            ("k ↑", say("shortcut-previous")),
            ("Enter", say("shortcut-open")),
            ("/", say("shortcut-search")),
            ("c", say("shortcut-claim")),
            ("Esc", say("shortcut-leave")),
            ("Ctrl+K", say("shortcut-palette")),
            ("?", say("shortcut-sheet")),
        ],
    ),
    (
        say("shortcuts-conversation"),
        &[
            ("r", say("shortcut-reply")),
            ("n", say("shortcut-note")),
            ("1 2 3", say("shortcut-suggestion")),
            ("e", say("shortcut-resolve")),
            ("s", say("shortcut-snooze")),
            ("h", say("shortcut-hand-over")),
            ("t", say("shortcut-tag")),
            ("m", say("panel-similar")),
            ("/", say("shortcut-canned")),
            ("@", say("shortcut-mention")),
            ("↑", say("shortcut-edit")),
            ("Enter", say("shortcut-send")),
            ("Shift+Enter", say("shortcut-new-line")),
        ],
    ),
];

/// What `js/desk.js` imports, told to the browser early so that they load side by side.
pub const MODULES: [&str; 32] = [
    "js/agent-desk.js",
    "js/agent-texts.js",
    "js/api.js",
    "js/chat.js",
    "js/composer.js",
    "js/drafts.js",
    "js/inbox.js",
    "js/keys.js",
    "js/outbox.js",
    "js/queue.js",
    "js/roles.js",
    "js/say.js",
    "js/socket.js",
    "js/texts.js",
    "js/times.js",
    "js/transcript.js",
    "js/trusted.js",
    "js/moves.js",
    "js/canned-picker.js",
    "js/colleagues.js",
    "js/customer-panel.js",
    "js/guard.js",
    "js/handed-over.js",
    "js/notifications.js",
    "js/own-messages.js",
    "js/palette.js",
    "js/picker.js",
    "js/saved-views.js",
    "js/similar.js",
    "js/snooze.js",
    "js/suggestions.js",
    "js/tags.js",
];
