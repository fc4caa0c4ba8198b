//! `/support/agent/views/`: saving what is listed as a view, and deleting one.

use super::list::ListQuery;
use super::views;
use crate::AppState;
use crate::auth::AgentSession;
use crate::error::Problem;
use crate::form::PageForm;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::SavedViewId;
use serde::Deserialize;
use store::Scope;

#[derive(Deserialize)]
pub(super) struct ViewForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    parameters: String,
    /// For everybody; administrators only.
    shared: Option<String>,
}

pub(super) async fn save(
    State(state): State<AppState>,
    AgentSession { session, .. }: AgentSession,
    PageForm(form): PageForm<ViewForm>,
) -> Result<StatusCode, Problem> {
    state.rates.change(&session)?;
    let scope = if form.shared.is_some() { Scope::Shared } else { Scope::Own };
    // Only what is about the list is kept, and nothing of where one stands in it.
    let query = ListQuery::parse(&form.parameters);
    query.check()?;
    let parameters = views::query(&query.parameters());
    state.store.save_view(&session, scope, &form.name, &parameters).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn delete(
    State(state): State<AppState>,
    AgentSession { session, .. }: AgentSession,
    Path(id): Path<SavedViewId>,
) -> Result<StatusCode, Problem> {
    state.rates.change(&session)?;
    state.store.delete_view(&session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
