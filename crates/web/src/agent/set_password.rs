//! `/set-password/<token>`: the page a one-time link opens (A5).

use crate::AppState;
use crate::auth::{As, cookies};
use crate::client_address::ClientAddress;
use crate::error::{Code, Problem};
use crate::form::{PageForm, sentence, wrong};
use crate::page::ErrorPage;
use crate::texts::say;
use crate::view::{Field, Html};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use domain::email::check_email;
use domain::text::check_name;
use serde::Deserialize;
use store::{OneTimeLink, check_password};

/// Sets a password, or makes the first administrator.
#[derive(Template, Default)]
#[template(path = "agent/set_password.html")]
pub struct SetPassword {
    /// Whose password; none when the link makes the first administrator.
    pub agent_name: Option<String>,
    /// The first administrator's name.
    pub name: Field,
    /// The first administrator's e-mail.
    pub email: Field,
    /// What is wrong with the password.
    pub password_error: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct SetPasswordForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn show(
    State(state): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    match name_behind(&state, &token).await {
        Ok(agent_name) => Ok(Html(SetPassword { agent_name, ..SetPassword::default() }).into_response()),
        Err(problem) => used_up(problem),
    }
}

/// A link that opens nothing was used, or is too old.
fn used_up(problem: Problem) -> Result<Response, Problem> {
    if problem.code() != Code::NotFound {
        return Err(problem);
    }
    let page = ErrorPage {
        status: problem.code().status().as_u16(),
        heading: say("link-used"),
        detail: say("password-link-used-detail").into(),
        ways: vec![("/support/agent/".into(), say("button-sign-in"))],
    };
    Ok(problem.response(Html(page)))
}

pub(super) async fn set(
    State(state): State<AppState>,
    Path(token): Path<String>,
    address: ClientAddress,
    PageForm(form): PageForm<SetPasswordForm>,
) -> Result<Response, Problem> {
    let agent_name = match name_behind(&state, &token).await {
        Ok(agent_name) => agent_name,
        Err(problem) => return used_up(problem),
    };
    let is_first = agent_name.is_none();
    let asked = |error: Option<String>| error.filter(|_| is_first);
    let page = SetPassword {
        agent_name,
        name: Field { error: asked(wrong(check_name(&form.name))), value: form.name },
        email: Field { error: asked(wrong(check_email(&form.email))), value: form.email },
        password_error: wrong(check_password(&form.password)),
    };
    if page.name.error.is_some() || page.email.error.is_some() || page.password_error.is_some() {
        return Ok(Problem::invalid("form", &"see the fields").response(Html(page)));
    }
    let (store, password, from) = (&state.store, &form.password, Some(address.0));
    let agent = if is_first {
        store.use_setup_link(&token, &page.name.value, &page.email.value, password, from).await
    } else {
        store.use_password_link(&token, password, from).await
    };
    let email = match agent {
        Ok(agent) => agent.email,
        Err(store::Error::Taken(_)) => {
            let problem = Problem::new(Code::Taken, say("wrong-email-taken"));
            let email = Field { error: Some(sentence(problem.detail())), ..page.email };
            return Ok(problem.response(Html(SetPassword { email, ..page })));
        }
        Err(error) => return used_up(error.into()),
    };
    let signed_in = store.sign_in(&email, password, from).await?;
    let cookie = signed_in.map(|(token, _)| [(SET_COOKIE, cookies::set(&state.config, As::Agent, &token))]);
    Ok((cookie, Redirect::to("/support/agent/")).into_response())
}

async fn name_behind(state: &AppState, token: &str) -> Result<Option<String>, Problem> {
    Ok(match state.store.one_time_link(token).await? {
        OneTimeLink::SetPassword(agent) => Some(agent.name),
        OneTimeLink::SetUp => None,
    })
}
