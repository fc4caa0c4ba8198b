//! `GET /chat/<external_id>/canned/`: every canned reply an agent may use, filled in for the conversation.

use crate::AppState;
use crate::auth::ReachedByAgent;
use crate::error::Problem;
use crate::texts;
use axum::Json;
use axum::extract::State;
use domain::Stage;
use serde::Serialize;
use store::Scope;

/// A reply in the `/` picker.
#[derive(Serialize)]
pub(super) struct Choice {
    stage: String,
    short_code: Option<String>,
    text: String,
    is_own: bool,
}

pub(super) async fn show(
    State(state): State<AppState>,
    ReachedByAgent { session, conversation, .. }: ReachedByAgent,
) -> Result<Json<Vec<Choice>>, Problem> {
    let stage: Stage = state.store.suggestions(&session, &conversation).await?.stage;
    let mut replies = state.store.filled_replies(&session, &conversation).await?;
    // What fits the stage comes first; within a stage the most used.
    replies.sort_by_key(|filled| filled.reply.stage != stage);
    let choice = |filled: store::FilledReply| Choice {
        stage: texts::stage(&filled.reply.stage).into(),
        short_code: filled.reply.short_code,
        text: filled.text,
        is_own: filled.scope == Scope::Own,
    };
    Ok(Json(replies.into_iter().map(choice).collect()))
}
