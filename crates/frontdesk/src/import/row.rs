//! One row of the file.

use domain::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::time::Duration;

/// How many columns a row has: user id, timestamp, message body.
pub const COLUMNS: usize = 3;

/// How times are written, all of them UTC.
const TIMES: [&str; 3] = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ"];

/// How far ahead a time may be: clocks differ.
const AHEAD: Duration = Duration::from_secs(24 * 60 * 60);

/// A message of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Whose conversation it belongs to.
    pub user: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What was written, as it stands in the file.
    pub body: String,
}

/// A row that cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct BadRow {
    /// The line of the file it begins on; the header is line 1.
    pub line: u64,
    /// What is wrong with it and what is expected.
    pub reason: String,
}

impl Row {
    /// Reads the columns of a row. A time more than a day after `now` is none of a message.
    ///
    /// # Errors
    /// What is wrong, and what is expected instead.
    pub fn parse(columns: &csv::StringRecord, now: Timestamp) -> Result<Self, String> {
        if columns.len() != COLUMNS {
            let hint = if columns.len() > COLUMNS {
                "; a body that holds a comma must be in double quotes"
            } else {
                ""
            };
            return Err(format!("{} columns instead of {COLUMNS}{hint}", columns.len()));
        }
        Ok(Self { user: user(&columns[0])?, at: timestamp(&columns[1], now)?, body: body(&columns[2])? })
    }
}

fn user(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| format!("the user id {} is not a whole number", shown(text)))
}

fn timestamp(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let time = TIMES.iter().find_map(|format| DateTime::strptime(format, text.trim()).ok());
    let at = time.and_then(|time| TimeZone::UTC.to_timestamp(time).ok());
    let at = at.map(|at| Timestamp::from_micros(at.as_microsecond())).ok_or_else(|| {
        format!(
            "the timestamp {} is not a time such as 2017-02-01 19:29:05 or 2017-02-01T19:29:05Z",
            shown(text)
        )
    })?;
    if at > now + AHEAD {
        return Err(format!("the timestamp {} is in the future: it is {now} now", shown(text)));
    }
    Ok(at)
}

fn body(text: &str) -> Result<String, String> {
    domain::check_text(text).map_err(|error| error.to_string())?;
    Ok(text.to_owned())
}

/// A value as an error shows it: in quotes, without control characters, and never long.
fn shown(value: &str) -> String {
    let head: String = value.chars().take(40).collect();
    format!("{head:?}{}", if head.len() < value.len() { " …" } else { "" })
}
