//! Dates and weekdays that are near: today and the next two days, in UTC.

use super::names::Names;
use crate::Timestamp;
use crate::search::Word;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

/// How many days from today are near.
const NEAR_DAYS: i32 = 2;

/// For each word, whether a date that is near at `now` begins with it: `2026-11-25`, `25/11/2026`, `25.11.`, `25 Nov`,
/// `November 25th`, or a weekday after a word like "by".
pub(super) fn near_dates(words: &[Word], text: &str, names: &Names, now: Timestamp) -> Vec<bool> {
    let Ok(now) = jiff::Timestamp::from_microsecond(now.as_micros()) else { return vec![false; words.len()] };
    let today = TimeZone::UTC.to_datetime(now).date();
    let is_near = |date: Option<Date>| {
        let days = date.and_then(|date| today.until(date).ok()).map(|span| span.get_days());
        days.is_some_and(|days| (0..=NEAR_DAYS).contains(&days))
    };
    let word = |at: usize| words.get(at).map(|word| word.word.as_str());
    let is_date = |at: usize| {
        is_near(figures(words, text, at, today))
            || is_near(named(word(at), word(at + 1), names, today))
            || is_near(named(word(at + 1), word(at), names, today))
            || at > 0 && names.is_by(&words[at - 1]) && is_near(weekday(&words[at].word, names, today))
    };
    (0..words.len()).map(is_date).collect()
}

/// Figures with `-`, `/` or `.` between them; the day comes first, or the year does.
fn figures(words: &[Word], text: &str, at: usize, today: Date) -> Option<Date> {
    let figure = |at: usize| words.get(at)?.word.parse::<i16>().ok();
    let after = |at: usize| {
        let (left, right) = (words.get(at)?, words.get(at + 1)?);
        let joined = matches!(text.get(left.range.end..right.range.start), Some("-" | "/" | "."));
        if joined { figure(at + 1) } else { None }
    };
    let (first, second) = (figure(at)?, after(at)?);
    match after(at + 1) {
        Some(day) if first >= 1000 => date(first, second, day),
        Some(year) if year < 100 => date(2000 + year, second, first),
        Some(year) => date(year, second, first),
        None => date(today.year(), second, first),
    }
}

/// A day, as "25" or "25th", and the name of a month.
fn named(day: Option<&str>, month: Option<&str>, names: &Names, today: Date) -> Option<Date> {
    let day = day?.trim_end_matches(char::is_alphabetic).parse().ok()?;
    date(today.year(), names.month(month?)?, day)
}

fn weekday(word: &str, names: &Names, today: Date) -> Option<Date> {
    let weekday = Weekday::from_monday_zero_offset(names.weekday(word)?).ok()?;
    today.checked_add(i64::from(today.weekday().until(weekday)).days()).ok()
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
}
