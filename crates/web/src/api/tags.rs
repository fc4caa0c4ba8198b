//! `GET /tags`

use super::extract::{Nothing, Params};
use super::list::List;
use crate::AppState;
use crate::auth::AgentSession;
use crate::error::Result;
use axum::Json;
use axum::extract::State;
use domain::TagId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn calls() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_tags))
}

/// A tag.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tag)]
pub(crate) struct TagView {
    /// The tag's id.
    #[schema(value_type = Uuid)]
    id: TagId,
    /// Its name.
    name: String,
}

/// List tags
///
/// All of them, in alphabetical order.
#[utoipa::path(
    get,
    path = "/tags",
    tag = "Conversations",
    responses((status = 200, description = "Every tag", body = List<TagView>)),
)]
async fn list_tags(
    State(state): State<AppState>,
    _: AgentSession,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Json<List<TagView>>> {
    let tags = state.store.tags().await?;
    let items = tags.into_iter().map(|(id, name)| TagView { id, name }).collect();
    Ok(Json(List { items, next_cursor: None }))
}
