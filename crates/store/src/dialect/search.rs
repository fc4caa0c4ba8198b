//! Finding rows by their index words.

use super::{postgres, sqlite};
use crate::Result;
use crate::db::{Conn, ConnMut};
use crate::messages::{MessageRow, select_messages};
use crate::notes::{NoteRow, select_notes};
use domain::search::Query;
use domain::{Age, CustomerKey, Timestamp};
use uuid::Uuid;

/// From and to what is of any time.
pub(crate) const ANY_TIME: (Timestamp, Timestamp) =
    (Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX));

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
}

impl Lookup<'_> {
    pub fn is_of_any_time(&self) -> bool {
        (self.from, self.to) == ANY_TIME
    }
}

/// How far a place is read, from the newest on.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Below which key to go on; none at the beginning.
    pub below: Option<i64>,
    /// How many matches were found so far.
    pub found: usize,
    /// How many of them in the stretch that was looked at last, on PostgreSQL.
    pub lately: usize,
    /// Among how many keys.
    pub keys: i64,
    /// Whether there is nothing more.
    pub ended: bool,
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
#[derive(Debug)]
pub(crate) struct AlikeRow {
    pub status: String,
    pub urgency_rank: i16,
    pub holder_id: Option<i64>,
    pub tags: String,
    pub age: Age,
    /// Their keys.
    pub conversations: Vec<i64>,
}

/// The next matches in one place, newest first: about as many as are wanted, or all there are.
pub(crate) async fn find(
    conn: &mut Conn,
    lookup: &Lookup<'_>,
    progress: &mut Progress,
    wanted: usize,
) -> Result<Vec<FoundRow>> {
    let found = match conn.get() {
        ConnMut::Sqlite(conn) => sqlite::search::find(conn, lookup, progress, wanted).await?,
        ConnMut::Postgres(conn) => postgres::search::find(conn, lookup, progress, wanted).await?,
    };
    progress.found += found.len();
    Ok(found)
}

/// Says how well all of these matches fit, newest first as they were found. PostgreSQL has said so already. SQLite would
/// read all there is of a word to weigh it, so where `all` were not found it says less.
pub(crate) async fn rank(
    conn: &mut Conn,
    lookup: &Lookup<'_>,
    found: &mut [FoundRow],
    all: bool,
) -> Result<()> {
    match conn.get() {
        ConnMut::Sqlite(conn) => sqlite::search::rank(conn, lookup, found, all).await,
        ConnMut::Postgres(_) => Ok(()),
    }
}

/// Groups conversations by all that facets count.
pub(crate) async fn group_alike(conn: &mut Conn, keys: Vec<i64>, now: Timestamp) -> Result<Vec<AlikeRow>> {
    match conn.get() {
        ConnMut::Sqlite(conn) => sqlite::search::group_alike(conn, keys, now).await,
        ConnMut::Postgres(conn) => postgres::search::group_alike(conn, keys, now).await,
    }
}

/// Runs the statement of either database with these keys. Bound they leave one statement to prepare.
macro_rules! by_keys {
    ($conn:expr, $keys:expr, $sqlite:expr, $postgres:expr) => {
        match $conn.get() {
            ConnMut::Sqlite(conn) => {
                let keys = serde_json::Value::from($keys).to_string();
                Ok(sqlx::query_as($sqlite).bind(keys).fetch_all(conn).await?)
            }
            ConnMut::Postgres(conn) => Ok(sqlx::query_as($postgres).bind($keys).fetch_all(conn).await?),
        }
    };
}

/// The messages with these keys.
pub(crate) async fn messages(conn: &mut Conn, keys: Vec<i64>) -> Result<Vec<MessageRow>> {
    by_keys!(
        conn,
        keys,
        select_messages!("WHERE id IN (SELECT value FROM json_each($1))"),
        select_messages!("WHERE id = ANY ($1)")
    )
}

/// The notes with these keys.
pub(crate) async fn notes(conn: &mut Conn, keys: Vec<i64>) -> Result<Vec<NoteRow>> {
    by_keys!(
        conn,
        keys,
        select_notes!("WHERE id IN (SELECT value FROM json_each($1))"),
        select_notes!("WHERE id = ANY ($1)")
    )
}

/// The keys, ids and names of the agents with these keys.
pub(crate) async fn agents(conn: &mut Conn, keys: Vec<i64>) -> Result<Vec<(i64, Uuid, String)>> {
    by_keys!(
        conn,
        keys,
        "SELECT a.id, a.external_id, u.name FROM agents a JOIN users u ON u.id = a.user_id
         WHERE a.id IN (SELECT value FROM json_each($1))",
        "SELECT a.id, a.external_id, u.name FROM agents a JOIN users u ON u.id = a.user_id WHERE a.id = ANY ($1)"
    )
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
