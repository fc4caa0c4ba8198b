//! The agent's page: the list, the open conversation and its customer, side by side where there is room.

use super::list::{List, ListQuery};
use super::shared::Recency;
use crate::AppState;
use crate::chat::room::AgentRoom;
use crate::error::Problem;
use askama::Template;
use domain::{Agent, AgentId};

/// `/support/agent/` with a session, and `/chat/<external_id>/` for agents.
#[derive(Template)]
#[template(path = "agent/desk.html")]
pub struct Desk {
    /// Who reads.
    pub agent_name: String,
    /// The reader's id.
    pub agent_id: AgentId,
    /// Whether to show the way to `/admin/`.
    pub is_administrator: bool,
    /// Facets and rows.
    pub list: List,
    /// The open conversation, if one is.
    pub room: Option<AgentRoom>,
}

impl Desk {
    /// The page with the list that `query` asks for.
    pub(crate) async fn load(
        state: &AppState,
        agent: &Agent,
        query: &ListQuery,
        room: Option<AgentRoom>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            agent_name: agent.name.clone(),
            agent_id: agent.id,
            is_administrator: agent.is_administrator(),
            list: List::load(state, agent, query, Recency::Now).await?,
            room,
        })
    }
}
