//! What a search found, as JSON.

use domain::Side;
use domain::search::Segment;
use realtime::wire::{ConversationView, FacetValueView, FacetsView, MessageView, NoteView};
use serde::Serialize;
use std::time::Duration;
use store::{Found, Hit, SearchResults};
use utoipa::ToSchema;

/// A page of what was found, and counts of all of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchResults)]
pub(super) struct SearchView {
    /// Best first, newest first among equals.
    items: Vec<FoundView>,
    /// By facet, each value with its count; a facet's own filter does not narrow it (S2).
    #[schema(value_type = std::collections::HashMap<String, Vec<FacetValueView>>)]
    facets: FacetsView,
    /// How many conversations match.
    total: i64,
    /// False when more than 10,000 match: then the newest of them are counted.
    total_is_exact: bool,
    /// What to give as `cursor` to get the next ones; null on the last page.
    next_cursor: Option<String>,
    /// What was searched for instead of `q`, as misspelt words in it are nowhere found (S3).
    #[serde(skip_serializing_if = "Option::is_none")]
    searched_for: Option<String>,
    /// How long the search took, in milliseconds.
    took_ms: u64,
}

/// A conversation that was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Found)]
pub(super) struct FoundView {
    /// It.
    conversation: ConversationView,
    /// The message that matches best, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<MessageView>,
    /// The note that matches best, when it is one; agents only.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<NoteView>,
    /// An excerpt with the matches marked.
    snippet: Vec<SegmentView>,
    /// How well it fits; comparable within one search.
    score: f64,
}

/// A stretch of an excerpt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Segment)]
pub(in crate::api) struct SegmentView {
    /// The original text, exactly.
    text: String,
    /// Whether it is what was looked for.
    hit: bool,
}

impl SearchView {
    /// The results as one side sees them.
    pub(super) fn new(
        results: SearchResults,
        searched_for: Option<String>,
        side: Side,
        took: Duration,
    ) -> Self {
        let values = |values: Vec<store::FacetValue>| {
            let view = |store::FacetValue { value, label, count }| FacetValueView { value, label, count };
            values.into_iter().map(view).collect()
        };
        Self {
            items: results.items.into_iter().map(|found| FoundView::new(found, side)).collect(),
            facets: results.facets.into_iter().map(|(name, facet)| (name, values(facet))).collect(),
            total: results.total,
            total_is_exact: results.total_is_exact,
            next_cursor: results.next_cursor,
            searched_for,
            took_ms: took.as_millis().try_into().unwrap_or(u64::MAX),
        }
    }
}

impl FoundView {
    fn new(found: Found, side: Side) -> Self {
        let (message, note) = match found.hit {
            Hit::Message(message) => (Some(MessageView::new(&message)), None),
            Hit::Note(note) => (None, Some(NoteView::new(&note))),
            Hit::Customer => (None, None),
        };
        Self {
            conversation: ConversationView::new(&found.conversation, side),
            message,
            note,
            snippet: found.snippet.into_iter().map(SegmentView::from).collect(),
            score: found.score,
        }
    }
}

impl From<Segment> for SegmentView {
    fn from(Segment { text, hit }: Segment) -> Self {
        Self { text, hit }
    }
}
