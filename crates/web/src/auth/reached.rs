//! The conversation an address names, within the caller's reach: a foreign one is missing (A1).

use super::{AgentSession, Caller, CustomerSession};
use crate::AppState;
use crate::error::{Problem, Result};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use domain::{Agent, Conversation, ConversationId};
use store::{Error, Session};

/// A conversation, and who reached it. Who is customer and agent at once is the customer where they own it.
#[derive(Debug, Clone)]
pub struct Reached {
    /// Who asks.
    pub session: Session,
    /// What the `{id}` of the address names.
    pub conversation: Conversation,
}

/// A conversation that its customer asks for.
#[derive(Debug, Clone)]
pub struct ReachedByCustomer {
    /// Who asks.
    pub session: Session,
    /// What the `{id}` of the address names.
    pub conversation: Conversation,
}

/// A conversation that an agent or administrator asks for.
#[derive(Debug, Clone)]
pub struct ReachedByAgent {
    /// Who asks.
    pub session: Session,
    /// The agent behind the session.
    pub agent: Agent,
    /// What the `{id}` of the address names.
    pub conversation: Conversation,
}

impl FromRequestParts<AppState> for Reached {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let caller = Caller::from_request_parts(parts, state).await?;
        if caller.sessions().is_empty() {
            return Err(caller.nobody());
        }
        let id = id_of(parts, state).await?;
        for session in caller.sessions() {
            match state.store.conversation(&session.actor, id).await {
                Ok(conversation) => return Ok(Self { session: session.clone(), conversation }),
                Err(Error::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::not_found("conversation"))
    }
}

impl FromRequestParts<AppState> for ReachedByCustomer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let CustomerSession { session, .. } = CustomerSession::from_request_parts(parts, state).await?;
        let id = id_of(parts, state).await?;
        let conversation = state.store.conversation(&session.actor, id).await?;
        Ok(Self { session, conversation })
    }
}

impl FromRequestParts<AppState> for ReachedByAgent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let AgentSession { session, agent } = AgentSession::from_request_parts(parts, state).await?;
        let id = id_of(parts, state).await?;
        let conversation = state.store.conversation(&session.actor, id).await?;
        Ok(Self { session, agent, conversation })
    }
}

/// The id in the address; what is no id names nothing.
async fn id_of(parts: &mut Parts, state: &AppState) -> Result<ConversationId> {
    let missing = || Problem::not_found("conversation");
    let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| missing())?;
    let id = params.iter().find(|(name, _)| *name == "id").and_then(|(_, id)| id.parse().ok());
    id.ok_or_else(missing)
}
