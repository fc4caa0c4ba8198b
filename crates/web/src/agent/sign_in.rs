//! `POST /support/agent/`: signs an agent in.

use crate::AppState;
use crate::auth::{As, Caller, cookies};
use crate::client_address::ClientAddress;
use crate::config::DemoSignIn;
use crate::error::{Code, Problem};
use crate::form::{PageForm, sentence};
use crate::texts::say;
use crate::view::Html;
use askama::Template;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use domain::Side;
use serde::Deserialize;

const INBOX: &str = "/support/agent/";

/// `/support/agent/` without a session.
#[derive(Template, Default)]
#[template(path = "agent/sign_in.html")]
pub struct SignIn {
    /// The e-mail as typed.
    pub email: String,
    /// Why it did not work: the same words for unknown and wrong (A2).
    pub error: Option<String>,
    /// Where to go afterwards.
    pub next: Option<String>,
    /// Shown by `frontdesk demo` only (A5).
    pub demo_accounts: Vec<DemoSignIn>,
}

#[derive(Deserialize)]
pub(super) struct SignInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    next: Option<String>,
}

pub(super) async fn sign_in(
    State(state): State<AppState>,
    caller: Caller,
    address: ClientAddress,
    PageForm(form): PageForm<SignInForm>,
) -> Result<Response, Problem> {
    match attempt(&state, address, &form).await {
        Ok(cookie) => {
            // The browser forgets the session it came with, so nobody could end it any more (A2).
            if let Some(former) = caller.on(Side::Agent) {
                state.store.end_session(former).await?;
            }
            let next = form.next.as_deref().filter(|next| is_ours(next)).unwrap_or(INBOX);
            Ok(([(SET_COOKIE, cookie)], Redirect::to(next)).into_response())
        }
        Err(problem) if matches!(problem.code(), Code::WrongCredentials | Code::RateLimited) => {
            let page = SignIn {
                email: form.email,
                error: Some(sentence(problem.detail())),
                next: form.next,
                demo_accounts: state.config.demo_sign_ins.clone(),
            };
            Ok(problem.response(Html(page)))
        }
        Err(problem) => Err(problem),
    }
}

async fn attempt(
    state: &AppState,
    address: ClientAddress,
    form: &SignInForm,
) -> Result<axum::http::HeaderValue, Problem> {
    let attempt = state.sign_ins.begin(address.client(), &form.email, state.store.clock().now())?;
    let signed_in = state.store.sign_in(&form.email, &form.password, Some(address.0)).await?;
    let wrong = || Problem::new(Code::WrongCredentials, say("wrong-credentials"));
    let (token, _) = signed_in.ok_or_else(wrong)?;
    attempt.succeed();
    Ok(cookies::set(&state.config, As::Agent, &token))
}

/// Whether an address stays on this site: a path, and not `//host` in any spelling browsers take for one.
fn is_ours(next: &str) -> bool {
    next.starts_with('/') && !next[1..].starts_with(['/', '\\']) && !next.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn signing_in_leads_nowhere_else() {
        assert!(is_ours("/chat/0198/?as=agent"));
        for elsewhere in
            ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "", "/\t/evil.example"]
        {
            assert!(!is_ours(elsewhere), "{elsewhere}");
        }
    }
}
