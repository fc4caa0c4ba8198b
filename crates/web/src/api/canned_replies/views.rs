//! Canned replies as JSON, and the one an address names.

use crate::AppState;
use crate::api::extract::id;
use crate::auth::AgentSession;
use crate::error::{Problem, Result};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use domain::{CannedReply, CannedReplyId, Stage};
use serde::{Deserialize, Serialize};
use store::Session;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

/// Whose a canned reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// The agent's who made it; nobody else sees it.
    Own,
    /// Everybody's; administrators make and change them.
    Shared,
}

impl From<Scope> for store::Scope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Own => Self::Own,
            Scope::Shared => Self::Shared,
        }
    }
}

impl From<store::Scope> for Scope {
    fn from(scope: store::Scope) -> Self {
        match scope {
            store::Scope::Own => Self::Own,
            store::Scope::Shared => Self::Shared,
        }
    }
}

/// The words of [`Stage`].
pub(crate) fn stage_words() -> Object {
    let words = Stage::ALL.map(Stage::as_str);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

/// The words of [`Stage`], or null where it may be left out.
pub(super) fn stage_words_or_null() -> Object {
    let kinds = SchemaType::from_iter([Type::String, Type::Null]);
    let words = Stage::ALL.map(|stage| Some(stage.as_str())).into_iter().chain([None]);
    ObjectBuilder::new().schema_type(kinds).enum_values(Some(words)).build()
}

/// A canned reply.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CannedReply)]
pub(crate) struct CannedReplyView {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: CannedReplyId,
    /// Whose it is.
    scope: Scope,
    /// When it is offered.
    #[schema(schema_with = stage_words)]
    stage: Stage,
    /// What an agent types to pick it.
    short_code: Option<String>,
    /// The text, with placeholders such as `{{ customer.name }}`.
    text: String,
}

impl CannedReplyView {
    /// The reply.
    pub(super) fn new(reply: CannedReply, scope: store::Scope) -> Self {
        let CannedReply { id, stage, short_code, text, .. } = reply;
        Self { id, scope: scope.into(), stage, short_code, text }
    }
}

/// The canned reply the `{canned_reply_id}` of the address names, within the agent's reach.
pub(super) struct NamedReply {
    pub session: Session,
    pub reply: CannedReply,
    pub scope: store::Scope,
}

impl FromRequestParts<AppState> for NamedReply {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let AgentSession { session, .. } = AgentSession::from_request_parts(parts, state).await?;
        let path = RawPathParams::from_request_parts(parts, state).await;
        let path = path.map_err(|_| Problem::not_found("canned reply"))?;
        let id = id(&path, "canned_reply_id", "canned reply")?;
        let (reply, scope) = state.store.canned_reply(&session, id).await?;
        Ok(Self { session, reply, scope })
    }
}

/// The canned reply an address names, which the caller may change: 403 for a shared one unless they are an
/// administrator.
pub(super) struct ChangeableReply {
    pub session: Session,
    pub reply: CannedReply,
    pub scope: store::Scope,
}

impl FromRequestParts<AppState> for ChangeableReply {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let NamedReply { session, reply, scope } = NamedReply::from_request_parts(parts, state).await?;
        let is_administrator = session.actor.agent().is_some_and(domain::Agent::is_administrator);
        if scope == store::Scope::Own || is_administrator {
            Ok(Self { session, reply, scope })
        } else {
            Err(Problem::forbidden("administrators"))
        }
    }
}
