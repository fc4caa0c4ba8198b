//! `POST /support/customer/sign-out`: forgets the customer on this browser.

use crate::AppState;
use crate::auth::{As, Caller, cookies};
use crate::error::Problem;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect};
use domain::Side;

pub(super) async fn sign_out(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    if let Some(session) = caller.on(Side::Customer) {
        state.store.end_session(session).await?;
    }
    Ok(([(SET_COOKIE, cookies::clear(&state.config, As::Customer))], Redirect::to("/support/customer/")))
}
