//! Sessions: who is signed in (A2). Kept by the hash of their token; every write checks its own again.

use crate::audit::{self, Action, By};
use crate::db::{Time, Tx, execute, fetch_all, fetch_optional};
use crate::{Change, Error, Result, Store, Token, agents, customers, passwords, token};
use domain::{Actor, Agent, AgentKey, Customer, CustomerKey, SessionKey, Timestamp};
use std::net::IpAddr;
use std::time::Duration;

/// How long a customer stays signed in after they were last seen.
pub const CUSTOMER_IDLE: Duration = Duration::from_secs(180 * 24 * 60 * 60);
/// How long an agent stays signed in after they were last seen.
pub const AGENT_IDLE: Duration = Duration::from_secs(12 * 60 * 60);
/// How long an agent stays signed in at most.
pub const AGENT_MAX: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How often at most it is written down that a session is used.
const TOUCH_EVERY: Duration = Duration::from_secs(5 * 60);

/// A signed-in customer or agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The key inside the database.
    pub key: SessionKey,
    /// Who it is.
    pub actor: Actor,
    /// Where the request at hand came from, for the audit log (A7).
    pub address: Option<IpAddr>,
}

/// Makes sure, inside the transaction that writes, that the session still stands (A2).
///
/// # Errors
/// [`Error::SignedOut`] when it does not.
pub(crate) async fn check(tx: &mut Tx, session: SessionKey, now: Timestamp) -> Result<()> {
    let sql = "SELECT id FROM sessions WHERE id = $1 AND ended_at IS NULL AND expires_at > $2";
    fetch_optional!(tx, (i64,), sql, session.0, Time(now))?.map(|_| ()).ok_or(Error::SignedOut)
}

impl Store {
    /// Makes a customer and signs them in. Always a new identity: a typed address proves nothing (A11).
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name or address that is none.
    pub async fn start_customer_session(&self, name: &str, email: &str) -> Result<(Token, Customer)> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let customer = customers::insert(&mut tx, name, Some(email), now).await?;
        let token = open(&mut tx, Owner::Customer(customer.key), now).await?;
        tx.commit().await?;
        Ok((token, customer))
    }

    /// Signs an agent in: none when the address is unknown, the password wrong or the agent disabled, without a
    /// difference in answer or time (A2).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        address: Option<IpAddr>,
    ) -> Result<Option<(Token, Agent)>> {
        let (agent, hash) = self.agent_by_login(email).await?.unzip();
        let fits = passwords::verify(password, hash.flatten()).await?;
        let Some(agent) = agent.filter(|_| fits) else { return Ok(None) };
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let Some(agent) = agents::enabled(&mut tx, agent.id).await? else { return Ok(None) };
        let token = open(&mut tx, Owner::Agent(agent.key), now).await?;
        let by = By::actor(&Actor::Agent(agent.clone()), address);
        audit::record(&mut tx, &by, Action::SignedIn, &format!("agent {}", agent.id), now).await?;
        tx.commit().await?;
        Ok(Some((token, agent)))
    }

    /// Whose session a token opens: none when it is unknown, ended or expired. Keeps it from going idle.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn authenticate(&self, token: &str) -> Result<Option<Session>> {
        let now = self.clock.now();
        let mut conn = self.db.read().await?;
        let sql = "SELECT id, customer_id, agent_id, created_at, last_used_at FROM sessions
                   WHERE token_hash = $1 AND ended_at IS NULL AND expires_at > $2";
        let row = fetch_optional!(conn, SessionRow, sql, token::hash(token), Time(now))?;
        let Some((owner, row)) = row.and_then(|row| Some((row.owner()?, row))) else { return Ok(None) };
        let actor = match owner {
            Owner::Customer(key) => customers::by_key(&mut conn, key).await?.map(Actor::Customer),
            Owner::Agent(key) => agents::by_key(&mut conn, key).await?.map(Actor::Agent),
        };
        drop(conn);
        if actor.is_some()
            && now.since(row.last_used_at.0) >= TOUCH_EVERY
            && let Err(error) = self.touch(row.id, owner.expiry(row.created_at.0, now), now).await
        {
            // Reading goes on while nothing can be written.
            tracing::warn!(session = row.id, %error, "cannot note that a session is used");
        }
        Ok(actor.map(|actor| Session { key: SessionKey(row.id), actor, address: None }))
    }

    /// Whether a token opened a session until its agent was disabled, who still is. Whoever has it was that agent.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ended_by_disabling(&self, token: &str) -> Result<bool> {
        let sql = "SELECT s.id FROM sessions s JOIN agents a ON a.id = s.agent_id
                   WHERE s.token_hash = $1 AND s.ended_at = a.disabled_at";
        let mut conn = self.db.read().await?;
        Ok(fetch_optional!(conn, (i64,), sql, token::hash(token))?.is_some())
    }

    /// Signs out. Its sockets close (A2); repeating changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_session(&self, session: &Session) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
        let ended = execute!(tx, sql, session.key.0, Time(now))?;
        match &session.actor {
            // The form by which they came makes a new customer from now on.
            Actor::Customer(customer) => {
                let sql = "UPDATE customers SET entrance_hash = NULL WHERE id = $1";
                execute!(tx, sql, customer.key.0)?;
                // Nor does a link they made and left unused bring them back.
                let sql = "DELETE FROM customer_links WHERE customer_id = $1 AND kind = 'browser'";
                execute!(tx, sql, customer.key.0)?;
            }
            Actor::Agent(agent) if ended == 1 => {
                let object = format!("agent {}", agent.id);
                audit::record(&mut tx, &session.into(), Action::SignedOut, &object, now).await?;
            }
            Actor::Agent(_) => {}
        }
        tx.commit().await?;
        self.tell(Change::SessionsEnded(vec![session.key]));
        Ok(())
    }

    async fn touch(&self, session: i64, expires_at: Timestamp, now: Timestamp) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE sessions SET last_used_at = $2, expires_at = $3 WHERE id = $1";
        execute!(tx, sql, session, Time(now), Time(expires_at))?;
        tx.commit().await
    }
}

/// Opens a session.
pub(crate) async fn open(tx: &mut Tx, owner: Owner, now: Timestamp) -> Result<Token> {
    let token = Token::random();
    let (customer, agent) = match owner {
        Owner::Customer(key) => (Some(key.0), None),
        Owner::Agent(key) => (None, Some(key.0)),
    };
    let sql = "INSERT INTO sessions (token_hash, customer_id, agent_id, created_at, last_used_at, expires_at)
               VALUES ($1, $2, $3, $4, $4, $5)";
    execute!(tx, sql, token.hash(), customer, agent, Time(now), Time(owner.expiry(now, now)))?;
    Ok(token)
}

/// Ends all sessions of an agent. Tell of them ([`Change::SessionsEnded`]) after the commit.
pub(crate) async fn end_all(tx: &mut Tx, agent: AgentKey, now: Timestamp) -> Result<Vec<SessionKey>> {
    let sql = "UPDATE sessions SET ended_at = $2 WHERE agent_id = $1 AND ended_at IS NULL RETURNING id";
    let ended = fetch_all!(tx, (i64,), sql, agent.0, Time(now))?;
    Ok(ended.into_iter().map(|(id,)| SessionKey(id)).collect())
}

/// Whose session it is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owner {
    Customer(CustomerKey),
    Agent(AgentKey),
}

impl Owner {
    /// When a session ends that began at `created_at` and is used at `now` for the last time.
    fn expiry(self, created_at: Timestamp, now: Timestamp) -> Timestamp {
        match self {
            Self::Customer(_) => now + CUSTOMER_IDLE,
            Self::Agent(_) => (now + AGENT_IDLE).min(created_at + AGENT_MAX),
        }
    }
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: i64,
    customer_id: Option<i64>,
    agent_id: Option<i64>,
    created_at: Time,
    last_used_at: Time,
}

impl SessionRow {
    fn owner(&self) -> Option<Owner> {
        let customer = self.customer_id.map(|key| Owner::Customer(CustomerKey(key)));
        customer.or_else(|| self.agent_id.map(|key| Owner::Agent(AgentKey(key))))
    }
}
