//! `GET /search`

mod views;

pub(super) use views::SegmentView;

use super::conversations::FilterText;
use super::extract::Params;
use super::list::limit;
use crate::AppState;
use crate::auth::AnySession;
use crate::error::{Problem, Result};
use crate::typed_search::TypedSearch;
use axum::Json;
use axum::extract::State;
use domain::Timestamp;
use serde::Deserialize;
use std::time::Instant;
use store::Search;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use views::SearchView;

pub(super) fn calls() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(search))
}

/// What to search for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Words, `"phrases in quotes"`, `-exclusions`. The last word may be half typed. Filters may stand among them:
    /// `status:open tag:"follow up" urgency:high agent:me age:<1h after:2026-01-01 before:2026-02-01`, days in UTC; with
    /// a parameter of the same name either matches.
    #[param(max_length = 1000)]
    q: String,
    /// `open`, `ongoing`, `snoozed`, `resolved`; several by comma.
    status: Option<String>,
    /// `high`, `normal`, `low`; several by comma. Agents only.
    urgency: Option<String>,
    /// `me`, `none` or an agent's id; several by comma. Agents only.
    holder: Option<String>,
    /// Names of tags; several by comma. Agents only.
    tag: Option<String>,
    /// `<1h`, `1h-4h`, `4h-1d`, `1d-7d`, `>7d` since the conversation began; several by comma.
    age: Option<String>,
    /// Only what was written at this time or later.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Only what was written before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
    /// A former page's `next_cursor`, in the same search.
    cursor: Option<String>,
    /// How many at most; 50 by default.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Search
///
/// Over messages, and for agents also notes and customers' names and e-mail addresses; a customer finds only their
/// own. Best first, newest first among equals.
///
/// When nothing is found, words that are nowhere found are corrected, by one slip from 4 letters, two from 8, and
/// `searched_for` says what was searched for instead. A word in quotes is never corrected.
#[utoipa::path(
    get,
    path = "/search",
    tag = "Search",
    params(SearchQuery),
    responses((status = 200, description = "What was found, and counts by facet", body = SearchView)),
)]
async fn search(
    State(state): State<AppState>,
    AnySession(session): AnySession,
    Params(query): Params<SearchQuery>,
) -> Result<Json<SearchView>> {
    let begun = Instant::now();
    let text = FilterText {
        status: query.status.as_deref(),
        urgency: query.urgency.as_deref(),
        holder: query.holder.as_deref(),
        tag: query.tag.as_deref(),
        age: query.age.as_deref(),
    };
    let typed = TypedSearch::read(&state.store, &session.actor, &query.q)?;
    let filter = text.read(&session.actor)?;
    let (from, to) = (time("from", query.from.as_deref())?, time("to", query.to.as_deref())?);
    let search =
        Search { cursor: query.cursor, limit: limit(query.limit)?, ..typed.narrowed(filter, from, to) };
    let results = state.store.search(&session.actor, &search).await?;
    let searched_for =
        (!results.corrections.is_empty()).then(|| state.store.respell(&query.q, &results.corrections));
    Ok(Json(SearchView::new(results, searched_for, session.actor.side(), begun.elapsed())))
}

fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>> {
    text.map(|text| text.parse().map_err(|error| Problem::invalid(name, &error))).transpose()
}
