//! What went wrong, for whoever asked: one table of codes, and problem documents (RFC 9457).

use crate::texts::{Explain, say};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Refusal;
use realtime::wire::HolderView;
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $Code:ident = $word:literal, $status:ident;)+) => {
        /// A stable word for what went wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $($(#[doc = $meaning])+ $Code,)+
        }

        impl Code {
            /// Every code, by status.
            pub const ALL: &'static [Self] = &[$(Self::$Code),+];

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$Code => $word),+ }
            }

            /// The HTTP status it is answered with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$Code => StatusCode::$status),+ }
            }

            /// What it means, in one sentence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$Code => concat!($($meaning),+).trim_ascii()),+ }
            }
        }
    };
}

codes! {
    /// The request cannot be read.
    Malformed = "malformed", BAD_REQUEST;
    /// You are not signed in.
    NotSignedIn = "not_signed_in", UNAUTHORIZED;
    /// Your session has ended.
    SignedOut = "signed_out", UNAUTHORIZED;
    /// The e-mail address or the password is wrong.
    WrongCredentials = "wrong_credentials", UNAUTHORIZED;
    /// Your role does not allow this.
    Forbidden = "forbidden", FORBIDDEN;
    /// The request comes from another site.
    CrossOrigin = "cross_origin", FORBIDDEN;
    /// There is no such thing, or none for you.
    NotFound = "not_found", NOT_FOUND;
    /// This address does not know the method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED;
    /// Another agent holds the conversation.
    AlreadyClaimed = "already_claimed", CONFLICT;
    /// You do not hold the conversation.
    NotClaimed = "not_claimed", CONFLICT;
    /// Your claim has ended.
    ClaimLost = "claim_lost", CONFLICT;
    /// The conversation is resolved.
    Resolved = "resolved", CONFLICT;
    /// The conversation is not resolved.
    NotResolved = "not_resolved", CONFLICT;
    /// The client_id was used before for another text.
    ClientIdReused = "client_id_reused", CONFLICT;
    /// It is taken already.
    Taken = "taken", CONFLICT;
    /// Something depends on it.
    InUse = "in_use", CONFLICT;
    /// The body is larger than 128 KiB.
    TooLarge = "too_large", PAYLOAD_TOO_LARGE;
    /// The body is not of the media type wanted.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE;
    /// The server is not meant to be reached by this host name.
    UnknownHost = "unknown_host", MISDIRECTED_REQUEST;
    /// A value is missing, unknown or out of range.
    Invalid = "invalid", UNPROCESSABLE_ENTITY;
    /// Too many requests.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS;
    /// The server made a mistake.
    Internal = "internal", INTERNAL_SERVER_ERROR;
    /// The server is given more than it takes on.
    Overloaded = "overloaded", SERVICE_UNAVAILABLE;
    /// The database does not answer.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE;
}

/// What went wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    code: Code,
    detail: String,
    field: Option<String>,
    holder: Option<HolderView>,
    retry_after: Option<u64>,
}

/// The result of a handler.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

impl Problem {
    /// A problem, with what is wrong this time and what to do.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), field: None, holder: None, retry_after: None }
    }

    /// A field of a body, or a parameter, that is wrong.
    pub fn invalid(field: &str, detail: &impl ToString) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(Code::Invalid, detail.to_string()) }
    }

    /// No such thing.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("there is no such {what}"))
    }

    /// Nobody is signed in.
    pub fn not_signed_in() -> Self {
        Self::new(Code::NotSignedIn, "sign in, or send a valid token as Authorization: Bearer …")
    }

    /// The caller's role never may.
    pub fn forbidden(who_may: &str) -> Self {
        Self::new(Code::Forbidden, format!("only {who_may} may do this"))
    }

    /// Too often; the time until it is worth trying again.
    pub fn rate_limited(wait: Duration) -> Self {
        let seconds = whole_seconds(wait);
        let detail = say("refused-too-many").with("seconds", seconds);
        Self { retry_after: Some(seconds), ..Self::new(Code::RateLimited, detail) }
    }

    /// More than the server takes on; the time until it is worth trying again.
    pub fn overloaded(detail: impl Into<String>, wait: Duration) -> Self {
        Self { retry_after: Some(whole_seconds(wait)), ..Self::new(Code::Overloaded, detail) }
    }

    /// The stable word.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What is wrong and what to do, for people.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The field or parameter that is wrong, if it is one.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// Who holds the conversation, with `already_claimed`.
    pub fn holder(&self) -> Option<&HolderView> {
        self.holder.as_ref()
    }

    /// After how many seconds to try again, if that is known.
    pub fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// The same answer with another body: pages say it in HTML.
    pub fn response(&self, body: impl IntoResponse) -> Response {
        let mut response = body.into_response();
        *response.status_mut() = self.code.status();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.code.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// A wait in whole seconds, as `Retry-After` says it: rounded up, and never none.
fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// A problem document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument {
    /// Where the code is explained.
    #[serde(rename = "type")]
    kind: String,
    /// What the code means.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// A stable word.
    #[schema(schema_with = crate::api::codes)]
    code: &'static str,
    /// What is wrong this time, and what to do.
    detail: String,
    /// The field or parameter that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// With `already_claimed`: who holds the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<HolderView>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = ProblemDocument {
            kind: format!("/api/docs#{}", self.code.as_str()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            code: self.code.as_str(),
            detail: self.detail.clone(),
            field: self.field.clone(),
            holder: self.holder.clone(),
        };
        let mut response = self.response(Json(document));
        let problem_json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, problem_json);
        response
    }
}

impl From<&Refusal> for Code {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::AlreadyClaimed(_) => Self::AlreadyClaimed,
            Refusal::NotClaimed => Self::NotClaimed,
            Refusal::ClaimLost => Self::ClaimLost,
            Refusal::Resolved => Self::Resolved,
            Refusal::NotResolved => Self::NotResolved,
            Refusal::NotInTheFuture => Self::Invalid,
            Refusal::Forbidden => Self::Forbidden,
        }
    }
}

impl From<&store::Error> for Code {
    fn from(error: &store::Error) -> Self {
        use store::Error;
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Invalid { .. } | Error::BadCursor => Self::Invalid,
            Error::NotFound(_) => Self::NotFound,
            Error::SignedOut => Self::SignedOut,
            Error::ClientIdReused => Self::ClientIdReused,
            Error::Taken(_) => Self::Taken,
            Error::InUse(_) => Self::InUse,
            Error::Overloaded => Self::Overloaded,
            Error::Locked
            | Error::Unanswered
            | Error::Hashing
            | Error::NewerDatabase(_)
            | Error::Open(_)
            | Error::Database(_) => Self::Unavailable,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let holder = match &refusal {
            Refusal::AlreadyClaimed(holder) => Some(HolderView::new(holder)),
            _ => None,
        };
        Self { holder, ..Self::new((&refusal).into(), refusal.explain()) }
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        use store::Error;
        match (&error, Code::from(&error)) {
            (Error::Refused(refusal), _) => refusal.clone().into(),
            (Error::Invalid { field, why }, _) => Self::invalid(field, &why.explain()),
            (Error::BadCursor, _) => Self::invalid("cursor", &error),
            (Error::Overloaded, _) => Self::overloaded(say("refused-overloaded"), store::OVERLOAD_RETRY),
            (Error::Locked, code) => Self::new(code, say("refused-locked")),
            (Error::SignedOut, code) => Self::new(code, say("refused-signed-out")),
            (Error::Taken("this name"), code) => Self::new(code, say("wrong-name-taken")),
            (Error::Taken(_), code) => Self::new(code, say("wrong-email-taken")),
            (Error::InUse(why), code) => Self::new(code, why.explain()),
            (_, Code::Unavailable) => {
                // What the database says is for the operator, not for whoever asked.
                tracing::error!(%error, "the store failed");
                Self::new(Code::Unavailable, say("refused-database"))
            }
            (_, code) => Self::new(code, error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_word_and_an_error_status() {
        let mut words: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(Code::ALL.iter().all(|code| code.status().as_u16() >= 400 && code.title().ends_with('.')));
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
    }

    /// D8: who is refused because too much waits is told when to come again.
    #[test]
    fn d8_an_overload_says_when_to_try_again() {
        let response = Problem::from(store::Error::Overloaded).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    }

    #[test]
    fn a_problem_is_a_document_with_its_headers() {
        let response = Problem::rate_limited(Duration::from_millis(1500)).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let response = Problem::not_signed_in().into_response();
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
    }
}
