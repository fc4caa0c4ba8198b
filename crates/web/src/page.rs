//! The pages that belong to no feature: the landing page and what is shown when something is wrong.

use crate::AppState;
use crate::error::{Code, Problem};
use crate::form::sentence;
use crate::texts::{Text, say};
use crate::view::Html;
use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/", get(land))
}

/// `/`
#[derive(Template)]
#[template(path = "landing.html")]
pub struct Landing {
    /// Whether to show what only the demo has.
    pub is_demo: bool,
}

async fn land(State(state): State<AppState>) -> Html<Landing> {
    Html(Landing { is_demo: state.config.is_demo() })
}

/// An error for people. Programs get `problem+json`.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The HTTP status.
    pub status: u16,
    /// What happened, in a few words.
    pub heading: Text,
    /// What to do about it.
    pub detail: String,
    /// Where to go on from here: addresses and words, the likeliest first.
    pub ways: Vec<(String, Text)>,
}

impl ErrorPage {
    /// The page for an HTTP status, with the usual words.
    pub fn new(status: u16) -> Self {
        let (heading, detail) = match status {
            401 => (say("error-401"), say("error-401-detail")),
            403 => (say("error-403"), say("error-403-detail")),
            404 => (say("error-404"), say("error-404-detail")),
            413 => (say("error-413"), say("error-413-detail")),
            429 => (say("error-429"), say("error-429-detail")),
            503 => (say("error-503"), say("error-503-detail")),
            400..=499 => (say("error-4xx"), say("error-4xx-detail")),
            _ => (say("error-500"), say("error-500-detail")),
        };
        Self { status, heading, detail: detail.into(), ways: vec![("/".into(), say("error-to-start"))] }
    }

    /// The page for a problem, in its own words where the usual ones would say less.
    fn of(problem: &Problem, asked: &str) -> Self {
        let page = Self::new(problem.code().status().as_u16());
        match page.status {
            401 if problem.code() == Code::SignedOut => {
                Self { heading: say("error-signed-out"), detail: sentence(problem.detail()), ..page }
            }
            401 => {
                let next: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
                let sign_in = format!("/support/agent/?next={next}");
                let ways = vec![
                    ("/support/customer/".into(), say("landing-customer")),
                    (sign_in, say("error-sign-in-as-agent")),
                ];
                Self { ways, ..page }
            }
            400 | 403 | 404 | 405 | 413 | 415 | 429 | 500.. => page,
            _ => Self { detail: sentence(problem.detail()), ..page },
        }
    }
}

/// Shows problems of pages as pages. What programs ask for answers `problem+json` itself, and a form that was refused
/// is shown again by its own handler.
pub(crate) async fn show_problems(request: Request, next: Next) -> Response {
    let asked = request.uri().path().to_owned();
    let response = next.run(request).await;
    let is = |kind: &str| {
        response.headers().get(CONTENT_TYPE).is_some_and(|is| is.as_bytes().starts_with(kind.as_bytes()))
    };
    match response.extensions().get::<Problem>() {
        Some(problem) if !is("text/html") => problem.response(Html(ErrorPage::of(problem, &asked))),
        // What the framework refuses by itself is an address or a parameter that cannot be read: nothing is there.
        None if response.status() == StatusCode::BAD_REQUEST && is("text/plain") => {
            let problem = Problem::not_found("page");
            problem.response(Html(ErrorPage::of(&problem, &asked)))
        }
        Some(_) | None => response,
    }
}
