//! Conversations: beginning one, and moving it to where an administrator wants it, in the steps anybody takes.

use super::customers::key;
use super::{ListQuery, Records};
use crate::append::{Appended, hash};
use crate::audit::Action;
use crate::conversation_row::{ConversationRow, select_conversations};
use crate::db::{Time, execute, fetch_all, fetch_optional};
use crate::transitions::claim_ended;
use crate::{Error, Page, Result, agents, tags};
use domain::{
    AgentId, ClientId, Conversation, ConversationId, CustomerId, State, Status, Timestamp, check_tag,
};
use uuid::Uuid;

/// Where a conversation is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// In the queue.
    Queue,
    /// With an agent.
    Held(AgentId),
    /// Out of the queue until then.
    Snoozed(Timestamp),
    /// Resolved.
    Resolved,
}

impl Records<'_> {
    /// Begins a conversation with a customer, held by this administrator, whose message is its first. The same
    /// `client_id` again returns the same conversation (D2).
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::ClientIdReused`], and as [`Store::append`](crate::Store::append).
    pub async fn start_conversation(
        &self,
        customer: CustomerId,
        client_id: ClientId,
        text: String,
    ) -> Result<Appended> {
        let id = self.empty_conversation(customer, client_id, &text).await?;
        self.write_message(id, client_id, text).await
    }

    /// A conversation nothing was said in yet: the first one made under this `client_id`.
    async fn empty_conversation(
        &self,
        customer: CustomerId,
        client_id: ClientId,
        text: &str,
    ) -> Result<ConversationId> {
        let (mut tx, now) = self.begin().await?;
        let customer = key(&mut tx, customer).await?.0;
        let sql = "SELECT k.text_hash, c.external_id FROM conversation_keys k
                   JOIN conversations c ON c.id = k.conversation_id WHERE k.customer_id = $1 AND k.client_id = $2";
        if let Some((first, id)) = fetch_optional!(tx, (Vec<u8>, Uuid), sql, customer, client_id.0)? {
            return if first == hash(text) { Ok(ConversationId(id)) } else { Err(Error::ClientIdReused) };
        }
        let id = ConversationId::new();
        let sql = "INSERT INTO conversations (external_id, customer_id, status, created_at, last_message_at)
                   VALUES ($1, $2, 'open', $3, $3)";
        execute!(tx, sql, id.0, customer, Time(now))?;
        let sql = "INSERT INTO conversation_keys (customer_id, client_id, text_hash, conversation_id)
                   VALUES ($1, $2, $3, (SELECT id FROM conversations WHERE external_id = $4))";
        execute!(tx, sql, customer, client_id.0, &hash(text)[..], id.0)?;
        self.audit(&mut tx, Action::ConversationAdded, &object(id), now).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// A customer's conversations, the last begun first.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::BadCursor`], [`Error::Database`].
    pub async fn conversations_of(
        &self,
        id: CustomerId,
        query: &ListQuery<'_>,
    ) -> Result<Page<Conversation>> {
        let before: i64 = match query.cursor {
            Some(cursor) => cursor.parse().map_err(|_| Error::BadCursor)?,
            None => i64::MAX,
        };
        self.customer(id).await?;
        let mut conn = self.store.db.read().await?;
        let sql =
            select_conversations!("WHERE cu.external_id = $1 AND c.id < $2 ORDER BY c.id DESC LIMIT $3");
        let rows = fetch_all!(conn, ConversationRow, sql, id.0, before, i64::from(query.limit) + 1)?;
        let Page { items, next_cursor } = Page::of(rows, query.limit, |row| row.id.to_string());
        let items = items.into_iter().map(ConversationRow::into_conversation).collect::<Result<_>>()?;
        Ok(Page { items, next_cursor })
    }

    /// Moves a conversation, whoever holds it. What is there already stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when there is no such agent or they are disabled, [`Error::Refused`] for a snooze into
    /// the past.
    pub async fn move_conversation(&self, id: ConversationId, target: Target) -> Result<Conversation> {
        self.change(id, target, None).await
    }

    /// Moves a conversation and gives it exactly these tags, or does neither.
    ///
    /// # Errors
    /// As [`move_conversation`](Self::move_conversation); [`Error::Invalid`] for a tag that is none.
    pub async fn change_conversation(
        &self,
        id: ConversationId,
        target: Target,
        tags: &[String],
    ) -> Result<Conversation> {
        let tags = tags
            .iter()
            .map(|tag| check_tag(tag).map(str::to_owned).map_err(Error::invalid("tags")))
            .collect::<Result<_>>()?;
        self.change(id, target, Some(tags)).await
    }

    async fn change(
        &self,
        id: ConversationId,
        target: Target,
        tags: Option<Vec<String>>,
    ) -> Result<Conversation> {
        let (lease, administrator) = (self.store.settings.lease, self.administrator);
        let (mut tx, now, before) = self.begin_in(id).await?;
        let mut after = before.clone();
        let mut events = Vec::new();
        if target != Target::Resolved {
            events.extend(after.reopen(&self.session.actor, now, lease, |_| false));
        }
        match target {
            Target::Queue => match after.status() {
                Status::Ongoing => events.push(after.release(administrator)?),
                Status::Snoozed => events.extend(after.wake(administrator)),
                Status::Open | Status::Resolved => {}
            },
            Target::Held(agent) => {
                let agent = agents::enabled(&mut tx, agent).await?.ok_or(Error::NotFound("agent"))?;
                events.extend(after.hand_over(administrator, &agent, now, lease)?);
            }
            Target::Snoozed(until) if after.state == (State::Snoozed { until }) => {}
            Target::Snoozed(until) => events.push(after.snooze(administrator, until, now)?),
            Target::Resolved => events.extend(after.resolve(&self.session.actor, now)?),
        }
        if let Some(tags) = tags {
            tags::put(&mut tx, &mut after, &tags).await?;
        }
        if after != before {
            let ended = claim_ended(self.session, &before, &after, now);
            let action = ended.unwrap_or(Action::ConversationChanged);
            self.audit(&mut tx, action, &object(id), now).await?;
        }
        self.store.finish(tx, before, after, &events, Some(administrator), now).await
    }
}

fn object(id: ConversationId) -> String {
    format!("conversation {id}")
}
