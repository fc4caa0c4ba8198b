//! Words and numbers for phrases: a few that everybody uses, and a long tail of names.

use rand::RngExt;
use rand::rngs::StdRng;
use std::fmt::Write;

/// The word that stands in about a tenth of all messages.
pub const COMMON_WORD: &str = "invoice";
/// Words that each stand in one message of [`RARE_EVERY`].
pub const RARE_WORDS: [&str; 20] = [
    "quokka",
    "zeppelin",
    "marzipan",
    "obelisk",
    "walrus",
    "kumquat",
    "bassoon",
    "gargoyle",
    "yurt",
    "lichen",
    "trombone",
    "pangolin",
    "samovar",
    "ziggurat",
    "hammock",
    "periscope",
    "abacus",
    "tamarind",
    "narwhal",
    "cuckoo",
];
/// Words of the phrases, by how many of a hundred messages have them: from 5 to 67.
pub const FREQUENT_WORDS: [&str; 12] = [
    "order", "account", "parcel", "payment", "courier", "address", "please", "says", "have", "it", "is",
    "the",
];
/// Words that stand together in the phrases.
pub const PHRASES: [&str; 12] = [
    "order number",
    "working days",
    "thank you",
    "the return label",
    "not been received",
    "in the spam folder",
    "what happened",
    "is only a reservation",
    "the invoice says",
    "on its way",
    "a new password",
    "cannot sign in",
];
/// In how many messages there is one of each rare word.
pub const RARE_EVERY: usize = 50_000;

/// Names there are.
const NAMES: usize = 60_000;
const SYLLABLES: [&str; 32] = [
    "ba", "bren", "cal", "da", "del", "do", "fen", "fi", "gar", "hol", "ja", "ka", "kin", "la", "lor", "lu",
    "ma", "mir", "na", "nor", "o", "pel", "qua", "ra", "ros", "sa", "sel", "tan", "ti", "vor", "wen", "zu",
];
const FIRST_NAMES: [&str; 24] = [
    "Amina", "Bo", "Chen", "Dora", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kofi", "Lena",
    "Mateo", "Noor", "Olga", "Priya", "Quentin", "Rosa", "Sven", "Tariq", "Uma", "Victor", "Wanjiru",
    "Yusuf",
];
const DAYS: [&str; 12] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "2 March",
    "14 June",
    "the 21st",
    "30 October",
    "the weekend",
    "Sunday",
];

/// A rank below `count` of which each is about as frequent as it is high, as with words and customers (Zipf's law).
pub fn rank(rng: &mut StdRng, count: usize) -> usize {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "chance"
    )]
    let rank = (count as f64).powf(rng.random::<f64>()) as usize;
    rank.saturating_sub(1)
}

/// One of these, each as likely.
pub fn one_of<T: Copy>(rng: &mut StdRng, all: &[T]) -> T {
    all[rng.random_range(0..all.len())]
}

/// The person of this number.
pub fn person(number: usize) -> (String, String) {
    let first = FIRST_NAMES[number % FIRST_NAMES.len()];
    let last = name(number / FIRST_NAMES.len() + number % 7);
    (
        format!("{first} {}", capitalised(&last)),
        format!("{}.{last}{number}@example.com", first.to_lowercase()),
    )
}

/// Writes a phrase into a text, with its blanks filled in.
pub fn fill(rng: &mut StdRng, text: &mut String, phrase: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        let (blank, after) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(before);
        // Writing to a string cannot fail.
        let _ = match blank {
            "n" => write!(text, "{}", rng.random_range(1_000..9_999_999)),
            "money" => write!(text, "{}.{:02}", rank(rng, 2_000) + 1, rng.random_range(0..100)),
            "day" => write!(text, "{}", one_of(rng, &DAYS)),
            "mail" => write!(text, "{}", person(rank(rng, NAMES)).1),
            _ => write!(text, "{}", name(rank(rng, NAMES))),
        };
        rest = after;
    }
    text.push_str(rest);
}

/// The name of this rank: frequent ones are short.
pub fn name(rank: usize) -> String {
    let (mut name, mut rest) = (String::new(), rank + SYLLABLES.len());
    while rest > 0 {
        name.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    name
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;

    #[test]
    fn low_ranks_are_frequent_and_high_ones_are_there() {
        let mut rng = random::source(1, "ranks", 0);
        let ranks: Vec<usize> = (0..10_000).map(|_| rank(&mut rng, 1_000)).collect();
        assert!(ranks.iter().all(|rank| *rank < 1_000));
        let below = |end: usize| ranks.iter().filter(|rank| **rank < end).count();
        assert!((3_000..4_000).contains(&below(10)), "{}", below(10));
        assert!(below(500) < 9_500, "{}", below(500));
    }

    #[test]
    fn every_blank_is_filled_in() {
        let mut rng = random::source(1, "blanks", 0);
        let mut text = String::new();
        fill(&mut rng, &mut text, "{name} has {n} of {money} since {day}: {mail}.");
        assert!(!text.contains(['{', '}']), "{text}");
        assert!(text.contains("@example.com.") && text.contains(" has "), "{text}");
    }
}
