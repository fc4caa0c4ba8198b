//! `/demo/mail/`: what the demo would have sent.

use super::letter;
use crate::AppState;
use crate::error::Problem;
use crate::texts::Text;
use crate::view::Html;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Letters shown at most; older ones are forgotten.
const SHOWN: usize = 100;

/// What is shown instead of sent, the latest first. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct ShownMail(Arc<Mutex<VecDeque<ShownLetter>>>);

/// An e-mail that is shown.
#[derive(Debug, Clone)]
pub struct ShownLetter {
    /// To whom.
    pub to: String,
    /// Its text before the link.
    pub before: String,
    /// The link.
    pub link: String,
    /// Its text after the link.
    pub after: String,
}

impl ShownMail {
    pub(super) fn put(&self, to: &str, link: String) {
        let body = letter::body(&link);
        let (before, after) = body.split_once(&link).unwrap_or((&body, ""));
        let (before, after) = (before.to_owned(), after.to_owned());
        let mut letters = self.letters();
        letters.push_front(ShownLetter { to: to.to_owned(), before, link, after });
        letters.truncate(SHOWN);
    }

    fn letters(&self) -> MutexGuard<'_, VecDeque<ShownLetter>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/demo/mail/", get(show))
}

/// The page.
#[derive(Template)]
#[template(path = "demo/mail.html")]
struct DemoMail {
    subject: Text,
    letters: Vec<ShownLetter>,
    seconds: u64,
}

async fn show(State(state): State<AppState>) -> Result<Html<DemoMail>, Problem> {
    let mail = state.config.mail.as_ref();
    let shown = mail.and_then(|mail| Some((mail.shown()?, mail.unread_for)));
    let (shown, unread_for) = shown.ok_or_else(|| Problem::not_found("page"))?;
    let letters = shown.letters().iter().cloned().collect();
    Ok(Html(DemoMail { subject: letter::SUBJECT, letters, seconds: unread_for.as_secs() }))
}
