//! `POST /claims`

use crate::AppState;
use crate::api::extract::{Nothing, Params};
use crate::auth::AgentSession;
use crate::error::{ProblemDocument, Result};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::Side;
use realtime::wire::ConversationView;

/// Claim the next one
///
/// Claims the first conversation of the queue.
#[utoipa::path(
    post,
    path = "/claims",
    tag = "Claims",
    responses(
        (status = 201, description = "The conversation, held by the caller", body = ConversationView),
        (status = 204, description = "The queue is empty"),
        (status = 429, description = "Too many changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn claim_next(
    State(state): State<AppState>,
    AgentSession { session, .. }: AgentSession,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response> {
    state.rates.change(&session)?;
    let claimed = state.store.claim_next(&session).await?;
    Ok(claimed.map_or_else(
        || StatusCode::NO_CONTENT.into_response(),
        |next| (StatusCode::CREATED, Json(ConversationView::new(&next, Side::Agent))).into_response(),
    ))
}
