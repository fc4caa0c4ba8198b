//! `PUT /conversations/{id}/snooze`

use crate::AppState;
use crate::api::extract::{Body, Nothing, Params};
use crate::auth::ReachedByAgent;
use crate::error::{ProblemDocument, Result};
use axum::Json;
use axum::extract::State;
use domain::{Side, Timestamp};
use realtime::wire::ConversationView;
use serde::Deserialize;
use utoipa::ToSchema;

/// For how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snooze {
    /// When it returns to the queue; in the future, and 9999-12-30T22:00:00Z at the latest.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

/// Snooze a conversation
///
/// Its holder may, and an administrator. Ends the claim; it returns to the queue at its time, or when the customer
/// writes.
#[utoipa::path(
    put,
    path = "/conversations/{id}/snooze",
    tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation")),
    request_body = Snooze,
    responses(
        (status = 200, description = "The conversation, snoozed", body = ConversationView),
        (status = 409, description = "`not_claimed`, `resolved`", body = ProblemDocument),
        (status = 429, description = "Too many changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn put_snooze(
    State(state): State<AppState>,
    ReachedByAgent { session, conversation, .. }: ReachedByAgent,
    Params(Nothing {}): Params<Nothing>,
    Body(Snooze { until }): Body<Snooze>,
) -> Result<Json<ConversationView>> {
    state.rates.change(&session)?;
    let conversation = state.store.snooze(&session, conversation.id, until).await?;
    Ok(Json(ConversationView::new(&conversation, Side::Agent)))
}
