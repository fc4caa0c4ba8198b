//! The reply that closed a conversation.

use super::matter::telling_words;
use crate::search::{Normaliser, Segment, Word};
use crate::stage::closes;
use crate::{Customer, Side};

/// An answer has so many telling words, or one in a sentence of [`LEAST_WORDS`]: "did that help?" is none.
const LEAST_TELLING: usize = 2;

/// See [`LEAST_TELLING`].
const LEAST_WORDS: usize = 5;

/// What takes leave has to say more to be an answer: "glad it works, have a nice day" is none.
const LEAST_TELLING_LEAVING: usize = 4;

/// What agents say to be pleasant, whatever the matter was.
const PLEASANT: [&str; 19] = [
    "anytime",
    "enjoy",
    "evening",
    "excellent",
    "fantastic",
    "fun",
    "glad",
    "happy",
    "help",
    "helped",
    "lovely",
    "luck",
    "perfect",
    "pleasure",
    "safe",
    "weekend",
    "welcome",
    "wish",
    "wonderful",
];

/// What the agent said last that answers something, before the customer thanked or took leave, or, if they did not, before
/// the end: the messages of one turn, with an empty line between. None if there is no such thing.
pub fn closing_reply(messages: &[(Side, &str)], normaliser: Normaliser) -> Option<String> {
    let answers = |text: &str| {
        let telling = telling_words(text, normaliser).filter(|word| !PLEASANT.contains(&&*word.word)).count();
        match telling {
            _ if closes(text) => telling >= LEAST_TELLING_LEAVING,
            1 => normaliser.words(text).len() >= LEAST_WORDS,
            _ => telling >= LEAST_TELLING,
        }
    };
    before_leave(messages)
        .rsplit(|(side, _)| *side == Side::Customer)
        .map(|turn| turn.iter().map(|(_, text)| *text).filter(|text| answers(text)).collect::<Vec<_>>())
        .find(|turn| !turn.is_empty())
        .map(|turn| turn.join("\n\n"))
}

/// Without the end in which the customer thanks and takes leave, and what is answered to that.
fn before_leave<'m, 't>(messages: &'m [(Side, &'t str)]) -> &'m [(Side, &'t str)] {
    let customers = messages.iter().enumerate().rev().filter(|(_, (side, _))| *side == Side::Customer);
    let leaving = customers.take_while(|(_, (_, text))| closes(text)).map(|(at, _)| at).last();
    match leaving {
        Some(at) if messages[..at].iter().any(|(side, _)| *side == Side::Agent) => &messages[..at],
        _ => messages,
    }
}

/// A text with each word marked that is the customer's name or part of their address.
pub fn names(text: &str, customer: &Customer, normaliser: Normaliser) -> Vec<Segment> {
    let local = customer.email.as_deref().and_then(|email| email.split('@').next()).unwrap_or_default();
    let own: Vec<Word> =
        normaliser.words(&customer.name).into_iter().chain(normaliser.words(local)).collect();
    let is_name =
        |word: &Word| word.word.chars().nth(1).is_some() && own.iter().any(|own| own.word == word.word);
    let segment = |text: &str, hit| (!text.is_empty()).then(|| Segment { text: text.to_owned(), hit });
    let (mut segments, mut end) = (Vec::new(), 0);
    for word in normaliser.words(text).into_iter().filter(is_name) {
        segments.extend(segment(&text[end..word.range.start], false));
        segments.extend(segment(&text[word.range.clone()], true));
        end = word.range.end;
    }
    segments.extend(segment(&text[end..], false));
    segments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Language;
    use crate::{CustomerId, CustomerKey};

    /// The reply of a conversation whose customer's lines begin with `> `.
    fn reply(lines: &[&str]) -> Option<String> {
        let messages: Vec<_> = lines
            .iter()
            .map(|line| line.strip_prefix("> ").map_or((Side::Agent, *line), |text| (Side::Customer, text)))
            .collect();
        closing_reply(&messages, Normaliser::new(Language::English))
    }

    #[test]
    fn is_what_was_said_before_the_thanks_not_the_farewell() {
        let lines = [
            "> Where is my refund?",
            "Refunds take five working days; yours left our bank on Monday.",
            "> great, thank you",
            "You're welcome, have a nice day and enjoy the sunshine in the garden!",
            "> bye",
            "Bye!",
        ];
        assert_eq!(reply(&lines).unwrap(), lines[1]);
        assert_eq!(reply(&lines[..2]).unwrap(), lines[1], "resolved without a word");
    }

    #[test]
    fn good_wishes_are_no_answer() {
        let lines = [
            "> The boots were in the wrong box",
            "I have sent the right boots today, keep the others.",
            "> They arrived. God bless",
            "Wonderful, enjoy the walk!",
        ];
        assert_eq!(reply(&lines).unwrap(), lines[1]);
    }

    #[test]
    fn a_question_whether_it_helped_is_no_answer() {
        let lines = [
            "> The printer is offline",
            "Hold the power button for ten seconds, then add the printer again.",
            "> ok",
            "Did that help?",
            "> yes, thanks",
        ];
        assert_eq!(reply(&lines).unwrap(), lines[1]);
    }

    #[test]
    fn is_the_whole_turn_without_its_pleasantries() {
        let lines = [
            "> How do I export?",
            "Open Settings, then Export.",
            "Choose CSV as the format.",
            "Have a nice day!",
        ];
        assert_eq!(reply(&lines).unwrap(), "Open Settings, then Export.\n\nChoose CSV as the format.");
    }

    #[test]
    fn thanks_before_any_answer_end_nothing() {
        let lines = ["> Thanks for the parcel!", "The second parcel left our warehouse today."];
        assert_eq!(reply(&lines).unwrap(), lines[1]);
        assert_eq!(reply(&["> hello", "Hello!", "> bye"]), None);
        assert_eq!(reply(&[]), None);
    }

    #[test]
    fn names_and_addresses_are_marked() {
        let (key, id) = (CustomerKey(1), CustomerId::new());
        let (name, email) = ("Noor Áli".to_owned(), Some("n.walker@example.com".to_owned()));
        let noor = Customer { key, id, name, email, email_verified: false };
        let normaliser = Normaliser::new(Language::English);
        let marked: Vec<_> = names("Hi NOOR, we wrote to n.walker@example.com.", &noor, normaliser)
            .into_iter()
            .map(|segment| (segment.text, segment.hit))
            .collect();
        let expected = [
            ("Hi ", false),
            ("NOOR", true),
            (", we wrote to n.", false),
            ("walker", true),
            ("@example.com.", false),
        ];
        assert_eq!(marked, expected.map(|(text, hit)| (text.to_owned(), hit)));
        assert!(names("", &noor, normaliser).is_empty());
    }
}
