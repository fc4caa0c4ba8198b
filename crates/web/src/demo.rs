//! `/demo/components/`: every component in every state, only in the demo. `docs/design.md` says how they are meant.

use crate::AppState;
use crate::error::Problem;
use crate::texts::{Text, say};
use crate::view::{self, Html, StatusView};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use domain::Status;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/demo/components/", get(show))
}

/// The page.
#[derive(Template)]
#[template(path = "demo/components.html")]
struct Components;

/// The colour roles of `css/tokens.css`, by what they are for.
const COLOURS: [(Text, &[&str]); 6] = [
    (
        say("components-colours-ground"),
        &["canvas", "surface", "surface-sunken", "surface-hover", "line", "line-strong"],
    ),
    (say("components-colours-ink"), &["ink", "ink-soft", "ink-faint"]),
    (
        say("components-colours-accent"),
        &["accent", "accent-hover", "accent-ink", "accent-soft", "accent-soft-ink"],
    ),
    (
        say("components-colours-conversation"),
        &["own", "own-ink", "bubble", "bubble-line", "note", "note-line", "note-ink"],
    ),
    (say("components-colours-meaning"), &["good", "good-soft", "warn", "warn-soft", "bad", "bad-soft"]),
    (say("components-colours-search"), &["hit"]),
];
/// The sizes of type, the smallest first.
const TYPE: [&str; 6] = ["xs", "sm", "md", "lg", "xl", "2xl"];
/// The steps of distance.
const SPACE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
/// The kinds of buttons, each with its class.
const BUTTONS: [(Text, &str); 4] = [
    (say("components-button-ordinary"), ""),
    (say("components-button-primary"), "button-primary"),
    (say("components-button-danger"), "button-danger"),
    (say("components-button-quiet"), "button-quiet"),
];
/// How a conversation stands.
const STATUSES: [StatusView; 4] = [
    StatusView(Status::Open),
    StatusView(Status::Ongoing),
    StatusView(Status::Snoozed),
    StatusView(Status::Resolved),
];
/// What an agent writes, each kind with its placeholder.
const KINDS: [(&str, Text); 2] =
    [("message", say("agent-placeholder")), ("note", say("agent-placeholder-note"))];

/// The mark beside an invented person.
fn initials(name: Text) -> String {
    view::initials(&name.to_string())
}

async fn show(State(state): State<AppState>) -> Result<Html<Components>, Problem> {
    if !state.config.is_demo() {
        return Err(Problem::not_found("page"));
    }
    Ok(Html(Components))
}
