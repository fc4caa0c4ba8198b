//! `GET /agents`

use super::views::AgentRecordView;
use crate::AppState;
use crate::api::extract::Params;
use crate::api::list::{List, limit};
use crate::auth::AgentSession;
use crate::error::Result;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

/// Which part of the list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// A former page's `next_cursor`.
    cursor: Option<String>,
    /// How many at most; 50 by default.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// List agents
///
/// Disabled ones too, in the order they were added.
#[utoipa::path(
    get,
    path = "/agents",
    tag = "Agents",
    params(ListQuery),
    responses((status = 200, description = "A page of the list", body = List<AgentRecordView>)),
)]
pub(super) async fn list_agents(
    State(state): State<AppState>,
    _: AgentSession,
    Params(query): Params<ListQuery>,
) -> Result<Json<List<AgentRecordView>>> {
    let page = state.store.agents(query.cursor.as_deref(), limit(query.limit)?).await?;
    Ok(Json(List::of(page, |record| AgentRecordView::new(&record))))
}
