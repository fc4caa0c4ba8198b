//! What the other crates know by a type, in words.

use super::{Filled, Markup, Text, markup, say};
use domain::canned::{PLACEHOLDERS, Reason, UnknownPlaceholder};
use domain::email::MAX_EMAIL_CHARS;
use domain::search::{MAX_QUERY_CHARS, MAX_QUERY_WORDS, QueryError};
use domain::urgency::{Circumstance, MAX_PHRASE_CHARS, MAX_PHRASES, MAX_TOPICS, MAX_WEIGHT, RulesError};
use domain::{Age, EmailError, Note, RatingError, Refusal, Stage, TextError, Timestamp, UrgencyLevel};
use realtime::wire::SuggestionView;
use store::{InUse, Mistake, PASSWORD_MAX, PASSWORD_MIN, PasswordError, Suggestion};

/// A stage of a conversation.
pub(crate) const fn stage(stage: &Stage) -> Text {
    match stage {
        Stage::Greeting => say("stage-greeting"),
        Stage::Ongoing => say("stage-ongoing"),
        Stage::Resolved => say("stage-resolved"),
    }
}

/// A level of urgency.
pub(crate) const fn urgency_level(level: &UrgencyLevel) -> Text {
    match level {
        UrgencyLevel::High => say("level-high"),
        UrgencyLevel::Normal => say("level-normal"),
        UrgencyLevel::Low => say("level-low"),
    }
}

/// How long ago a conversation began.
pub(crate) const fn age(age: Age) -> Text {
    match age {
        Age::UnderAnHour => say("age-under-1-hour"),
        Age::OneToFourHours => say("age-1-4-hours"),
        Age::FourHoursToADay => say("age-4-24-hours"),
        Age::OneToSevenDays => say("age-1-7-days"),
        Age::OverSevenDays => say("age-over-7-days"),
    }
}

/// Why a conversation is urgent. What its customer's words say is in the words of the rules (U1).
pub(crate) fn urgency_reason(reason: &str) -> String {
    let Some(circumstance) = Circumstance::read(reason) else { return reason.to_owned() };
    match circumstance {
        Circumstance::Wrote(times) => say("urgency-wrote").with("times", times).into(),
        Circumstance::Waiting15Minutes => say("urgency-waiting-15-minutes").into(),
        Circumstance::Waiting1Hour => say("urgency-waiting-1-hour").into(),
        Circumstance::Waiting4Hours => say("urgency-waiting-4-hours").into(),
        Circumstance::Waiting1Day => say("urgency-waiting-1-day").into(),
        Circumstance::Waiting3Days => say("urgency-waiting-3-days").into(),
        Circumstance::CameBack => say("urgency-came-back").into(),
        Circumstance::Earlier(count) => say("urgency-earlier").with("count", count).into(),
    }
}

/// A canned reply that is offered, and why.
pub(crate) fn suggestion(Suggestion { canned_reply, text, reason }: Suggestion) -> SuggestionView {
    let reason = match reason {
        Reason::Mentions(word) => say("suggested-mentions").with("word", word).into(),
        Reason::Fits(words) => say("suggested-fits").with("words", words).into(),
        Reason::OftenUsed => say("suggested-often-used").into(),
        Reason::Stage(Stage::Greeting) => say("suggested-greeting").into(),
        Reason::Stage(Stage::Ongoing) => say("suggested-ongoing").into(),
        Reason::Stage(Stage::Resolved) => say("suggested-resolved").into(),
    };
    SuggestionView { canned_reply, text, reason }
}

/// What happened to a conversation, from the facts of its event; none for an event that says only its own words.
/// `time` makes a time of the page.
pub(crate) fn event(note: &Note, time: impl Fn(Timestamp) -> crate::view::When) -> Option<Markup> {
    let data = note.data.as_ref()?;
    let fact = |name: &str| data.get(name).and_then(serde_json::Value::as_str);
    Some(match fact("event")? {
        "claimed" => markup("event-claimed"),
        "released" => markup("event-released"),
        "expired" => markup("event-expired-html").with("holder", fact("holder")?),
        "warned" => markup("event-warned-html").with("holder", fact("holder")?),
        "left_unanswered" => markup("event-left-unanswered-html").with("holder", fact("holder")?),
        "handed_over" => match fact("from") {
            // Who gives away their own is named already.
            Some(from) if note.author.as_ref().is_none_or(|author| author.name != from) => {
                markup("event-handed-over-from-html").with("from", from).with("to", fact("to")?)
            }
            _ => markup("event-handed-over-html").with("to", fact("to")?),
        },
        "resolved" => markup("event-resolved"),
        "reopened" => markup("event-reopened"),
        "snoozed" => markup("event-snoozed").with_html("time", time(fact("until")?.parse().ok()?)),
        "woken" if note.author.is_some() => markup("event-woken-by"),
        "woken" => markup("event-woken"),
        "rated" => {
            let score = data.get("score")?.as_i64()?;
            match fact("comment") {
                Some(comment) => {
                    markup("event-rated-with-html").with("score", score).with("comment", comment)
                }
                None => markup("event-rated").with("score", score),
            }
        }
        "mailed" => markup("event-mailed"),
        "not_mailed" => markup("event-not-mailed"),
        _ => return None,
    })
}

/// What is wrong and what to do: a part of a sentence, as [`sentence`](crate::form::sentence) takes it.
pub(crate) trait Explain {
    fn explain(&self) -> String;
}

impl Explain for TextError {
    fn explain(&self) -> String {
        // As a choice of Fluent's is written.
        let key = |what: &str| what.replace(' ', "-");
        match self {
            Self::Blank(what) => say("wrong-blank").with("what", key(what)).into(),
            Self::TooLong(what, most) => {
                say("wrong-too-long").with("what", key(what)).with("most", most).into()
            }
            Self::Nul(what) => say("wrong-nul").with("what", key(what)).into(),
            Self::Control(what) => say("wrong-control").with("what", key(what)).into(),
            Self::Comma(_) => say("wrong-comma").into(),
        }
    }
}

impl Explain for EmailError {
    fn explain(&self) -> String {
        match self {
            Self::Empty => say("wrong-email-empty").into(),
            Self::TooLong => say("wrong-email-long").with("most", MAX_EMAIL_CHARS).into(),
            Self::Blank => say("wrong-email-blank").into(),
            Self::Parts => say("wrong-email-parts").into(),
            Self::Domain => say("wrong-email-domain").into(),
        }
    }
}

impl Explain for PasswordError {
    fn explain(&self) -> String {
        match self {
            Self::TooShort => say("wrong-password-short").with("least", PASSWORD_MIN).into(),
            Self::TooLong => say("wrong-password-long").with("most", PASSWORD_MAX).into(),
        }
    }
}

impl Explain for RatingError {
    fn explain(&self) -> String {
        match self {
            Self::Score => say("wrong-score").into(),
            Self::Comment(error) => error.explain(),
        }
    }
}

impl Explain for UnknownPlaceholder {
    fn explain(&self) -> String {
        say("wrong-placeholder").with("name", &self.0).with("known", PLACEHOLDERS.join(", ")).into()
    }
}

impl Explain for QueryError {
    fn explain(&self) -> String {
        match self {
            Self::NoWords => say("wrong-no-words").into(),
            Self::OnlyExclusions => say("wrong-only-exclusions").into(),
            Self::TooLong => say("wrong-search-long").with("most", MAX_QUERY_CHARS).into(),
            Self::TooManyWords => say("wrong-search-words").with("most", MAX_QUERY_WORDS).into(),
        }
    }
}

impl Explain for RulesError {
    fn explain(&self) -> String {
        match self {
            Self::Weight => say("wrong-weight").with("most", MAX_WEIGHT).into(),
            Self::Limits => say("wrong-limits").with("most", MAX_WEIGHT).into(),
            Self::Reason => say("wrong-reason").with("most", MAX_PHRASE_CHARS).into(),
            Self::SameReason => say("wrong-same-reason").into(),
            Self::Phrases => say("wrong-phrases").with("most", MAX_PHRASES).into(),
            Self::Phrase(phrase) => {
                say("wrong-phrase").with("most", MAX_PHRASE_CHARS).with("phrase", phrase).into()
            }
            Self::Name(name) => say("wrong-special").with("name", name).into(),
            Self::Topics => say("wrong-topics").with("most", MAX_TOPICS).into(),
        }
    }
}

impl Explain for Mistake {
    fn explain(&self) -> String {
        match self {
            Self::Text(error) => error.explain(),
            Self::Email(error) => error.explain(),
            Self::Password(error) => error.explain(),
            Self::Placeholder(error) => error.explain(),
            Self::Query(error) => error.explain(),
            Self::Rules(error) => error.explain(),
            Self::RulesChanged => say("wrong-rules-version").into(),
            Self::Other(words) => words.clone(),
        }
    }
}

impl Explain for InUse {
    fn explain(&self) -> String {
        match self {
            Self::Yourself => say("refused-delete-yourself").into(),
            Self::OnlyAdministrator => say("refused-only-administrator").into(),
            Self::JustTookOne => say("refused-agent-busy").into(),
        }
    }
}

impl Explain for Refusal {
    fn explain(&self) -> String {
        match self {
            Self::AlreadyClaimed(holder) => say("refused-held").with("agent", &holder.name).into(),
            Self::NotClaimed => say("refused-not-claimed").into(),
            Self::ClaimLost => say("refused-claim-lost").into(),
            Self::Resolved => say("refused-resolved").into(),
            Self::NotResolved => say("refused-not-resolved").into(),
            Self::NotInTheFuture => say("refused-not-in-future").into(),
            Self::Forbidden => say("refused-forbidden").into(),
        }
    }
}

impl Explain for Text {
    fn explain(&self) -> String {
        self.to_string()
    }
}

impl Explain for Filled {
    fn explain(&self) -> String {
        self.to_string()
    }
}
