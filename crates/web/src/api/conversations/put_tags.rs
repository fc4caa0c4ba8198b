//! `PUT /conversations/{id}/tags`

use crate::AppState;
use crate::api::extract::{Body, Nothing, Params};
use crate::auth::ReachedByAgent;
use crate::error::{Problem, ProblemDocument, Result};
use crate::texts::{Explain, say};
use axum::Json;
use axum::extract::State;
use domain::{Side, check_tag};
use realtime::wire::ConversationView;
use serde::Deserialize;
use utoipa::ToSchema;

/// How many tags a conversation has at most.
const MAX_TAGS: usize = 50;

/// All tags of a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tags {
    /// Their names; new ones come into being. One that differs from another tag by case alone is that one.
    #[schema(max_items = 50)]
    tags: Vec<String>,
}

/// Set a conversation's tags
#[utoipa::path(
    put,
    path = "/conversations/{id}/tags",
    tag = "Conversations",
    params(("id" = Uuid, Path, description = "The conversation")),
    request_body = Tags,
    responses(
        (status = 200, description = "The conversation", body = ConversationView),
        (status = 429, description = "Too many changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn put_tags(
    State(state): State<AppState>,
    ReachedByAgent { session, conversation, .. }: ReachedByAgent,
    Params(Nothing {}): Params<Nothing>,
    Body(Tags { tags }): Body<Tags>,
) -> Result<Json<ConversationView>> {
    if tags.len() > MAX_TAGS {
        return Err(Problem::invalid("tags", &say("agent-most-tags").with("most", MAX_TAGS)));
    }
    let names: Vec<String> = tags
        .iter()
        .map(|tag| {
            check_tag(tag).map(str::to_owned).map_err(|error| Problem::invalid("tags", &error.explain()))
        })
        .collect::<Result<_>>()?;
    state.rates.change(&session)?;
    let conversation = state.store.set_tags(&session, conversation.id, &names).await?;
    Ok(Json(ConversationView::new(&conversation, Side::Agent)))
}
