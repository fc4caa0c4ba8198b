//! Search: what goes into the index, and finding conversations by it (S1–S5).

mod facets;
mod index;
mod results;

pub use facets::{FacetValue, Facets};
pub(crate) use index::{LANGUAGE, customer_words, index_words, normaliser};
pub use results::{Found, Hit, MAX_CONVERSATIONS, Search, SearchResults};

impl crate::Store {
    /// What somebody typed, as a query for [`search`](Self::search).
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) when it is no search.
    pub fn query(&self, typed: &str) -> crate::Result<domain::search::Query> {
        domain::search::Query::parse(typed, normaliser()).map_err(crate::Error::invalid("q"))
    }
}
