//! SQLite: a batch is one JSON parameter, read back with `json_each`. It has one writer, so there is nothing to lock.

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
use sqlx::sqlite::SqliteConnection;

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
    let sql = "SELECT k.conversation_id, k.side, k.author_id, k.client_id, k.text_hash, k.seq
               FROM json_each($1) sent
               JOIN message_keys k ON k.conversation_id = sent.value ->> 0 AND k.side = sent.value ->> 1
                                  AND k.author_id = sent.value ->> 2 AND k.client_id = unhex(sent.value ->> 3)";
    Ok(sqlx::query_as(sql).bind(rows(keys, |key| key_cells(key).into())).fetch_all(conn).await?)
}

pub(super) async fn insert_messages(conn: &mut SqliteConnection, messages: &[NewMessage]) -> Result<()> {
    let (newest,): (i64,) =
        sqlx::query_as("SELECT COALESCE(MAX(id), 0) FROM messages").fetch_one(&mut *conn).await?;
    let batch = rows(messages, |new| {
        let mut cells = key_cells(&new.key);
        cells.extend([
            json!(hex(&new.text_hash)),
            json!(new.message.seq),
            json!(hex(new.message.id.0.as_bytes())),
            json!(new.message.author.name),
            json!(new.message.text),
            json!(new.words),
            json!(new.message.created_at.as_micros()),
        ]);
        cells.into()
    });
    let inserts = [
        "INSERT INTO messages (id, conversation_id, side, author_id, client_id, seq, external_id, author_name, text,
                               created_at)
         SELECT $2 + 1 + key, value ->> 0, value ->> 1, value ->> 2, unhex(value ->> 3), value ->> 5,
                unhex(value ->> 6), value ->> 7, value ->> 8, value ->> 10
         FROM json_each($1)",
        "INSERT INTO message_keys (conversation_id, side, author_id, client_id, text_hash, seq)
         SELECT value ->> 0, value ->> 1, value ->> 2, unhex(value ->> 3), unhex(value ->> 4), value ->> 5
         FROM json_each($1)",
        "INSERT INTO messages_fts (rowid, words) SELECT $2 + 1 + key, value ->> 9 FROM json_each($1)",
    ];
    for sql in inserts {
        sqlx::query(sql).bind(&batch).bind(newest).execute(&mut *conn).await?;
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

fn key_cells(key: &SentKey) -> Vec<serde_json::Value> {
    vec![
        json!(key.conversation.0),
        json!(key.side.as_str()),
        json!(key.author),
        json!(hex(key.client_id.0.as_bytes())),
    ]
}

fn rows<T>(items: &[T], row: impl Fn(&T) -> serde_json::Value) -> String {
    items.iter().map(row).collect::<serde_json::Value>().to_string()
}
