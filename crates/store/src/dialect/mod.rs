//! The only code that knows which database it talks to: row locks, batch append, search.

mod postgres;
pub(crate) mod reindex;
mod rows;
pub(crate) mod search;
pub(crate) mod similar;
mod sqlite;
pub(crate) mod vocabulary;

use crate::append::{NewMessage, SentKey};
use crate::conversation_row::{ConversationRow, select_conversations};
use crate::db::{Conn, ConnMut, Db, NEVER, Pools, Tx, fetch_optional};
use crate::import::{Beginning, Newcomer};
use crate::messages::{MessageRow, side};
use crate::repair::StandRow;
use crate::search::customer_words;
use crate::{Clock, Error, Result};
use domain::{ClientId, Conversation, ConversationId, ConversationKey, SessionKey, Timestamp};
use sqlx::FromRow;
use std::fmt::Write;
use uuid::Uuid;

pub(crate) use rows::{Column, insert as insert_rows, update as update_rows};

/// Locks these conversations in the order of their keys, so that no two transactions wait for each other (D8), and
/// tells the database's time once they are locked (C1). Unknown ids are passed over.
pub(crate) async fn lock(tx: &mut Tx, ids: &[ConversationId], clock: &Clock) -> Result<Timestamp> {
    match tx.get() {
        ConnMut::Sqlite(_) => {}
        ConnMut::Postgres(conn) => postgres::lock(conn, ids).await?,
    }
    now(tx.get(), clock).await
}

/// Locks those of these conversations that nobody else has locked, without waiting for the others, and tells which they
/// are, and the database's time.
pub(crate) async fn lock_free(
    tx: &mut Tx,
    ids: &[ConversationId],
    clock: &Clock,
) -> Result<(Vec<ConversationId>, Timestamp)> {
    let locked = match tx.get() {
        ConnMut::Sqlite(_) => ids.to_vec(),
        ConnMut::Postgres(conn) => postgres::lock_free(conn, ids).await?,
    };
    Ok((locked, now(tx.get(), clock).await?))
}

/// Lets nobody else make or rename tags until the transaction ends. SQLite has one writer at a time anyway.
pub(crate) async fn lock_tags(tx: &mut Tx) -> Result<()> {
    if let ConnMut::Postgres(conn) = tx.get() {
        // The tables in the order of lock_tagging and of erasing, so that nobody waits for each other.
        sqlx::query("LOCK TABLE conversation_tags IN ROW EXCLUSIVE MODE").execute(&mut *conn).await?;
        sqlx::query("LOCK TABLE tags IN SHARE ROW EXCLUSIVE MODE").execute(conn).await?;
    }
    Ok(())
}

/// The same, and nobody else puts tags on conversations or takes them off.
pub(crate) async fn lock_tagging(tx: &mut Tx) -> Result<()> {
    if let ConnMut::Postgres(conn) = tx.get() {
        sqlx::query("LOCK TABLE conversation_tags, tags IN SHARE ROW EXCLUSIVE MODE").execute(conn).await?;
    }
    Ok(())
}

/// The database's time (C1). SQLite has none of its own.
pub(crate) async fn now(conn: ConnMut<'_>, clock: &Clock) -> Result<Timestamp> {
    match conn {
        ConnMut::Sqlite(_) => Ok(clock.now()),
        ConnMut::Postgres(conn) => Ok(clock.adjust(postgres::now(conn).await?)),
    }
}

/// The database's name and version.
pub(crate) async fn product(tx: &mut Tx) -> Result<String> {
    match tx.get() {
        ConnMut::Sqlite(conn) => sqlite::product(conn).await,
        ConnMut::Postgres(conn) => postgres::product(conn).await,
    }
}

/// These conversations; unknown ids are passed over.
pub(crate) async fn load(tx: &mut Tx, ids: &[ConversationId]) -> Result<Vec<Conversation>> {
    let rows = match tx.get() {
        ConnMut::Sqlite(conn) => sqlite::load(conn, ids).await?,
        ConnMut::Postgres(conn) => postgres::load(conn, ids).await?,
    };
    rows.into_iter().map(ConversationRow::into_conversation).collect()
}

/// One conversation, read without a lock.
pub(crate) async fn load_one(conn: &mut Conn, id: ConversationId) -> Result<Option<Conversation>> {
    let sql = select_conversations!("WHERE c.external_id = $1");
    fetch_optional!(conn, ConversationRow, sql, id.0)?.map(ConversationRow::into_conversation).transpose()
}

/// These conversations, read without a lock; unknown keys are passed over.
pub(crate) async fn load_by_key(conn: &mut Conn, keys: &[ConversationKey]) -> Result<Vec<Conversation>> {
    let rows = match conn.get() {
        ConnMut::Sqlite(conn) => sqlite::load_by_key(conn, keys).await?,
        ConnMut::Postgres(conn) => postgres::load_by_key(conn, keys).await?,
    };
    rows.into_iter().map(ConversationRow::into_conversation).collect()
}

/// Where these conversations stand; unknown keys are passed over.
pub(crate) async fn stands(conn: &mut Conn, keys: &[ConversationKey]) -> Result<Vec<StandRow>> {
    match conn.get() {
        ConnMut::Sqlite(conn) => sqlite::stands(conn, keys).await,
        ConnMut::Postgres(conn) => postgres::stands(conn, keys).await,
    }
}

/// At most `limit` messages of these conversations after a number each, in order.
pub(crate) async fn messages_since(
    conn: &mut Conn,
    since: &[(ConversationKey, i64)],
    limit: u32,
) -> Result<Vec<MessageRow>> {
    match conn.get() {
        ConnMut::Sqlite(conn) => sqlite::messages_since(conn, since, limit).await,
        ConnMut::Postgres(conn) => postgres::messages_since(conn, since, limit).await,
    }
}

/// Which of these sessions still stand at `now`.
pub(crate) async fn live_sessions(
    conn: ConnMut<'_>,
    sessions: &[SessionKey],
    now: Timestamp,
) -> Result<Vec<i64>> {
    match conn {
        ConnMut::Sqlite(conn) => sqlite::live_sessions(conn, sessions, now).await,
        ConnMut::Postgres(conn) => postgres::live_sessions(conn, sessions, now).await,
    }
}

/// What was sent before under a key (D2).
#[derive(Debug, FromRow)]
pub(crate) struct SentRow {
    pub conversation_id: i64,
    pub side: String,
    pub author_id: i64,
    pub client_id: Uuid,
    pub text_hash: Vec<u8>,
    pub seq: i64,
}

impl SentRow {
    /// The key, the hash of the text first sent, and the number it got.
    pub fn into_key(self) -> Result<(SentKey, [u8; 32], i64)> {
        let unreadable = || Error::from(sqlx::Error::Decode("a message key cannot be read".into()));
        let key = SentKey {
            conversation: ConversationKey(self.conversation_id),
            side: side(&self.side),
            author: self.author_id,
            client_id: ClientId(self.client_id),
        };
        Ok((key, self.text_hash.try_into().map_err(|_| unreadable())?, self.seq))
    }
}

/// Those of these keys that were used before (D2).
pub(crate) async fn sent_before(tx: &mut Tx, keys: &[&SentKey]) -> Result<Vec<SentRow>> {
    match tx.get() {
        ConnMut::Sqlite(conn) => sqlite::sent_before(conn, keys).await,
        ConnMut::Postgres(conn) => postgres::sent_before(conn, keys).await,
    }
}

/// Writes messages, their keys and their index entries.
pub(crate) async fn insert_messages(tx: &mut Tx, messages: &[NewMessage]) -> Result<()> {
    messages.iter().for_each(|message| tx.indexes(&message.words));
    match tx.get() {
        ConnMut::Sqlite(conn) => sqlite::insert_messages(conn, messages).await,
        ConnMut::Postgres(conn) => postgres::insert_messages(conn, messages).await,
    }
}

/// Writes back what a message changes in its conversation, state aside, and raises the version.
pub(crate) async fn save_progress(tx: &mut Tx, conversations: &[&Conversation]) -> Result<()> {
    match tx.get() {
        ConnMut::Sqlite(conn) => sqlite::save_progress(conn, conversations).await,
        ConnMut::Postgres(conn) => postgres::save_progress(conn, conversations).await,
    }
}

/// Makes those of these customers who are unknown, with their index entries; tells how many.
pub(crate) async fn insert_customers(tx: &mut Tx, newcomers: &[Newcomer<'_>]) -> Result<usize> {
    newcomers.iter().for_each(|new| tx.indexes(&customer_words(new.name, new.email)));
    match tx.get() {
        ConnMut::Sqlite(conn) => sqlite::insert_customers(conn, newcomers).await,
        ConnMut::Postgres(conn) => postgres::insert_customers(conn, newcomers).await,
    }
}

/// Makes those of these conversations that are unknown, empty and open; tells how many.
pub(crate) async fn insert_conversations(tx: &mut Tx, beginnings: &[Beginning]) -> Result<usize> {
    match tx.get() {
        ConnMut::Sqlite(conn) => sqlite::insert_conversations(conn, beginnings).await,
        ConnMut::Postgres(conn) => postgres::insert_conversations(conn, beginnings).await,
    }
}

/// What has an entry in the search index.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Indexed {
    /// Messages, by their text.
    Messages,
    /// Notes, by their text.
    Notes,
    /// Customers, by name and e-mail.
    Customers,
}

impl Indexed {
    const ALL: [Self; 3] = [Self::Messages, Self::Notes, Self::Customers];

    fn table(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Notes => "notes",
            Self::Customers => "customers",
        }
    }
}

/// Sets the words under which something is found; no words, and it is not found any more (S4).
pub(crate) async fn index(tx: &mut Tx, what: Indexed, key: i64, words: &str) -> Result<()> {
    tx.indexes(words);
    match tx.get() {
        ConnMut::Sqlite(conn) => sqlite::index(conn, what, key, words).await,
        ConnMut::Postgres(conn) => postgres::index(conn, what, key, words).await,
    }
}

/// Removes index entries: of those rows for which `condition` is true of `$1`. PostgreSQL keeps them in the rows.
pub(crate) async fn unindex(tx: &mut Tx, what: Indexed, condition: &'static str, key: i64) -> Result<()> {
    match tx.get() {
        ConnMut::Sqlite(conn) => sqlite::unindex(conn, what, condition, key).await,
        ConnMut::Postgres(_) => Ok(()),
    }
}

/// Takes what was deleted out of the database's files, too (A8). PostgreSQL does so by itself (`VACUUM`).
pub(crate) async fn forget_deleted(db: &Db) -> Result<()> {
    match &db.pools {
        Pools::Sqlite { write, .. } => sqlite::forget_deleted(write).await,
        Pools::Postgres(_) => Ok(()),
    }
}

/// An external id as part of a statement's text.
pub(crate) fn uuid_literal(conn: &mut Conn, id: Uuid) -> String {
    match conn.get() {
        ConnMut::Sqlite(_) => format!("X'{}'", id.simple()),
        ConnMut::Postgres(_) => format!("'{id}'::uuid"),
    }
}

/// The earliest time PostgreSQL knows, 4713 BC.
const POSTGRES_OLDEST: Timestamp = Timestamp::from_micros(-210_866_803_200_000_000);

/// A point in time as part of a statement's text.
pub(crate) fn time_literal(conn: &mut Conn, at: Timestamp) -> String {
    match conn.get() {
        ConnMut::Sqlite(_) => at.as_micros().to_string(),
        ConnMut::Postgres(_) if at == NEVER => "'infinity'::timestamptz".to_owned(),
        ConnMut::Postgres(_) if at < POSTGRES_OLDEST => "'-infinity'::timestamptz".to_owned(),
        ConnMut::Postgres(_) => {
            format!("('epoch'::timestamptz + {} * interval '1 microsecond')", at.as_micros())
        }
    }
}

/// Bytes as the databases read them out of JSON.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
