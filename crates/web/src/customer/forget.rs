//! `/support/customer/forget/`: ends the customer's session in this browser and clears what it keeps of them.

use crate::AppState;
use crate::auth::{As, Caller, cookies};
use crate::error::Problem;
use crate::view::Html;
use askama::Template;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use domain::Side;

/// Says what forgetting does and what it does not, before it is done.
#[derive(Template)]
#[template(path = "customer/forget.html")]
pub struct Forget {
    /// Who is forgotten.
    pub name: String,
}

/// Says that it is done; its script clears drafts and unsent messages.
#[derive(Template)]
#[template(path = "customer/forgotten.html")]
pub struct Forgotten;

pub(super) async fn show(caller: Caller) -> Response {
    match caller.on(Side::Customer) {
        Some(session) => Html(Forget { name: session.actor.name().to_owned() }).into_response(),
        None => Redirect::to("/support/customer/").into_response(),
    }
}

pub(super) async fn forget(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    if let Some(session) = caller.on(Side::Customer) {
        state.store.end_session(session).await?;
    }
    let cookie = cookies::clear(&state.config, As::Customer);
    Ok(([(SET_COOKIE, cookie)], Redirect::to("/support/customer/forgotten/")))
}

pub(super) async fn done(caller: Caller) -> Response {
    match caller.on(Side::Customer) {
        // Somebody came again since: theirs is not to be cleared.
        Some(_) => Redirect::to("/support/customer/").into_response(),
        None => Html(Forgotten).into_response(),
    }
}
