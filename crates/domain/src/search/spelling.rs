//! Which words somebody may have meant who misspelt one (S3).

use fst::{IntoStreamer, Set, SetBuilder, Streamer};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// In a shorter word no slip is forgiven: too many others are one slip away.
const ONE_SLIP_FROM: usize = 4;
/// From this length on two slips are forgiven.
const TWO_SLIPS_FROM: usize = 8;
/// Longer words are not corrected, and no correction: nobody writes them by hand.
const MAX_CHARS: usize = 32;

/// So many new words are looked through one by one before all are sorted anew.
const MAX_UNSORTED: usize = 2_048;

/// A slip is a letter too much, a missing, a wrong one, or two that changed places (Damerau–Levenshtein distance). These
/// tables depend on nothing but the number of slips.
static ONE_SLIP: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
static TWO_SLIPS: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));

/// Whether a folded word may be misspelt, or the correction of another: letters alone, neither very few nor very many.
pub fn is_correctable(word: &str) -> bool {
    (ONE_SLIP_FROM..=MAX_CHARS).contains(&word.chars().count()) && word.chars().all(char::is_alphabetic)
}

/// A word that may be meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Similar {
    /// How many slips lie between.
    pub slips: u8,
    /// The word, folded.
    pub word: String,
}

/// All words that are known, kept small: a finite-state transducer takes a few bytes for each.
#[derive(Debug, Default)]
pub struct Spelling {
    sorted: Set<Vec<u8>>,
    unsorted: BTreeSet<String>,
}

impl Spelling {
    /// Adds words; those that are no [correction](is_correctable) are left out.
    pub fn add<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) {
        self.unsorted.extend(words.into_iter().filter(|word| is_correctable(word)).map(str::to_owned));
        if self.unsorted.len() > MAX_UNSORTED {
            self.sorted = merged(&self.sorted, &self.unsorted);
            self.unsorted.clear();
        }
    }

    /// The words that may be meant, those with the fewest slips first. A word that is known is not misspelt.
    pub fn similar(&self, word: &str) -> Vec<Similar> {
        if !is_correctable(word) {
            return Vec::new();
        }
        let slips = if word.chars().count() < TWO_SLIPS_FROM { &ONE_SLIP } else { &TWO_SLIPS };
        let dfa = slips.build_dfa(word);
        let mut similar = Vec::new();
        let mut stream = self.sorted.search(&dfa).into_stream();
        while let Some(found) = stream.next() {
            similar.extend(str::from_utf8(found).ok().and_then(|found| distance(&dfa, found)));
        }
        similar.extend(self.unsorted.iter().filter_map(|word| distance(&dfa, word)));
        similar.sort();
        similar.dedup();
        similar
    }
}

#[expect(
    clippy::expect_used,
    reason = "sets and their unions are sorted, and memory takes all that is written"
)]
fn merged(sorted: &Set<Vec<u8>>, more: &BTreeSet<String>) -> Set<Vec<u8>> {
    let more = Set::from_iter(more).expect("sorted");
    let mut all = SetBuilder::memory();
    all.extend_stream(sorted.op().add(&more).union()).expect("sorted");
    all.into_set()
}

fn distance(dfa: &DFA, word: &str) -> Option<Similar> {
    match dfa.eval(word) {
        Distance::Exact(slips) => Some(Similar { slips, word: word.to_owned() }),
        Distance::AtLeast(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn similar(known: &[&str], word: &str) -> Vec<(u8, String)> {
        let mut spelling = Spelling::default();
        spelling.add(known.iter().copied());
        spelling.similar(word).into_iter().map(|similar| (similar.slips, similar.word)).collect()
    }

    #[test]
    fn s3_one_slip_from_4_letters_two_from_8() {
        let known = ["loan", "loans", "refund", "application", "app", "Über"];
        let one = |word: &str| vec![(1, word.to_owned())];
        assert_eq!(similar(&known, "laon"), one("loan"), "changed places");
        assert_eq!(similar(&known, "lo\u{e4}n"), one("loan"));
        assert_eq!(similar(&known, "refnd"), one("refund"), "a missing letter");
        assert_eq!(similar(&known, "refuund"), one("refund"), "one too much");
        assert_eq!(similar(&known, "rfeudn"), [], "two slips in a short word");
        assert_eq!(similar(&known, "aplicatoin"), vec![(2, "application".to_owned())]);
        assert_eq!(similar(&known, "apliatoin"), [], "three slips");
        assert_eq!(similar(&known, "apq"), [], "too short");
        assert_eq!(similar(&known, "loanz"), vec![(1, "loan".to_owned()), (1, "loans".to_owned())]);
    }

    #[test]
    fn s3_words_with_digits_and_very_long_ones_are_neither_misspelt_nor_corrections() {
        assert!(!is_correctable("a1b2c3d4"));
        assert!(!is_correctable(&"x".repeat(MAX_CHARS + 1)));
        assert_eq!(similar(&["order66"], "order6"), []);
    }

    #[test]
    fn many_words_are_all_known() {
        let words: Vec<String> = (0..3 * MAX_UNSORTED).map(|n| format!("word{}", letters(n))).collect();
        let mut spelling = Spelling::default();
        spelling.add(words.iter().map(String::as_str));
        spelling.add(["later"]);
        for word in words.iter().map(String::as_str).chain(["later"]) {
            let misspelt = format!("{word}q");
            assert!(spelling.similar(&misspelt).iter().any(|similar| similar.word == word), "{word}");
        }
    }

    fn letters(number: usize) -> String {
        number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
    }

    proptest! {
        #[test]
        fn anything_may_be_known_and_misspelt(known in "\\PC{0,40}", word in "\\PC{0,40}") {
            let mut spelling = Spelling::default();
            spelling.add([&*known]);
            let _ = spelling.similar(&word);
        }
    }
}
