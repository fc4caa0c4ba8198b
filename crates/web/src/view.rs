//! What several pages show: times, statuses, fields of a form.

use crate::texts::{Text, say};
use askama::Template;
use askama::filters::HtmlSafe;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::{Status, Timestamp};
use std::fmt;
use store::Clock;

/// A page, or a part of one, as a response.
pub(crate) struct Html<T>(pub T);

impl<T: Template> IntoResponse for Html<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(html) => axum::response::Html(html).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page cannot be made");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// The time a page is made at, in milliseconds since 1970: a browser's own clock may be wrong.
pub(crate) fn now() -> i64 {
    Clock::default().now().as_micros() / 1_000
}

/// A time on a page: UTC in the first paint; `js/times.js` makes it local, with the exact time on hover.
#[derive(Debug, Clone, Copy)]
pub struct When {
    at: Timestamp,
    style: &'static str,
}

impl When {
    /// The time of day: `14:05`.
    pub fn clock(at: Timestamp) -> Self {
        Self { at, style: "clock" }
    }

    /// Day and time of day: `Mon, 3 Mar, 14:05`.
    pub fn moment(at: Timestamp) -> Self {
        Self { at, style: "moment" }
    }

    /// The day, as a separator in a transcript: `Monday, 3 March`.
    pub fn day(at: Timestamp) -> Self {
        Self { at, style: "day" }
    }

    /// How long ago: `5 min ago`.
    pub fn ago(at: Timestamp) -> Self {
        Self { at, style: "ago" }
    }

    /// How long somebody waits since then: `12 min`.
    pub fn waiting(at: Timestamp) -> Self {
        Self { at, style: "waiting" }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = jiff::Timestamp::from_microsecond(self.at.as_micros()).map_err(|_| fmt::Error)?;
        let at = jiff::tz::TimeZone::UTC.to_datetime(at);
        let (day, month, clock) = (at.day(), at.month(), at.strftime("%H:%M").to_string());
        let text = match self.style {
            "clock" => say("time-clock").with("clock", clock),
            "day" => say("time-day")
                .with("weekday", at.weekday().to_monday_one_offset())
                .with("day", day)
                .with("month", month)
                .with("year", at.year()),
            _ => say("time-moment").with("day", day).with("month", month).with("clock", clock),
        };
        write!(f, r#"<time datetime="{}" data-as="{}">{text}</time>"#, self.at, self.style)
    }
}

/// Digits and our own words only.
impl HtmlSafe for When {}

/// A conversation's status in the words of who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusView(pub Status);

impl StatusView {
    /// The wire name, which style sheets and scripts go by.
    pub fn name(&self) -> &'static str {
        self.0.as_str()
    }

    /// For customers, snoozing is the agents' affair: it waits like an open one.
    pub fn label_for_customer(&self) -> Text {
        match self.0 {
            Status::Open | Status::Snoozed => say("status-waiting"),
            Status::Ongoing => say("status-ongoing"),
            Status::Resolved => say("status-resolved"),
        }
    }

    /// For agents.
    pub fn label_for_agent(&self) -> Text {
        match self.0 {
            Status::Open => say("status-open"),
            Status::Ongoing => say("status-ongoing"),
            Status::Snoozed => say("status-snoozed"),
            Status::Resolved => say("status-resolved"),
        }
    }

    /// Whether nothing more is expected of anybody.
    pub fn is_resolved(&self) -> bool {
        self.0 == Status::Resolved
    }
}

/// A form field as last typed, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// What was typed; shown again, so that nothing is lost.
    pub value: String,
    /// What to do about it.
    pub error: Option<String>,
}

/// How many conversations there are; past what is counted exactly, `10000+` (S2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HowMany(pub i64);

impl HowMany {
    /// Whether that many, and no more.
    pub fn is_exact(self) -> bool {
        self.0 <= i64::from(store::COUNTED)
    }

    /// The number to show.
    pub fn shown(self) -> i64 {
        self.0.min(store::COUNTED.into())
    }
}

impl fmt::Display for HowMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.shown(), if self.is_exact() { "" } else { "+" })
    }
}

/// The first letters of the first and the last word of a name that have any, for the round mark beside it.
pub fn initials(name: &str) -> String {
    let mut letters = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    [letters.next(), letters.next_back()].into_iter().flatten().flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_readable_without_scripts() {
        let at = "2026-03-03T14:05:09Z".parse().unwrap();
        assert_eq!(
            When::clock(at).to_string(),
            r#"<time datetime="2026-03-03T14:05:09Z" data-as="clock">14:05 UTC</time>"#
        );
    }

    #[test]
    fn s2_what_is_not_counted_to_the_end_says_so() {
        assert_eq!(
            [0, 10_000, 10_001, 30_000].map(|count| HowMany(count).to_string()),
            ["0", "10000", "10000+", "10000+"]
        );
    }

    #[test]
    fn initials_come_from_first_and_last_word() {
        assert_eq!(initials("noor van den Berg"), "NB");
        assert_eq!(initials("Ωmega"), "Ω");
        assert_eq!(initials("\u{202e}(Ada) 👩‍👩‍👧 King 🎉"), "AK");
        assert_eq!(initials(""), "");
    }
}
