//! The one normaliser that feeds both databases' indexes, so that both find the same (S1).
//!
//! A text becomes *words*: runs of letters and digits, folded so that case, accents and ligatures do not matter.
//! The index holds every word and, where it differs, its stem with a [mark](STEM_MARK) in front. A search for
//! `applications` then asks for `applications`, `·applic` or `applic`, a prefix for `appl*`, a phrase for words
//! alone. Words in other languages than the configured one are still there unstemmed: that is the fall-back for
//! mixed or unknown ones.
//!
//! Tokens hold only `a-z`, `0-9`, the mark and characters beyond ASCII, which FTS5's `ascii` tokenizer and a quoted
//! PostgreSQL lexeme both keep byte for byte.

use rust_stemmers::{Algorithm, Stemmer};
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

/// Stands before a stem in the index. Neither letter nor digit, so no word has it.
pub const STEM_MARK: char = '·';

/// Longer words are cut here, in the index and in searches alike. At most 256 bytes, where PostgreSQL takes 2,046.
pub const MAX_WORD_CHARS: usize = 64;

/// PostgreSQL keeps 255 positions of a word in one text (its manual, section 12.11); so do we on both databases.
const MAX_OCCURRENCES: usize = 255;

/// Stands in the index where nothing can match: past [`MAX_OCCURRENCES`], and between texts indexed together.
const GAP: &str = "·";

macro_rules! languages {
    ($($variant:ident $word:literal),+ $(,)?) => {
        /// The language most messages are written in; decides how words are stemmed (Snowball).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum Language {
            $($variant,)+
            /// None in particular: words are found as written and by prefix.
            #[default]
            Unknown,
        }

        impl Language {
            /// The word in the configuration.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Unknown => "unknown",
                }
            }

            fn algorithm(self) -> Option<Algorithm> {
                match self {
                    $(Self::$variant => Some(Algorithm::$variant),)+
                    Self::Unknown => None,
                }
            }
        }

        impl FromStr for Language {
            type Err = UnknownLanguage;

            fn from_str(word: &str) -> Result<Self, UnknownLanguage> {
                match word.to_lowercase().as_str() {
                    $($word => Ok(Self::$variant),)+
                    "unknown" => Ok(Self::Unknown),
                    _ => Err(UnknownLanguage(concat!($($word, ", ",)+ "unknown"))),
                }
            }
        }
    };
}

languages! {
    Arabic "arabic", Danish "danish", Dutch "dutch", English "english", Finnish "finnish", French "french",
    German "german", Greek "greek", Hungarian "hungarian", Italian "italian", Norwegian "norwegian",
    Portuguese "portuguese", Romanian "romanian", Russian "russian", Spanish "spanish", Swedish "swedish",
    Tamil "tamil", Turkish "turkish",
}

/// A word that names no language we stem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the search language is one of {0}")]
pub struct UnknownLanguage(&'static str);

/// Turns text into words the same way everywhere. Changing it means rebuilding the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Normaliser {
    language: Language,
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it stands in the original, in bytes.
    pub range: Range<usize>,
    /// It, folded.
    pub word: String,
    /// Its stem, where that differs.
    pub stem: Option<String>,
}

impl Normaliser {
    /// One that stems words of this language.
    pub fn new(language: Language) -> Self {
        Self { language }
    }

    /// The language whose words it stems.
    pub fn language(self) -> Language {
        self.language
    }

    /// The words of a text, in order.
    pub fn words(self, text: &str) -> Vec<Word> {
        let words = self.ranges(text).into_iter().filter_map(|range| {
            let (word, stem) = self.word(&text[range.clone()])?;
            Some(Word { range, word, stem })
        });
        words.collect()
    }

    /// One of the [`ranges`](Self::ranges) folded, and its stem where that differs. None if nothing is left of it.
    pub(crate) fn word(self, run: &str) -> Option<(String, Option<String>)> {
        let word = fold(run);
        let stem = self.language.algorithm().and_then(|algorithm| stem(&Stemmer::create(algorithm), &word));
        (!word.is_empty()).then_some((word, stem))
    }

    /// What the index holds of these texts, which a phrase never spans.
    pub fn index_words<'a>(self, texts: impl IntoIterator<Item = &'a str>) -> IndexWords {
        let mut index = IndexWords::default();
        let mut occurrences = HashMap::<String, usize>::new();
        for text in texts {
            if !index.words.is_empty() {
                index.words.push(GAP.into());
            }
            for Word { word, stem, .. } in self.words(text) {
                let count = occurrences.entry(word.clone()).or_default();
                *count += 1;
                index.stems.extend(stem.map(|stem| format!("{STEM_MARK}{stem}")));
                index.words.push(if *count <= MAX_OCCURRENCES { word } else { GAP.into() });
            }
        }
        index.stems.sort_unstable();
        index.stems.dedup();
        index
    }

    /// Unicode word boundaries (UAX #29), which part Chinese and Japanese by character, and more: what stands
    /// between letters or digits parts them too, so that the parts of `noor@example.com` are found. Apostrophes join
    /// (`don't` is `dont`), except where they mark a left-out vowel (`l'argent`).
    pub(crate) fn ranges(self, text: &str) -> Vec<Range<usize>> {
        let apostrophes_join = !matches!(self.language, Language::French | Language::Italian);
        let joins = |c: char| is_word_char(c) || apostrophes_join && matches!(c, '\'' | '’' | 'ʼ');
        let mut ranges = Vec::new();
        for (start, segment) in text.unicode_word_indices() {
            let mut offset = start;
            for part in segment.split_inclusive(|c| !joins(c)) {
                let run = part.trim_start_matches(|c: char| !c.is_alphanumeric() || is_mark(c));
                let run = run.trim_end_matches(|c| !is_word_char(c));
                if !run.is_empty() {
                    let run_start = offset + (run.as_ptr() as usize - part.as_ptr() as usize);
                    ranges.push(run_start..run_start + run.len());
                }
                offset += part.len();
            }
        }
        ranges
    }
}

/// What the index of one database row holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexWords {
    /// The words in order, so that phrases are found.
    pub words: Vec<String>,
    /// Their stems, marked, each once.
    pub stems: Vec<String>,
}

/// All tokens with a space between: what FTS5 takes.
impl fmt::Display for IndexWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, token) in self.words.iter().chain(&self.stems).enumerate() {
            if number > 0 {
                f.write_str(" ")?;
            }
            f.write_str(token)?;
        }
        Ok(())
    }
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c)
}

/// Most characters are ASCII, which has none: that spares the look into the tables.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && is_combining_mark(c)
}

/// Compatibility decomposition (UAX #15), accents away, case folded, composed again.
fn fold(word: &str) -> String {
    if word.is_ascii() {
        let letters = word.chars().filter(char::is_ascii_alphanumeric).take(MAX_WORD_CHARS);
        return letters.map(|c| c.to_ascii_lowercase()).collect();
    }
    let decomposed: String = word.nfkd().filter(|c| is_word_char(*c)).collect();
    let folded: String = without_accents(&decomposed).chars().flat_map(fold_case).collect();
    let decomposed: String = folded.nfkd().collect();
    without_accents(&decomposed).nfc().take(MAX_WORD_CHARS).collect()
}

/// Drops the marks readers leave out: accents, Hebrew and Arabic points. Marks which make a letter another one stay:
/// those of Indic scripts, Thai and Japanese have combining classes of their own, and `й` is no `и`.
fn without_accents(decomposed: &str) -> String {
    let mut plain = String::with_capacity(decomposed.len());
    for c in decomposed.chars() {
        let accent = matches!(canonical_combining_class(c), 1 | 10..=36 | 200..);
        let short_i = c == '\u{306}' && plain.ends_with(['и', 'И']);
        if !accent || short_i {
            plain.push(c);
        }
    }
    plain
}

/// Lower, upper and lower case again folds what lower case alone leaves apart: ß and ss, ı and i, ς and σ. Letters with a
/// stroke have no decomposition.
fn fold_case(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase).flat_map(|c| {
        let plain = match c {
            'æ' => "ae",
            'œ' => "oe",
            'ø' => "o",
            'ł' => "l",
            'đ' | 'ð' => "d",
            'ħ' => "h",
            'ŧ' => "t",
            'þ' => "th",
            _ => "",
        };
        plain.chars().chain(plain.is_empty().then_some(c))
    })
}

/// The stem, where it differs. Words with digits are names of things and have none.
fn stem(stemmer: &Stemmer, word: &str) -> Option<String> {
    if !word.chars().all(char::is_alphabetic) {
        return None;
    }
    let stem = stemmer.stem(word);
    (stem != word && !stem.is_empty()).then(|| stem.into_owned())
}

#[cfg(test)]
#[path = "normalise_tests.rs"]
mod tests;
