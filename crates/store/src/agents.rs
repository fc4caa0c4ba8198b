//! Agents and administrators: people who sign in with an address and a password.

use crate::audit::{self, Action, By};
use crate::db::{Conn, Time, Tx, execute, fetch_all, fetch_one, fetch_optional};
use crate::{Change, Error, InUse, Page, Result, Session, Store, check_password, passwords, sessions};
use domain::{Agent, AgentId, AgentKey, AgentRole, Timestamp, UserId, check_email, check_name};
use uuid::Uuid;

/// An agent to be added.
#[derive(Debug, Clone)]
pub struct NewAgent {
    /// The name customers see.
    pub name: String,
    /// The address to sign in with; no two agents have the same, in whatever case.
    pub email: String,
    /// What they may do.
    pub role: AgentRole,
    /// The password; without one the agent sets it through a one-time link.
    pub password: Option<String>,
}

/// What to change of an agent; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct AgentChanges {
    /// The name customers see.
    pub name: Option<String>,
    /// The address to sign in with.
    pub email: Option<String>,
    /// What they may do.
    pub role: Option<AgentRole>,
    /// Whether they may not sign in.
    pub disabled: Option<bool>,
}

/// An agent as administrators see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRecord {
    /// The agent.
    pub agent: Agent,
    /// When they were added.
    pub created_at: Timestamp,
    /// Since when they may not sign in any more, if so.
    pub disabled_at: Option<Timestamp>,
    /// Whether they have set a password.
    pub has_password: bool,
}

impl Store {
    /// Adds an agent.
    ///
    /// # Errors
    /// [`Error::Taken`] when another has the address, [`Error::Invalid`] for a bad name, address or password,
    /// [`Error::SignedOut`].
    pub async fn create_agent(&self, by: &By, new: &NewAgent) -> Result<Agent> {
        let hash = match &new.password {
            Some(password) => {
                check_password(password).map_err(Error::invalid("password"))?;
                Some(passwords::hash(password).await?)
            }
            None => None,
        };
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        by.check(&mut tx, now).await?;
        let agent = insert(&mut tx, new, hash, now).await?;
        audit::record(&mut tx, by, Action::AgentAdded, &object(&agent), now).await?;
        tx.commit().await?;
        Ok(agent)
    }

    /// Agents and administrators, disabled ones too, in the order they were added.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn agents(&self, cursor: Option<&str>, limit: u32) -> Result<Page<AgentRecord>> {
        let sql = "SELECT agents.id, agents.external_id, users.name, users.email, agents.role, agents.password_hash,
                          agents.disabled_at, users.created_at
                   FROM agents JOIN users ON users.id = agents.user_id
                   WHERE agents.id > $1 ORDER BY agents.id LIMIT $2";
        let after: i64 = match cursor {
            Some(cursor) => cursor.parse().map_err(|_| Error::BadCursor)?,
            None => 0,
        };
        let mut conn = self.db.read().await?;
        let rows = fetch_all!(conn, AgentRow, sql, after, i64::from(limit) + 1)?;
        Ok(Page::of(rows, limit, |row| row.id.to_string()).map(AgentRecord::from))
    }

    /// One agent, disabled or not.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn agent(&self, id: AgentId) -> Result<AgentRecord> {
        let sql = "SELECT agents.id, agents.external_id, users.name, users.email, agents.role, agents.password_hash,
                          agents.disabled_at, users.created_at
                   FROM agents JOIN users ON users.id = agents.user_id WHERE agents.external_id = $1";
        let mut conn = self.db.read().await?;
        fetch_optional!(conn, AgentRow, sql, id.0)?.map(AgentRecord::from).ok_or(Error::NotFound("agent"))
    }

    /// Changes an agent. Disabling ends their sessions (A2) and returns what they hold to the queue.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Taken`], [`Error::Invalid`], and [`Error::InUse`] when it would leave no
    /// administrator.
    pub async fn update_agent(
        &self,
        session: &Session,
        id: AgentId,
        changes: &AgentChanges,
    ) -> Result<AgentRecord> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        sessions::check(&mut tx, session.key, now).await?;
        let mut record = locked(&mut tx, id).await?;
        let was = record.clone();
        if let Some(name) = &changes.name {
            record.agent.name = check_name(name).map_err(Error::invalid("name"))?.to_owned();
        }
        if let Some(email) = &changes.email {
            record.agent.email = check_email(email).map_err(Error::invalid("email"))?.to_owned();
        }
        record.agent.role = changes.role.unwrap_or(record.agent.role);
        if let Some(disabled) = changes.disabled {
            record.disabled_at = disabled.then(|| record.disabled_at.unwrap_or(now));
        }
        let ended = write(&mut tx, &record, now).await?;
        for action in actions(&was, &record) {
            audit::record(&mut tx, &session.into(), action, &object(&record.agent), now).await?;
        }
        tx.commit().await?;
        if !ended.is_empty() {
            self.tell(Change::SessionsEnded(ended));
        }
        if record.disabled_at.is_some() {
            self.return_claims(session, id).await?;
        }
        Ok(record)
    }

    /// The agent with an address to sign in with, and their password's hash. None when unknown or disabled.
    pub(crate) async fn agent_by_login(&self, email: &str) -> Result<Option<(Agent, Option<String>)>> {
        let Ok(email) = check_email(email) else { return Ok(None) };
        let sql = "SELECT agents.id, agents.external_id, users.name, users.email, agents.role, agents.password_hash,
                          agents.disabled_at, users.created_at
                   FROM agents JOIN users ON users.id = agents.user_id
                   WHERE agents.login = $1 AND agents.disabled_at IS NULL";
        let mut conn = self.db.read().await?;
        let row = fetch_optional!(conn, AgentRow, sql, login(email))?;
        Ok(row
            .map(|row| (row.password_hash.clone(), AgentRecord::from(row).agent))
            .map(|(hash, agent)| (agent, hash)))
    }
}

/// Adds an agent whose password is hashed already.
pub(crate) async fn insert(
    tx: &mut Tx,
    new: &NewAgent,
    password_hash: Option<String>,
    now: Timestamp,
) -> Result<Agent> {
    let name = check_name(&new.name).map_err(Error::invalid("name"))?;
    let email = check_email(&new.email).map_err(Error::invalid("email"))?;
    let sql = "INSERT INTO users (external_id, name, email, created_at) VALUES ($1, $2, $3, $4) RETURNING id";
    let (user,) = fetch_one!(tx, (i64,), sql, UserId::new().0, name, email, Time(now))?;
    let id = AgentId::new();
    let sql = "INSERT INTO agents (external_id, user_id, login, role, password_hash)
               VALUES ($1, $2, $3, $4, $5) RETURNING id";
    let added = fetch_one!(tx, (i64,), sql, id.0, user, login(email), new.role.as_str(), password_hash);
    let (key,) = added.map_err(taken)?;
    Ok(Agent { key: AgentKey(key), id, name: name.to_owned(), email: email.to_owned(), role: new.role })
}

/// How each of an agent's requests looks up who asks.
pub(crate) const BY_KEY: &str =
    "SELECT agents.id, agents.external_id, users.name, users.email, agents.role, agents.password_hash,
            agents.disabled_at, users.created_at
     FROM agents JOIN users ON users.id = agents.user_id
     WHERE agents.id = $1 AND agents.disabled_at IS NULL";

/// The agent with a key who may be signed in.
pub(crate) async fn by_key(conn: &mut Conn, key: AgentKey) -> Result<Option<Agent>> {
    Ok(fetch_optional!(conn, AgentRow, BY_KEY, key.0)?.map(|row| AgentRecord::from(row).agent))
}

/// The agent with an id who is not disabled.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) async fn active(conn: &mut Conn, id: AgentId) -> Result<Agent> {
    let sql =
        "SELECT agents.id, agents.external_id, users.name, users.email, agents.role, agents.password_hash,
                agents.disabled_at, users.created_at
         FROM agents JOIN users ON users.id = agents.user_id
         WHERE agents.external_id = $1 AND agents.disabled_at IS NULL";
    let row = fetch_optional!(conn, AgentRow, sql, id.0)?;
    row.map(|row| AgentRecord::from(row).agent).ok_or(Error::NotFound("agent"))
}

/// The agent with an id who may sign in and take conversations, held in place until the transaction ends.
pub(crate) async fn enabled(tx: &mut Tx, id: AgentId) -> Result<Option<Agent>> {
    match locked(tx, id).await {
        Ok(record) => {
            Ok(Some(record).filter(|record| record.disabled_at.is_none()).map(|record| record.agent))
        }
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Sets the password and ends all sessions, which are to be told of after the commit (A2).
pub(crate) async fn set_password(
    tx: &mut Tx,
    agent: AgentKey,
    hash: String,
    now: Timestamp,
) -> Result<Vec<domain::SessionKey>> {
    execute!(tx, "UPDATE agents SET password_hash = $2 WHERE id = $1", agent.0, hash)?;
    sessions::end_all(tx, agent, now).await
}

/// Whether somebody is there who can look after the installation.
pub(crate) async fn has_administrator(tx: &mut Tx) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM agents WHERE role = 'administrator' AND disabled_at IS NULL";
    Ok(fetch_one!(tx, (i64,), sql)?.0 > 0)
}

/// Reads an agent and locks the row: an update that changes nothing locks on both databases.
pub(crate) async fn locked(tx: &mut Tx, id: AgentId) -> Result<AgentRecord> {
    execute!(tx, "UPDATE agents SET role = role WHERE external_id = $1", id.0)?;
    let sql =
        "SELECT agents.id, agents.external_id, users.name, users.email, agents.role, agents.password_hash,
                      agents.disabled_at, users.created_at
               FROM agents JOIN users ON users.id = agents.user_id WHERE agents.external_id = $1";
    fetch_optional!(tx, AgentRow, sql, id.0)?.map(AgentRecord::from).ok_or(Error::NotFound("agent"))
}

async fn write(tx: &mut Tx, record: &AgentRecord, now: Timestamp) -> Result<Vec<domain::SessionKey>> {
    let AgentRecord { agent, disabled_at, .. } = record;
    let sql = "UPDATE users SET name = $2, email = $3 WHERE id = (SELECT user_id FROM agents WHERE id = $1)";
    execute!(tx, sql, agent.key.0, agent.name.as_str(), agent.email.as_str())?;
    let sql = "UPDATE agents SET login = $2, role = $3, disabled_at = $4 WHERE id = $1";
    let (login, role) = (login(&agent.email), agent.role.as_str());
    execute!(tx, sql, agent.key.0, login, role, disabled_at.map(Time)).map_err(taken)?;
    if !has_administrator(tx).await? {
        return Err(InUse::OnlyAdministrator.into());
    }
    if disabled_at.is_some() { sessions::end_all(tx, agent.key, now).await } else { Ok(Vec::new()) }
}

fn actions(was: &AgentRecord, is: &AgentRecord) -> Vec<Action> {
    let changed = (was.agent != is.agent).then_some(Action::AgentChanged);
    let switched = match (was.disabled_at, is.disabled_at) {
        (None, Some(_)) => Some(Action::AgentDisabled),
        (Some(_), None) => Some(Action::AgentEnabled),
        (None, None) | (Some(_), Some(_)) => None,
    };
    changed.into_iter().chain(switched).collect()
}

/// The audit log's name for an agent.
pub(crate) fn object(agent: &Agent) -> String {
    format!("agent {}", agent.id)
}

/// The role a word of the database names.
pub(crate) fn role(word: &str) -> AgentRole {
    if word == AgentRole::Administrator.as_str() { AgentRole::Administrator } else { AgentRole::Agent }
}

/// An address as it is compared: case does not matter.
fn login(email: &str) -> String {
    email.trim().to_lowercase()
}

fn taken(error: Error) -> Error {
    if error.is_unique_violation() { Error::Taken("this e-mail address") } else { error }
}

#[derive(sqlx::FromRow)]
pub(crate) struct AgentRow {
    id: i64,
    external_id: Uuid,
    name: String,
    email: Option<String>,
    role: String,
    password_hash: Option<String>,
    disabled_at: Option<Time>,
    created_at: Time,
}

impl From<AgentRow> for AgentRecord {
    fn from(row: AgentRow) -> Self {
        let role = role(&row.role);
        Self {
            agent: Agent {
                key: AgentKey(row.id),
                id: AgentId(row.external_id),
                name: row.name,
                email: row.email.unwrap_or_default(),
                role,
            },
            created_at: row.created_at.0,
            disabled_at: row.disabled_at.map(|at| at.0),
            has_password: row.password_hash.is_some(),
        }
    }
}
