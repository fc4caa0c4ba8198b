//! The queue as a whole, and how many conversations there are of each kind.

use crate::db::{Conn, Time, fetch_all, fetch_one, fetch_optional};
use crate::dialect::time_literal;
use crate::{Error, FacetValue, Facets, Result, Session, Store, dialect, filter};
use domain::{
    Actor, Age, Agent, AgentId, ConversationId, Departure, Filter, PACE_DEPARTURES, PACE_WINDOW, Pace,
    Status, Timestamp, UrgencyLevel,
};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;
use uuid::Uuid;

/// How many conversations have each value of a facet (S2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// By status; only those there are.
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

/// How many conversations facets are counted over at most.
pub const COUNTED: u32 = 10_000;
/// How many tags are shown as a facet.
const TAGS: u32 = 8;

/// The conversations facets are counted over, as a table `c`.
async fn counted(conn: &mut Conn, actor: &Actor, filter: &Filter, now: Timestamp) -> Result<String> {
    let conditions = filter::conditions(conn, actor, filter, now).await?;
    Ok(format!(
        "(SELECT c.id, c.urgency_rank, c.created_at FROM conversations c WHERE TRUE{conditions} LIMIT {COUNTED}) AS c"
    ))
}

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
        let sql = "SELECT status, COUNT(*) FROM conversations GROUP BY status ORDER BY status";
        let rows = fetch_all!(conn, (String, i64), sql)?;
        let status: Vec<(Status, i64)> =
            rows.into_iter().filter_map(|(word, count)| Some((word.parse().ok()?, count))).collect();
        let sql = "SELECT a.external_id, u.name, COUNT(*)
                   FROM conversations c JOIN agents a ON a.id = c.holder_id JOIN users u ON u.id = a.user_id
                   GROUP BY a.external_id, u.name ORDER BY u.name, a.external_id";
        let rows = fetch_all!(conn, (Uuid, String, i64), sql)?;
        let all: i64 = status.iter().map(|(_, count)| count).sum();
        let held: i64 = rows.iter().map(|(_, _, count)| count).sum();
        let mut holder = vec![(None, all - held)];
        holder.extend(rows.into_iter().map(|(id, name, count)| (Some((AgentId(id), name)), count)));
        Ok(Counts { status, holder })
    }

    /// Counts urgency, tags and age over the conversations the filter lets through, each facet's own filter aside (S2);
    /// of more than 10,000 only so many.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn facets(&self, actor: &Actor, filter: &Filter) -> Result<Facets> {
        let mut conn = self.db.read().await?;
        let now = self.clock.now();
        let mut facets = Facets::new();
        let any = Filter { urgency: Vec::new(), ..filter.clone() };
        let counted = counted(&mut conn, actor, &any, now).await?;
        let sql = format!("SELECT c.urgency_rank, COUNT(*) FROM {counted} GROUP BY 1");
        let ranks: HashMap<i16, i64> =
            fetch_all!(conn, (i16, i64), AssertSqlSafe(sql.clone()))?.into_iter().collect();
        let level =
            |level: UrgencyLevel| FacetValue::of_urgency(level, *ranks.get(&level.rank()).unwrap_or(&0));
        facets.insert("urgency", UrgencyLevel::ALL.map(level).to_vec());

        let any = Filter { age: Vec::new(), ..filter.clone() };
        let counted = self::counted(&mut conn, actor, &any, now).await?;
        let mut steps = String::new();
        for (step, age) in (0..).zip(Age::ALL) {
            let oldest = time_literal(&mut conn, now - age.bounds().1);
            steps += &format!(" WHEN c.created_at > {oldest} THEN {step}");
        }
        let sql =
            format!("SELECT CAST(CASE{steps} ELSE 4 END AS BIGINT), COUNT(*) FROM {counted} GROUP BY 1");
        let steps: HashMap<i64, i64> =
            fetch_all!(conn, (i64, i64), AssertSqlSafe(sql.clone()))?.into_iter().collect();
        let age = |(step, age)| FacetValue::of_age(age, *steps.get(&step).unwrap_or(&0));
        facets.insert("age", (0..).zip(Age::ALL).map(age).collect());

        let any = Filter { tag: Vec::new(), ..filter.clone() };
        let counted = self::counted(&mut conn, actor, &any, now).await?;
        let sql = format!(
            "SELECT g.name, COUNT(*) FROM {counted} JOIN conversation_tags t ON t.conversation_id = c.id
             JOIN tags g ON g.id = t.tag_id GROUP BY g.name ORDER BY 2 DESC, 1 LIMIT {TAGS}"
        );
        let tags = fetch_all!(conn, (String, i64), AssertSqlSafe(sql.clone()))?;
        facets.insert("tag", tags.into_iter().map(|(tag, count)| FacetValue::of_tag(&tag, count)).collect());
        Ok(facets)
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
