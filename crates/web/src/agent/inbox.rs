//! `GET /support/agent/`: the inbox, or the sign-in.

use super::desk::Desk;
use super::list::ListQuery;
use super::sign_in::SignIn;
use crate::AppState;
use crate::auth::Caller;
use crate::error::Problem;
use crate::view::Html;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use domain::Side;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct NextQuery {
    next: Option<String>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    query: ListQuery,
    Query(NextQuery { next }): Query<NextQuery>,
) -> Result<Response, Problem> {
    let Some(agent) = caller.on(Side::Agent).and_then(|session| session.actor.agent()) else {
        let demo_accounts = state.config.demo_sign_ins.clone();
        return Ok(Html(SignIn { next, demo_accounts, ..SignIn::default() }).into_response());
    };
    Ok(Html(Desk::load(&state, agent, &query, None).await?).into_response())
}
