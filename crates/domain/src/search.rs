//! Search without a database: one normaliser (S1), what a searcher typed, and the marked excerpt they get back.

mod normalise;
mod query;
mod snippet;

pub use normalise::{IndexWords, Language, MAX_WORD_CHARS, Normaliser, STEM_MARK, UnknownLanguage, Word};
pub use query::{MAX_QUERY_CHARS, MAX_QUERY_WORDS, Pattern, Query, QueryError};
pub use snippet::{SNIPPET_CHARS, Segment, snippet};
