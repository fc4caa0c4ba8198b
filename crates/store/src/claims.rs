//! Claims: taking, renewing, returning and handing over conversations (C1–C4).

use crate::db::{Time, execute, fetch_all, fetch_optional};
use crate::deliberate::{self, Fault};
use crate::{Error, Result, Session, Store, agents, dialect, sessions};
use domain::{Agent, AgentId, ClaimToken, Conversation, ConversationId, Event, Refusal, State, Timestamp};
use std::time::Duration;
use uuid::Uuid;

/// Conversations a sweep returns to the queue in one go.
const SWEEP: i64 = 100;

impl Store {
    /// The caller claims a conversation, or renews their claim (C1).
    ///
    /// # Errors
    /// [`Refusal::AlreadyClaimed`] with the holder, [`Refusal::Resolved`], [`Refusal::Forbidden`] for customers,
    /// [`Error::NotFound`], [`Error::SignedOut`].
    pub async fn claim(&self, session: &Session, id: ConversationId) -> Result<Conversation> {
        let agent = agent_of(session)?;
        let lease = self.settings.lease;
        self.transition(session, id, |conversation, now| {
            if deliberate::is(Fault::SecondHolder) && conversation.current_claim().is_some() {
                conversation.state = State::Open;
            }
            Ok(conversation.claim(agent, now, lease)?)
        })
        .await
    }

    /// The caller claims the first conversation of the queue, in queue order; none when the queue is empty.
    ///
    /// # Errors
    /// As [`claim`](Self::claim), save that a conversation somebody else was quicker to take is passed over.
    pub async fn claim_next(&self, session: &Session) -> Result<Option<Conversation>> {
        let agent = agent_of(session)?;
        loop {
            let mut conn = self.db.read().await?;
            let first = fetch_optional!(
                conn,
                (Uuid,),
                "SELECT external_id FROM conversations WHERE status = 'open'
                 ORDER BY urgency_rank, queued_at, id LIMIT 1"
            )?;
            drop(conn);
            let Some((first,)) = first else { return Ok(None) };
            let claimed = self
                .transition(session, ConversationId(first), |conversation, now| {
                    if conversation.current_claim().is_some() {
                        return Err(Refusal::NotClaimed.into());
                    }
                    Ok(conversation.claim(agent, now, self.settings.lease)?)
                })
                .await;
            match claimed {
                Ok(conversation) => return Ok(Some(conversation)),
                Err(Error::Refused(Refusal::NotClaimed | Refusal::Resolved) | Error::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The holder's peer was heard of: the lease starts anew (C3); with `is_active`, because the holder did something.
    ///
    /// # Errors
    /// [`Refusal::NotClaimed`]; with a token that is not current any more [`Refusal::ClaimLost`] (C2).
    pub async fn renew_claim(
        &self,
        session: &Session,
        id: ConversationId,
        token: Option<ClaimToken>,
        is_active: bool,
    ) -> Result<Conversation> {
        let agent = agent_of(session)?;
        let lease = self.settings.lease;
        self.transition(session, id, |conversation, now| {
            conversation.renew(agent, token, is_active, now, lease)?;
            Ok(Vec::new())
        })
        .await
    }

    /// An agent who has their inbox open was heard of: the leases of all they hold start anew (C3). One that has ended
    /// stays ended.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] for customers, [`Error::SignedOut`], [`Error::Database`].
    pub async fn renew_claims(&self, session: &Session) -> Result<()> {
        let agent = agent_of(session)?;
        let mut conn = self.db.read().await?;
        let sql = "SELECT external_id FROM conversations WHERE holder_id = $1";
        let held = fetch_all!(conn, (Uuid,), sql, agent.key.0)?;
        drop(conn);
        if held.is_empty() {
            return Ok(());
        }
        let held: Vec<_> = held.into_iter().map(|(id,)| ConversationId(id)).collect();
        let mut tx = self.db.begin().await?;
        let now = dialect::lock(&mut tx, &held, &self.clock).await?;
        sessions::check(&mut tx, session.key, now).await?;
        let sql = "UPDATE conversations SET lease_expires_at = $3
                   WHERE holder_id = $1 AND lease_expires_at > $2 AND lease_expires_at < $3";
        execute!(tx, sql, agent.key.0, Time(now), Time(now + self.settings.lease))?;
        tx.commit().await
    }

    /// The holder, or an administrator, returns the conversation to the queue.
    ///
    /// # Errors
    /// [`Refusal::NotClaimed`], [`Refusal::Forbidden`] for customers, [`Error::NotFound`], [`Error::SignedOut`].
    pub async fn release_claim(&self, session: &Session, id: ConversationId) -> Result<Conversation> {
        let agent = agent_of(session)?;
        self.transition(session, id, |conversation, _| Ok(vec![conversation.release(agent)?])).await
    }

    /// The holder, or an administrator, gives the conversation to another agent (C4).
    ///
    /// # Errors
    /// [`Error::NotFound`] also when there is no such agent or they are disabled; else as [`release_claim`](Self::release_claim).
    pub async fn hand_over(
        &self,
        session: &Session,
        id: ConversationId,
        to: AgentId,
    ) -> Result<Conversation> {
        let agent = agent_of(session)?;
        let to = agents::active(&mut self.db.read().await?, to).await?;
        let lease = self.settings.lease;
        self.transition(session, id, |conversation, now| {
            Ok(conversation.hand_over(agent, &to, now, lease)?.into_iter().collect())
        })
        .await
    }

    /// An administrator returns everything an agent holds to the queue.
    pub(crate) async fn return_claims(&self, session: &Session, of: AgentId) -> Result<()> {
        let administrator = agent_of(session)?;
        let sql = "SELECT c.external_id FROM conversations c JOIN agents a ON a.id = c.holder_id
                   WHERE a.external_id = $1 ORDER BY c.id";
        let mut conn = self.db.read().await?;
        let held = fetch_all!(conn, (Uuid,), sql, of.0)?;
        drop(conn);
        for (id,) in held {
            self.transition(session, ConversationId(id), |conversation, _| {
                let is_theirs = conversation.current_claim().is_some_and(|claim| claim.holder.id == of);
                if is_theirs { Ok(vec![conversation.release(administrator)?]) } else { Ok(Vec::new()) }
            })
            .await?;
        }
        Ok(())
    }

    /// Returns conversations whose lease has ended to the queue (C3); tells how many.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn expire_claims(&self) -> Result<usize> {
        self.sweep(
            "SELECT external_id FROM conversations WHERE lease_expires_at <= $1 ORDER BY lease_expires_at LIMIT $2",
            Duration::ZERO,
            Conversation::expire,
        )
        .await
    }

    /// Warns holders who do nothing while their customer waits (C3); tells how many.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn warn_idle_holders(&self) -> Result<usize> {
        let Some(idle) = self.settings.idle else { return Ok(0) };
        self.sweep(
            "SELECT external_id FROM conversations
             WHERE waiting_since <= $1 AND holder_active_at <= $1 AND returns_at IS NULL
             ORDER BY waiting_since LIMIT $2",
            idle,
            |conversation, now| conversation.warn_idle(now, idle, self.settings.idle_notice),
        )
        .await
    }

    /// Returns conversations whose holders were warned, and still do nothing, to the queue (C3); tells how many.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn return_idle_claims(&self) -> Result<usize> {
        self.sweep(
            "SELECT external_id FROM conversations WHERE returns_at <= $1 ORDER BY returns_at LIMIT $2",
            Duration::ZERO,
            Conversation::return_idle,
        )
        .await
    }

    /// Returns conversations whose snooze has ended to the queue; tells how many.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn wake_snoozed(&self) -> Result<usize> {
        self.sweep(
            "SELECT external_id FROM conversations WHERE snoozed_until <= $1 ORDER BY snoozed_until LIMIT $2",
            Duration::ZERO,
            Conversation::wake_at,
        )
        .await
    }

    /// Changes those of the conversations `due` names that it really is time for, one after the other. Its `$1` is the
    /// time `ago`, its `$2` how many.
    async fn sweep(
        &self,
        due: &'static str,
        ago: Duration,
        change: impl Fn(&mut Conversation, Timestamp) -> Option<Event>,
    ) -> Result<usize> {
        let mut conn = self.db.read().await?;
        let now = dialect::now(conn.get(), &self.clock).await?;
        let due = fetch_all!(conn, (Uuid,), due, Time(now - ago), SWEEP)?;
        drop(conn);
        let mut swept = 0;
        for (id,) in due {
            let id = ConversationId(id);
            let mut tx = self.db.begin().await?;
            let now = dialect::lock(&mut tx, &[id], &self.clock).await?;
            let Some(before) = dialect::load(&mut tx, &[id]).await?.pop() else { continue };
            let mut after = before.clone();
            if let Some(event) = change(&mut after, now) {
                self.finish(tx, before, after, &[event], None, now).await?;
                swept += 1;
            }
        }
        Ok(swept)
    }
}

/// The agent behind a session.
pub(crate) fn agent_of(session: &Session) -> Result<&Agent> {
    session.actor.agent().ok_or_else(|| Refusal::Forbidden.into())
}
