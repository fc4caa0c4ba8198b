//! Finding rows by their index words.

use super::{postgres, sqlite};
use crate::Result;
use crate::db::{Conn, ConnMut, Time};
use domain::search::Query;
use domain::{CustomerKey, Timestamp};
use sqlx::FromRow;

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Place {
    /// In messages.
    Messages,
    /// In agents' notes.
    Notes,
    /// In names and e-mail addresses.
    Customers,
}

/// What to look for, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lookup<'a> {
    pub place: Place,
    pub query: &'a Query,
    /// This customer's alone.
    pub customer: Option<CustomerKey>,
    /// From (inclusive) and to (exclusive) when it was written.
    pub from: Timestamp,
    pub to: Timestamp,
    /// Below which [`FoundRow::place`] to go on.
    pub below: i64,
    pub limit: i64,
}

/// What was found, with all that facets count.
#[derive(Debug, FromRow)]
pub(crate) struct FoundRow {
    pub conversation: i64,
    pub status: String,
    pub urgency_rank: i16,
    pub holder_id: Option<i64>,
    pub tags: String,
    pub created_at: Time,
    /// The key of the message or note; of the conversation, where the customer was found.
    pub place: i64,
    /// When it was written.
    pub at: Time,
    /// How well it fits: from 0 to 1.
    pub score: f64,
}

/// `SELECT` of a [`FoundRow`], with its last columns and the rest of the statement after it.
macro_rules! found_columns {
    ($tail:literal) => {
        concat!(
            "SELECT c.id AS conversation, c.status, c.urgency_rank, c.holder_id, c.tags, c.created_at, ",
            $tail
        )
    };
}
pub(super) use found_columns;

/// Finds in one place, newest first.
pub(crate) async fn find(conn: &mut Conn, lookup: &Lookup<'_>) -> Result<Vec<FoundRow>> {
    match conn.get() {
        ConnMut::Sqlite(conn) => sqlite::search::find(conn, lookup).await,
        ConnMut::Postgres(conn) => postgres::search::find(conn, lookup).await,
    }
}

/// The condition that `key`, the key of what is looked for in `place`, fits the expression bound to `placeholder`.
pub(crate) fn matches(conn: &mut Conn, place: Place, key: &str, placeholder: &str) -> String {
    match (conn.get(), place) {
        (ConnMut::Sqlite(_), Place::Messages) => {
            format!("{key} IN (SELECT rowid FROM messages_fts WHERE messages_fts MATCH {placeholder})")
        }
        (ConnMut::Sqlite(_), Place::Notes) => {
            format!("{key} IN (SELECT rowid FROM notes_fts WHERE notes_fts MATCH {placeholder})")
        }
        (ConnMut::Sqlite(_), Place::Customers) => {
            format!("{key} IN (SELECT rowid FROM customers_fts WHERE customers_fts MATCH {placeholder})")
        }
        (ConnMut::Postgres(_), _) => {
            format!("{}.search @@ {placeholder}::tsquery", key.trim_end_matches(".id"))
        }
    }
}

/// A query as [`matches()`] wants it bound.
pub(crate) fn expression(conn: &mut Conn, query: &Query) -> String {
    match conn.get() {
        ConnMut::Sqlite(_) => sqlite::search::match_text(query),
        ConnMut::Postgres(_) => postgres::search::tsquery(query),
    }
}

#[cfg(test)]
#[path = "search_plan_tests.rs"]
pub(crate) mod plan_tests;
