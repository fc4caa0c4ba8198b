//! REST under `/api/v1`: one action per file, its OpenAPI description beside it.
//!
//! Handlers take their arguments in the order of the checks: who asks and what the address names
//! ([`auth`](crate::auth)), then the query, then the body; the store checks the state last.

mod agents;
mod canned_replies;
mod claims;
mod conversations;
mod docs;
mod extract;
mod list;
mod messages;
mod notes;
mod openapi;
mod rating;
mod resolution;
mod search;
mod sessions;
mod snooze;
mod tags;
#[cfg(test)]
mod tests;

pub(crate) use conversations::FilterText;
pub(crate) use docs::page as docs_page;
pub(crate) use openapi::codes;
pub use openapi::openapi;

use crate::AppState;
use crate::error::Problem;
use axum::Router;
use axum::routing::{any, get};
use utoipa_axum::router::OpenApiRouter;

/// Every call, and the document that describes them.
pub(crate) fn routes() -> Router<AppState> {
    let (calls, _) = calls().split_for_parts();
    calls.route("/api/v1/openapi.json", get(docs::openapi_json)).route("/api/{*call}", any(unknown))
}

fn calls() -> OpenApiRouter<AppState> {
    let calls = OpenApiRouter::new()
        .merge(sessions::calls())
        .merge(conversations::calls())
        .merge(messages::calls())
        .merge(notes::calls())
        .merge(claims::calls())
        .merge(resolution::calls())
        .merge(rating::calls())
        .merge(snooze::calls())
        .merge(search::calls())
        .merge(canned_replies::calls())
        .merge(tags::calls())
        .merge(agents::calls());
    OpenApiRouter::new().nest("/api/v1", calls)
}

async fn unknown() -> Problem {
    Problem::not_found("call: see /api/docs")
}
