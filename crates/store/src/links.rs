//! One-time links: to set a password, and to make the first administrator (A5).

use crate::audit::{self, Action, By};
use crate::db::{Time, Tx, execute, fetch_optional};
use crate::{Change, Error, NewAgent, Result, Store, Token, agents, check_password, passwords, token};
use domain::{Agent, AgentId, AgentKey, AgentRole, Timestamp};
use std::net::IpAddr;
use std::time::Duration;

/// How long a link can be used.
pub const LINK_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// What a link that can still be used is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OneTimeLink {
    /// Setting this agent's password.
    SetPassword(Agent),
    /// Making the first administrator.
    SetUp,
}

impl Store {
    /// A new link with which an agent sets their password. The one before it stops working.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn new_password_link(&self, by: &By, id: AgentId) -> Result<Token> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        by.check(&mut tx, now).await?;
        let agent = agents::enabled(&mut tx, id).await?.ok_or(Error::NotFound("agent"))?;
        let token = put(&mut tx, Some(agent.key), now).await?;
        audit::record(&mut tx, by, Action::PasswordLinkMade, &agents::object(&agent), now).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// A new link that makes the first administrator; none when there is one. The one before it stops working,
    /// on whichever node it was made.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn new_setup_link(&self) -> Result<Option<Token>> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        if agents::has_administrator(&mut tx).await? {
            return Ok(None);
        }
        let token = put(&mut tx, None, now).await?;
        tx.commit().await?;
        Ok(Some(token))
    }

    /// What a link is for.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is unknown, used or too old, or an administrator was made in another way.
    pub async fn one_time_link(&self, token: &str) -> Result<OneTimeLink> {
        let now = self.clock.now();
        let mut conn = self.db.read().await?;
        let sql = "SELECT agent_id FROM password_links
                   WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
        let link = fetch_optional!(conn, (Option<i64>,), sql, token::hash(token), Time(now))?;
        match link.ok_or(NO_LINK)?.0 {
            Some(key) => {
                let agent = agents::by_key(&mut conn, AgentKey(key)).await?.ok_or(NO_LINK)?;
                Ok(OneTimeLink::SetPassword(agent))
            }
            None => {
                let sql =
                    "SELECT id FROM agents WHERE role = 'administrator' AND disabled_at IS NULL LIMIT 1";
                let administrator = fetch_optional!(conn, (i64,), sql)?;
                if administrator.is_some() { Err(NO_LINK) } else { Ok(OneTimeLink::SetUp) }
            }
        }
    }

    /// Uses a link to set a password, which ends the agent's sessions (A2).
    ///
    /// # Errors
    /// [`Error::NotFound`] when the link cannot be used, [`Error::Invalid`] for a bad password.
    pub async fn use_password_link(
        &self,
        token: &str,
        password: &str,
        address: Option<IpAddr>,
    ) -> Result<Agent> {
        check_password(password).map_err(Error::invalid("password"))?;
        let OneTimeLink::SetPassword(agent) = self.one_time_link(token).await? else { return Err(NO_LINK) };
        let hash = passwords::hash(password).await?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        use_up(&mut tx, token, now).await?;
        let ended = agents::set_password(&mut tx, agent.key, hash, now).await?;
        audit::record(&mut tx, &By::link(address), Action::PasswordSet, &agents::object(&agent), now).await?;
        tx.commit().await?;
        self.tell(Change::SessionsEnded(ended));
        Ok(agent)
    }

    /// Uses the set-up link to make the first administrator.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the link cannot be used, [`Error::Taken`] and [`Error::Invalid`] as for
    /// [`create_agent`](Self::create_agent).
    pub async fn use_setup_link(
        &self,
        token: &str,
        name: &str,
        email: &str,
        password: &str,
        address: Option<IpAddr>,
    ) -> Result<Agent> {
        check_password(password).map_err(Error::invalid("password"))?;
        let OneTimeLink::SetUp = self.one_time_link(token).await? else { return Err(NO_LINK) };
        let hash = passwords::hash(password).await?;
        let new = NewAgent {
            name: name.into(),
            email: email.into(),
            role: AgentRole::Administrator,
            password: None,
        };
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        use_up(&mut tx, token, now).await?;
        if agents::has_administrator(&mut tx).await? {
            return Err(NO_LINK);
        }
        let agent = agents::insert(&mut tx, &new, Some(hash), now).await?;
        audit::record(&mut tx, &By::link(address), Action::AgentAdded, &agents::object(&agent), now).await?;
        tx.commit().await?;
        Ok(agent)
    }
}

const NO_LINK: Error = Error::NotFound("link: it was used, replaced or is older than 24 hours");

/// Keeps a new link in place of the one before it.
async fn put(tx: &mut Tx, agent: Option<AgentKey>, now: Timestamp) -> Result<Token> {
    let token = Token::random();
    let sql = "INSERT INTO password_links (token_hash, agent_id, expires_at) VALUES ($1, $2, $3)
               ON CONFLICT (COALESCE(agent_id, 0))
               DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at, used_at = NULL";
    execute!(tx, sql, token.hash(), agent.map(|agent| agent.0), Time(now + LINK_LIFETIME))?;
    Ok(token)
}

/// Marks a link as used: of two who try at once, one fails.
async fn use_up(tx: &mut Tx, token: &str, now: Timestamp) -> Result<()> {
    let sql = "UPDATE password_links SET used_at = $2
               WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
    if execute!(tx, sql, token::hash(token), Time(now))? == 0 { Err(NO_LINK) } else { Ok(()) }
}
