//! `POST /canned-replies`

use super::views::{CannedReplyView, Scope, stage_words};
use crate::AppState;
use crate::api::extract::{Body, Nothing, Params};
use crate::auth::AgentSession;
use crate::error::{ProblemDocument, Result};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::Stage;
use serde::Deserialize;
use store::NewCannedReply;
use utoipa::ToSchema;

/// A canned reply to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCannedReply)]
pub(crate) struct NewCannedReplyBody {
    /// Whose it is to be; `shared` ones are made by administrators.
    scope: Scope,
    /// When it is offered.
    #[schema(schema_with = stage_words)]
    stage: Stage,
    /// What an agent types to pick it.
    #[schema(min_length = 1, max_length = 50)]
    short_code: Option<String>,
    /// The text; `{{ customer.name | there }}` and the like are filled in, with a fallback after the bar.
    #[schema(min_length = 1, max_length = 10_000)]
    text: String,
}

/// Add a canned reply
#[utoipa::path(
    post,
    path = "/canned-replies",
    tag = "Canned replies",
    request_body = NewCannedReplyBody,
    responses(
        (status = 201, description = "The new canned reply", body = CannedReplyView),
        (status = 429, description = "Too many changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn create_canned_reply(
    State(state): State<AppState>,
    AgentSession { session, .. }: AgentSession,
    Params(Nothing {}): Params<Nothing>,
    Body(new): Body<NewCannedReplyBody>,
) -> Result<(StatusCode, Json<CannedReplyView>)> {
    let NewCannedReplyBody { scope, stage, short_code, text } = new;
    let new = NewCannedReply { scope: scope.into(), stage, short_code, text };
    state.rates.change(&session)?;
    let reply = state.store.create_canned_reply(&session, &new).await?;
    Ok((StatusCode::CREATED, Json(CannedReplyView::new(reply, new.scope))))
}
