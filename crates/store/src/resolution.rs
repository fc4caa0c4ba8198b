//! Resolving, reopening and snoozing.

use crate::claims::agent_of;
use crate::{Result, Session, Store};
use domain::{AgentRef, Conversation, ConversationId, Rating, Refusal, Timestamp};

impl Store {
    /// The owner, the holder or an administrator resolves a conversation. Repeating changes nothing.
    ///
    /// # Errors
    /// [`NotClaimed`](domain::Refusal::NotClaimed) for an agent who does not hold it,
    /// [`NotFound`](crate::Error::NotFound), [`SignedOut`](crate::Error::SignedOut).
    pub async fn resolve(&self, session: &Session, id: ConversationId) -> Result<Conversation> {
        self.transition(session, id, |conversation, now| {
            Ok(conversation.resolve(&session.actor, now)?.into_iter().collect())
        })
        .await
    }

    /// Reopens a resolved conversation: for its owner into the queue, for an agent into their hands; undone in time,
    /// for the former holder if `is_connected` says so. Repeating changes nothing.
    ///
    /// # Errors
    /// [`NotFound`](crate::Error::NotFound), [`SignedOut`](crate::Error::SignedOut).
    pub async fn reopen(
        &self,
        session: &Session,
        id: ConversationId,
        is_connected: impl Fn(&AgentRef) -> bool,
    ) -> Result<Conversation> {
        let lease = self.settings.lease;
        self.transition(session, id, |conversation, now| {
            Ok(conversation.reopen(&session.actor, now, lease, is_connected).into_iter().collect())
        })
        .await
    }

    /// The owner says how the help with a resolved conversation was, or changes it. Repeating changes nothing.
    ///
    /// # Errors
    /// [`NotResolved`](domain::Refusal::NotResolved), [`Forbidden`](domain::Refusal::Forbidden) for agents,
    /// [`NotFound`](crate::Error::NotFound), [`SignedOut`](crate::Error::SignedOut).
    pub async fn rate(
        &self,
        session: &Session,
        id: ConversationId,
        score: u8,
        comment: Option<String>,
    ) -> Result<Conversation> {
        if session.actor.agent().is_some() {
            return Err(Refusal::Forbidden.into());
        }
        self.transition(session, id, |conversation, now| {
            Ok(conversation.rate(Rating { score, comment, at: now })?.into_iter().collect())
        })
        .await
    }

    /// The holder, or an administrator, takes a conversation out of the queue until a time.
    ///
    /// # Errors
    /// [`Resolved`](domain::Refusal::Resolved), [`NotClaimed`](domain::Refusal::NotClaimed),
    /// [`NotInTheFuture`](domain::Refusal::NotInTheFuture), [`Forbidden`](domain::Refusal::Forbidden) for customers,
    /// [`NotFound`](crate::Error::NotFound), [`SignedOut`](crate::Error::SignedOut).
    pub async fn snooze(
        &self,
        session: &Session,
        id: ConversationId,
        until: Timestamp,
    ) -> Result<Conversation> {
        let agent = agent_of(session)?;
        self.transition(session, id, |conversation, now| Ok(vec![conversation.snooze(agent, until, now)?]))
            .await
    }

    /// An agent ends a snooze early. Repeating changes nothing.
    ///
    /// # Errors
    /// [`Forbidden`](domain::Refusal::Forbidden) for customers, [`NotFound`](crate::Error::NotFound),
    /// [`SignedOut`](crate::Error::SignedOut).
    pub async fn wake(&self, session: &Session, id: ConversationId) -> Result<Conversation> {
        let agent = agent_of(session)?;
        self.transition(session, id, |conversation, _| Ok(conversation.wake(agent).into_iter().collect()))
            .await
    }
}
