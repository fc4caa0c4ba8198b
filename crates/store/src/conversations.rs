//! Conversations: beginning one, finding one, what each side has seen.

use crate::append::{NewMessage, SentKey, hash};
use crate::db::{Time, execute, fetch_one, fetch_optional};
use crate::search::index_words;
use crate::{Change, Error, Result, Session, Store, absences, dialect, sessions};
use domain::urgency::EARLIER_WITHIN;
use domain::{
    Actor, ClientId, Conversation, ConversationId, Message, MessageId, Refusal, Side, Status, Timestamp,
};
use std::sync::Arc;
use uuid::Uuid;

impl Store {
    /// A customer begins a conversation with its first message. The same `client_id` again returns the first result
    /// and false (D2).
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] for agents, [`Error::SignedOut`], [`Error::ClientIdReused`].
    pub async fn create_conversation(
        &self,
        session: &Session,
        client_id: ClientId,
        text: &str,
    ) -> Result<(Conversation, bool)> {
        let Actor::Customer(customer) = &session.actor else { return Err(Refusal::Forbidden.into()) };
        let rules = self.rules.get();
        let words = rules.words(text, self.clock.now());
        let mut tx = self.db.begin().await?;
        let id = ConversationId::new();
        let now = dialect::lock(&mut tx, &[], &self.clock).await?;
        sessions::check(&mut tx, session.key, now).await?;
        // Two of the same at once: the second waits here for the first's commit, then finds its key.
        let there = execute!(tx, "UPDATE customers SET user_id = user_id WHERE id = $1", customer.key.0)?;
        if there == 0 {
            return Err(Error::SignedOut);
        }
        let first = fetch_optional!(
            tx,
            (Vec<u8>, Uuid),
            "SELECT k.text_hash, c.external_id FROM conversation_keys k JOIN conversations c ON c.id = k.conversation_id
             WHERE k.customer_id = $1 AND k.client_id = $2",
            customer.key.0,
            client_id.0
        )?;
        let text_hash = hash(text);
        if let Some((first_hash, id)) = first {
            if first_hash != text_hash {
                return Err(Error::ClientIdReused);
            }
            let found = dialect::load(&mut tx, &[ConversationId(id)]).await?.pop();
            return found.map(|conversation| (conversation, false)).ok_or(Error::NotFound("conversation"));
        }
        let (key,): (i64,) = fetch_one!(
            tx,
            (i64,),
            "INSERT INTO conversations (external_id, customer_id, status, created_at, last_message_at, urgency_earlier)
             SELECT $1, $2, 'open', $3, $3, COUNT(*) FROM conversations
             WHERE customer_id = $2 AND last_message_at > $4
             RETURNING id",
            id.0,
            customer.key.0,
            Time(now),
            Time(now - EARLIER_WITHIN)
        )?;
        execute!(
            tx,
            "INSERT INTO conversation_keys (customer_id, client_id, text_hash, conversation_id) VALUES ($1, $2, $3, $4)",
            customer.key.0,
            client_id.0,
            &text_hash[..],
            key
        )?;
        let mut conversation =
            dialect::load(&mut tx, &[id]).await?.pop().ok_or(Error::NotFound("conversation"))?;
        let (seq, _) = conversation.customer_writes(now);
        conversation.hear(words, rules.version);
        rules.assess(&mut conversation, now);
        let message = first_message(session, client_id, text, seq, now);
        let key = SentKey {
            conversation: conversation.key,
            side: Side::Customer,
            author: customer.key.0,
            client_id,
        };
        let new = NewMessage { key, text_hash, words: index_words(text), message };
        dialect::insert_messages(&mut tx, std::slice::from_ref(&new)).await?;
        dialect::save_progress(&mut tx, &[&conversation]).await?;
        tx.commit().await?;
        conversation.version += 1;
        let shared = Arc::new(conversation.clone());
        self.tell(Change::Message { conversation: shared, message: Arc::new(new.message) });
        Ok((conversation, true))
    }

    /// A conversation within the caller's reach (A1).
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none, or it is another customer's.
    pub async fn conversation(&self, actor: &Actor, id: ConversationId) -> Result<Conversation> {
        let mut conn = self.db.read().await?;
        let found = dialect::load_one(&mut conn, id).await?;
        found
            .filter(|conversation| conversation.is_within_reach_of(actor))
            .ok_or(Error::NotFound("conversation"))
    }

    /// How many conversations of the queue come before this one, in queue order; 0 when it is not in the queue.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn queue_position(&self, conversation: &Conversation) -> Result<i64> {
        if conversation.status() != Status::Open {
            return Ok(0);
        }
        let mut conn = self.db.read().await?;
        let (ahead,) = fetch_one!(
            conn,
            (i64,),
            "SELECT COUNT(*) FROM conversations
             WHERE status = 'open' AND (urgency_rank, queued_at, id) < ($1, $2, $3)",
            conversation.urgency.level.rank(),
            Time(conversation.waiting_since.unwrap_or(crate::db::NEVER)),
            conversation.key.0
        )?;
        Ok(ahead)
    }

    /// The caller has read up to message `seq`. Of agents, only the holder's reading counts; going back does not.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Database`].
    pub async fn mark_seen(&self, session: &Session, id: ConversationId, seq: i64) -> Result<()> {
        let conversation = self.conversation(&session.actor, id).await?;
        let side = session.actor.side();
        let seq = seq.min(conversation.last_seq);
        if let Some(agent) = session.actor.agent()
            && !conversation.is_held_by(agent.key, self.clock.now())
        {
            return Ok(());
        }
        let sql = match side {
            Side::Customer => {
                "UPDATE conversations SET customer_seen_seq = $2 WHERE id = $1 AND customer_seen_seq < $2"
            }
            Side::Agent => {
                "UPDATE conversations SET agent_seen_seq = $2 WHERE id = $1 AND agent_seen_seq < $2"
            }
        };
        let mut tx = self.db.begin().await?;
        let moved = execute!(tx, sql, conversation.key.0, seq)?;
        if moved > 0 && side == Side::Customer {
            absences::end(&mut tx, conversation.customer.key, self.clock.now()).await?;
        }
        tx.commit().await?;
        if moved > 0 {
            self.tell(Change::Seen { conversation: conversation.id, side, seq });
        }
        Ok(())
    }
}

fn first_message(session: &Session, client_id: ClientId, text: &str, seq: i64, now: Timestamp) -> Message {
    Message {
        id: MessageId::new(),
        seq,
        author: session.actor.author(),
        author_key: session.actor.key(),
        text: Some(text.to_owned()),
        client_id,
        created_at: now,
        rev: 0,
        edited_at: None,
        deleted: false,
    }
}
