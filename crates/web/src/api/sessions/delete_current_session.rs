//! `DELETE /sessions/current`

use crate::AppState;
use crate::api::extract::{Nothing, Params};
use crate::auth::AnySession;
use crate::error::Result;
use axum::extract::State;
use axum::http::StatusCode;

/// Sign out
///
/// The token stops working, and the session's sockets close with 4001.
#[utoipa::path(
    delete,
    path = "/sessions/current",
    tag = "Sessions",
    responses((status = 204, description = "Signed out")),
)]
pub(super) async fn delete_current_session(
    State(state): State<AppState>,
    AnySession(session): AnySession,
    Params(Nothing {}): Params<Nothing>,
) -> Result<StatusCode> {
    state.store.end_session(&session).await?;
    Ok(StatusCode::NO_CONTENT)
}
