//! What live views need to find out what they missed (D6): where conversations stand, by primary key.

use crate::db::fetch_all;
use crate::messages::MessageRow;
use crate::{Result, Store, dialect};
use domain::{Conversation, ConversationId, ConversationKey, Message, SessionKey};
use sqlx::FromRow;
use std::collections::HashSet;
use uuid::Uuid;

/// Keys looked up by one statement.
const CHUNK: usize = 500;
/// How many of the queue, of the held and of the latest conversations an inbox is kept right about.
const INBOX: i64 = 500;

/// Where a conversation stands: the numbers by which a view can tell that it missed something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromRow)]
pub struct Position {
    /// The number of the newest message.
    #[sqlx(rename = "last_seq")]
    pub seq: i64,
    /// The number of the newest note or event.
    #[sqlx(rename = "last_note_seq")]
    pub note_seq: i64,
    /// How often messages were edited or deleted.
    #[sqlx(rename = "last_rev")]
    pub rev: i64,
    /// Counts the changes of the conversation itself.
    pub version: i64,
    /// Up to which number the customer has read.
    #[sqlx(rename = "customer_seen_seq")]
    pub customer_seen: i64,
    /// Up to which number a holder has read.
    #[sqlx(rename = "agent_seen_seq")]
    pub agent_seen: i64,
}

impl Position {
    /// Where this conversation stands.
    pub fn of(conversation: &Conversation) -> Self {
        Self {
            seq: conversation.last_seq,
            note_seq: conversation.last_note_seq,
            rev: conversation.last_rev,
            version: conversation.version,
            customer_seen: conversation.customer_seen_seq,
            agent_seen: conversation.agent_seen_seq,
        }
    }

    /// What both know: in each number the greater of the two.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        self.merge(other, i64::max)
    }

    /// What is certain: in each number the smaller of the two.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        self.merge(other, i64::min)
    }

    /// Whether nothing of `other` is missing here.
    pub fn covers(self, other: Self) -> bool {
        self.max(other) == self
    }

    fn merge(self, other: Self, choose: fn(i64, i64) -> i64) -> Self {
        Self {
            seq: choose(self.seq, other.seq),
            note_seq: choose(self.note_seq, other.note_seq),
            rev: choose(self.rev, other.rev),
            version: choose(self.version, other.version),
            customer_seen: choose(self.customer_seen, other.customer_seen),
            agent_seen: choose(self.agent_seen, other.agent_seen),
        }
    }
}

/// A conversation and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// Its key.
    pub key: ConversationKey,
    /// Its id.
    pub id: ConversationId,
    /// Where it stands.
    pub at: Position,
}

#[derive(FromRow)]
pub(crate) struct StandRow {
    id: i64,
    external_id: Uuid,
    #[sqlx(flatten)]
    at: Position,
}

impl From<StandRow> for Stand {
    fn from(row: StandRow) -> Self {
        Self { key: ConversationKey(row.id), id: ConversationId(row.external_id), at: row.at }
    }
}

impl Store {
    /// Where these conversations stand; those that are gone are left out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn stands(&self, keys: &[ConversationKey]) -> Result<Vec<Stand>> {
        let mut conn = self.db.read().await?;
        let mut stands = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(CHUNK) {
            let rows = dialect::stands(&mut conn, chunk).await?;
            stands.extend(rows.into_iter().map(Stand::from));
        }
        Ok(stands)
    }

    /// These conversations; those that are gone are left out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn conversations_by_key(&self, keys: &[ConversationKey]) -> Result<Vec<Conversation>> {
        let mut conn = self.db.read().await?;
        let mut conversations = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(CHUNK) {
            conversations.extend(dialect::load_by_key(&mut conn, chunk).await?);
        }
        Ok(conversations)
    }

    /// The messages of several conversations after a number each, in order: at most `limit` of every five hundred
    /// conversations.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn messages_since(
        &self,
        since: &[(ConversationKey, i64)],
        limit: u32,
    ) -> Result<Vec<(ConversationKey, Message)>> {
        let mut conn = self.db.read().await?;
        let mut messages = Vec::new();
        for chunk in since.chunks(CHUNK) {
            let rows = dialect::messages_since(&mut conn, chunk, limit).await?;
            let placed = |row: MessageRow| (ConversationKey(row.conversation_id), row.into());
            messages.extend(rows.into_iter().map(placed));
        }
        Ok(messages)
    }

    /// Which of these sessions do not stand any more (A2).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ended_sessions(&self, sessions: &[SessionKey]) -> Result<Vec<SessionKey>> {
        let mut conn = self.db.read().await?;
        let now = self.clock.now();
        let mut ended = Vec::new();
        for chunk in sessions.chunks(CHUNK) {
            let live: HashSet<i64> =
                dialect::live_sessions(conn.get(), chunk, now).await?.into_iter().collect();
            ended.extend(chunk.iter().filter(|session| !live.contains(&session.0)));
        }
        Ok(ended)
    }

    /// Where the conversations stand that inboxes show first: the head of the queue, the held and the latest.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn inbox_stands(&self) -> Result<Vec<Stand>> {
        let sql = "SELECT id, external_id, last_seq, last_note_seq, last_rev, version, customer_seen_seq, agent_seen_seq
                   FROM conversations WHERE id IN (
                       SELECT id FROM (SELECT id FROM conversations WHERE status = 'open'
                                       ORDER BY urgency_rank, queued_at, id LIMIT $1) AS head
                       UNION ALL
                       SELECT id FROM (SELECT id FROM conversations WHERE holder_id IS NOT NULL
                                       ORDER BY holder_id, id LIMIT $1) AS held
                       UNION ALL
                       SELECT id FROM (SELECT id FROM conversations
                                       ORDER BY last_message_at DESC, id DESC LIMIT $1) AS latest)";
        let mut conn = self.db.read().await?;
        let rows = fetch_all!(conn, StandRow, sql, INBOX)?;
        Ok(rows.into_iter().map(Stand::from).collect())
    }
}
