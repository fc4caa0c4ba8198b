//! The pages that belong to no feature: the landing page and what is shown when something is wrong.

use crate::AppState;
use crate::error::Problem;
use crate::form::sentence;
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
    pub heading: &'static str,
    /// What to do about it.
    pub detail: String,
    /// Where to go on from here: addresses and words, the likeliest first.
    pub ways: Vec<(String, &'static str)>,
}

impl ErrorPage {
    /// The page for an HTTP status, with the usual words.
    pub fn new(status: u16) -> Self {
        let (heading, detail) = match status {
            401 => (
                "Not open to you here",
                "A customer's conversation opens in the browser it began in, and for agents who are signed in.",
            ),
            403 => (
                "This is not for your account",
                "Sign in with an account that may do this, or ask an administrator.",
            ),
            404 => (
                "Nothing here",
                "The address may be mistyped, or this conversation belongs to another browser or account.",
            ),
            413 => ("That is too long", "Go back and send a shorter message: 10,000 characters at most."),
            429 => (
                "One moment, please",
                "That was more than we can take at once. Wait a little and try again; nothing was lost on our side.",
            ),
            503 => (
                "Back in a moment",
                "The server is starting or cannot reach its database. Try again in a few seconds.",
            ),
            400..=499 => {
                ("That did not work", "The request was not understood. Go back, check it, and try again.")
            }
            _ => (
                "Something went wrong",
                "It is our fault, and it is logged. Try again; if it stays, tell whoever runs this server.",
            ),
        };
        Self { status, heading, detail: detail.into(), ways: vec![("/".into(), "Go to the start")] }
    }

    /// The page for a problem, in its own words where the usual ones would say less.
    fn of(problem: &Problem, asked: &str) -> Self {
        let page = Self::new(problem.code().status().as_u16());
        match page.status {
            401 => {
                let next: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
                let sign_in = format!("/support/agent/?next={next}");
                let ways =
                    vec![("/support/customer/".into(), "I need help"), (sign_in, "Sign in as an agent")];
                Self { ways, ..page }
            }
            403 | 404 | 413 | 429 | 500.. => page,
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
