//! Agents and administrators.

mod create_agent;
mod delete_agent;
mod get_agent;
mod list_agents;
mod update_agent;
mod views;

pub(super) use views::AgentView;

use crate::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn calls() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_agents::list_agents, create_agent::create_agent))
        .routes(routes!(get_agent::get_agent, update_agent::update_agent, delete_agent::delete_agent))
}
