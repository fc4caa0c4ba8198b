//! Who is signed in.

use super::tokens::Tokens;
use crate::AppState;
use crate::client_address::ClientAddress;
use crate::error::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::Side;
use store::Session;

/// The sessions a request comes with: one, or with a browser that is both, the customer's and the agent's.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    sessions: Vec<Session>,
    is_bearer: bool,
}

impl Caller {
    /// The session on one side, if signed in there.
    pub fn on(&self, side: Side) -> Option<&Session> {
        self.sessions.iter().find(|session| session.actor.side() == side)
    }

    /// The sessions, the customer's first.
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// Whether the token was named outright instead of coming in a cookie.
    pub fn is_bearer(&self) -> bool {
        self.is_bearer
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, state).await;
        let (tokens, is_bearer) = match Tokens::of(parts, state.config.is_https())? {
            Tokens::Bearer(token) => (vec![token], true),
            Tokens::Cookies(tokens) => (tokens, false),
        };
        let mut sessions = Vec::new();
        for token in tokens {
            let session = state.store.authenticate(&token).await?;
            sessions.extend(session.map(|session| Session { address: Some(address), ..session }));
        }
        if is_bearer && sessions.is_empty() {
            return Err(Problem::not_signed_in());
        }
        Ok(Self { sessions, is_bearer })
    }
}
