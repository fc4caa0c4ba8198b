//! The stage of a conversation, which decides the canned replies offered (K1).

use crate::search::Normaliser;
use crate::{Conversation, Status};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// How far a conversation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// No agent has answered yet.
    Greeting,
    /// They are at it.
    Ongoing,
    /// Done, or the customer says so.
    Resolved,
}

impl Stage {
    /// Every stage, in the order a conversation goes through them.
    pub const ALL: [Self; 3] = [Self::Greeting, Self::Ongoing, Self::Resolved];

    /// The stage of a conversation whose customer wrote `last_customer_text` last (K1).
    pub fn of(conversation: &Conversation, last_customer_text: Option<&str>) -> Self {
        if conversation.status() == Status::Resolved {
            Self::Resolved
        } else if conversation.last_agent_seq <= conversation.opened_seq {
            Self::Greeting
        } else if last_customer_text.is_some_and(closes) {
            Self::Resolved
        } else {
            Self::Ongoing
        }
    }

    /// The word on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Ongoing => "ongoing",
            Self::Resolved => "resolved",
        }
    }
}

/// A word that is no stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stage is one of greeting, ongoing, resolved")]
pub struct UnknownStage;

impl FromStr for Stage {
    type Err = UnknownStage;

    fn from_str(word: &str) -> Result<Self, UnknownStage> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == word).ok_or(UnknownStage)
    }
}

const CLOSING: [&[&str]; 28] = [
    &["thank", "you"],
    &["thank", "u"],
    &["thanks"],
    &["thankyou"],
    &["thanx"],
    &["thx"],
    &["tnx"],
    &["tks"],
    &["ty"],
    &["cheers"],
    &["much", "appreciated"],
    &["appreciate", "it"],
    &["bye"],
    &["byebye"],
    &["goodbye"],
    &["good", "night"],
    &["see", "you"],
    &["have", "a", "good"],
    &["have", "a", "great"],
    &["have", "a", "nice"],
    &["solved"],
    &["resolved"],
    &["fixed"],
    &["sorted"],
    &["it", "works"],
    &["works", "now"],
    &["working", "now"],
    &["all", "good"],
];

/// Thanks for what is yet to be done close nothing.
const HOPING: [&str; 2] = ["in", "advance"];

const DENIALS: [&str; 26] = [
    "but", "however", "not", "never", "cannot", "dont", "doesnt", "didnt", "cant", "couldnt", "wont",
    "wouldnt", "isnt", "arent", "wasnt", "werent", "havent", "hasnt", "hadnt", "shouldnt", "aint", "no",
    "nothing", "none", "neither", "nor",
];

const QUESTION_WORDS: [&str; 8] = ["what", "when", "where", "why", "how", "who", "which", "whose"];
const AUXILIARIES: [&str; 18] = [
    "is", "are", "was", "were", "do", "does", "did", "can", "could", "will", "would", "should", "shall",
    "may", "has", "have", "am", "must",
];
const PRONOUNS: [&str; 7] = ["i", "you", "u", "we", "it", "they", "there"];

/// Whether a customer's message ends the matter: it thanks, takes leave or says it is solved, and has neither a
/// question nor a "but" or "not" (K1).
pub(crate) fn closes(text: &str) -> bool {
    let words: Vec<String> = Normaliser::default().words(text).into_iter().map(|word| word.word).collect();
    CLOSING.iter().any(|phrase| has(&words, phrase))
        && !has(&words, &HOPING)
        && !words.iter().any(|word| DENIALS.contains(&&**word))
        && !asks(text, &words)
}

fn has(words: &[String], phrase: &[&str]) -> bool {
    words.windows(phrase.len()).any(|window| window == phrase)
}

/// A question mark of any script, or words in a question's order: "how do …", "can you …".
fn asks(text: &str, words: &[String]) -> bool {
    let pairs = |firsts: &[&str], seconds: &[&str]| {
        words.windows(2).any(|pair| firsts.contains(&&*pair[0]) && seconds.contains(&&*pair[1]))
    };
    text.contains(['?', '؟', '？', '\u{37e}'])
        || pairs(&QUESTION_WORDS, &AUXILIARIES)
        || pairs(&AUXILIARIES, &PRONOUNS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k1_closing_words_close() {
        for text in [
            "thanks",
            "Thanks!",
            "THANK YOU so much 🙏",
            "ok thank u",
            "thx",
            "Bye",
            "good-bye then",
            "Solved.",
            "It's solved now, thanks a lot",
            "That fixed it",
            "all sorted, cheers",
            "it works",
            "Working now, have a nice day",
            "Thanks for explaining how it works",
            "Thank you as always",
            "much appreciated",
        ] {
            assert!(closes(text), "{text}");
        }
    }

    #[test]
    fn k1_questions_buts_and_nots_do_not() {
        for text in [
            "",
            "Hello",
            "I need a refund",
            "thanks, when will it arrive?",
            "Thanks. How do I log in",
            "thank you, can you also change my number",
            "thanks but it is still the same",
            "Not solved",
            "it isn't fixed",
            "It isn’t resolved yet",
            "unsolved",
            "thanks, it does not work",
            "I can't log in, thanks",
            "Thanks in advance",
            "no it works only sometimes",
            "شكرا thanks؟",
            "the thanksgiving offer",
        ] {
            assert!(!closes(text), "{text}");
        }
    }
}
