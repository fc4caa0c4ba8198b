//! `GET /support/agent/`: the inbox, or the sign-in.

use super::list::{List, ListQuery};
use super::sign_in::SignIn;
use crate::AppState;
use crate::auth::Caller;
use crate::error::Problem;
use crate::view::Html;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use domain::Side;
use serde::Deserialize;

/// `/support/agent/` with a session.
#[derive(Template)]
#[template(path = "agent/inbox.html")]
pub struct Inbox {
    /// Who reads.
    pub agent_name: String,
    /// Whether to show the way to `/admin/`.
    pub is_administrator: bool,
    /// Facets and rows.
    pub list: List,
}

#[derive(Deserialize)]
pub(super) struct NextQuery {
    next: Option<String>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    Query(query): Query<ListQuery>,
    Query(NextQuery { next }): Query<NextQuery>,
) -> Result<Response, Problem> {
    let Some(agent) = caller.on(Side::Agent).and_then(|session| session.actor.agent()) else {
        let demo_accounts = state.config.demo_sign_ins.clone();
        return Ok(Html(SignIn { next, demo_accounts, ..SignIn::default() }).into_response());
    };
    let page = Inbox {
        agent_name: agent.name.clone(),
        is_administrator: agent.is_administrator(),
        list: List::load(&state, agent, &query).await?,
    };
    Ok(Html(page).into_response())
}
