//! Who is signed in.

use super::tokens::Tokens;
use crate::AppState;
use crate::client_address::ClientAddress;
use crate::error::{Code, Problem};
use crate::texts::say;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::Side;
use store::Session;

/// The sessions a request comes with: one, or with a browser that is both, the customer's and the agent's.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    sessions: Vec<Session>,
    is_bearer: bool,
    was_disabled: bool,
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

    /// Why there is no session: an agent whose account was disabled meanwhile is told so.
    pub(super) fn nobody(&self) -> Problem {
        if self.was_disabled {
            Problem::new(Code::SignedOut, say("refused-disabled"))
        } else {
            Problem::not_signed_in()
        }
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
        let mut was_disabled = false;
        for token in tokens {
            match state.store.authenticate(&token).await? {
                Some(session) => sessions.push(Session { address: Some(address), ..session }),
                None if !is_bearer => was_disabled |= state.store.ended_by_disabling(&token).await?,
                None => {}
            }
        }
        if is_bearer && sessions.is_empty() {
            return Err(Problem::not_signed_in());
        }
        Ok(Self { sessions, is_bearer, was_disabled })
    }
}
