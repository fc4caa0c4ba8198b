//! The agent's sign-in and inbox, at `/support/agent/`, and the page a one-time link opens.

pub mod inbox;
pub mod list;
pub mod rows;
pub mod set_password;
pub mod sign_in;
mod sign_out;
pub mod socket;
pub mod views;

use crate::AppState;
use axum::Router;
use axum::routing::{get, post};

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/support/agent/", get(inbox::show).post(sign_in::sign_in))
        .route("/support/agent/list/", get(list::show))
        .route("/support/agent/sign-out", post(sign_out::sign_out))
        .route("/set-password/{token}", get(set_password::show).post(set_password::set))
}

/// What `js/inbox.js` imports, told to the browser early so that they load side by side.
pub const MODULES: [&str; 5] = ["js/api.js", "js/keys.js", "js/socket.js", "js/times.js", "js/trusted.js"];
