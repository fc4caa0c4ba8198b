//! Making index entries anew from the texts they stand for.

use super::{Indexed, postgres, sqlite};
use crate::Result;
use crate::db::{ConnMut, Db, Pools, Tx};
use sqlx::FromRow;

/// What an index entry is made from.
#[derive(Debug, FromRow)]
pub(crate) struct TextRow {
    pub id: i64,
    /// A message's or note's text, a customer's name; nothing of a deleted message.
    pub text: Option<String>,
    /// A customer's e-mail address.
    pub email: Option<String>,
}

/// The statement of [`texts_after`]. Events of the agents' log are not indexed.
macro_rules! texts {
    ($what:expr, $lock:literal, $lock_customers:literal) => {
        match $what {
            Indexed::Messages => concat!(
                "SELECT id, text, CAST(NULL AS TEXT) AS email FROM messages t WHERE id > $1 ORDER BY id LIMIT $2",
                $lock
            ),
            Indexed::Notes => concat!(
                "SELECT id, text, CAST(NULL AS TEXT) AS email FROM notes t WHERE id > $1 AND kind = 'note'
                 ORDER BY id LIMIT $2",
                $lock
            ),
            Indexed::Customers => concat!(
                "SELECT t.id, u.name AS text, u.email FROM customers t JOIN users u ON u.id = t.user_id
                 WHERE t.id > $1 ORDER BY t.id LIMIT $2",
                $lock_customers
            ),
        }
    };
}
/// At most `limit` texts with keys above `after`, in their order, which nobody else changes until the transaction ends. A
/// message or note that somebody is changing right now is passed over: they index it themselves. Customers are changed in
/// other ways, too, and are waited for.
pub(crate) async fn texts_after(tx: &mut Tx, what: Indexed, after: i64, limit: i64) -> Result<Vec<TextRow>> {
    match tx.get() {
        ConnMut::Sqlite(conn) => {
            Ok(sqlx::query_as(texts!(what, "", "")).bind(after).bind(limit).fetch_all(conn).await?)
        }
        ConnMut::Postgres(conn) => {
            let sql = texts!(what, " FOR NO KEY UPDATE OF t SKIP LOCKED", " FOR NO KEY UPDATE OF t, u");
            Ok(sqlx::query_as(sql).bind(after).bind(limit).fetch_all(conn).await?)
        }
    }
}

/// Makes the entries of all keys above `after` and up to `to` anew: those given, with their words, and no others.
pub(crate) async fn replace(
    tx: &mut Tx,
    what: Indexed,
    after: i64,
    to: i64,
    entries: &[(i64, String)],
) -> Result<()> {
    entries.iter().for_each(|(_, words)| tx.indexes(words));
    match tx.get() {
        ConnMut::Sqlite(conn) => sqlite::reindex::replace(conn, what, after, to, entries).await,
        ConnMut::Postgres(conn) => postgres::reindex::replace(conn, what, entries).await,
    }
}

/// Empties those indexes that cannot be read. PostgreSQL's are made whole anew by [`pack`].
pub(crate) async fn empty_damaged(db: &Db) -> Result<()> {
    match &db.pools {
        Pools::Sqlite { write, .. } => sqlite::reindex::empty_damaged(write).await,
        Pools::Postgres(_) => Ok(()),
    }
}

/// Takes what was replaced out of the index' pages, while others go on reading and writing.
pub(crate) async fn pack(db: &Db) -> Result<()> {
    match &db.pools {
        Pools::Sqlite { write, .. } => sqlite::forget_deleted(write).await,
        Pools::Postgres(pool) => postgres::reindex::pack(pool).await,
    }
}
