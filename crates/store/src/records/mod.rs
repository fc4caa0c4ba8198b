//! Every record an administrator may look at and change (A10): one file per kind. Whatever is written goes through the
//! store's own rules, checks that the session still is an administrator's, and is audited (A7).

mod agents;
mod audit_log;
mod canned_replies;
mod conversations;
mod customers;
mod erasure;
mod listing;
mod messages;
mod search;
mod tags;
mod traces;
mod urgency;
mod users;

pub use conversations::Target;
pub use customers::CustomerRecord;
pub use listing::{ListQuery, Order};
pub use messages::{MessageEdit, MessageFilter, MessageRecord};
pub use urgency::{PREVIEW_MESSAGES, Preview, UrgencyRules};
pub use users::{Role, UserRecord};

use crate::audit::{self, Action};
use crate::db::{Time, Tx, fetch_optional};
use crate::{Error, Result, Session, Store, dialect};
use domain::{Agent, Conversation, ConversationId, Refusal, Timestamp};
use std::ops::AddAssign;

/// The records, within an administrator's reach: to have one is to be one.
#[derive(Debug, Clone, Copy)]
pub struct Records<'s> {
    store: &'s Store,
    session: &'s Session,
    administrator: &'s Agent,
}

/// What goes when a record is deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dependents {
    /// Conversations, with all that is said in them.
    pub conversations: i64,
    /// Messages of both sides.
    pub messages: i64,
    /// Entries of the agents' log.
    pub notes: i64,
    /// Sessions that are signed in.
    pub sessions: i64,
    /// Canned replies of an agent's own.
    pub canned_replies: i64,
    /// Claims, which return to the queue.
    pub claims: i64,
}

impl AddAssign for Dependents {
    fn add_assign(&mut self, more: Self) {
        self.conversations += more.conversations;
        self.messages += more.messages;
        self.notes += more.notes;
        self.sessions += more.sessions;
        self.canned_replies += more.canned_replies;
        self.claims += more.claims;
    }
}

impl Store {
    /// The records, for an administrator.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] for everybody else.
    pub fn records<'s>(&'s self, session: &'s Session) -> Result<Records<'s>> {
        let administrator = session.actor.agent().filter(|agent| agent.is_administrator());
        let administrator = administrator.ok_or(Refusal::Forbidden)?;
        Ok(Records { store: self, session, administrator })
    }
}

impl Records<'_> {
    /// Begins a transaction of somebody who still is signed in as an administrator (A2).
    async fn begin(&self) -> Result<(Tx, Timestamp)> {
        let mut tx = self.store.db.begin().await?;
        let now = dialect::lock(&mut tx, &[], &self.store.clock).await?;
        self.check(&mut tx, now).await?;
        Ok((tx, now))
    }

    /// The same, with a conversation locked.
    async fn begin_in(&self, id: ConversationId) -> Result<(Tx, Timestamp, Conversation)> {
        let (mut tx, now, conversation) = self.store.begin_in(self.session, id).await?;
        self.check(&mut tx, now).await?;
        Ok((tx, now, conversation))
    }

    async fn check(&self, tx: &mut Tx, now: Timestamp) -> Result<()> {
        let sql = "SELECT a.role FROM sessions s JOIN agents a ON a.id = s.agent_id
                   WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND a.disabled_at IS NULL";
        match fetch_optional!(tx, (String,), sql, self.session.key.0, Time(now))? {
            None => Err(Error::SignedOut),
            Some((role,)) if role == "administrator" => Ok(()),
            Some(_) => Err(Refusal::Forbidden.into()),
        }
    }

    async fn audit(&self, tx: &mut Tx, action: Action, object: &str, now: Timestamp) -> Result<()> {
        audit::record(tx, &self.session.into(), action, object, now).await
    }
}
