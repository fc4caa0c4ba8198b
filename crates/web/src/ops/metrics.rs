//! `/metrics`, for Prometheus.

use crate::AppState;
use crate::error::{Problem, Result};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::get;
use subtle::ConstantTimeEq;

/// `/metrics` on a listener of its own, which asks for no token: whoever reaches it may read.
pub fn metrics_router(state: AppState) -> Router {
    Router::new().route("/metrics", get(async |State(state)| text(&state))).with_state(state)
}

/// `/metrics` beside everything else: there only with a token, and only for who has it.
pub(super) async fn metrics(State(state): State<AppState>, headers: HeaderMap) -> Result<impl IntoResponse> {
    let Some(token) = &state.config.metrics_token else { return Err(Problem::not_found("page")) };
    let given = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
    let given = given.and_then(|value| value.strip_prefix(b"Bearer ")).unwrap_or_default();
    if bool::from(given.ct_eq(token.as_bytes())) { Ok(text(&state)) } else { Err(Problem::not_signed_in()) }
}

fn text(state: &AppState) -> ([(HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], state.metrics.text())
}
