//! What people search for in what `generate` writes, by how hard it is to find.

use crate::generate::{COMMON_WORD, FREQUENT_WORDS, PHRASES, RARE_WORDS, name};
use crate::random;
use rand::RngExt;
use rand::rngs::StdRng;
use url::form_urlencoded::Serializer;

/// From this rank on a name stands in a few messages in a million.
const SELDOM: usize = 5_000;
const NAMES: usize = 60_000;
const FILTERS: [(&str, &str); 10] = [
    ("status", "resolved"),
    ("status", "open,ongoing"),
    ("urgency", "high"),
    ("holder", "none"),
    ("tag", "delivery"),
    ("tag", "refund,vip"),
    ("age", ">7d"),
    ("age", "1d-7d"),
    ("from", "2026-01-01T00:00:00Z"),
    ("to", "2025-06-01T00:00:00Z"),
];

/// A way to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A word that stands in a few messages.
    Rare,
    /// The word that stands in a tenth of all messages.
    Common,
    /// Words that stand in a twentieth of all messages to nearly all of them.
    Frequent,
    /// A word with a wrong letter, or two in a long one.
    Misspelt,
    /// Words in quotes.
    Phrase,
    /// The beginning of a word, as while typing.
    Prefix,
    /// Common and other words, narrowed by facets and times.
    Filtered,
}

impl Kind {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::Rare,
        Self::Common,
        Self::Frequent,
        Self::Misspelt,
        Self::Phrase,
        Self::Prefix,
        Self::Filtered,
    ];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rare => "rare word",
            Self::Common => "word in a tenth of all messages",
            Self::Frequent => "words in 5 to 70 % of all messages",
            Self::Misspelt => "misspelt word",
            Self::Phrase => "phrase",
            Self::Prefix => "prefix",
            Self::Filtered => "filtered",
        }
    }
}

/// So many query strings, the same for the same run.
pub fn questions(kind: Kind, count: usize, run: u8) -> impl Iterator<Item = String> {
    let mut rng = random::source(u64::from(run), kind.name(), 0);
    (0..count).map(move |number| question(kind, number, &mut rng))
}

fn question(kind: Kind, number: usize, rng: &mut StdRng) -> String {
    let mut query = Serializer::new(String::new());
    let typed = match kind {
        Kind::Rare => format!("{} ", rare(number, rng)),
        // A second word now and then, and further pages, so that not all are the same.
        Kind::Common => match number % 4 {
            0 => format!("{COMMON_WORD} "),
            1 => COMMON_WORD.to_owned(),
            2 => format!("{}s -{} ", COMMON_WORD, name(rng.random_range(100..2_000))),
            _ => format!("{} -{} ", COMMON_WORD, RARE_WORDS[number % RARE_WORDS.len()]),
        },
        Kind::Frequent => format!("{} ", FREQUENT_WORDS[number % FREQUENT_WORDS.len()]),
        Kind::Misspelt => format!("{} ", misspelt(&correct(number, rng), rng)),
        Kind::Phrase => format!("\"{}\"", PHRASES[number % PHRASES.len()]),
        Kind::Prefix => prefix(&correct(number, rng), rng),
        Kind::Filtered => {
            // Each with words of each kind.
            let (filter, value) = FILTERS[number / 4 % FILTERS.len()];
            query.append_pair(filter, value);
            correct(number, rng)
        }
    };
    query.append_pair("q", &typed);
    query.finish()
}

fn rare(number: usize, rng: &mut StdRng) -> String {
    match RARE_WORDS.get(number) {
        Some(word) => (*word).to_owned(),
        None => name(rng.random_range(SELDOM..NAMES)),
    }
}

/// Rare, common, and words of every frequency between.
fn correct(number: usize, rng: &mut StdRng) -> String {
    match number % 4 {
        0 => RARE_WORDS[rng.random_range(0..RARE_WORDS.len())].to_owned(),
        1 => FREQUENT_WORDS[rng.random_range(0..FREQUENT_WORDS.len())].to_owned(),
        2 => name(rng.random_range(SELDOM..NAMES)),
        _ => name(rng.random_range(200..SELDOM)),
    }
}

fn prefix(word: &str, rng: &mut StdRng) -> String {
    word.chars().take(rng.random_range(2..=word.chars().count().max(3))).collect()
}

/// One slip of the finger, or two in a long word.
fn misspelt(word: &str, rng: &mut StdRng) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    for _ in 0..if letters.len() >= 8 { rng.random_range(1..=2) } else { 1 } {
        let at = rng.random_range(1..letters.len());
        let letter = char::from(rng.random_range(b'a'..=b'z'));
        match rng.random_range(0..4) {
            0 => letters.insert(at, letter),
            1 if letters.len() > 4 => {
                letters.remove(at);
            }
            2 => letters.swap(at - 1, at),
            _ => letters[at] = letter,
        }
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_run_asks_the_same() {
        for kind in Kind::ALL {
            let asked: Vec<_> = questions(kind, 40, 1).collect();
            assert_eq!(asked, questions(kind, 40, 1).collect::<Vec<_>>());
            assert!(asked.iter().all(|query| query.contains("q=") && !query.ends_with("q=")), "{asked:?}");
        }
    }
}
