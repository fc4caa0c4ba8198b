//! `/demo/components/`: every component in every state, only in the demo. `docs/design.md` says how they are meant.

use crate::AppState;
use crate::error::Problem;
use crate::view::Html;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/demo/components/", get(show))
}

/// The page.
#[derive(Template)]
#[template(path = "demo/components.html")]
struct Components;

/// The colour roles of `css/tokens.css`, by what they are for.
const COLOURS: [(&str, &[&str]); 6] = [
    ("Ground", &["canvas", "surface", "surface-sunken", "surface-hover", "line", "line-strong"]),
    ("Text", &["ink", "ink-soft", "ink-faint"]),
    ("Accent", &["accent", "accent-hover", "accent-ink", "accent-soft", "accent-soft-ink"]),
    ("Conversation", &["own", "own-ink", "bubble", "bubble-line", "note", "note-line", "note-ink"]),
    ("Meaning", &["good", "good-soft", "warn", "warn-soft", "bad", "bad-soft"]),
    ("Search", &["hit"]),
];
/// The sizes of type, the smallest first.
const TYPE: [&str; 6] = ["xs", "sm", "md", "lg", "xl", "2xl"];
/// The steps of distance.
const SPACE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
/// How a conversation stands, as the inbox names it.
const STATUSES: [(&str, &str); 4] =
    [("open", "Open"), ("ongoing", "Ongoing"), ("snoozed", "Snoozed"), ("resolved", "Resolved")];

async fn show(State(state): State<AppState>) -> Result<Html<Components>, Problem> {
    if !state.config.is_demo() {
        return Err(Problem::not_found("page"));
    }
    Ok(Html(Components))
}
