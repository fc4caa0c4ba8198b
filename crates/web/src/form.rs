//! Forms of our pages, as browsers send them.

use crate::AppState;
use crate::error::{Code, Problem};
use crate::texts::Explain;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

/// A form's fields.
#[derive(Debug)]
pub(crate) struct PageForm<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for PageForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        Form::from_request(request, state).await.map(|Form(form)| Self(form)).map_err(refused)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn refused(why: FormRejection) -> Problem {
    let code = match why.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        _ => Code::Malformed,
    };
    Problem::new(code, why.body_text())
}

/// Undoes what browsers do to text in a form: they send every line break as CR LF (HTML, form entry list).
pub(crate) fn as_typed(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// What is wrong with a field, as a sentence; none when it will do.
pub(crate) fn wrong<T, E: Explain>(checked: Result<T, E>) -> Option<String> {
    checked.err().map(|error| sentence(&error.explain()))
}

/// An error's words as a sentence of its own.
pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}
