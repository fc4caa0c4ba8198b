//! The words of the index as a table of their own, and how often a word is found.

use super::search::expression;
use crate::Result;
use crate::db::{Conn, ConnMut, Tx, fetch_all};
use domain::search::Query;

/// Who counts on stops here: a word is common enough.
const MAX_HITS: i64 = 100;

/// The condition that the index has a word. PostgreSQL's planner would expect to meet it soon if it read the whole table;
/// a materialized part of a statement it plans as if all rows were wanted. It lists all messages that have a word, so the
/// newest alone are asked first, by the steps of migration 12: most words of a text are common ones.
macro_rules! in_use {
    (sqlite) => {
        "(EXISTS (SELECT 1 FROM messages_fts WHERE messages_fts MATCH '\"' || value || '\"')
          OR EXISTS (SELECT 1 FROM notes_fts WHERE notes_fts MATCH '\"' || value || '\"')
          OR EXISTS (SELECT 1 FROM customers_fts WHERE customers_fts MATCH '\"' || value || '\"'))"
    };
    (postgres) => {
        "(EXISTS (WITH found AS MATERIALIZED (
                      SELECT 1 FROM messages WHERE search @@ ('''' || value || '''')::tsquery AND ARRAY[id / 32768] &&
                          (SELECT ARRAY[MAX(id) / 32768 - 1, MAX(id) / 32768] FROM messages))
                  SELECT 1 FROM found)
          OR EXISTS (WITH found AS MATERIALIZED (SELECT 1 FROM messages WHERE search @@ ('''' || value || '''')::tsquery)
                     SELECT 1 FROM found)
          OR EXISTS (WITH found AS MATERIALIZED (SELECT 1 FROM notes WHERE search @@ ('''' || value || '''')::tsquery)
                     SELECT 1 FROM found)
          OR EXISTS (WITH found AS MATERIALIZED (SELECT 1 FROM customers WHERE search @@ ('''' || value || '''')::tsquery)
                     SELECT 1 FROM found))"
    };
}

/// In how many texts `value` is found, as [`hits`] counts.
macro_rules! counted {
    (sqlite) => {
        "(SELECT COUNT(*) FROM (SELECT 1 FROM messages_fts WHERE messages_fts MATCH value LIMIT $2))
         + (SELECT COUNT(*) FROM (SELECT 1 FROM notes_fts WHERE notes_fts MATCH value LIMIT $2))
         + (SELECT COUNT(*) FROM (SELECT 1 FROM customers_fts WHERE customers_fts MATCH value LIMIT $2))"
    };
    (postgres) => {
        "(WITH found AS MATERIALIZED (SELECT 1 FROM messages WHERE search @@ value::tsquery)
          SELECT COUNT(*) FROM (SELECT 1 FROM found LIMIT $2) AS counted)
         + (WITH found AS MATERIALIZED (SELECT 1 FROM notes WHERE search @@ value::tsquery)
            SELECT COUNT(*) FROM (SELECT 1 FROM found LIMIT $2) AS counted)
         + (WITH found AS MATERIALIZED (SELECT 1 FROM customers WHERE search @@ value::tsquery)
            SELECT COUNT(*) FROM (SELECT 1 FROM found LIMIT $2) AS counted)"
    };
}

/// Which of these words are not in the vocabulary.
pub(crate) async fn unknown_words(conn: &mut Conn, words: &[String]) -> Result<Vec<String>> {
    match conn.get() {
        ConnMut::Sqlite(conn) => {
            let sql = "SELECT value FROM json_each($1) WHERE NOT EXISTS (SELECT 1 FROM vocabulary WHERE word = value)";
            Ok(sqlx::query_scalar(sql).bind(json(words)).fetch_all(conn).await?)
        }
        ConnMut::Postgres(conn) => {
            let sql = "SELECT value FROM unnest($1::text[]) AS value
                       WHERE NOT EXISTS (SELECT 1 FROM vocabulary WHERE word = value)";
            Ok(sqlx::query_scalar(sql).bind(words).fetch_all(conn).await?)
        }
    }
}

/// Which of these words, or marked stems, the index does not have.
pub(crate) async fn words_not_in_use(tx: &mut Tx, words: &[String]) -> Result<Vec<String>> {
    match tx.get() {
        ConnMut::Sqlite(conn) => {
            let sql = concat!("SELECT value FROM json_each($1) WHERE NOT ", in_use!(sqlite));
            Ok(sqlx::query_scalar(sql).bind(json(words)).fetch_all(conn).await?)
        }
        ConnMut::Postgres(conn) => {
            let sql = concat!("SELECT value FROM unnest($1::text[]) AS value WHERE NOT ", in_use!(postgres));
            Ok(sqlx::query_scalar(sql).bind(words).fetch_all(conn).await?)
        }
    }
}

/// Adds those of these words to the vocabulary that the index has. Words are letters alone.
pub(crate) async fn learn_words(tx: &mut Tx, words: &[String]) -> Result<()> {
    lock(tx).await?;
    match tx.get() {
        ConnMut::Sqlite(conn) => {
            let sql = concat!(
                "INSERT INTO vocabulary (word) SELECT value FROM json_each($1) WHERE ",
                in_use!(sqlite),
                " ON CONFLICT DO NOTHING"
            );
            sqlx::query(sql).bind(json(words)).execute(conn).await?;
        }
        ConnMut::Postgres(conn) => {
            let sql = concat!(
                "INSERT INTO vocabulary (word) SELECT value FROM unnest($1::text[]) AS value WHERE ",
                in_use!(postgres),
                " ON CONFLICT DO NOTHING"
            );
            sqlx::query(sql).bind(words).execute(conn).await?;
        }
    }
    Ok(())
}

/// Removes those of these words from the vocabulary that the index has no more. Words are letters alone.
pub(crate) async fn forget_words(tx: &mut Tx, words: &[String]) -> Result<()> {
    lock(tx).await?;
    match tx.get() {
        ConnMut::Sqlite(conn) => {
            let sql = concat!(
                "DELETE FROM vocabulary WHERE word IN (SELECT value FROM json_each($1) WHERE NOT ",
                in_use!(sqlite),
                ")"
            );
            sqlx::query(sql).bind(json(words)).execute(conn).await?;
        }
        ConnMut::Postgres(conn) => {
            let sql = concat!(
                "DELETE FROM vocabulary WHERE word IN (SELECT value FROM unnest($1::text[]) AS value WHERE NOT ",
                in_use!(postgres),
                ")"
            );
            sqlx::query(sql).bind(words).execute(conn).await?;
        }
    }
    Ok(())
}

/// At most `limit` words with keys above `after`, in their order.
pub(crate) async fn next_words(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT id, word FROM vocabulary WHERE id > $1 ORDER BY id LIMIT $2";
    fetch_all!(tx, (i64, String), sql, after, limit)
}

/// One at a time, until the end of the transaction: so no word is learnt while its last text is erased (A8), and words are
/// committed in the order of their keys, by which others look for new ones.
async fn lock(tx: &mut Tx) -> Result<()> {
    if let ConnMut::Postgres(conn) = tx.get() {
        sqlx::query("LOCK TABLE vocabulary IN SHARE ROW EXCLUSIVE MODE").execute(conn).await?;
    }
    Ok(())
}

/// The words added after the one with this key, by spaces, and the newest one's key. In one piece: there may be hundreds
/// of thousands.
pub(crate) async fn words_after(conn: &mut Conn, key: i64) -> Result<Option<(i64, String)>> {
    let (newest, words): (Option<i64>, Option<String>) = match conn.get() {
        ConnMut::Sqlite(conn) => {
            let sql = "SELECT MAX(id), group_concat(word, ' ') FROM vocabulary WHERE id > $1";
            sqlx::query_as(sql).bind(key).fetch_one(conn).await?
        }
        ConnMut::Postgres(conn) => {
            let sql = "SELECT MAX(id), string_agg(word, ' ') FROM vocabulary WHERE id > $1";
            sqlx::query_as(sql).bind(key).fetch_one(conn).await?
        }
    };
    Ok(newest.zip(words))
}

/// In how many texts each query is found, counted up to a hundred in each place.
pub(crate) async fn hits(conn: &mut Conn, queries: &[Query]) -> Result<Vec<i64>> {
    if queries.is_empty() {
        return Ok(Vec::new());
    }
    let queries: Vec<String> = queries.iter().map(|query| expression(conn, query)).collect();
    match conn.get() {
        ConnMut::Sqlite(conn) => {
            let sql = concat!("SELECT ", counted!(sqlite), " FROM json_each($1) ORDER BY key");
            Ok(sqlx::query_scalar(sql).bind(json(&queries)).bind(MAX_HITS).fetch_all(conn).await?)
        }
        ConnMut::Postgres(conn) => {
            let sql = concat!(
                "SELECT ",
                counted!(postgres),
                " FROM unnest($1::text[]) WITH ORDINALITY AS typed (value, place) ORDER BY place"
            );
            Ok(sqlx::query_scalar(sql).bind(queries).bind(MAX_HITS).fetch_all(conn).await?)
        }
    }
}

fn json(words: &[String]) -> String {
    serde_json::Value::from(words).to_string()
}
