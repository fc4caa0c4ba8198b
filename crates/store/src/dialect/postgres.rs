//! PostgreSQL: arrays as parameters, row locks, the server's clock.

pub(super) mod reindex;
pub(super) mod search;
pub(super) mod similar;

use super::{Indexed, SentRow};
use crate::Result;
use crate::append::{NewMessage, SentKey};
use crate::conversation_row::{ConversationRow, json, select_conversations, word_reasons};
use crate::db::Time;
use crate::import::{Beginning, Newcomer};
use crate::messages::{MessageRow, select_messages};
use crate::repair::StandRow;
use crate::search::customer_words;
use domain::{Conversation, ConversationId, ConversationKey, SessionKey, Timestamp};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

pub(super) async fn lock(conn: &mut PgConnection, ids: &[ConversationId]) -> Result<()> {
    sqlx::query("SELECT id FROM conversations WHERE external_id = ANY($1) ORDER BY id FOR UPDATE")
        .bind(uuids(ids))
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn lock_free(
    conn: &mut PgConnection,
    ids: &[ConversationId],
) -> Result<Vec<ConversationId>> {
    let sql = "SELECT external_id FROM conversations WHERE external_id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED";
    let locked: Vec<Uuid> = sqlx::query_scalar(sql).bind(uuids(ids)).fetch_all(conn).await?;
    Ok(locked.into_iter().map(ConversationId).collect())
}

pub(super) async fn now(conn: &mut PgConnection) -> Result<Timestamp> {
    let (now,): (Time,) = sqlx::query_as("SELECT clock_timestamp()").fetch_one(conn).await?;
    Ok(now.0)
}

pub(super) async fn product(conn: &mut PgConnection) -> Result<String> {
    Ok(sqlx::query_scalar("SELECT 'PostgreSQL ' || current_setting('server_version')")
        .fetch_one(conn)
        .await?)
}

pub(super) async fn load(conn: &mut PgConnection, ids: &[ConversationId]) -> Result<Vec<ConversationRow>> {
    let sql = select_conversations!("WHERE c.external_id = ANY($1)");
    Ok(sqlx::query_as(sql).bind(uuids(ids)).fetch_all(conn).await?)
}

pub(super) async fn load_by_key(
    conn: &mut PgConnection,
    keys: &[ConversationKey],
) -> Result<Vec<ConversationRow>> {
    let sql = select_conversations!("WHERE c.id = ANY($1)");
    Ok(sqlx::query_as(sql).bind(column(keys, |key| key.0)).fetch_all(conn).await?)
}

pub(super) async fn stands(conn: &mut PgConnection, keys: &[ConversationKey]) -> Result<Vec<StandRow>> {
    let sql = "SELECT id, external_id, last_seq, last_note_seq, last_rev, version, customer_seen_seq, agent_seen_seq
               FROM conversations WHERE id = ANY($1)";
    Ok(sqlx::query_as(sql).bind(column(keys, |key| key.0)).fetch_all(conn).await?)
}

pub(super) async fn messages_since(
    conn: &mut PgConnection,
    since: &[(ConversationKey, i64)],
    limit: u32,
) -> Result<Vec<MessageRow>> {
    // Lateral, so that no plan reads the whole table to join it with a few conversations.
    let sql = concat!(
        "SELECT messages.* FROM unnest($1::bigint[], $2::bigint[]) AS since (key, after) CROSS JOIN LATERAL (",
        select_messages!("WHERE conversation_id = key AND seq > after ORDER BY seq LIMIT $3"),
        ") AS messages ORDER BY conversation_id, seq LIMIT $3"
    );
    Ok(sqlx::query_as(sql)
        .bind(column(since, |(key, _)| key.0))
        .bind(column(since, |(_, after)| *after))
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?)
}

pub(super) async fn live_sessions(
    conn: &mut PgConnection,
    sessions: &[SessionKey],
    now: Timestamp,
) -> Result<Vec<i64>> {
    let keys: Vec<i64> = sessions.iter().map(|session| session.0).collect();
    let sql = "SELECT id FROM sessions WHERE id = ANY($1) AND ended_at IS NULL AND expires_at > $2";
    Ok(sqlx::query_scalar(sql).bind(keys).bind(Time(now)).fetch_all(conn).await?)
}

pub(super) async fn sent_before(conn: &mut PgConnection, keys: &[&SentKey]) -> Result<Vec<SentRow>> {
    let sql = "SELECT k.conversation_id, k.side, k.author_id, k.client_id, k.text_hash, k.seq
               FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::uuid[])
                    AS sent (conversation_id, side, author_id, client_id)
               JOIN message_keys k USING (conversation_id, side, author_id, client_id)";
    Ok(sqlx::query_as(sql)
        .bind(column(keys, |key| key.conversation.0))
        .bind(column(keys, |key| key.side.as_str()))
        .bind(column(keys, |key| key.author))
        .bind(column(keys, |key| key.client_id.0))
        .fetch_all(conn)
        .await?)
}

pub(super) async fn insert_messages(conn: &mut PgConnection, messages: &[NewMessage]) -> Result<()> {
    let sql = "WITH sent AS (
                   SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::uuid[], $5::bytea[], $6::bigint[],
                                        $7::uuid[], $8::text[], $9::text[], $10::text[], $11::timestamptz[])
                       WITH ORDINALITY AS s (conversation_id, side, author_id, client_id, text_hash, seq, external_id,
                                             author_name, text, words, created_at, place)
               ), keys AS (
                   INSERT INTO message_keys (conversation_id, side, author_id, client_id, text_hash, seq)
                   SELECT conversation_id, side, author_id, client_id, text_hash, seq FROM sent
               )
               INSERT INTO messages (conversation_id, side, author_id, client_id, seq, external_id, author_name, text,
                                     search, created_at)
               SELECT conversation_id, side, author_id, client_id, seq, external_id, author_name, text,
                      words::tsvector, created_at
               FROM sent ORDER BY place";
    sqlx::query(sql)
        .bind(column(messages, |message| message.key.conversation.0))
        .bind(column(messages, |message| message.key.side.as_str()))
        .bind(column(messages, |message| message.key.author))
        .bind(column(messages, |message| message.key.client_id.0))
        .bind(column(messages, |message| &message.text_hash[..]))
        .bind(column(messages, |message| message.message.seq))
        .bind(column(messages, |message| message.message.id.0))
        .bind(column(messages, |message| message.message.author.name.as_str()))
        .bind(column(messages, |message| message.message.text.as_deref().unwrap_or_default()))
        .bind(column(messages, |message| search::tsvector(&message.words)))
        .bind(column(messages, |message| Time(message.message.created_at)))
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn save_progress(conn: &mut PgConnection, conversations: &[&Conversation]) -> Result<()> {
    let sql = "UPDATE conversations c
               SET last_seq = p.last_seq, last_customer_seq = p.last_customer_seq, last_agent_seq = p.last_agent_seq,
                   last_message_at = p.last_message_at, waiting_since = p.waiting_since,
                   lease_expires_at = p.lease_expires_at, holder_active_at = p.holder_active_at,
                   returns_at = p.returns_at, urgency_rank = p.urgency_rank, urgency_score = p.urgency_score,
                   urgency_reasons = p.urgency_reasons, urgency_words = p.urgency_words,
                   urgency_word_reasons = p.urgency_word_reasons, urgency_rules = p.urgency_rules,
                   urgency_due_at = p.urgency_due_at, version = version + 1
               FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[],
                           $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[],
                           $10::smallint[], $11::integer[], $12::text[], $13::integer[], $14::text[], $15::bigint[],
                           $16::timestamptz[])
                    AS p (id, last_seq, last_customer_seq, last_agent_seq, last_message_at, waiting_since,
                          lease_expires_at, holder_active_at, returns_at, urgency_rank, urgency_score, urgency_reasons,
                          urgency_words, urgency_word_reasons, urgency_rules, urgency_due_at)
               WHERE c.id = p.id";
    sqlx::query(sql)
        .bind(column(conversations, |c| c.key.0))
        .bind(column(conversations, |c| c.last_seq))
        .bind(column(conversations, |c| c.last_customer_seq))
        .bind(column(conversations, |c| c.last_agent_seq))
        .bind(column(conversations, |c| Time(c.last_message_at)))
        .bind(column(conversations, |c| c.waiting_since.map(Time)))
        .bind(column(conversations, |c| c.current_claim().map(|claim| Time(claim.expires_at))))
        .bind(column(conversations, |c| c.current_claim().map(|claim| Time(claim.active_at))))
        .bind(column(conversations, |c| c.current_claim().and_then(|claim| claim.returns_at).map(Time)))
        .bind(column(conversations, |c| c.urgency.level.rank()))
        .bind(column(conversations, |c| c.urgency.score))
        .bind(column(conversations, |c| json(&c.urgency.reasons)))
        .bind(column(conversations, |c| c.words.as_ref().map(|words| words.score)))
        .bind(column(conversations, |c| word_reasons(c)))
        .bind(column(conversations, |c| c.rules_version))
        .bind(column(conversations, |c| c.urgency_due_at.map(Time)))
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn insert_customers(conn: &mut PgConnection, newcomers: &[Newcomer<'_>]) -> Result<usize> {
    // A person and their role as a customer have the same id.
    let sql = "INSERT INTO users (external_id, name, created_at, email)
               SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[])
               ON CONFLICT (external_id) DO NOTHING";
    sqlx::query(sql)
        .bind(column(newcomers, |new| new.id.0))
        .bind(column(newcomers, |new| new.name))
        .bind(column(newcomers, |new| Time(new.at)))
        .bind(column(newcomers, |new| new.email))
        .execute(&mut *conn)
        .await?;
    let sql = "INSERT INTO customers (external_id, user_id, search)
               SELECT u.external_id, u.id, n.words::tsvector
               FROM unnest($1::uuid[], $2::text[]) AS n (external_id, words) JOIN users u USING (external_id)
               ON CONFLICT DO NOTHING";
    let made = sqlx::query(sql)
        .bind(column(newcomers, |new| new.id.0))
        .bind(column(newcomers, |new| search::tsvector(&customer_words(new.name, new.email))))
        .execute(conn)
        .await?;
    Ok(made.rows_affected() as usize)
}

pub(super) async fn insert_conversations(conn: &mut PgConnection, beginnings: &[Beginning]) -> Result<usize> {
    let sql = "INSERT INTO conversations (external_id, customer_id, status, created_at, last_message_at)
               SELECT n.external_id, c.id, 'open', n.at, n.at
               FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS n (external_id, customer, at)
               JOIN customers c ON c.external_id = n.customer
               ON CONFLICT (external_id) DO NOTHING";
    let made = sqlx::query(sql)
        .bind(column(beginnings, |new| new.conversation.0))
        .bind(column(beginnings, |new| new.customer.0))
        .bind(column(beginnings, |new| Time(new.at)))
        .execute(conn)
        .await?;
    Ok(made.rows_affected() as usize)
}

pub(super) async fn index(conn: &mut PgConnection, what: Indexed, key: i64, words: &str) -> Result<()> {
    let sql = match what {
        Indexed::Messages => "UPDATE messages SET search = $2::tsvector WHERE id = $1",
        Indexed::Notes => "UPDATE notes SET search = $2::tsvector WHERE id = $1",
        Indexed::Customers => "UPDATE customers SET search = $2::tsvector WHERE id = $1",
    };
    sqlx::query(sql).bind(key).bind(search::tsvector(words)).execute(conn).await?;
    Ok(())
}

fn uuids(ids: &[ConversationId]) -> Vec<Uuid> {
    column(ids, |id| id.0)
}

/// One column of a batch, as PostgreSQL takes it: an array.
fn column<'a, T, C>(rows: &'a [T], cell: impl Fn(&'a T) -> C) -> Vec<C> {
    rows.iter().map(cell).collect()
}
