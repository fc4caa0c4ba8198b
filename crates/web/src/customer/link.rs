//! `/support/customer/link/`: a one-time link to go on in another browser, and the page it opens.

use crate::AppState;
use crate::auth::{As, Caller, CustomerSession, cookies};
use crate::error::{Code, Problem};
use crate::page::ErrorPage;
use crate::texts::say;
use crate::view::Html;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{HOST, SET_COOKIE};
use axum::response::{IntoResponse, Redirect, Response};
use domain::{Actor, Side};
use store::{BROWSER_LINK_LIFETIME, CustomerLink, Session};

/// Offers a link, or shows one that was just made.
#[derive(Template)]
#[template(path = "customer/link.html")]
pub struct Link {
    /// The link; shown once.
    pub made: Option<String>,
}

/// What a link opens: a button, so that programs which look at links do not use them up.
#[derive(Template)]
#[template(path = "customer/follow.html")]
pub struct Follow {
    /// As whom one goes on.
    pub name: String,
    /// Who this browser is signed in as, and will not be any more.
    pub instead_of: Option<String>,
}

impl Link {
    fn minutes(&self) -> u64 {
        BROWSER_LINK_LIFETIME.as_secs() / 60
    }
}

pub(super) async fn offer(_: CustomerSession) -> Html<Link> {
    Html(Link { made: None })
}

pub(super) async fn make(
    State(state): State<AppState>,
    CustomerSession { session, .. }: CustomerSession,
    headers: HeaderMap,
) -> Result<Html<Link>, Problem> {
    state.rates.change(&session)?;
    let token = state.store.new_browser_link(&session).await?;
    let address = format!("{}support/customer/link/{}", base(&state, &headers), token.reveal());
    Ok(Html(Link { made: Some(address) }))
}

/// What addresses begin with. Without a public URL only loopback hosts are served, so that `Host` can be believed.
fn base(state: &AppState, headers: &HeaderMap) -> String {
    match &state.config.public_url {
        Some(url) => url.to_string(),
        None => {
            let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
            format!("http://{host}/")
        }
    }
}

pub(super) async fn show(
    State(state): State<AppState>,
    Path(token): Path<String>,
    caller: Caller,
) -> Result<Response, Problem> {
    let link = match state.store.customer_link(&token).await {
        Ok(link) => link,
        Err(error) => return used_up(error.into()),
    };
    let here = caller.on(Side::Customer);
    if here.is_some_and(|session| is_theirs(&link, session)) {
        return Ok(Redirect::to(&target(&link)).into_response());
    }
    let instead_of = here.map(|session| session.actor.name().to_owned());
    Ok(Html(Follow { name: link.customer.name, instead_of }).into_response())
}

pub(super) async fn follow(
    State(state): State<AppState>,
    Path(token): Path<String>,
    caller: Caller,
) -> Result<Response, Problem> {
    let link = match state.store.customer_link(&token).await {
        Ok(link) => link,
        Err(error) => return used_up(error.into()),
    };
    let target = Redirect::to(&target(&link));
    let here = caller.on(Side::Customer);
    if here.is_some_and(|session| is_theirs(&link, session)) {
        return Ok(target.into_response());
    }
    match state.store.use_customer_link(&token, here).await {
        Ok(token) => {
            let cookie = cookies::set(&state.config, As::Customer, &token);
            Ok(([(SET_COOKIE, cookie)], target).into_response())
        }
        Err(error) => used_up(error.into()),
    }
}

fn is_theirs(link: &CustomerLink, session: &Session) -> bool {
    matches!(&session.actor, Actor::Customer(customer) if customer.key == link.customer.key)
}

fn target(link: &CustomerLink) -> String {
    match link.conversation {
        Some(conversation) => format!("/chat/{conversation}/?as=customer"),
        None => "/support/customer/".into(),
    }
}

/// A link that opens nothing was used, replaced, or is too old.
fn used_up(problem: Problem) -> Result<Response, Problem> {
    if problem.code() != Code::NotFound {
        return Err(problem);
    }
    let page = ErrorPage {
        status: problem.code().status().as_u16(),
        heading: say("link-used"),
        detail: say("link-used-detail").into(),
        ways: vec![("/support/customer/".into(), say("link-used-go-on"))],
    };
    Ok(problem.response(Html(page)))
}
