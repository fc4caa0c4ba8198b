//! Search without a database: one normaliser (S1), what a searcher typed, and the marked excerpt they get back.

mod filter_words;
mod normalise;
mod query;
mod snippet;
mod spelling;

pub use filter_words::{FilterWord, Typed, UnknownFilter};
pub use normalise::{IndexWords, Language, MAX_WORD_CHARS, Normaliser, STEM_MARK, UnknownLanguage, Word};
pub use query::{
    Correction, MAX_QUERY_CHARS, MAX_QUERY_WORDS, Pattern, Query, QueryError, respell, verbatim,
};
pub use snippet::{SNIPPET_CHARS, Segment, snippet};
pub use spelling::{Similar, Spelling, is_correctable};
