//! Finding rows by their index words.

use super::{postgres, sqlite};
use crate::Result;
use crate::db::{Conn, ConnMut, Time};
use domain::search::Query;
use domain::{Age, CustomerKey, Timestamp};
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

/// What was found. Thousands of them come at once, so databases give them in one piece.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FoundRow {
    pub conversation: i64,
    /// The key of the message or note; of the conversation, where the customer was found.
    pub place: i64,
    /// When it was written.
    pub at: Timestamp,
    /// How well it fits: from 0 to 1.
    pub score: f64,
}

/// Conversations that are the same to all facets.
#[derive(Debug, FromRow)]
pub(crate) struct AlikeRow {
    pub status: String,
    pub urgency_rank: i16,
    pub holder_id: Option<i64>,
    pub tags: String,
    /// The place in [`Age::ALL`].
    pub age: i32,
    /// Their keys, by commas.
    pub conversations: String,
}

/// Finds in one place, newest first.
pub(crate) async fn find(conn: &mut Conn, lookup: &Lookup<'_>) -> Result<Vec<FoundRow>> {
    match conn.get() {
        ConnMut::Sqlite(conn) => sqlite::search::find(conn, lookup).await,
        ConnMut::Postgres(conn) => postgres::search::find(conn, lookup).await,
    }
}

/// The statement of [`group_alike`]: where the conversations `c` are from, and how their keys are joined.
macro_rules! alike {
    ($from:literal, $keys:literal) => {
        concat!(
            "SELECT c.status, c.urgency_rank, c.holder_id, c.tags,
                    CASE WHEN c.created_at > $2 THEN 0 WHEN c.created_at > $3 THEN 1 WHEN c.created_at > $4 THEN 2
                         WHEN c.created_at > $5 THEN 3 ELSE 4 END AS age, ",
            $keys,
            " AS conversations FROM ",
            $from,
            " GROUP BY 1, 2, 3, 4, 5"
        )
    };
}
pub(super) use alike;

/// Groups conversations by all that facets count.
pub(crate) async fn group_alike(conn: &mut Conn, keys: Vec<i64>, now: Timestamp) -> Result<Vec<AlikeRow>> {
    let [under_an_hour, under_four, under_a_day, under_a_week, _] =
        Age::ALL.map(|age| Time(now - age.bounds().1));
    match conn.get() {
        ConnMut::Sqlite(conn) => {
            let keys = serde_json::Value::from(keys).to_string();
            let query = sqlx::query_as(sqlite::search::ALIKE).bind(keys).bind(under_an_hour).bind(under_four);
            Ok(query.bind(under_a_day).bind(under_a_week).fetch_all(conn).await?)
        }
        ConnMut::Postgres(conn) => {
            let query =
                sqlx::query_as(postgres::search::ALIKE).bind(keys).bind(under_an_hour).bind(under_four);
            Ok(query.bind(under_a_day).bind(under_a_week).fetch_all(conn).await?)
        }
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
