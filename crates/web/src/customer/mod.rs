//! The customer's entrance and home, at `/support/customer/`.

mod begin;
pub mod entrance;
pub mod home;
mod sign_out;

use crate::AppState;
use axum::Router;
use axum::routing::{get, post};

pub use entrance::Entrance;
pub use home::{Home, RequestRow};

/// What `js/home.js` imports.
pub const MODULES: [&str; 3] = ["js/once.js", "js/times.js", "js/trusted.js"];

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/support/customer/", get(home::show).post(begin::begin))
        .route("/support/customer/sign-out", post(sign_out::sign_out))
}
