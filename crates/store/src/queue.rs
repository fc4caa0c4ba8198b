//! The queue as a whole, and how many conversations there are of each kind.

use crate::conversation_row::strings;
use crate::db::{Conn, Time, fetch_all, fetch_one, fetch_optional};
use crate::dialect::time_literal;
use crate::filter::Narrowed;
use crate::{Error, FacetValue, Facets, Result, Session, Store, dialect};
use domain::{
    Actor, Age, Agent, AgentId, ConversationId, Departure, Filter, PACE_DEPARTURES, PACE_WINDOW, Pace,
    Status, Timestamp, UrgencyLevel,
};
use sqlx::AssertSqlSafe;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many conversations there are of each kind, each counted up to [`COUNTED`] and one more (S2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// By status.
    pub status: Vec<(Status, i64)>,
    /// By holder and their name; without one, those nobody holds.
    pub holder: Vec<(Option<(AgentId, String)>, i64)>,
}

impl Counts {
    /// How many have this status.
    pub fn of(&self, wanted: Status) -> i64 {
        self.status.iter().filter(|(status, _)| *status == wanted).map(|(_, count)| count).sum()
    }
}

/// Up to how many conversations are counted exactly; past that, facets are of the newest (S2).
pub const COUNTED: u32 = 10_000;
/// A tag on more conversations than this is looked for among the newest, to count [`COUNTED`] of them.
pub(crate) const FEW: u32 = 30_000;
/// How many tags are shown as a facet.
const TAGS: usize = 8;

impl Store {
    /// The first `limit` conversations of the queue, in queue order.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn queue_head(&self, limit: u32) -> Result<Vec<ConversationId>> {
        let sql = "SELECT external_id FROM conversations WHERE status = 'open'
                   ORDER BY urgency_rank, queued_at, id LIMIT $1";
        let mut conn = self.db.read().await?;
        let rows = fetch_all!(conn, (Uuid,), sql, i64::from(limit))?;
        Ok(rows.into_iter().map(|(id,)| ConversationId(id)).collect())
    }

    /// How fast the queue moves; none when too few conversations left it within the last hour.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn queue_pace(&self) -> Result<Option<Pace>> {
        let sql = "SELECT left_queue_at, left_queue_waiting_since FROM conversations
                   WHERE left_queue_at > $1 ORDER BY left_queue_at DESC LIMIT $2";
        let mut conn = self.db.read().await?;
        let since = dialect::now(conn.get(), &self.clock).await? - PACE_WINDOW;
        let rows = fetch_all!(conn, (Time, Time), sql, Time(since), i64::from(PACE_DEPARTURES))?;
        let departures = rows
            .into_iter()
            .map(|(at, waiting_since)| Departure { at: at.0, waiting_since: waiting_since.0 });
        Ok(Pace::of(&departures.collect::<Vec<_>>()))
    }

    /// Counts all conversations by status and by holder.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn counts(&self) -> Result<Counts> {
        let mut conn = self.db.read().await?;
        let (open, ongoing, snoozed, resolved) =
            fetch_one!(conn, (i64, i64, i64, i64), AssertSqlSafe(status_sql()))?;
        let status = Status::ALL.into_iter().zip([open, ongoing, snoozed, resolved]);
        let status = status.filter(|(_, count)| *count > 0).collect();
        let rows = fetch_all!(conn, (Uuid, String, i64), HELD)?;
        let held: i64 = rows.iter().map(|(_, _, count)| count).sum();
        let all = open + ongoing + snoozed + resolved;
        let mut holder = vec![(None, (all - held).max(0))];
        holder.extend(rows.into_iter().map(|(id, name, count)| (Some((AgentId(id), name)), count)));
        Ok(Counts { status, holder })
    }

    /// Counts urgency, tags and age over the conversations the filter lets through, each facet's own filter aside (S2);
    /// of more than [`COUNTED`], over the newest.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn facets(&self, actor: &Actor, filter: &Filter) -> Result<Facets> {
        let mut conn = self.db.read().await?;
        let now = self.clock.now();
        let all = Groups::count(&mut conn, actor, filter, now).await?;
        let (mut urgency, mut age, mut tag) = (None, None, None);
        if !filter.urgency.is_empty() {
            let others = Filter { urgency: Vec::new(), ..filter.clone() };
            urgency = Some(Groups::count(&mut conn, actor, &others, now).await?);
        }
        if !filter.age.is_empty() {
            let others = Filter { age: Vec::new(), ..filter.clone() };
            age = Some(Groups::count(&mut conn, actor, &others, now).await?);
        }
        if !filter.tag.is_empty() {
            let others = Filter { tag: Vec::new(), ..filter.clone() };
            tag = Some(Groups::count(&mut conn, actor, &others, now).await?);
        }
        Ok(Facets::from([
            ("urgency", urgency.as_ref().unwrap_or(&all).urgency()),
            ("age", age.as_ref().unwrap_or(&all).age()),
            ("tag", tag.as_ref().unwrap_or(&all).tag()?),
        ]))
    }

    /// In how many of the conversations an agent holds the customer wrote something unread.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn unread(&self, agent: &Agent) -> Result<i64> {
        let sql =
            "SELECT COUNT(*) FROM conversations WHERE holder_id = $1 AND last_customer_seq > agent_seen_seq";
        let mut conn = self.db.read().await?;
        Ok(fetch_one!(conn, (i64,), sql, agent.key.0)?.0)
    }

    /// Makes sure that a session still stands, for what only reads (A2).
    ///
    /// # Errors
    /// [`Error::SignedOut`] when it does not.
    pub async fn check_session(&self, session: &Session) -> Result<()> {
        let sql = "SELECT id FROM sessions WHERE id = $1 AND ended_at IS NULL AND expires_at > $2";
        let mut conn = self.db.read().await?;
        let found = fetch_optional!(conn, (i64,), sql, session.key.0, Time(self.clock.now()))?;
        found.map(|_| ()).ok_or(Error::SignedOut)
    }
}

/// Who holds how many; only what is held is read.
pub(crate) const HELD: &str = "SELECT a.external_id, u.name, h.held
    FROM (SELECT holder_id, COUNT(*) AS held FROM conversations WHERE holder_id IS NOT NULL GROUP BY holder_id) AS h
    JOIN agents a ON a.id = h.holder_id JOIN users u ON u.id = a.user_id ORDER BY u.name, a.external_id";

/// How many there are of each status, none counted for long.
pub(crate) fn status_sql() -> String {
    let counted = |status: Status| {
        format!(
            "(SELECT COUNT(*) FROM (SELECT 1 FROM conversations WHERE status = '{}' LIMIT {COUNTED} + 1) AS counted)",
            status.as_str()
        )
    };
    format!("SELECT {}", Status::ALL.map(counted).join(", "))
}

/// How many conversations have the same urgency, age and tags.
struct Groups(Vec<(i16, i64, String, i64)>);

impl Groups {
    async fn count(conn: &mut Conn, actor: &Actor, filter: &Filter, now: Timestamp) -> Result<Self> {
        let narrowed = Narrowed::new(conn, actor, filter, now, FEW).await?;
        let sql = groups_sql(conn, &narrowed, now);
        Ok(Self(fetch_all!(conn, (i16, i64, String, i64), AssertSqlSafe(sql.clone()))?))
    }

    fn urgency(&self) -> Vec<FacetValue> {
        let count = |level: UrgencyLevel| self.sum(|(rank, ..)| *rank == level.rank());
        UrgencyLevel::ALL.map(|level| FacetValue::of_urgency(level, count(level))).to_vec()
    }

    fn age(&self) -> Vec<FacetValue> {
        let count = |step: i64| self.sum(|(_, of, ..)| *of == step);
        (0..).zip(Age::ALL).map(|(step, age)| FacetValue::of_age(age, count(step))).collect()
    }

    /// The most frequent first.
    fn tag(&self) -> Result<Vec<FacetValue>> {
        let mut counts = BTreeMap::<String, i64>::new();
        for (.., tags, count) in &self.0 {
            for tag in strings(tags)? {
                *counts.entry(tag).or_default() += count;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| Reverse(*count));
        Ok(counts.iter().take(TAGS).map(|(tag, count)| FacetValue::of_tag(tag, *count)).collect())
    }

    fn sum(&self, is_of: impl Fn(&(i16, i64, String, i64)) -> bool) -> i64 {
        self.0.iter().filter(|group| is_of(group)).map(|(.., count)| count).sum()
    }
}

/// See [`Groups`].
pub(crate) fn groups_sql(conn: &mut Conn, narrowed: &Narrowed, now: Timestamp) -> String {
    let newest = format!("ORDER BY c.last_message_at DESC, c.id DESC LIMIT {COUNTED}");
    let rows = narrowed.rows("c.id, c.urgency_rank, c.created_at, c.tags, c.last_message_at", |_| {
        Some(format!(" {newest}"))
    });
    let mut steps = String::new();
    // The last step has no end.
    for (step, age) in (0..).zip(&Age::ALL[..Age::ALL.len() - 1]) {
        let oldest = time_literal(conn, now - age.bounds().1);
        steps += &format!(" WHEN c.created_at > {oldest} THEN {step}");
    }
    let last = Age::ALL.len() - 1;
    format!(
        "SELECT c.urgency_rank, CAST(CASE{steps} ELSE {last} END AS BIGINT) AS step, c.tags, COUNT(*)
         FROM (SELECT * FROM ({rows}) AS c {newest}) AS c GROUP BY 1, 2, 3"
    )
}
