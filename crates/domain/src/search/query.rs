//! What somebody typed into the search box, as patterns that no database's own syntax can leak into.

use crate::search::{Normaliser, STEM_MARK, Word};

/// Longer searches are refused, in Unicode scalar values.
pub const MAX_QUERY_CHARS: usize = 1_000;

/// Searches of more words are refused.
pub const MAX_QUERY_WORDS: usize = 32;

/// A shorter word by itself is no prefix while typing: nearly everything would match.
const MIN_PREFIX_CHARS: usize = 2;

/// Words of a message as most are.
const USUAL_WORDS: f64 = 20.0;

/// What one message, note or customer must have, or must not have, to be found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// A word in any of its forms.
    Word {
        /// It, folded.
        word: String,
        /// Its stem, where that differs.
        stem: Option<String>,
        /// Whether words that begin with it match too.
        prefix: bool,
    },
    /// Words exactly so, one after the other.
    Phrase {
        /// They, folded. One at least.
        words: Vec<String>,
        /// Whether the last may go on.
        prefix: bool,
    },
}

/// A search: everything required in one text, nothing excluded in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Query {
    /// What must be there. One at least.
    pub required: Vec<Pattern>,
    /// What must not.
    pub excluded: Vec<Pattern>,
}

/// Why a text is no search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Nothing to look for.
    #[error("type at least one word or number to search for")]
    NoWords,
    /// Nothing but exclusions.
    #[error("add a word to search for: a search cannot consist of exclusions alone")]
    OnlyExclusions,
    /// Too long.
    #[error("the search is too long: {MAX_QUERY_CHARS} characters at most")]
    TooLong,
    /// Too many words.
    #[error("the search has too many words: {MAX_QUERY_WORDS} at most")]
    TooManyWords,
}

impl Query {
    /// Reads words, `"phrases in quotes"` and `-exclusions`. What is typed without a space, such as an e-mail
    /// address, is a phrase. The last word is a prefix unless a space follows, for it may be half typed (S3).
    ///
    /// # Errors
    /// See [`QueryError`].
    pub fn parse(typed: &str, normaliser: Normaliser) -> Result<Self, QueryError> {
        if typed.chars().count() > MAX_QUERY_CHARS {
            return Err(QueryError::TooLong);
        }
        let mut query = Self { required: Vec::new(), excluded: Vec::new() };
        let mut count = 0;
        for chunk in chunks(typed) {
            let words = normaliser.words(chunk.text);
            count += words.len();
            let list = if chunk.excluded { &mut query.excluded } else { &mut query.required };
            list.extend(pattern(words, &chunk));
        }
        match (query.required.is_empty(), query.excluded.is_empty()) {
            _ if count > MAX_QUERY_WORDS => Err(QueryError::TooManyWords),
            (true, true) => Err(QueryError::NoWords),
            (true, false) => Err(QueryError::OnlyExclusions),
            (false, _) => Ok(query),
        }
    }
}

/// A misspelt word, and what was searched for instead (S3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// What was typed, folded.
    pub word: String,
    /// The word of the index.
    pub instead: String,
}

impl Query {
    /// A search for one word in all its forms; none when nothing of it can be searched for.
    pub fn of_word(word: &str, normaliser: Normaliser) -> Option<Self> {
        let (word, stem) = normaliser.word(word)?;
        Some(Self { required: vec![Pattern::Word { word, stem, prefix: false }], excluded: Vec::new() })
    }

    /// The words that must be there by themselves; those in quotes are meant as they are.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.required.iter().filter_map(|pattern| match pattern {
            Pattern::Word { word, .. } => Some(&**word),
            Pattern::Phrase { .. } => None,
        })
    }

    /// How well a text fits, from 0 to 1: the better the more often it has the words, and the shorter it is (BM25 with its
    /// usual weights, without how rare the words are).
    #[expect(clippy::cast_precision_loss, reason = "no text has 2^52 words")]
    pub fn fit(&self, text: &[Word]) -> f64 {
        let length = 1.2 * (0.25 + 0.75 * text.len() as f64 / USUAL_WORDS);
        let weight = |pattern: &Pattern| {
            let times = (0..text.len()).filter(|at| pattern.match_length(&text[*at..]) > 0).count() as f64;
            times / (times + length)
        };
        self.required.iter().map(weight).sum::<f64>() / self.required.len() as f64
    }

    /// The same search with words corrected.
    #[must_use]
    pub fn corrected(mut self, corrections: &[Correction], normaliser: Normaliser) -> Self {
        for pattern in &mut self.required {
            let Pattern::Word { word, stem, prefix } = pattern else { continue };
            let Some(correction) = corrections.iter().find(|correction| correction.word == *word) else {
                continue;
            };
            if let Some(corrected) = normaliser.word(&correction.instead) {
                (*word, *stem, *prefix) = (corrected.0, corrected.1, false);
            }
        }
        self
    }
}

/// What was typed, with the misspelt words replaced: what was searched for instead.
pub fn respell(typed: &str, corrections: &[Correction], normaliser: Normaliser) -> String {
    replaced(typed, corrections, normaliser, |correction, _| correction.instead.clone())
}

/// What was typed, with the misspelt words in quotes, so that they are searched for as they are.
pub fn verbatim(typed: &str, corrections: &[Correction], normaliser: Normaliser) -> String {
    replaced(typed, corrections, normaliser, |_, typed| format!("\"{typed}\""))
}

fn replaced(
    typed: &str,
    corrections: &[Correction],
    normaliser: Normaliser,
    replacement: impl Fn(&Correction, &str) -> String,
) -> String {
    let (mut text, mut from) = (String::new(), 0);
    for chunk in chunks(typed).into_iter().filter(|chunk| !chunk.quoted && !chunk.excluded) {
        let words = normaliser.words(chunk.text);
        let [Word { word, range, .. }] = &words[..] else { continue };
        if let Some(correction) = corrections.iter().find(|correction| correction.word == *word) {
            let start = chunk.start + range.start;
            text.push_str(&typed[from..start]);
            text.push_str(&replacement(correction, &chunk.text[range.clone()]));
            from = start + range.len();
        }
    }
    text.push_str(&typed[from..]);
    text
}

impl Pattern {
    /// The tokens of the index to look for: of a word its stemmed forms and, last, itself; of a phrase its words in
    /// order. A prefix is the last one's.
    pub fn tokens(&self) -> Vec<String> {
        match self {
            Self::Word { word, stem, .. } => {
                let wanted = stem.as_deref().unwrap_or(word);
                [format!("{STEM_MARK}{wanted}")]
                    .into_iter()
                    .chain(stem.clone())
                    .chain([word.clone()])
                    .collect()
            }
            Self::Phrase { words, .. } => words.clone(),
        }
    }

    /// How many words it matches from the first of these on; 0 when it does not.
    pub fn match_length(&self, text: &[Word]) -> usize {
        match self {
            Self::Word { word, stem, prefix } => {
                let wanted = stem.as_deref().unwrap_or(word);
                let matches = |here: &Word| {
                    here.word == *word
                        || here.word == wanted
                        || here.stem.as_deref() == Some(wanted)
                        || *prefix && here.word.starts_with(word)
                };
                text.first().is_some_and(matches).into()
            }
            Self::Phrase { words, prefix } => {
                let last = words.len() - 1;
                let same = |(number, (word, here)): (usize, (&String, &Word))| {
                    here.word == *word || *prefix && number == last && here.word.starts_with(word)
                };
                let matches = text.len() > last && words.iter().zip(text).enumerate().all(same);
                if matches { words.len() } else { 0 }
            }
        }
    }
}

/// A stretch between spaces or quotes.
pub(super) struct Chunk<'a> {
    /// Without minus and quotes.
    pub text: &'a str,
    pub excluded: bool,
    pub quoted: bool,
    /// From which byte to which it was typed, minus and quotes included.
    pub start: usize,
    pub end: usize,
    prefix: bool,
}

/// A quote that never closes ends at the end: its closing one is not typed yet.
pub(super) fn chunks(typed: &str) -> Vec<Chunk<'_>> {
    let is_quote = |c: char| matches!(c, '"' | '“' | '”' | '„' | '«' | '»');
    let mut chunks = Vec::new();
    let mut rest = typed.trim_start();
    while !rest.is_empty() {
        let start = typed.len() - rest.len();
        let excluded = rest.starts_with('-');
        rest = rest.strip_prefix('-').unwrap_or(rest);
        let quoted = rest.starts_with(is_quote);
        rest = rest.strip_prefix(is_quote).unwrap_or(rest);
        let end = rest.find(|c: char| is_quote(c) || !quoted && c.is_whitespace()).unwrap_or(rest.len());
        let (text, after) = rest.split_at(end);
        let prefix = !excluded && after.is_empty();
        rest = if quoted { after.strip_prefix(is_quote).unwrap_or(after) } else { after };
        chunks.push(Chunk { text, excluded, quoted, start, end: typed.len() - rest.len(), prefix });
        rest = rest.trim_start();
    }
    chunks
}

fn pattern(mut words: Vec<Word>, chunk: &Chunk<'_>) -> Option<Pattern> {
    let last = words.last()?;
    let typing = chunk.text.ends_with(|c: char| c.is_alphanumeric());
    let telling = words.len() > 1 || last.word.chars().count() >= MIN_PREFIX_CHARS;
    let prefix = chunk.prefix && typing && telling;
    Some(if words.len() == 1 && !chunk.quoted {
        let Word { word, stem, .. } = words.remove(0);
        Pattern::Word { word, stem, prefix }
    } else {
        Pattern::Phrase { words: words.into_iter().map(|word| word.word).collect(), prefix }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Language;
    use proptest::prelude::*;

    fn parse(typed: &str) -> Result<Query, QueryError> {
        Query::parse(typed, Normaliser::new(Language::English))
    }

    fn word(word: &str, stem: Option<&str>, prefix: bool) -> Pattern {
        Pattern::Word { word: word.into(), stem: stem.map(Into::into), prefix }
    }

    fn phrase(words: &[&str], prefix: bool) -> Pattern {
        Pattern::Phrase { words: words.iter().map(ToString::to_string).collect(), prefix }
    }

    #[test]
    fn s3_the_last_word_is_a_prefix_while_typing() {
        assert_eq!(
            parse("Applications lo").unwrap().required,
            [word("applications", Some("applic"), false), word("lo", None, true)]
        );
        assert_eq!(parse("loan ").unwrap().required, [word("loan", None, false)]);
        assert_eq!(parse("l").unwrap().required, [word("l", None, false)]);
        assert_eq!(parse("noor@e").unwrap().required, [phrase(&["noor", "e"], true)]);
        assert_eq!(parse("noor@exam").unwrap().required, [phrase(&["noor", "exam"], true)]);
    }

    #[test]
    fn phrases_and_exclusions() {
        let query = parse("\"batch  Number\" -\"not yet\" -loans e-mail").unwrap();
        assert_eq!(query.required, [phrase(&["batch", "number"], false), phrase(&["e", "mail"], true)]);
        assert_eq!(query.excluded, [phrase(&["not", "yet"], false), word("loans", Some("loan"), false)]);
        assert_eq!(parse("“loans”").unwrap().required, [phrase(&["loans"], false)]);
        assert_eq!(parse("\"batch nu").unwrap().required, [phrase(&["batch", "nu"], true)], "still typing");
    }

    #[test]
    fn operators_of_the_databases_are_words_or_nothing() {
        for typed in
            ["a AND b", "NEAR(a b)", "a | b & !c", "col:x", "x*", "^x", "'x':*", "a <-> b", "{a b}:c"]
        {
            for pattern in parse(typed).unwrap().required {
                let words = match pattern {
                    Pattern::Word { word, .. } => vec![word],
                    Pattern::Phrase { words, .. } => words,
                };
                assert!(words.iter().all(|word| word.chars().all(char::is_alphanumeric)), "{typed}");
            }
        }
    }

    #[test]
    fn what_is_no_search_says_why() {
        assert_eq!(parse(" ... \"\" - "), Err(QueryError::NoWords));
        assert_eq!(parse("-loan"), Err(QueryError::OnlyExclusions));
        assert_eq!(parse(&"x".repeat(MAX_QUERY_CHARS + 1)), Err(QueryError::TooLong));
        assert_eq!(parse(&"x ".repeat(MAX_QUERY_WORDS + 1)), Err(QueryError::TooManyWords));
        assert!(parse(&"x ".repeat(MAX_QUERY_WORDS)).is_ok());
    }

    #[test]
    fn a_word_matches_its_forms() {
        let normaliser = Normaliser::new(Language::English);
        let matches = |typed: &str, text: &str| {
            let query = parse(typed).unwrap();
            query.required[0].match_length(&normaliser.words(text))
        };
        assert_eq!(matches("applications ", "application"), 1);
        assert_eq!(matches("application ", "applications"), 1);
        assert_eq!(matches("loan ", "Loans"), 1);
        assert_eq!(matches("loans ", "loan"), 1);
        assert_eq!(matches("applicati", "applications"), 1);
        assert_eq!(matches("appl ", "applications"), 0);
        assert_eq!(matches("\"loan\"", "loans"), 0);
        assert_eq!(matches("\"batch number\"", "batch number please"), 2);
        assert_eq!(matches("\"batch number\"", "batch"), 0);
    }

    #[test]
    fn s1_a_text_fits_better_the_more_often_it_has_the_words_and_the_shorter_it_is() {
        let normaliser = Normaliser::new(Language::English);
        let fit = |text: &str| parse("refund ").unwrap().fit(&normaliser.words(text));
        let texts = ["nothing", "my refund and a word more", "my refund", "refund, my refunds"];
        let fits = texts.map(fit);
        assert!(fits.is_sorted() && fits[0] == 0.0 && fits[1] > 0.0 && fits[3] < 1.0, "{fits:?}");
        assert!(fits[1] < fits[2] && fits[2] < fits[3], "{fits:?}");
    }

    #[test]
    fn s3_corrected_words_stand_where_the_misspelt_ones_did() {
        let normaliser = Normaliser::new(Language::English);
        let corrections = [Correction { word: "refnud".into(), instead: "refunds".into() }];
        let typed = "my Refnud, -refnud \"refnud\" x.refnud loan";
        assert_eq!(respell(typed, &corrections, normaliser), "my refunds, -refnud \"refnud\" x.refnud loan");
        assert_eq!(
            verbatim(typed, &corrections, normaliser),
            "my \"Refnud\", -refnud \"refnud\" x.refnud loan"
        );
        let query = parse(typed).unwrap().corrected(&corrections, normaliser);
        assert_eq!(query.words().collect::<Vec<_>>(), ["my", "refunds", "loan"]);
        assert_eq!(query.required[1], word("refunds", Some("refund"), false), "in all its forms");
        assert_eq!(query.excluded, [word("refnud", None, false)]);
    }

    proptest! {
        #[test]
        fn anything_typed_is_read(typed in any::<String>()) {
            if let Ok(query) = parse(&typed) {
                prop_assert!(!query.required.is_empty());
            }
        }
    }
}
