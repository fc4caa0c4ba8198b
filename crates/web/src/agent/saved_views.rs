//! `/support/agent/views/`: saving what is listed as a view, and deleting one.

use crate::AppState;
use crate::auth::AgentSession;
use crate::error::Problem;
use crate::form::PageForm;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::SavedViewId;
use serde::Deserialize;
use store::Scope;
use url::form_urlencoded::{Serializer, parse};

/// What a view may say: the parameters of the list, and nothing of where one stands in it.
const PARAMETERS: [&str; 7] = ["q", "status", "holder", "urgency", "tag", "age", "sort"];

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
    state.rates.write(&session)?;
    let scope = if form.shared.is_some() { Scope::Shared } else { Scope::Own };
    let known = parse(form.parameters.as_bytes()).filter(|(name, _)| PARAMETERS.contains(&&**name));
    let parameters = Serializer::new(String::new()).extend_pairs(known).finish();
    state.store.save_view(&session, scope, &form.name, &parameters).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn delete(
    State(state): State<AppState>,
    AgentSession { session, .. }: AgentSession,
    Path(id): Path<SavedViewId>,
) -> Result<StatusCode, Problem> {
    state.rates.write(&session)?;
    state.store.delete_view(&session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
