//! What somebody typed into a search, for REST and pages alike: words, and filters among them.

use crate::api::FilterText;
use crate::error::{Problem, Result};
use domain::search::{FilterWord, Query, Typed};
use domain::{Actor, Filter, Timestamp};
use store::{Search, Store};

/// A search as it was typed.
#[derive(Debug)]
pub(crate) struct TypedSearch {
    query: Query,
    filter: Filter,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl TypedSearch {
    /// Reads it. Filters and days that do not exist are refused, and what the caller may not narrow by.
    pub(crate) fn read(store: &Store, actor: &Actor, typed: &str) -> Result<Self> {
        let typed = Typed::read(typed).map_err(|error| Problem::invalid("q", &error))?;
        let value = |filter| typed.filters.get(&filter).map(String::as_str);
        let filter = FilterText {
            status: value(FilterWord::Status),
            urgency: value(FilterWord::Urgency),
            holder: value(FilterWord::Holder),
            tag: value(FilterWord::Tag),
            age: value(FilterWord::Age),
        };
        Ok(Self {
            filter: filter.read(actor)?,
            after: value(FilterWord::After).map(|day| time(FilterWord::After, day)).transpose()?,
            before: value(FilterWord::Before).map(|day| time(FilterWord::Before, day)).transpose()?,
            query: store.query(&typed.words)?,
        })
    }

    /// The search, narrowed by what was chosen beside it too: of a facet either matches, of times both must.
    pub(crate) fn narrowed(self, filter: Filter, from: Option<Timestamp>, to: Option<Timestamp>) -> Search {
        fn either<T>(mut typed: Vec<T>, chosen: Vec<T>) -> Vec<T> {
            typed.extend(chosen);
            typed
        }
        Search {
            query: self.query,
            filter: Filter {
                status: either(self.filter.status, filter.status),
                urgency: either(self.filter.urgency, filter.urgency),
                holder: either(self.filter.holder, filter.holder),
                tag: either(self.filter.tag, filter.tag),
                age: either(self.filter.age, filter.age),
            },
            from: self.after.max(from),
            to: self.before.into_iter().chain(to).min(),
            cursor: None,
            limit: 0,
        }
    }
}

/// `after:2026-01-31` means from the beginning of that day in UTC, `before:` until then.
fn time(filter: FilterWord, text: &str) -> Result<Timestamp> {
    let whole = if text.contains(['T', 't']) { text.to_owned() } else { format!("{text}T00:00:00Z") };
    whole.parse().map_err(|_| {
        let name = filter.as_str();
        let detail = format!("{name}:{text} is no day: write one such as {name}:2026-01-31, in UTC");
        Problem::invalid("q", &detail)
    })
}
