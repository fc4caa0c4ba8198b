//! Agents as JSON, and the one an address names.

use crate::AppState;
use crate::api::extract::id;
use crate::error::Problem;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use domain::{Agent, AgentId, AgentRole, Timestamp};
use serde::{Deserialize, Serialize};
use store::AgentRecord;
use utoipa::ToSchema;

/// What an agent may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// Answers customers.
    Agent,
    /// Answers customers and looks after the installation.
    Administrator,
}

impl From<AgentRole> for Role {
    fn from(role: AgentRole) -> Self {
        match role {
            AgentRole::Agent => Self::Agent,
            AgentRole::Administrator => Self::Administrator,
        }
    }
}

impl From<Role> for AgentRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Agent => Self::Agent,
            Role::Administrator => Self::Administrator,
        }
    }
}

/// An agent, as agents see them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Agent)]
pub(crate) struct AgentView {
    /// The agent's id.
    #[schema(value_type = Uuid)]
    id: AgentId,
    /// The name customers see.
    name: String,
    /// The address they sign in with.
    email: String,
    /// What they may do.
    role: Role,
}

impl AgentView {
    /// The agent.
    pub(crate) fn new(agent: &Agent) -> Self {
        Self { id: agent.id, name: agent.name.clone(), email: agent.email.clone(), role: agent.role.into() }
    }
}

/// An agent with what an administrator looks after.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgentRecord)]
pub(crate) struct AgentRecordView {
    /// The agent's id.
    #[schema(value_type = Uuid)]
    id: AgentId,
    /// The name customers see.
    name: String,
    /// The address they sign in with.
    email: String,
    /// What they may do.
    role: Role,
    /// When they were added.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Since when they may not sign in; null when they may.
    #[schema(value_type = Option<String>, format = DateTime)]
    disabled_at: Option<Timestamp>,
    /// Whether they have set a password.
    has_password: bool,
}

impl AgentRecordView {
    /// The agent's record.
    pub(super) fn new(record: &AgentRecord) -> Self {
        let AgentRecord { agent, created_at, disabled_at, has_password } = record;
        Self {
            id: agent.id,
            name: agent.name.clone(),
            email: agent.email.clone(),
            role: agent.role.into(),
            created_at: *created_at,
            disabled_at: *disabled_at,
            has_password: *has_password,
        }
    }
}

/// The agent the `{agent_id}` of the address names. Ask for a role first.
pub(super) struct NamedAgent(pub AgentRecord);

impl FromRequestParts<AppState> for NamedAgent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let path = RawPathParams::from_request_parts(parts, state).await;
        let path = path.map_err(|_| Problem::not_found("agent"))?;
        Ok(Self(state.store.agent(id(&path, "agent_id", "agent")?).await?))
    }
}
