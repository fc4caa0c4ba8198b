//! Which conversations share words, and how common words are.

use super::{postgres, sqlite};
use crate::Result;
use crate::db::{Conn, ConnMut};
use domain::ConversationKey;
use domain::search::{Pattern, Query};

/// About how many of all messages, of which the newest has the key `newest`, have each of these words; 0 where
/// the database has no figures because few do, or because it is small.
pub(crate) async fn frequencies(conn: &mut Conn, patterns: &[Pattern], newest: i64) -> Result<Vec<i64>> {
    match conn.get() {
        ConnMut::Sqlite(conn) => sqlite::similar::frequencies(conn, patterns, newest).await,
        ConnMut::Postgres(conn) => postgres::similar::frequencies(conn, patterns, newest).await,
    }
}

/// The conversations of the newest messages with a key above `above` that fit any of these queries, at most `limit`, and
/// whether it was the customer who said it, in a conversation that is resolved and is not `own`.
pub(crate) async fn probe(
    conn: &mut Conn,
    any: &[Query],
    above: i64,
    limit: i64,
    own: ConversationKey,
) -> Result<Vec<(i64, bool)>> {
    match conn.get() {
        ConnMut::Sqlite(conn) => sqlite::similar::probe(conn, any, above, limit, own).await,
        ConnMut::Postgres(conn) => postgres::similar::probe(conn, any, above, limit, own).await,
    }
}

#[cfg(test)]
#[path = "similar_plan_tests.rs"]
mod plan_tests;
