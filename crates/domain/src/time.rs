//! Points in time.

use jiff::fmt::temporal::Pieces;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

/// A point in time in microseconds since 1970-01-01 UTC: what both databases keep exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970-01-01 UTC.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01 UTC.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The time from `earlier` to this one; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0).try_into().unwrap_or(0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros(span)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros(span)))
    }
}

fn micros(span: Duration) -> i64 {
    span.as_micros().try_into().unwrap_or(i64::MAX)
}

/// RFC 3339 in UTC, as on the wire: `2026-01-31T09:30:00.123456Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        jiff::Timestamp::from_microsecond(self.0).map_err(|_| fmt::Error)?.fmt(f)
    }
}

/// Why a text is no time.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATime {
    /// It is written in another way.
    #[error("not an RFC 3339 time such as 2026-01-31T09:30:00Z")]
    Malformed,
    /// It is written as one, and farther away than times go.
    #[error("out of range: the latest time is 9999-12-30T22:00:00Z")]
    OutOfRange,
}

impl FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let parsed = text.parse::<jiff::Timestamp>().map(|at| Self(at.as_microsecond()));
        parsed.map_err(|_| if is_written_as_time(text) { NotATime::OutOfRange } else { NotATime::Malformed })
    }
}

fn is_written_as_time(text: &str) -> bool {
    Pieces::parse(text).is_ok_and(|pieces| pieces.time().is_some() && pieces.offset().is_some())
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_rfc_3339_in_utc() {
        let at = Timestamp::from_micros(1_485_977_345_000_001);
        assert_eq!(at.to_string(), "2017-02-01T19:29:05.000001Z");
        assert_eq!(at.to_string().parse::<Timestamp>().unwrap(), at);
        assert_eq!("2017-02-01T20:29:05.000001+01:00".parse::<Timestamp>().unwrap(), at);
        for malformed in
            ["2017-02-30T00:00:00Z", "9999-12-31", "9999-12-31T23:59:59", "12017-02-01T00:00:00Z"]
        {
            assert_eq!(malformed.parse::<Timestamp>(), Err(NotATime::Malformed), "{malformed}");
        }
        assert!("9999-12-30T22:00:00Z".parse::<Timestamp>().is_ok());
        assert_eq!("9999-12-31T23:59:59Z".parse::<Timestamp>(), Err(NotATime::OutOfRange));
    }

    #[test]
    fn spans_never_go_below_zero() {
        let at = Timestamp::from_micros(5);
        assert_eq!(at.since(at + Duration::from_secs(1)), Duration::ZERO);
        assert_eq!((at + Duration::from_secs(1)).since(at), Duration::from_secs(1));
    }
}
