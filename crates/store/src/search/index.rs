//! What goes into the search index, in the transaction that writes what is to be found (S4).

use domain::search::{Language, Normaliser};

/// The language most messages are written in.
pub(crate) const LANGUAGE: Language = Language::English;

/// The one normaliser (S1).
pub(crate) fn normaliser() -> Normaliser {
    Normaliser::new(LANGUAGE)
}

/// The words under which a text is found (S1).
pub(crate) fn index_words(text: &str) -> String {
    normaliser().index_words([text]).to_string()
}

/// The words under which a customer is found.
pub(crate) fn customer_words(name: &str, email: Option<&str>) -> String {
    normaliser().index_words([name].into_iter().chain(email)).to_string()
}
