//! Finding the word a misspelt one stands for.

use std::collections::HashMap;

/// Shorter words are not corrected: too many are one letter apart.
const MIN_CHARS: usize = 5;

/// From this length on two letters may be wrong.
const LONG_CHARS: usize = 8;

/// Words to correct to, by their first letter, which is rarely the wrong one.
pub(super) struct Spelling<'a>(HashMap<char, Vec<&'a str>>);

impl<'a> FromIterator<&'a str> for Spelling<'a> {
    fn from_iter<I: IntoIterator<Item = &'a str>>(words: I) -> Self {
        let mut by_letter = HashMap::<char, Vec<&str>>::new();
        for word in words {
            if let Some(first) = word.chars().next() {
                by_letter.entry(first).or_default().push(word);
            }
        }
        Self(by_letter)
    }
}

impl<'a> Spelling<'a> {
    /// The nearest word, the first in the alphabet of equally near ones, to one that was written like this.
    pub(super) fn correct(&self, written: &str, stem: &str) -> Option<&'a str> {
        let stem_chars: Vec<char> = stem.chars().collect();
        if written.chars().count() < MIN_CHARS || stem.chars().any(char::is_numeric) {
            return None;
        }
        let most = if stem_chars.len() >= LONG_CHARS { 2 } else { 1 };
        self.0
            .get(stem_chars.first()?)?
            .iter()
            .filter(|word| word.len().abs_diff(stem.len()) <= 4 * most)
            .map(|word| (distance(&stem_chars, word), *word))
            .filter(|(distance, word)| *distance <= most && word.chars().count() > 3)
            .min()
            .map(|(_, word)| word)
    }
}

/// How many letters are wrong, missing, too many or swapped with the next (optimal string alignment).
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *y && b[j - 1] == *x {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn correct(written: &str) -> Option<&'static str> {
        ["account", "deliveri", "password", "refund", "disappoint", "order"].into_iter().collect::<Spelling>().correct(written, written)
    }

    #[test]
    fn slips_are_corrected() {
        assert_eq!(correct("acount"), Some("account"));
        assert_eq!(correct("delivary"), None);
        assert_eq!(correct("pasword"), Some("password"));
        assert_eq!(correct("refnud"), Some("refund"));
        assert_eq!(correct("dissapoint"), Some("disappoint"));
    }

    #[test]
    fn short_and_other_words_are_not() {
        for word in ["", "rder", "ordr", "older", "tent", "rucksack", "accent"] {
            assert_eq!(correct(word), None, "{word}");
        }
    }
}
