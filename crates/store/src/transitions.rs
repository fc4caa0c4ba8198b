//! How every change of a conversation's state is made: lock, check, change, log, commit, tell.

use crate::audit::{self, Action};
use crate::conversation_row::{save, save_lease};
use crate::db::Tx;
use crate::notes::insert_event;
use crate::{Change, Error, Result, Session, Store, dialect, sessions};
use domain::{Conversation, ConversationId, Event, Status, Timestamp};
use std::sync::Arc;

impl Store {
    /// Begins a transaction that holds the conversation's row lock, with the database's time (C1), a session that
    /// still stands (A2) and a conversation within the caller's reach (A1).
    pub(crate) async fn begin_in(
        &self,
        session: &Session,
        id: ConversationId,
    ) -> Result<(Tx, Timestamp, Conversation)> {
        let mut tx = self.db.begin().await?;
        let now = dialect::lock(&mut tx, &[id], &self.clock).await?;
        sessions::check(&mut tx, session.key, now).await?;
        let conversation = dialect::load(&mut tx, &[id])
            .await?
            .pop()
            .filter(|conversation| conversation.is_within_reach_of(&session.actor))
            .ok_or(Error::NotFound("conversation"))?;
        Ok((tx, now, conversation))
    }

    /// Changes a conversation by the caller's hand. `change` is one of [`domain::transition`]'s.
    pub(crate) async fn transition(
        &self,
        session: &Session,
        id: ConversationId,
        change: impl FnOnce(&mut Conversation, Timestamp) -> Result<Vec<Event>>,
    ) -> Result<Conversation> {
        let (mut tx, now, mut conversation) = self.begin_in(session, id).await?;
        let before = conversation.clone();
        let events = change(&mut conversation, now)?;
        if let Some(action) = claim_ended(session, &before, &conversation, now) {
            let object = format!("conversation {id}");
            audit::record(&mut tx, &session.into(), action, &object, now).await?;
        }
        self.finish(tx, before, conversation, &events, session.actor.agent(), now).await
    }

    /// Writes a changed conversation with its events, and tells. Unchanged, nothing is written or told.
    pub(crate) async fn finish(
        &self,
        mut tx: Tx,
        before: Conversation,
        mut after: Conversation,
        events: &[Event],
        by: Option<&domain::Agent>,
        now: Timestamp,
    ) -> Result<Conversation> {
        if after == before {
            return Ok(after);
        }
        if is_mere_renewal(&before, &after) {
            save_lease(&mut tx, &after).await?;
            tx.commit().await?;
            return Ok(after);
        }
        self.rules.get().assess(&mut after, now);
        let mut notes = Vec::with_capacity(events.len());
        for event in events {
            notes.push(insert_event(&mut tx, &mut after, event, by, now).await?);
        }
        save(&mut tx, &mut after).await?;
        tx.commit().await?;
        let conversation = Arc::new(after.clone());
        self.tell(Change::Conversation(Arc::clone(&conversation)));
        for note in notes {
            self.tell(Change::Note { conversation: Arc::clone(&conversation), note: Arc::new(note) });
        }
        Ok(after)
    }

    /// Writes an event that changes nothing else into the agents' log, and tells.
    pub(crate) async fn finish_with_event(
        &self,
        mut tx: Tx,
        mut conversation: Conversation,
        event: &Event,
        now: Timestamp,
    ) -> Result<()> {
        let note = insert_event(&mut tx, &mut conversation, event, None, now).await?;
        save(&mut tx, &mut conversation).await?;
        tx.commit().await?;
        self.tell(Change::Note { conversation: Arc::new(conversation), note: Arc::new(note) });
        Ok(())
    }
}

/// How an agent ended a claim that another one held, if so: only administrators may, and it is audited (C4, A7).
pub(crate) fn claim_ended(
    session: &Session,
    before: &Conversation,
    after: &Conversation,
    now: Timestamp,
) -> Option<Action> {
    let holder = |conversation: &Conversation| {
        let claim = conversation.current_claim().filter(|claim| !claim.is_expired(now));
        claim.map(|claim| claim.holder.key)
    };
    let (agent, held_by) = (session.actor.agent()?, holder(before)?);
    let is_ended = held_by != agent.key && holder(after) != Some(held_by);
    is_ended.then(|| match after.status() {
        Status::Open => Action::ClaimReturned,
        Status::Ongoing | Status::Snoozed | Status::Resolved => Action::ClaimTakenOver,
    })
}

/// Whether only the lease's end moved, and when its holder was last active.
fn is_mere_renewal(before: &Conversation, after: &Conversation) -> bool {
    let returns_at = |conversation: &Conversation| conversation.current_claim().map(|claim| claim.returns_at);
    before.status() == after.status()
        && before.claim_token == after.claim_token
        && before.tags == after.tags
        && returns_at(before) == returns_at(after)
        && before.rating == after.rating
}
