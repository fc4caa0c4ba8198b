//! The caller's own message an address names: nobody else's can be changed.

use crate::AppState;
use crate::api::extract::id;
use crate::auth::Reached;
use crate::error::{Problem, Result};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use domain::{Conversation, Message};
use store::Session;

/// A message the caller wrote, in a conversation within their reach.
pub(super) struct OwnMessage {
    pub session: Session,
    pub conversation: Conversation,
    pub message: Message,
}

impl FromRequestParts<AppState> for OwnMessage {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let Reached { session, conversation } = Reached::from_request_parts(parts, state).await?;
        let path = RawPathParams::from_request_parts(parts, state).await;
        let path = path.map_err(|_| Problem::not_found("message"))?;
        let id = id(&path, "message_id", "message")?;
        let message = state.store.own_message(&session.actor, conversation.key, id).await?;
        Ok(Self { session, conversation, message })
    }
}
