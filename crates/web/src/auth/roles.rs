//! Asking for a role: 401 for nobody, 403 for somebody else.

use super::Caller;
use crate::AppState;
use crate::error::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::{Agent, Customer, Side};
use store::Session;

/// Anybody signed in. Who is customer and agent at once is the agent here.
#[derive(Debug, Clone)]
pub struct AnySession(pub Session);

/// A customer.
#[derive(Debug, Clone)]
pub struct CustomerSession {
    /// Their session.
    pub session: Session,
    /// Who it is.
    pub customer: Customer,
}

/// An agent or administrator.
#[derive(Debug, Clone)]
pub struct AgentSession {
    /// Their session.
    pub session: Session,
    /// Who it is.
    pub agent: Agent,
}

/// An administrator.
#[derive(Debug, Clone)]
pub struct AdministratorSession {
    /// Their session.
    pub session: Session,
    /// Who it is.
    pub agent: Agent,
}

impl FromRequestParts<AppState> for AnySession {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        caller.sessions().last().cloned().map(Self).ok_or_else(|| caller.nobody())
    }
}

impl FromRequestParts<AppState> for CustomerSession {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let session = on(Side::Customer, "customers", parts, state).await?;
        match &session.actor {
            domain::Actor::Customer(customer) => Ok(Self { customer: customer.clone(), session }),
            domain::Actor::Agent(_) => Err(Problem::forbidden("customers")),
        }
    }
}

impl FromRequestParts<AppState> for AgentSession {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let session = on(Side::Agent, "agents", parts, state).await?;
        match &session.actor {
            domain::Actor::Agent(agent) => Ok(Self { agent: agent.clone(), session }),
            domain::Actor::Customer(_) => Err(Problem::forbidden("agents")),
        }
    }
}

impl FromRequestParts<AppState> for AdministratorSession {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let AgentSession { session, agent } = AgentSession::from_request_parts(parts, state).await?;
        if agent.is_administrator() {
            Ok(Self { session, agent })
        } else {
            Err(Problem::forbidden("administrators"))
        }
    }
}

async fn on(side: Side, who: &str, parts: &mut Parts, state: &AppState) -> Result<Session, Problem> {
    let caller = Caller::from_request_parts(parts, state).await?;
    match caller.on(side) {
        Some(session) => Ok(session.clone()),
        None if caller.sessions().is_empty() => Err(caller.nobody()),
        None => Err(Problem::forbidden(who)),
    }
}
