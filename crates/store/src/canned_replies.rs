//! Canned replies: texts agents send again and again, shared by all or an agent's own.

use crate::audit::{self, Action};
use crate::claims::agent_of;
use crate::db::{Time, Tx, execute, fetch_all, fetch_optional};
use crate::{Error, Page, Result, Session, Store, sessions};
use domain::canned::check_placeholders;
use domain::{
    Agent, CannedReply, CannedReplyId, Refusal, Stage, Timestamp, Usage, check_short_code, check_text,
};
use sqlx::FromRow;
use uuid::Uuid;

/// Whose a canned reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The agent's who made it; nobody else sees it.
    Own,
    /// Everybody's; administrators make and change them.
    Shared,
}

/// A canned reply to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCannedReply {
    /// Whose.
    pub scope: Scope,
    /// When it is offered.
    pub stage: Stage,
    /// What an agent types to pick it.
    pub short_code: Option<String>,
    /// The text, with placeholders (K2).
    pub text: String,
}

/// What to change of a canned reply; what is none stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CannedReplyChanges {
    /// When it is offered.
    pub stage: Option<Stage>,
    /// What an agent types to pick it; none within to take it away.
    pub short_code: Option<Option<String>>,
    /// The text.
    pub text: Option<String>,
}

macro_rules! select_canned_replies {
    ($tail:literal) => {
        concat!(
            "SELECT id, external_id, agent_id, stage, short_code, text, uses, last_used_at FROM canned_replies ",
            $tail
        )
    };
}
pub(crate) use select_canned_replies;

#[derive(FromRow)]
pub(crate) struct CannedReplyRow {
    pub id: i64,
    external_id: Uuid,
    pub agent_id: Option<i64>,
    stage: String,
    short_code: Option<String>,
    text: String,
    uses: f64,
    last_used_at: Option<Time>,
}

impl CannedReplyRow {
    pub fn into_reply(self) -> Result<(CannedReply, Scope)> {
        let corrupt = |_| Error::from(sqlx::Error::Decode("a canned reply's stage cannot be read".into()));
        let scope = if self.agent_id.is_some() { Scope::Own } else { Scope::Shared };
        let reply = CannedReply {
            id: CannedReplyId(self.external_id),
            stage: self.stage.parse().map_err(corrupt)?,
            short_code: self.short_code,
            text: self.text,
            usage: Usage { count: self.uses, last: self.last_used_at.map(|at| at.0) },
        };
        Ok((reply, scope))
    }
}

impl Store {
    /// The shared canned replies and the agent's own, in the order they were added.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] for customers, [`Error::BadCursor`].
    pub async fn canned_replies(
        &self,
        session: &Session,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<(CannedReply, Scope)>> {
        let agent = agent_of(session)?;
        let after: i64 = cursor.map_or(Ok(0), |cursor| cursor.parse().map_err(|_| Error::BadCursor))?;
        let sql = select_canned_replies!(
            "WHERE (agent_id IS NULL OR agent_id = $1) AND id > $2 ORDER BY id LIMIT $3"
        );
        let mut conn = self.db.read().await?;
        let rows = fetch_all!(conn, CannedReplyRow, sql, agent.key.0, after, i64::from(limit) + 1)?;
        let Page { items, next_cursor } = Page::of(rows, limit, |row| row.id.to_string());
        let items: Result<_> = items.into_iter().map(CannedReplyRow::into_reply).collect();
        Ok(Page { items: items?, next_cursor })
    }

    /// One canned reply within the agent's reach.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] for customers, [`Error::NotFound`] for another agent's own.
    pub async fn canned_reply(&self, session: &Session, id: CannedReplyId) -> Result<(CannedReply, Scope)> {
        let agent = agent_of(session)?;
        let sql = select_canned_replies!("WHERE external_id = $1 AND (agent_id IS NULL OR agent_id = $2)");
        let mut conn = self.db.read().await?;
        let row = fetch_optional!(conn, CannedReplyRow, sql, id.0, agent.key.0)?;
        row.ok_or(Error::NotFound("canned reply"))?.into_reply()
    }

    /// Adds a canned reply.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] for customers, and for shared ones for all but administrators; [`Error::Invalid`].
    pub async fn create_canned_reply(&self, session: &Session, new: &NewCannedReply) -> Result<CannedReply> {
        let agent = agent_of(session)?;
        check_may_change(agent, new.scope)?;
        check(new.short_code.as_deref(), &new.text)?;
        let (mut tx, now) = self.begin_as(session).await?;
        let reply = CannedReply {
            id: CannedReplyId::new(),
            stage: new.stage,
            short_code: new.short_code.clone(),
            text: new.text.clone(),
            usage: Usage::default(),
        };
        execute!(
            tx,
            "INSERT INTO canned_replies (external_id, agent_id, stage, short_code, text, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            reply.id.0,
            (new.scope == Scope::Own).then_some(agent.key.0),
            reply.stage.as_str(),
            reply.short_code.as_deref(),
            reply.text.as_str(),
            Time(now)
        )?;
        finish(tx, session, new.scope, reply.id, now).await?;
        Ok(reply)
    }

    /// Changes a canned reply.
    ///
    /// # Errors
    /// As [`create_canned_reply`](Self::create_canned_reply), and [`Error::NotFound`].
    pub async fn update_canned_reply(
        &self,
        session: &Session,
        id: CannedReplyId,
        changes: &CannedReplyChanges,
    ) -> Result<(CannedReply, Scope)> {
        let agent = agent_of(session)?;
        let (mut tx, now) = self.begin_as(session).await?;
        let (mut reply, scope) = changeable(&mut tx, agent, id).await?;
        reply.stage = changes.stage.unwrap_or(reply.stage);
        if let Some(short_code) = &changes.short_code {
            reply.short_code.clone_from(short_code);
        }
        if let Some(text) = &changes.text {
            reply.text.clone_from(text);
        }
        check(reply.short_code.as_deref(), &reply.text)?;
        execute!(
            tx,
            "UPDATE canned_replies SET stage = $2, short_code = $3, text = $4 WHERE external_id = $1",
            id.0,
            reply.stage.as_str(),
            reply.short_code.as_deref(),
            reply.text.as_str()
        )?;
        finish(tx, session, scope, id, now).await?;
        Ok((reply, scope))
    }

    /// Deletes a canned reply.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] for customers, and for shared ones for all but administrators; [`Error::NotFound`].
    pub async fn delete_canned_reply(&self, session: &Session, id: CannedReplyId) -> Result<()> {
        let agent = agent_of(session)?;
        let (mut tx, now) = self.begin_as(session).await?;
        let (_, scope) = changeable(&mut tx, agent, id).await?;
        execute!(tx, "DELETE FROM canned_replies WHERE external_id = $1", id.0)?;
        finish(tx, session, scope, id, now).await
    }

    async fn begin_as(&self, session: &Session) -> Result<(Tx, Timestamp)> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        sessions::check(&mut tx, session.key, now).await?;
        Ok((tx, now))
    }
}

fn check_may_change(agent: &Agent, scope: Scope) -> Result<()> {
    let may = scope == Scope::Own || agent.is_administrator();
    if may { Ok(()) } else { Err(Refusal::Forbidden.into()) }
}

fn check(short_code: Option<&str>, text: &str) -> Result<()> {
    if let Some(short_code) = short_code {
        check_short_code(short_code).map_err(Error::invalid("short_code"))?;
    }
    check_text(text).map_err(Error::invalid("text"))?;
    check_placeholders(text).map_err(Error::invalid("text"))
}

/// The reply, locked until the transaction ends.
async fn changeable(tx: &mut Tx, agent: &Agent, id: CannedReplyId) -> Result<(CannedReply, Scope)> {
    execute!(tx, "UPDATE canned_replies SET uses = uses WHERE external_id = $1", id.0)?;
    let sql = select_canned_replies!("WHERE external_id = $1 AND (agent_id IS NULL OR agent_id = $2)");
    let row = fetch_optional!(tx, CannedReplyRow, sql, id.0, agent.key.0)?;
    let (reply, scope) = row.ok_or(Error::NotFound("canned reply"))?.into_reply()?;
    check_may_change(agent, scope)?;
    Ok((reply, scope))
}

/// Shared replies are settings, so changing them is audited (A7).
async fn finish(
    mut tx: Tx,
    session: &Session,
    scope: Scope,
    id: CannedReplyId,
    now: Timestamp,
) -> Result<()> {
    if scope == Scope::Shared {
        let object = format!("canned reply {id}");
        audit::record(&mut tx, &session.into(), Action::SettingsChanged, &object, now).await?;
    }
    tx.commit().await
}
