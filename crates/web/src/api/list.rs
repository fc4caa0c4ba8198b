//! Lists: how many at once, and where the next begin.

use crate::error::{Problem, Result};
use serde::Serialize;
use store::Page;
use utoipa::ToSchema;

/// How many items a list gives when nothing is said.
const DEFAULT_LIMIT: u32 = 50;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct List<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// What to give as `cursor` to get the next ones; null on the last page.
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// The page's items as the caller sees them.
    pub(super) fn of<U>(page: Page<U>, view: impl FnMut(U) -> T) -> Self {
        let Page { items, next_cursor } = page.map(view);
        Self { items, next_cursor }
    }
}

/// The `limit` of a query: 1 to 100.
pub(super) fn limit(limit: Option<u32>) -> Result<u32> {
    match limit.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=100 => Ok(limit),
        _ => Err(Problem::invalid("limit", &"limit is from 1 to 100")),
    }
}

/// A number to go on from, such as `after`: 0 or more.
pub(super) fn after(name: &str, after: Option<i64>) -> Result<i64> {
    match after.unwrap_or(0) {
        after @ 0.. => Ok(after),
        _ => Err(Problem::invalid(name, &format!("{name} is 0 or more"))),
    }
}
