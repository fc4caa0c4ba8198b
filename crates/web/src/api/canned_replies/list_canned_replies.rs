//! `GET /canned-replies`

use super::views::CannedReplyView;
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

/// List canned replies
///
/// The shared ones and the caller's own, in the order they were added.
#[utoipa::path(
    get,
    path = "/canned-replies",
    tag = "Canned replies",
    params(ListQuery),
    responses((status = 200, description = "A page of the list", body = List<CannedReplyView>)),
)]
pub(super) async fn list_canned_replies(
    State(state): State<AppState>,
    AgentSession { session, .. }: AgentSession,
    Params(query): Params<ListQuery>,
) -> Result<Json<List<CannedReplyView>>> {
    let page = state.store.canned_replies(&session, query.cursor.as_deref(), limit(query.limit)?).await?;
    Ok(Json(List::of(page, |(reply, scope)| CannedReplyView::new(reply, scope))))
}
