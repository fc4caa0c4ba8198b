//! SQLite: the rows of a batch are one JSON parameter, read back with `json_each`, or, where they are as many as the
//! messages, parameters each: reading them out of JSON takes longer than writing them. It has one writer, so there is nothing
//! to lock.

mod forget;
pub(super) mod reindex;
pub(super) mod search;
pub(super) mod similar;

pub(super) use forget::forget_deleted;

use super::{Indexed, SentRow, hex};
use crate::Result;
use crate::append::{NewMessage, SentKey};
use crate::conversation_row::{ConversationRow, select_conversations};
use crate::db::Time;
use crate::import::{Beginning, Newcomer};
use crate::messages::{MessageRow, select_messages};
use crate::repair::StandRow;
use crate::search::customer_words;
use domain::{Conversation, ConversationId, ConversationKey, SessionKey, Timestamp};
use serde_json::json;
use sqlx::AssertSqlSafe;
use sqlx::query_builder::{QueryBuilder, Separated};
use sqlx::sqlite::{Sqlite, SqliteConnection};

pub(super) async fn product(conn: &mut SqliteConnection) -> Result<String> {
    Ok(sqlx::query_scalar("SELECT 'SQLite ' || sqlite_version()").fetch_one(conn).await?)
}

pub(super) async fn load(
    conn: &mut SqliteConnection,
    ids: &[ConversationId],
) -> Result<Vec<ConversationRow>> {
    let sql = select_conversations!("WHERE c.external_id IN (SELECT unhex(value) FROM json_each($1))");
    let ids = rows(ids, |id| hex(id.0.as_bytes()).into());
    Ok(sqlx::query_as(sql).bind(ids).fetch_all(conn).await?)
}

pub(super) async fn load_by_key(
    conn: &mut SqliteConnection,
    keys: &[ConversationKey],
) -> Result<Vec<ConversationRow>> {
    let sql = select_conversations!("WHERE c.id IN (SELECT value FROM json_each($1))");
    Ok(sqlx::query_as(sql).bind(rows(keys, |key| key.0.into())).fetch_all(conn).await?)
}

pub(super) async fn stands(conn: &mut SqliteConnection, keys: &[ConversationKey]) -> Result<Vec<StandRow>> {
    let sql = "SELECT id, external_id, last_seq, last_note_seq, last_rev, version, customer_seen_seq, agent_seen_seq
               FROM conversations WHERE id IN (SELECT value FROM json_each($1))";
    Ok(sqlx::query_as(sql).bind(rows(keys, |key| key.0.into())).fetch_all(conn).await?)
}

pub(super) async fn messages_since(
    conn: &mut SqliteConnection,
    since: &[(ConversationKey, i64)],
    limit: u32,
) -> Result<Vec<MessageRow>> {
    let sql = select_messages!(
        "JOIN json_each($1) since ON conversation_id = since.value ->> 0 AND seq > since.value ->> 1
         ORDER BY conversation_id, seq LIMIT $2"
    );
    let since = rows(since, |(key, after)| json!([key.0, after]));
    Ok(sqlx::query_as(sql).bind(since).bind(limit).fetch_all(conn).await?)
}

pub(super) async fn live_sessions(
    conn: &mut SqliteConnection,
    sessions: &[SessionKey],
    now: Timestamp,
) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM sessions
               WHERE id IN (SELECT value FROM json_each($1)) AND ended_at IS NULL AND expires_at > $2";
    let keys = rows(sessions, |session| session.0.into());
    Ok(sqlx::query_scalar(sql).bind(keys).bind(Time(now)).fetch_all(conn).await?)
}

pub(super) async fn sent_before(conn: &mut SqliteConnection, keys: &[&SentKey]) -> Result<Vec<SentRow>> {
    let mut found = Vec::new();
    for keys in in_parts(keys) {
        let mut select = QueryBuilder::new(
            "SELECT k.conversation_id, k.side, k.author_id, k.client_id, k.text_hash, k.seq FROM (",
        );
        select.push_values(keys, |mut row, key| push_key(&mut row, key));
        select.push(
            ") sent CROSS JOIN message_keys k ON k.conversation_id = sent.column1 AND k.side = sent.column2
                                             AND k.author_id = sent.column3 AND k.client_id = sent.column4",
        );
        found.extend(select.build_query_as().fetch_all(&mut *conn).await?);
    }
    Ok(found)
}

pub(super) async fn insert_messages(conn: &mut SqliteConnection, messages: &[NewMessage]) -> Result<()> {
    let (newest,): (i64,) =
        sqlx::query_as("SELECT COALESCE(MAX(id), 0) FROM messages").fetch_one(&mut *conn).await?;
    let messages: Vec<(i64, &NewMessage)> = (newest + 1..).zip(messages).collect();
    for messages in in_parts(&messages) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO messages (conversation_id, side, author_id, client_id, id, seq, external_id, author_name, text,
                                   created_at) ",
        );
        insert.push_values(messages, |mut row, (id, NewMessage { key, message, .. })| {
            push_key(&mut row, key);
            row.push_bind(id).push_bind(message.seq).push_bind(message.id.0);
            row.push_bind(&message.author.name).push_bind(&message.text).push_bind(Time(message.created_at));
        });
        insert.build().execute(&mut *conn).await?;
    }
    for messages in in_parts(&messages) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO message_keys (conversation_id, side, author_id, client_id, text_hash, seq) ",
        );
        insert.push_values(messages, |mut row, (_, NewMessage { key, text_hash, message, .. })| {
            push_key(&mut row, key);
            row.push_bind(&text_hash[..]).push_bind(message.seq);
        });
        insert.build().execute(&mut *conn).await?;
    }
    for messages in in_parts(&messages) {
        let mut insert = QueryBuilder::new("INSERT INTO messages_fts (rowid, words) ");
        insert.push_values(messages, |mut row, (id, new)| {
            row.push_bind(id).push_bind(&new.words);
        });
        insert.build().execute(&mut *conn).await?;
    }
    Ok(())
}

pub(super) async fn save_progress(
    conn: &mut SqliteConnection,
    conversations: &[&Conversation],
) -> Result<()> {
    let sql = "UPDATE conversations
               SET last_seq = value ->> 1, last_customer_seq = value ->> 2, last_agent_seq = value ->> 3,
                   last_message_at = value ->> 4, waiting_since = value ->> 5, lease_expires_at = value ->> 6,
                   holder_active_at = value ->> 7, returns_at = value ->> 8, urgency_rank = value ->> 9,
                   urgency_score = value ->> 10, urgency_reasons = value ->> 11, urgency_words = value ->> 12,
                   urgency_word_reasons = value ->> 13, urgency_rules = value ->> 14, urgency_due_at = value ->> 15,
                   version = version + 1
               FROM json_each($1)
               WHERE conversations.id = value ->> 0";
    let batch = rows(conversations, |c| {
        let claim = c.current_claim();
        json!([
            c.key.0,
            c.last_seq,
            c.last_customer_seq,
            c.last_agent_seq,
            c.last_message_at.as_micros(),
            c.waiting_since.map(Timestamp::as_micros),
            claim.map(|claim| claim.expires_at.as_micros()),
            claim.map(|claim| claim.active_at.as_micros()),
            claim.and_then(|claim| claim.returns_at).map(Timestamp::as_micros),
            c.urgency.level.rank(),
            c.urgency.score,
            c.urgency.reasons,
            c.words.as_ref().map(|words| words.score),
            c.words.as_ref().map_or(&[][..], |words| &words.reasons),
            c.rules_version,
            c.urgency_due_at.map(Timestamp::as_micros),
        ])
    });
    sqlx::query(sql).bind(batch).execute(conn).await?;
    Ok(())
}

pub(super) async fn insert_customers(
    conn: &mut SqliteConnection,
    newcomers: &[Newcomer<'_>],
) -> Result<usize> {
    let batch = rows(newcomers, |new| {
        let words = customer_words(new.name, new.email);
        json!([hex(new.id.0.as_bytes()), new.name, words, new.at.as_micros(), new.email])
    });
    // A person and their role as a customer have the same id.
    let sql = "INSERT INTO users (external_id, name, created_at, email)
               SELECT unhex(value ->> 0), value ->> 1, value ->> 3, value ->> 4 FROM json_each($1) WHERE TRUE
               ON CONFLICT (external_id) DO NOTHING";
    sqlx::query(sql).bind(&batch).execute(&mut *conn).await?;
    let (newest,): (i64,) =
        sqlx::query_as("SELECT COALESCE(MAX(id), 0) FROM customers").fetch_one(&mut *conn).await?;
    let sql = "INSERT INTO customers (external_id, user_id)
               SELECT u.external_id, u.id FROM json_each($1) JOIN users u ON u.external_id = unhex(value ->> 0)
               WHERE TRUE ON CONFLICT DO NOTHING";
    let made = sqlx::query(sql).bind(&batch).execute(&mut *conn).await?.rows_affected();
    let sql = "INSERT INTO customers_fts (rowid, words)
               SELECT c.id, value ->> 2 FROM json_each($1) JOIN customers c ON c.external_id = unhex(value ->> 0)
               WHERE c.id > $2";
    sqlx::query(sql).bind(&batch).bind(newest).execute(conn).await?;
    Ok(made as usize)
}

pub(super) async fn insert_conversations(
    conn: &mut SqliteConnection,
    beginnings: &[Beginning],
) -> Result<usize> {
    let batch = rows(beginnings, |new| {
        json!([hex(new.customer.0.as_bytes()), hex(new.conversation.0.as_bytes()), new.at.as_micros()])
    });
    let sql = "INSERT INTO conversations (external_id, customer_id, status, created_at, last_message_at)
               SELECT unhex(value ->> 1), c.id, 'open', value ->> 2, value ->> 2
               FROM json_each($1) JOIN customers c ON c.external_id = unhex(value ->> 0)
               WHERE TRUE ON CONFLICT (external_id) DO NOTHING";
    Ok(sqlx::query(sql).bind(batch).execute(conn).await?.rows_affected() as usize)
}

pub(super) async fn index(conn: &mut SqliteConnection, what: Indexed, key: i64, words: &str) -> Result<()> {
    let sql = match what {
        Indexed::Messages => "INSERT OR REPLACE INTO messages_fts (rowid, words) VALUES ($1, $2)",
        Indexed::Notes => "INSERT OR REPLACE INTO notes_fts (rowid, words) VALUES ($1, $2)",
        Indexed::Customers => "INSERT OR REPLACE INTO customers_fts (rowid, words) VALUES ($1, $2)",
    };
    sqlx::query(sql).bind(key).bind(words).execute(conn).await?;
    Ok(())
}

pub(super) async fn unindex(
    conn: &mut SqliteConnection,
    what: Indexed,
    condition: &'static str,
    key: i64,
) -> Result<()> {
    let table = what.table();
    let sql = format!("DELETE FROM {table}_fts WHERE rowid IN (SELECT id FROM {table} WHERE {condition})");
    sqlx::query(AssertSqlSafe(sql)).bind(key).execute(conn).await?;
    Ok(())
}

fn push_key(row: &mut Separated<'_, Sqlite, &'static str>, key: &SentKey) {
    row.push_bind(key.conversation.0).push_bind(key.side.as_str());
    row.push_bind(key.author).push_bind(key.client_id.0);
}

/// How many rows one statement has: few sizes, so that each is compiled once.
const PARTS: [usize; 5] = [256, 64, 16, 4, 1];

/// The rows in order, part by part.
fn in_parts<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = PARTS.into_iter().find(|size| *size <= rows.len())?;
        let (part, rest) = rows.split_at(size);
        rows = rest;
        Some(part)
    })
}

fn rows<T>(items: &[T], row: impl Fn(&T) -> serde_json::Value) -> String {
    items.iter().map(row).collect::<serde_json::Value>().to_string()
}
