//! Messages: reading them in order, editing and deleting them. Adding them is [`append`](crate::append)'s.

use crate::conversation_row::save;
use crate::db::{Time, Tx, execute, fetch_all, fetch_one, fetch_optional};
use crate::deliberate::{self, Fault};
use crate::dialect::{self, Indexed};
use crate::search::{forget, index_words};
use crate::{Change, Error, Result, Session, Store};
use domain::{
    Actor, Author, ClientId, Conversation, ConversationId, ConversationKey, Message, MessageId, Side,
    Timestamp,
};
use sqlx::FromRow;
use std::sync::Arc;
use uuid::Uuid;

macro_rules! select_messages {
    ($tail:literal) => {
        concat!(
            "SELECT messages.id, conversation_id, external_id, seq, side, author_id, author_name, text, client_id,
                    created_at, rev, edited_at, deleted_at
             FROM messages ",
            $tail
        )
    };
}

pub(crate) use select_messages;

#[derive(FromRow)]
pub(crate) struct MessageRow {
    pub id: i64,
    pub conversation_id: i64,
    external_id: Uuid,
    seq: i64,
    side: String,
    author_id: i64,
    author_name: String,
    text: Option<String>,
    client_id: Uuid,
    created_at: Time,
    rev: i64,
    edited_at: Option<Time>,
    deleted_at: Option<Time>,
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        Self {
            id: MessageId(row.external_id),
            seq: row.seq,
            author: Author { role: side(&row.side), name: row.author_name },
            author_key: row.author_id,
            text: row.text,
            client_id: ClientId(row.client_id),
            created_at: row.created_at.0,
            rev: row.rev,
            edited_at: row.edited_at.map(|at| at.0),
            deleted: row.deleted_at.is_some(),
        }
    }
}

/// The side a word of the database names.
pub(crate) fn side(word: &str) -> Side {
    if word == Side::Customer.as_str() { Side::Customer } else { Side::Agent }
}

impl Store {
    /// At most `limit` messages with a number above `after`, in order.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn messages(
        &self,
        conversation: ConversationKey,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Message>> {
        let sql = select_messages!("WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3");
        let mut conn = self.db.read().await?;
        into_messages(fetch_all!(conn, MessageRow, sql, conversation.0, after, i64::from(limit)))
    }

    /// At most `limit` messages with a number below `before`, the newest of them, in order.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn messages_before(
        &self,
        conversation: ConversationKey,
        before: i64,
        limit: u32,
    ) -> Result<Vec<Message>> {
        let sql = select_messages!("WHERE conversation_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3");
        let mut conn = self.db.read().await?;
        let mut messages =
            into_messages(fetch_all!(conn, MessageRow, sql, conversation.0, before, i64::from(limit)))?;
        messages.reverse();
        Ok(messages)
    }

    /// At most `limit` messages up to number `up_to` that changed after revision `since`, in the order of their
    /// changes (D4).
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn changed_messages(
        &self,
        conversation: ConversationKey,
        up_to: i64,
        since: i64,
        limit: u32,
    ) -> Result<Vec<Message>> {
        let sql = select_messages!(
            "WHERE conversation_id = $1 AND seq <= $2 AND rev > $3 ORDER BY rev, seq LIMIT $4"
        );
        let mut conn = self.db.read().await?;
        into_messages(fetch_all!(conn, MessageRow, sql, conversation.0, up_to, since, i64::from(limit)))
    }

    /// A message of the conversation that the caller wrote.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, or it is somebody else's (A1).
    pub async fn own_message(
        &self,
        actor: &Actor,
        conversation: ConversationKey,
        id: MessageId,
    ) -> Result<Message> {
        let sql = select_messages!("WHERE external_id = $1 AND conversation_id = $2");
        let mut conn = self.db.read().await?;
        let row = fetch_optional!(conn, MessageRow, sql, id.0, conversation.0)?;
        row.filter(|row| is_own(actor, row)).map(Message::from).ok_or(Error::NotFound("message"))
    }

    /// Changes the text of the caller's own message; what it said before is kept (A10).
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not theirs or deleted, [`Error::SignedOut`].
    pub async fn edit_message(
        &self,
        session: &Session,
        conversation: ConversationId,
        message: MessageId,
        text: &str,
    ) -> Result<Message> {
        let begun = self.begin_in(session, conversation).await?;
        self.change_message(begun, session, message, Some(text), |row| is_own(&session.actor, row)).await
    }

    /// Deletes the text of the caller's own message; its number and a mark stay. Repeating changes nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not theirs, [`Error::SignedOut`].
    pub async fn delete_message(
        &self,
        session: &Session,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<Message> {
        let begun = self.begin_in(session, conversation).await?;
        self.change_message(begun, session, message, None, |row| is_own(&session.actor, row)).await
    }

    /// Changes or deletes a message that `may_change` lets the caller change, in a transaction that holds its
    /// conversation, and commits it.
    pub(crate) async fn change_message(
        &self,
        (mut tx, now, mut conversation): (Tx, Timestamp, Conversation),
        session: &Session,
        message: MessageId,
        text: Option<&str>,
        may_change: impl Fn(&MessageRow) -> bool,
    ) -> Result<Message> {
        let sql = select_messages!("WHERE external_id = $1 AND conversation_id = $2");
        let row = fetch_optional!(tx, MessageRow, sql, message.0, conversation.key.0)?
            .filter(may_change)
            .filter(|row| text.is_none() || row.deleted_at.is_none())
            .ok_or(Error::NotFound("message"))?;
        if row.deleted_at.is_some() || row.text.as_deref() == text {
            return Ok(row.into());
        }
        let (key, former) = (row.id, row.text.clone().unwrap_or_default());
        if text.is_some() {
            execute!(
                tx,
                "INSERT INTO message_edits (message_id, text, edited_at, edited_by) VALUES ($1, $2, $3, $4)",
                key,
                &former,
                Time(now),
                session.actor.name()
            )?;
        } else {
            execute!(tx, "DELETE FROM message_edits WHERE message_id = $1", key)?;
        }
        conversation.last_rev += 1;
        execute!(
            tx,
            "UPDATE messages
             SET text = $3, rev = $4, edited_at = CASE WHEN $3 IS NULL THEN edited_at ELSE $5 END,
                 deleted_at = CASE WHEN $3 IS NULL THEN $5 ELSE NULL END
             WHERE id = $1 AND conversation_id = $2",
            key,
            conversation.key.0,
            text,
            conversation.last_rev,
            Time(now)
        )?;
        dialect::index(&mut tx, Indexed::Messages, key, &index_words(text.unwrap_or_default())).await?;
        forget(&mut tx, [&former]).await?;
        if side(&row.side) == Side::Customer && row.seq > conversation.last_agent_seq {
            self.rules.get().rescore(&mut tx, &mut conversation, now).await?;
        }
        save(&mut tx, &mut conversation).await?;
        let message = by_seq(&mut tx, conversation.key, row.seq).await?;
        tx.commit().await?;
        let (conversation, changed) = (Arc::new(conversation), Arc::new(message.clone()));
        if !deliberate::is(Fault::UntoldEdit) {
            self.tell(Change::MessageChanged { conversation, message: changed });
        }
        Ok(message)
    }
}

/// The message with a number that is known to exist.
pub(crate) async fn by_seq(tx: &mut Tx, conversation: ConversationKey, seq: i64) -> Result<Message> {
    let sql = select_messages!("WHERE conversation_id = $1 AND seq = $2");
    fetch_one!(tx, MessageRow, sql, conversation.0, seq).map(Message::from)
}

fn is_own(actor: &Actor, row: &MessageRow) -> bool {
    match actor {
        Actor::Customer(customer) => side(&row.side) == Side::Customer && row.author_id == customer.key.0,
        Actor::Agent(agent) => side(&row.side) == Side::Agent && row.author_id == agent.key.0,
    }
}

fn into_messages(rows: Result<Vec<MessageRow>>) -> Result<Vec<Message>> {
    Ok(rows?.into_iter().map(Message::from).collect())
}
