//! Finding the word a misspelt one stands for.

use crate::search::MAX_WORD_CHARS;

/// Shorter words are not corrected: too many are one letter apart.
const MIN_CHARS: usize = 5;

/// Stems this long may have two letters wrong.
const LONG_CHARS: usize = 8;

/// Stems this short are not corrected to.
const MIN_STEM_CHARS: usize = 4;

/// Of these stems the nearest to a word that was written like this: first by how few letters are wrong, never the
/// first one, then by the alphabet.
pub(super) fn nearest<'a>(
    written: &str,
    stem: &str,
    stems: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let chars: Vec<char> = stem.chars().collect();
    if written.chars().count() < MIN_CHARS || stem.contains(char::is_numeric) {
        return None;
    }
    let first = *chars.first()?;
    let most = if chars.len() >= LONG_CHARS { 2 } else { 1 };
    stems
        .filter(|other| other.starts_with(first))
        .filter(|other| chars.len().abs_diff(other.chars().count()) <= most)
        .filter(|other| other.chars().count() >= MIN_STEM_CHARS)
        .map(|other| (distance(&chars, other), other))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, other)| other)
}

/// How many letters are wrong, missing, too many or swapped with the next (optimal string alignment).
fn distance(a: &[char], b: &str) -> usize {
    let mut letters = ['\0'; MAX_WORD_CHARS];
    let mut length = 0;
    for (letter, c) in letters.iter_mut().zip(b.chars()) {
        *letter = c;
        length += 1;
    }
    let b = &letters[..length];
    let mut before = [0; MAX_WORD_CHARS + 1];
    let mut above: [usize; MAX_WORD_CHARS + 1] = std::array::from_fn(|j| j);
    for (i, x) in a.iter().enumerate() {
        let mut row = [i + 1; MAX_WORD_CHARS + 1];
        for (j, y) in b.iter().enumerate() {
            row[j + 1] = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *y && b[j - 1] == *x {
                row[j + 1] = row[j + 1].min(before[j - 1] + 1);
            }
        }
        before = above;
        above = row;
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn correct(written: &str) -> Option<&'static str> {
        nearest(written, written, ["account", "disappoint", "order", "password", "refund"].into_iter())
    }

    #[test]
    fn slips_are_corrected() {
        assert_eq!(correct("acount"), Some("account"));
        assert_eq!(correct("pasword"), Some("password"));
        assert_eq!(correct("refnud"), Some("refund"));
        assert_eq!(correct("refunnd"), Some("refund"));
        assert_eq!(correct("dissapoint"), Some("disappoint"));
    }

    #[test]
    fn short_and_other_words_are_not() {
        for word in ["", "ordr", "border", "elder", "accents", "rucksack", "refun4"] {
            assert_eq!(correct(word), None, "{word}");
        }
    }
}
