//! Canned replies: filling in their placeholders, and which to suggest first (K2).

use crate::search::Normaliser;
use crate::{CannedReplyId, Stage, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// After how many days a use counts half.
const HALF_LIFE_DAYS: f64 = 30.0;

/// How much use, by its logarithm, weighs against fit, which goes up to 1: 20 uses weigh 0.15.
const USE_WEIGHT: f64 = 0.05;

/// From how many uses on a reply is called often used.
const OFTEN: f64 = 3.0;

/// A text agents send again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct CannedReply {
    /// The id outside.
    pub id: CannedReplyId,
    /// The stage it is for.
    pub stage: Stage,
    /// What an agent types to pick it.
    pub short_code: Option<String>,
    /// The text, with placeholders.
    pub text: String,
    /// How much it is used.
    pub usage: Usage,
}

/// How often a reply was used, recent uses counting more.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Usage {
    /// The decayed number of uses at `last`.
    pub count: f64,
    /// When it was last used.
    pub last: Option<Timestamp>,
}

impl Usage {
    /// The decayed number of uses at `now`: each counts half after 30 days.
    pub fn at(self, now: Timestamp) -> f64 {
        let days = self.last.map_or(0.0, |last| now.since(last).as_secs_f64() / 86_400.0);
        self.count * 0.5_f64.powf(days / HALF_LIFE_DAYS)
    }

    /// Used once more.
    #[must_use]
    pub fn used(self, now: Timestamp) -> Self {
        Self { count: self.at(now) + 1.0, last: Some(now) }
    }
}

/// What placeholders stand for. Missing values use the reply's fallback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Values<'a> {
    /// `customer.name`
    pub customer_name: Option<&'a str>,
    /// `customer.email`
    pub customer_email: Option<&'a str>,
    /// `agent.name`
    pub agent_name: Option<&'a str>,
}

/// The names a placeholder may have.
pub const PLACEHOLDERS: [&str; 3] = ["customer.name", "customer.email", "agent.name"];

/// A placeholder with a name nothing is known by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no placeholder {name:?}: use {known}", name = .0, known = PLACEHOLDERS.join(", "))]
pub struct UnknownPlaceholder(pub String);

/// Refuses a reply's text with placeholders that mean nothing.
///
/// # Errors
/// [`UnknownPlaceholder`], with the first of them.
pub fn check_placeholders(text: &str) -> Result<(), UnknownPlaceholder> {
    let unknown = pieces(text).find_map(|piece| match piece {
        Piece::Placeholder { name, .. } if !PLACEHOLDERS.contains(&name) => Some(name.to_owned()),
        Piece::Placeholder { .. } | Piece::Text(_) => None,
    });
    unknown.map_or(Ok(()), |name| Err(UnknownPlaceholder(name)))
}

/// Fills in `{{ customer.name }}` or, with a fallback, `{{ customer.name | "there" }}`. Values are data: braces in
/// them mean nothing (A6). Without value and fallback the space before goes too; an unknown name stays as it is.
pub fn fill(text: &str, values: &Values<'_>) -> String {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Placeholder { name, fallback, source } => match values.get(name) {
                Ok(value) => match value.or(fallback) {
                    Some(value) => filled.push_str(value),
                    None => filled.truncate(filled.trim_end_matches(' ').len()),
                },
                Err(UnknownPlaceholder(_)) => filled.push_str(source),
            },
        }
    }
    filled
}

impl<'a> Values<'a> {
    fn get(&self, name: &str) -> Result<Option<&'a str>, UnknownPlaceholder> {
        let value = match name {
            "customer.name" => self.customer_name,
            "customer.email" => self.customer_email,
            "agent.name" => self.agent_name,
            _ => return Err(UnknownPlaceholder(name.into())),
        };
        Ok(value.filter(|value| !value.trim().is_empty()))
    }
}

enum Piece<'a> {
    Text(&'a str),
    Placeholder { name: &'a str, fallback: Option<&'a str>, source: &'a str },
}

/// Text and placeholders by turns. Braces that never close are text.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let placeholder = rest.strip_prefix("{{").and_then(|inner| inner.split_once("}}"));
        if let Some((inner, after)) = placeholder {
            let source = &rest[..rest.len() - after.len()];
            rest = after;
            let (name, fallback) = inner.split_once('|').map_or((inner, None), |(name, fallback)| {
                let fallback = fallback.trim();
                (
                    name,
                    Some(fallback.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(fallback)),
                )
            });
            return Some(Piece::Placeholder { name: name.trim(), fallback, source });
        }
        let next = rest.char_indices().skip(1).find(|(at, _)| rest[*at..].starts_with("{{"));
        let (piece, after) = rest.split_at(next.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(Piece::Text(piece))
    })
}

/// Why a reply is suggested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Reason {
    /// It has this word of the customer's.
    Mentions(String),
    /// Agents use it a lot.
    OftenUsed,
    /// It is for this stage.
    Stage(Stage),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mentions(word) => write!(f, "mentions “{word}”"),
            Self::OftenUsed => f.write_str("often used"),
            Self::Stage(Stage::Greeting) => f.write_str("for a greeting"),
            Self::Stage(Stage::Ongoing) => f.write_str("for going on"),
            Self::Stage(Stage::Resolved) => f.write_str("for closing"),
        }
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.to_string()
    }
}

/// Words this short, and these, say nothing about what a text is about.
const MIN_TELLING_CHARS: usize = 4;
const COMMON: [&str; 22] = [
    "about", "been", "from", "have", "hello", "here", "just", "like", "please", "some", "that", "them",
    "then", "there", "they", "this", "want", "what", "when", "will", "with", "your",
];

/// The replies, best first, each with why (K2): by how much of their words the customer's last messages have, words
/// that many replies have counting less, and by use. Equal ones stay in order.
pub fn rank(
    replies: Vec<CannedReply>,
    customer_texts: &[&str],
    now: Timestamp,
    normaliser: Normaliser,
) -> Vec<(CannedReply, Reason)> {
    let said = telling_words(customer_texts.iter().copied(), normaliser);
    let words: Vec<_> = replies
        .iter()
        .map(|reply| telling_words([&*reply.text].into_iter().chain(reply.short_code.as_deref()), normaliser))
        .collect();
    let weigh = |stem: &str| {
        let having = words.iter().filter(|words| words.contains_key(stem)).count();
        (words.len() as f64 / having as f64).ln_1p()
    };
    let mut ranked: Vec<_> = replies
        .into_iter()
        .zip(&words)
        .map(|(reply, words)| {
            let weights: Vec<(&str, f64)> = words.keys().map(|stem| (&**stem, weigh(stem))).collect();
            let shared = || weights.iter().filter(|(stem, _)| said.contains_key(*stem));
            let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
            let fit = shared().map(|(_, weight)| weight).sum::<f64>() / total.max(f64::MIN_POSITIVE);
            let uses = reply.usage.at(now);
            let telling = shared().max_by(|(_, a), (_, b)| a.total_cmp(b));
            let reason = match telling.and_then(|(stem, _)| said.get(*stem)) {
                Some(word) => Reason::Mentions(word.clone()),
                None if uses >= OFTEN => Reason::OftenUsed,
                None => Reason::Stage(reply.stage),
            };
            (fit + USE_WEIGHT * uses.ln_1p(), reply, reason)
        })
        .collect();
    ranked.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
    ranked.into_iter().map(|(_, reply, reason)| (reply, reason)).collect()
}

/// The words that say what texts are about, by their stems.
fn telling_words<'a>(
    texts: impl Iterator<Item = &'a str>,
    normaliser: Normaliser,
) -> BTreeMap<String, String> {
    texts
        .flat_map(|text| normaliser.words(text))
        .filter(|word| word.word.chars().count() >= MIN_TELLING_CHARS && !COMMON.contains(&&*word.word))
        .map(|word| (word.stem.unwrap_or_else(|| word.word.clone()), word.word))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Language;
    use proptest::prelude::*;
    use std::time::Duration;

    const DAY: Duration = Duration::from_secs(86_400);

    fn reply(text: &str, count: f64, last: Option<Timestamp>) -> CannedReply {
        CannedReply {
            id: CannedReplyId::new(),
            stage: Stage::Ongoing,
            short_code: None,
            text: text.into(),
            usage: Usage { count, last },
        }
    }

    fn ranked(replies: Vec<CannedReply>, said: &str, now: Timestamp) -> Vec<(String, String)> {
        rank(replies, &[said], now, Normaliser::new(Language::English))
            .into_iter()
            .map(|(reply, reason)| (reply.text, reason.to_string()))
            .collect()
    }

    fn noor() -> Values<'static> {
        Values { customer_name: Some("Noor"), customer_email: None, agent_name: Some("Sam") }
    }

    #[test]
    fn k2_placeholders_are_filled_in() {
        for (text, filled) in [
            ("Hi {{ customer.name }}, I am {{agent.name}}.", "Hi Noor, I am Sam."),
            ("Hi {{ customer.name | \"there\" }}!", "Hi Noor!"),
            ("To {{ customer.email | \"your address\" }}.", "To your address."),
            ("To {{ customer.email | you }}.", "To you."),
            ("Hi {{ customer.email }}!", "Hi!"),
            ("{{ customer.shoe }} {{", "{{ customer.shoe }} {{"),
            ("{ {{{{ agent.name }}", "{ {{{{ agent.name }}"),
            ("", ""),
        ] {
            assert_eq!(fill(text, &noor()), filled);
        }
        let blank = Values { customer_name: Some(" "), ..noor() };
        assert_eq!(fill("Hi {{ customer.name | \"there\" }}", &blank), "Hi there");
    }

    #[test]
    fn k2_values_are_data() {
        let sly = Values { customer_name: Some("{{ agent.name }}"), ..noor() };
        assert_eq!(fill("Hi {{ customer.name }}", &sly), "Hi {{ agent.name }}");
    }

    #[test]
    fn unknown_placeholders_are_refused() {
        assert_eq!(check_placeholders("{{ customer.name | \"x\" }} {{ agent.name }}"), Ok(()));
        let error = check_placeholders("{{ customer.nmae }}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no placeholder \"customer.nmae\": use customer.name, customer.email, agent.name"
        );
    }

    #[test]
    fn k2_a_reply_that_fits_comes_first() {
        let now = Timestamp::from_micros(0);
        let replies = vec![
            reply("Your money is on its way.", 5.0, Some(now)),
            reply("Refunds take three days.", 0.0, None),
            reply("Anything else?", 0.0, None),
        ];
        let ranked = ranked(replies, "when will my refund come", now);
        assert_eq!(ranked[0], ("Refunds take three days.".into(), "mentions “refund”".into()));
        assert_eq!(ranked[1], ("Your money is on its way.".into(), "often used".into()));
        assert_eq!(ranked[2], ("Anything else?".into(), "for going on".into()));
    }

    #[test]
    fn k2_twenty_uses_move_a_reply_above_an_equal_one() {
        let now = Timestamp::from_micros(0);
        let mut usage = Usage::default();
        for _ in 0..20 {
            usage = usage.used(now);
        }
        let replies = vec![reply("Refund one", 0.0, None), reply("Refund two", usage.count, usage.last)];
        assert_eq!(ranked(replies, "refund", now)[0].0, "Refund two");
    }

    #[test]
    fn k2_a_use_counts_half_after_30_days() {
        let start = Timestamp::from_micros(0);
        let usage = Usage::default().used(start).used(start);
        assert_eq!(usage.at(start + 30 * DAY), 1.0);
        assert_eq!(usage.used(start + 30 * DAY).count, 2.0);
        assert_eq!(Usage::default().at(start), 0.0);
    }

    proptest! {
        #[test]
        fn text_without_braces_stays(text in "[^{]*") {
            prop_assert_eq!(fill(&text, &noor()), text);
        }

        #[test]
        fn filling_takes_anything(text in "([{}|\" ]|customer.name|\\PC){0,60}") {
            fill(&text, &noor());
            let _ = check_placeholders(&text);
        }
    }
}
