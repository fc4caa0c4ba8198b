//! For those who run the server: is it alive, is it ready.

mod metrics;

pub use metrics::metrics_router;

use crate::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::time::Duration;

/// How long the database has to answer.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(2);

/// `/healthz`, `/readyz` and `/metrics`.
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics::metrics))
}

/// Alive: the process answers. A supervisor restarts it when not.
async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// Ready for requests: 503 while starting, without the database and while stopping. Without the bus it is ready all the
/// same: changes on other nodes show a few seconds late (D6).
async fn readyz(State(state): State<AppState>) -> (StatusCode, Json<Value>) {
    let answered = tokio::time::timeout(DATABASE_TIMEOUT, state.store.ping()).await;
    let database = if matches!(answered, Ok(Ok(()))) { "up" } else { "down" };
    let is_ready = database == "up" && !state.is_draining();
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let bus = state.hub.bus().as_str();
    (
        status,
        Json(json!({ "ready": is_ready, "database": database, "bus": bus, "draining": state.is_draining() })),
    )
}
