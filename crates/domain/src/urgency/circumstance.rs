//! What makes a conversation urgent besides what its customer says.

use std::fmt;

/// Why something is added to a conversation's score. It is kept by its words, among those of the rules (U1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circumstance {
    /// The customer wrote so many times without an answer.
    Wrote(i64),
    /// They wait for a quarter of an hour.
    Waiting15Minutes,
    /// For an hour.
    Waiting1Hour,
    /// For four hours.
    Waiting4Hours,
    /// For a day.
    Waiting1Day,
    /// For three days.
    Waiting3Days,
    /// It was resolved, and they came back.
    CameBack,
    /// They had so many other conversations of late.
    Earlier(i64),
}

impl Circumstance {
    /// The circumstance that says itself in these words; none when no circumstance does.
    pub fn read(words: &str) -> Option<Self> {
        let number = words.split(' ').find_map(|word| word.parse().ok()).unwrap_or(2);
        let all = [
            Self::Wrote(number),
            Self::Waiting15Minutes,
            Self::Waiting1Hour,
            Self::Waiting4Hours,
            Self::Waiting1Day,
            Self::Waiting3Days,
            Self::CameBack,
            Self::Earlier(number),
        ];
        all.into_iter().find(|circumstance| circumstance.to_string() == words)
    }
}

impl fmt::Display for Circumstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrote(2) => f.write_str("wrote twice without an answer"),
            Self::Wrote(times) => write!(f, "wrote {times} times without an answer"),
            Self::Waiting15Minutes => f.write_str("waiting 15 min"),
            Self::Waiting1Hour => f.write_str("waiting 1 h"),
            Self::Waiting4Hours => f.write_str("waiting 4 h"),
            Self::Waiting1Day => f.write_str("waiting 1 day"),
            Self::Waiting3Days => f.write_str("waiting 3 days"),
            Self::CameBack => f.write_str("came back after it was resolved"),
            Self::Earlier(1) => f.write_str("1 earlier conversation in 30 days"),
            Self::Earlier(count) => write!(f, "{count} earlier conversations in 30 days"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u1_a_circumstance_is_known_by_its_words() {
        let waiting = [
            Circumstance::Waiting15Minutes,
            Circumstance::Waiting1Hour,
            Circumstance::Waiting4Hours,
            Circumstance::Waiting1Day,
            Circumstance::Waiting3Days,
        ];
        let counted =
            [2, 3, 12].map(Circumstance::Wrote).into_iter().chain([1, 2, 30].map(Circumstance::Earlier));
        for circumstance in waiting.into_iter().chain(counted).chain([Circumstance::CameBack]) {
            assert_eq!(Circumstance::read(&circumstance.to_string()), Some(circumstance));
        }
        for words in ["says money was not received", "wrote -1 words", ""] {
            assert_eq!(Circumstance::read(words), None, "{words}");
        }
    }
}
