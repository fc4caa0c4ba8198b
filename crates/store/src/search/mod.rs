//! Search: what goes into the index, and finding conversations by it (S1–S5).

mod corrections;
mod facets;
mod index;
mod reindex;
mod results;
mod vocabulary;

pub use facets::{FacetValue, Facets};
pub(crate) use index::{LANGUAGE, customer_words, index_words, normaliser};
pub use reindex::Reindexing;
pub(crate) use results::MAX_MATCHES;
pub use results::{Found, Hit, MAX_CONVERSATIONS, Search, SearchResults};
pub(crate) use vocabulary::{NewlyIndexed, Vocabulary, forget};

use domain::search::Correction;

impl crate::Store {
    /// What somebody typed, as a query for [`search`](Self::search).
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) when it is no search.
    pub fn query(&self, typed: &str) -> crate::Result<domain::search::Query> {
        domain::search::Query::parse(typed, normaliser()).map_err(crate::Error::invalid("q"))
    }

    /// What was searched for instead of what somebody typed (S3).
    pub fn respell(&self, typed: &str, corrections: &[Correction]) -> String {
        domain::search::respell(typed, corrections, normaliser())
    }

    /// What somebody typed, so that its misspelt words are searched for as they are.
    pub fn verbatim(&self, typed: &str, corrections: &[Correction]) -> String {
        domain::search::verbatim(typed, corrections, normaliser())
    }
}
