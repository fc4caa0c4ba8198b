//! Who may come in: administrators. Nobody in particular gets the sign-in, an agent is told whom to ask.

use crate::AppState;
use crate::agent::sign_in::SignIn;
use crate::auth::Caller;
use crate::error::Problem;
use crate::view::Html;
use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use domain::{Agent, Side};
use store::{Records, Session};

/// An administrator at the panel.
pub(super) struct Admin {
    pub state: AppState,
    pub session: Session,
    pub agent: Agent,
}

impl Admin {
    /// The records, within reach.
    pub fn records(&self) -> Result<Records<'_>, Problem> {
        Ok(self.state.store.records(&self.session)?)
    }
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let caller = Caller::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let Some(session) = caller.on(Side::Agent) else { return Err(sign_in(parts, state)) };
        match session.actor.agent().filter(|agent| agent.is_administrator()) {
            Some(agent) => Ok(Self { state: state.clone(), agent: agent.clone(), session: session.clone() }),
            None => Err(Problem::forbidden("administrators").into_response()),
        }
    }
}

/// The sign-in form, which leads back here. What a form brought is lost: it came without a session.
fn sign_in(parts: &Parts, state: &AppState) -> Response {
    let is_reading = parts.method == Method::GET;
    let next = if is_reading { parts.uri.to_string() } else { "/admin/".to_owned() };
    let demo_accounts = state.config.demo_sign_ins.clone();
    let page = Html(SignIn { next: Some(next), demo_accounts, ..SignIn::default() });
    if is_reading { page.into_response() } else { Problem::not_signed_in().response(page) }
}
