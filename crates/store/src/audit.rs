//! The audit log, append-only (A7): who, what, when, from where.

use crate::db::{Time, Tx, execute, fetch_all};
use crate::{Page, Result, Session, Store, sessions};
use domain::{Actor, AgentKey, SessionKey, Timestamp};
use std::net::IpAddr;
use uuid::Uuid;

/// What is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// An agent signed in.
    SignedIn,
    /// An agent signed out.
    SignedOut,
    /// An agent was added.
    AgentAdded,
    /// An agent's name, address or role was changed.
    AgentChanged,
    /// An agent may not sign in any more.
    AgentDisabled,
    /// An agent who was disabled may sign in again.
    AgentEnabled,
    /// A link to set a password was made.
    PasswordLinkMade,
    /// A password was set.
    PasswordSet,
    /// An administrator took a claim from its holder, or gave it on.
    ClaimTakenOver,
    /// An administrator ended another agent's claim, so that the conversation returned to the queue.
    ClaimReturned,
    /// An agent was deleted.
    AgentDeleted,
    /// A conversation was begun in the admin panel.
    ConversationAdded,
    /// A conversation was moved to another state or agent in the admin panel.
    ConversationChanged,
    /// A conversation was deleted with all that was said in it.
    ConversationDeleted,
    /// A message was written in the admin panel.
    MessageAdded,
    /// A message was edited or deleted in the admin panel.
    MessageChanged,
    /// A customer was added in the admin panel.
    CustomerAdded,
    /// A customer's name or address was corrected.
    CustomerChanged,
    /// A customer and all of theirs was erased.
    CustomerErased,
    /// Canned replies, tags or other settings were changed.
    SettingsChanged,
}

impl Action {
    /// Every action, in the order they are offered as a filter.
    pub const ALL: [Self; 20] = [
        Self::SignedIn,
        Self::SignedOut,
        Self::AgentAdded,
        Self::AgentChanged,
        Self::AgentDisabled,
        Self::AgentEnabled,
        Self::AgentDeleted,
        Self::PasswordLinkMade,
        Self::PasswordSet,
        Self::ClaimTakenOver,
        Self::ClaimReturned,
        Self::ConversationAdded,
        Self::ConversationChanged,
        Self::ConversationDeleted,
        Self::MessageAdded,
        Self::MessageChanged,
        Self::CustomerAdded,
        Self::CustomerChanged,
        Self::CustomerErased,
        Self::SettingsChanged,
    ];

    /// The word kept in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
            Self::AgentAdded => "agent_added",
            Self::AgentChanged => "agent_changed",
            Self::AgentDisabled => "agent_disabled",
            Self::AgentEnabled => "agent_enabled",
            Self::PasswordLinkMade => "password_link_made",
            Self::PasswordSet => "password_set",
            Self::ClaimTakenOver => "claim_taken_over",
            Self::ClaimReturned => "claim_returned",
            Self::AgentDeleted => "agent_deleted",
            Self::ConversationAdded => "conversation_added",
            Self::ConversationChanged => "conversation_changed",
            Self::ConversationDeleted => "conversation_deleted",
            Self::MessageAdded => "message_added",
            Self::MessageChanged => "message_changed",
            Self::CustomerAdded => "customer_added",
            Self::CustomerChanged => "customer_changed",
            Self::CustomerErased => "customer_erased",
            Self::SettingsChanged => "settings_changed",
        }
    }
}

/// Who did something, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    session: Option<SessionKey>,
    agent: Option<AgentKey>,
    actor: String,
    address: Option<IpAddr>,
}

impl By {
    /// Somebody at the machine itself.
    pub fn command_line() -> Self {
        Self { session: None, agent: None, actor: "command line".into(), address: None }
    }

    /// Who opened a one-time link.
    pub fn link(address: Option<IpAddr>) -> Self {
        Self { session: None, agent: None, actor: "one-time link".into(), address }
    }

    /// An actor, at the address their request came from. A customer appears by external id alone.
    pub(crate) fn actor(actor: &Actor, address: Option<IpAddr>) -> Self {
        let (agent, actor) = match actor {
            Actor::Agent(agent) => (Some(agent.key), agent.name.clone()),
            Actor::Customer(customer) => (None, format!("customer {}", customer.id)),
        };
        Self { session: None, agent, actor, address }
    }

    /// Makes sure, inside the transaction that writes, that the session behind it still stands (A2).
    ///
    /// # Errors
    /// [`Error::SignedOut`](crate::Error::SignedOut) when it does not.
    pub(crate) async fn check(&self, tx: &mut Tx, now: Timestamp) -> Result<()> {
        match self.session {
            Some(session) => sessions::check(tx, session, now).await,
            None => Ok(()),
        }
    }
}

impl From<&Session> for By {
    fn from(session: &Session) -> Self {
        Self { session: Some(session.key), ..Self::actor(&session.actor, session.address) }
    }
}

/// Adds an entry within the transaction that does what it says. `object` names what it was done to by its
/// external id, never by a customer's name or words.
pub(crate) async fn record(tx: &mut Tx, by: &By, action: Action, object: &str, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO audit_log (external_id, created_at, agent_id, actor, action, object, address)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    execute!(
        tx,
        sql,
        Uuid::now_v7(),
        Time(now),
        by.agent.map(|agent| agent.0),
        by.actor.as_str(),
        action.as_str(),
        object,
        by.address.map(|address| address.to_string()),
    )?;
    Ok(())
}

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// The id outside.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What, as [`Action::as_str`] names it.
    pub action: String,
    /// To what.
    pub object: String,
    /// From which address.
    pub address: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    external_id: Uuid,
    created_at: Time,
    actor: String,
    action: String,
    object: String,
    address: Option<String>,
}

impl Store {
    /// The audit log, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_log(&self, cursor: Option<&str>, limit: u32) -> Result<Page<AuditEntry>> {
        let sql = "SELECT id, external_id, created_at, actor, action, object, address FROM audit_log
                   WHERE id < $1 ORDER BY id DESC LIMIT $2";
        let before = cursor.map_or(i64::MAX, |cursor| cursor.parse().unwrap_or(0));
        let mut conn = self.db.read().await?;
        let rows = fetch_all!(conn, Row, sql, before, i64::from(limit) + 1)?;
        Ok(Page::of(rows, limit, |row| row.id.to_string()).map(|row| AuditEntry {
            id: row.external_id,
            at: row.created_at.0,
            actor: row.actor,
            action: row.action,
            object: row.object,
            address: row.address,
        }))
    }
}
