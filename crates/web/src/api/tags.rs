//! Tags: agents read them, administrators make, rename and delete them.

use super::extract::{Body, Nothing, Params, id};
use super::list::List;
use crate::AppState;
use crate::auth::{AdministratorSession, AgentSession};
use crate::error::{Problem, ProblemDocument, Result};
use axum::Json;
use axum::extract::{FromRequestParts, RawPathParams, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use domain::TagId;
use serde::{Deserialize, Serialize};
use store::Session;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn calls() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_tags, create_tag)).routes(routes!(rename_tag, delete_tag))
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

/// What a tag is to be called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TagName)]
struct TagName {
    /// Its name, without a comma; no two differ by the case of their letters alone.
    #[schema(min_length = 1, max_length = 50)]
    name: String,
}

/// The tag that the address names, for an administrator.
struct NamedTag {
    session: Session,
    id: TagId,
}

impl FromRequestParts<AppState> for NamedTag {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let AdministratorSession { session, .. } =
            AdministratorSession::from_request_parts(parts, state).await?;
        let path = RawPathParams::from_request_parts(parts, state).await;
        let path = path.map_err(|_| Problem::not_found("tag"))?;
        let id = id(&path, "tag_id", "tag")?;
        state.store.records(&session)?.tag(id).await?;
        Ok(Self { session, id })
    }
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

/// Add a tag
///
/// Administrators only. Agents make tags by putting them on conversations, too.
#[utoipa::path(
    post,
    path = "/tags",
    tag = "Conversations",
    request_body = TagName,
    responses(
        (status = 201, description = "The new tag", body = TagView),
        (status = 409, description = "`taken`: there is one of this name", body = ProblemDocument),
        (status = 429, description = "Too many changes in this session", body = ProblemDocument),
    ),
)]
async fn create_tag(
    State(state): State<AppState>,
    AdministratorSession { session, .. }: AdministratorSession,
    Params(Nothing {}): Params<Nothing>,
    Body(TagName { name }): Body<TagName>,
) -> Result<(StatusCode, Json<TagView>)> {
    state.rates.change(&session)?;
    let (id, name) = state.store.records(&session)?.create_tag(&name).await?;
    Ok((StatusCode::CREATED, Json(TagView { id, name })))
}

/// Rename a tag
///
/// Administrators only. It has the new name on every conversation that has it.
#[utoipa::path(
    patch,
    path = "/tags/{tag_id}",
    tag = "Conversations",
    params(("tag_id" = Uuid, Path, description = "The tag")),
    request_body = TagName,
    responses(
        (status = 200, description = "The tag as it is now", body = TagView),
        (status = 409, description = "`taken`: another one has this name", body = ProblemDocument),
        (status = 429, description = "Too many changes in this session", body = ProblemDocument),
    ),
)]
async fn rename_tag(
    State(state): State<AppState>,
    NamedTag { session, id }: NamedTag,
    Params(Nothing {}): Params<Nothing>,
    Body(TagName { name }): Body<TagName>,
) -> Result<Json<TagView>> {
    state.rates.change(&session)?;
    let name = state.store.records(&session)?.rename_tag(id, &name).await?;
    Ok(Json(TagView { id, name }))
}

/// Delete a tag
///
/// Administrators only. It is taken off every conversation that has it.
#[utoipa::path(
    delete,
    path = "/tags/{tag_id}",
    tag = "Conversations",
    params(("tag_id" = Uuid, Path, description = "The tag")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 429, description = "Too many changes in this session", body = ProblemDocument),
    ),
)]
async fn delete_tag(
    State(state): State<AppState>,
    NamedTag { session, id }: NamedTag,
    Params(Nothing {}): Params<Nothing>,
) -> Result<StatusCode> {
    state.rates.change(&session)?;
    state.store.records(&session)?.delete_tag(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
