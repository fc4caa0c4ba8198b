//! The customer's entrance and home, at `/support/customer/`.

mod begin;
pub mod entrance;
mod forget;
pub mod home;
mod link;

use crate::AppState;
use axum::Router;
use axum::routing::get;

pub use entrance::Entrance;
pub use home::{Home, RequestRow};

/// What `js/home.js` imports.
pub const MODULES: [&str; 5] = ["js/once.js", "js/say.js", "js/texts.js", "js/times.js", "js/trusted.js"];

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/support/customer/", get(home::show).post(begin::begin))
        .route("/support/customer/forget/", get(forget::show).post(forget::forget))
        .route("/support/customer/forgotten/", get(forget::done))
        .route("/support/customer/link/", get(link::offer).post(link::make))
        .route("/support/customer/link/{token}", get(link::show).post(link::follow))
}
