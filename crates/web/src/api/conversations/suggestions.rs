//! `GET /conversations/{id}/suggestions`

use crate::AppState;
use crate::api::canned_replies::stage_words;
use crate::api::extract::{Nothing, Params};
use crate::auth::ReachedByAgent;
use crate::error::Result;
use axum::Json;
use axum::extract::State;
use domain::Stage;
use realtime::wire::SuggestionView;
use serde::Serialize;
use utoipa::ToSchema;

/// Canned replies that fit a conversation now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Suggestions {
    /// How far the conversation has come (K1).
    #[schema(schema_with = stage_words)]
    stage: Stage,
    /// That stage's replies with their placeholders filled in, best first (K2).
    items: Vec<SuggestionView>,
}

/// Suggest canned replies
#[utoipa::path(
    get,
    path = "/conversations/{id}/suggestions",
    tag = "Canned replies",
    params(("id" = Uuid, Path, description = "The conversation")),
    responses((status = 200, description = "What to answer with", body = Suggestions)),
)]
pub(super) async fn list_suggestions(
    State(state): State<AppState>,
    ReachedByAgent { session, conversation, .. }: ReachedByAgent,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<Suggestions>> {
    let store::Suggestions { stage, items } = state.store.suggestions(&session, &conversation).await?;
    let items = items.into_iter().map(crate::texts::suggestion);
    Ok(Json(Suggestions { stage, items: items.collect() }))
}
