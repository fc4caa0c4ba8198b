//! Agents: finding and deleting them. Adding and changing them is [`agents`](crate::agents)'s.

use super::listing::{ListQuery, Listed, Listing, Standing};
use super::users::COLUMNS;
use super::{Dependents, Records, search};
use crate::agents::{AgentRecord, AgentRow, has_administrator, locked, object};
use crate::audit::Action;
use crate::db::{Tx, execute, fetch_optional};
use crate::{Change, Error, InUse, Page, Result, sessions};
use domain::{Agent, AgentId, UserId};
use sqlx::FromRow;
use uuid::Uuid;

const SELECT: &str =
    "SELECT u.created_at AS standing_at, lower(u.name) AS standing_name, u.id AS standing_key, k.id, k.external_id,
            u.name, u.email, k.role, k.password_hash, k.disabled_at, u.created_at
     FROM users u JOIN agents k ON k.user_id = u.id";

impl Records<'_> {
    /// Agents and administrators; narrowed to those who may or may not sign in.
    ///
    /// # Errors
    /// [`Error::BadCursor`], [`Error::Database`].
    pub async fn agents(&self, disabled: Option<bool>, query: &ListQuery<'_>) -> Result<Page<AgentRecord>> {
        let mut conn = self.store.db.read().await?;
        let mut listing = Listing::new(SELECT);
        match disabled {
            Some(true) => listing.and("k.disabled_at IS NOT NULL"),
            Some(false) => listing.and("k.disabled_at IS NULL"),
            None => {}
        }
        search::agents(&mut listing, &mut conn, query.search)?;
        let page = listing.page::<Row>(&mut conn, query, COLUMNS).await?;
        Ok(page.map(|row| row.agent.into()))
    }

    /// The person behind an agent.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn user_of_agent(&self, id: AgentId) -> Result<UserId> {
        let mut conn = self.store.db.read().await?;
        let sql =
            "SELECT u.external_id FROM users u JOIN agents a ON a.user_id = u.id WHERE a.external_id = $1";
        let user = fetch_optional!(conn, (Uuid,), sql, id.0)?;
        user.map(|(user,)| UserId(user)).ok_or(Error::NotFound("agent"))
    }

    /// What goes, or returns to the queue, when an agent is deleted.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Database`].
    pub async fn agent_dependents(&self, id: AgentId) -> Result<Dependents> {
        let mut conn = self.store.db.read().await?;
        let sql = "SELECT (SELECT COUNT(*) FROM conversations v WHERE v.holder_id = a.id),
                          (SELECT COUNT(*) FROM canned_replies r WHERE r.agent_id = a.id),
                          (SELECT COUNT(*) FROM sessions s WHERE s.agent_id = a.id AND s.ended_at IS NULL)
                   FROM agents a WHERE a.external_id = $1";
        let row = fetch_optional!(conn, (i64, i64, i64), sql, id.0)?;
        let (claims, canned_replies, sessions) = row.ok_or(Error::NotFound("agent"))?;
        Ok(Dependents { claims, canned_replies, sessions, ..Dependents::default() })
    }

    /// Deletes an agent. What they hold returns to the queue; what they wrote stays, under the name they had.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::InUse`] for oneself, the only administrator, and an agent who takes a conversation
    /// at this moment.
    pub async fn delete_agent(&self, id: AgentId) -> Result<()> {
        if id == self.administrator.id {
            return Err(InUse::Yourself.into());
        }
        self.store.return_claims(self.session, id).await?;
        let (mut tx, now) = self.begin().await?;
        let agent = locked(&mut tx, id).await?.agent;
        let ended = sessions::end_all(&mut tx, agent.key, now).await?;
        delete(&mut tx, &agent).await.map_err(|error| match error {
            error if error.is_foreign_key_violation() => InUse::JustTookOne.into(),
            error => error,
        })?;
        if !has_administrator(&mut tx).await? {
            return Err(InUse::OnlyAdministrator.into());
        }
        self.audit(&mut tx, Action::AgentDeleted, &object(&agent), now).await?;
        tx.commit().await?;
        self.store.tell(Change::SessionsEnded(ended));
        Ok(())
    }
}

/// Removes the agent and the person behind, and the agent's name from what they resolved.
async fn delete(tx: &mut Tx, agent: &Agent) -> Result<()> {
    let sql = "UPDATE conversations
               SET resolved_by_id = NULLIF(resolved_by_id, $1), former_holder_id = NULLIF(former_holder_id, $1),
                   version = version + 1
               WHERE resolved_by_id = $1 OR former_holder_id = $1";
    execute!(tx, sql, agent.key.0)?;
    let sql = "DELETE FROM agents WHERE id = $1 RETURNING user_id";
    let user = fetch_optional!(tx, (i64,), sql, agent.key.0)?;
    let sql = "DELETE FROM users WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM customers WHERE user_id = $1)";
    execute!(tx, sql, user.map(|(user,)| user))?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    standing: Standing,
    #[sqlx(flatten)]
    agent: AgentRow,
}

impl Listed for Row {
    fn standing(&self) -> &Standing {
        &self.standing
    }
}
