//! `PATCH /canned-replies/{canned_reply_id}`

use super::views::{CannedReplyView, ChangeableReply, Scope, stage_words_or_null};
use crate::AppState;
use crate::api::extract::{Body, Nothing, Params};
use crate::error::{Problem, ProblemDocument, Result};
use axum::Json;
use axum::extract::State;
use domain::Stage;
use serde::{Deserialize, Deserializer};
use store::CannedReplyChanges;
use utoipa::ToSchema;

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CannedReplyChanges)]
pub(crate) struct CannedReplyChangesBody {
    /// Whose it is; it cannot be changed.
    scope: Option<Scope>,
    /// When it is offered.
    #[schema(schema_with = stage_words_or_null, required = false)]
    stage: Option<Stage>,
    /// What an agent types to pick it; null takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 50)]
    short_code: Option<Option<String>>,
    /// The text.
    #[schema(min_length = 1, max_length = 10_000)]
    text: Option<String>,
}

/// Tells null from left out.
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// Change a canned reply
///
/// Agents their own, administrators also the shared ones.
#[utoipa::path(
    patch,
    path = "/canned-replies/{canned_reply_id}",
    tag = "Canned replies",
    params(("canned_reply_id" = Uuid, Path, description = "The canned reply")),
    request_body = CannedReplyChangesBody,
    responses(
        (status = 200, description = "The canned reply as it is now", body = CannedReplyView),
        (status = 429, description = "Too many changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn update_canned_reply(
    State(state): State<AppState>,
    ChangeableReply { session, reply, scope }: ChangeableReply,
    Params(Nothing {}): Params<Nothing>,
    Body(changes): Body<CannedReplyChangesBody>,
) -> Result<Json<CannedReplyView>> {
    if changes.scope.is_some_and(|wanted| store::Scope::from(wanted) != scope) {
        return Err(Problem::invalid("scope", &"a canned reply stays whose it is: add another one"));
    }
    let CannedReplyChangesBody { stage, short_code, text, .. } = changes;
    let changes = CannedReplyChanges { stage, short_code, text };
    state.rates.change(&session)?;
    let (reply, scope) = state.store.update_canned_reply(&session, reply.id, &changes).await?;
    Ok(Json(CannedReplyView::new(reply, scope)))
}
