//! `PUT /conversations/{id}/rating`

use crate::AppState;
use crate::api::extract::{Body, Nothing, Params};
use crate::auth::ReachedByCustomer;
use crate::error::{Problem, ProblemDocument, Result};
use crate::texts::Explain;
use axum::Json;
use axum::extract::State;
use domain::{Side, check_comment, check_score};
use realtime::wire::ConversationView;
use serde::Deserialize;
use utoipa::ToSchema;

/// How the help was.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRating {
    /// From 1, very bad, to 5, very good.
    #[schema(minimum = 1, maximum = 5)]
    score: i64,
    /// In the customer's own words; a blank one is none.
    #[schema(max_length = 2000)]
    comment: Option<String>,
}

/// Rate the help
///
/// The customer of a resolved conversation; they may change it as long as it is resolved. Agents see it in the
/// conversation and hear of it live. Repeating changes nothing.
#[utoipa::path(
    put,
    path = "/conversations/{id}/rating",
    tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation")),
    request_body = NewRating,
    responses(
        (status = 200, description = "The conversation, with its rating", body = ConversationView),
        (status = 409, description = "`not_resolved`", body = ProblemDocument),
        (status = 429, description = "Too many messages and changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn put_rating(
    State(state): State<AppState>,
    ReachedByCustomer { session, conversation }: ReachedByCustomer,
    Params(Nothing {}): Params<Nothing>,
    Body(NewRating { score, comment }): Body<NewRating>,
) -> Result<Json<ConversationView>> {
    state.rates.change(&session)?;
    let score = check_score(score).map_err(|error| Problem::invalid("score", &error.explain()))?;
    let comment = check_comment(&comment.unwrap_or_default());
    let comment = comment.map_err(|error| Problem::invalid("comment", &error.explain()))?;
    let conversation = state.store.rate(&session, conversation.id, score, comment).await?;
    Ok(Json(ConversationView::new(&conversation, Side::Customer)))
}
