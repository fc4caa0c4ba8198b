//! The queue as a whole, and how many conversations there are of each kind.

use crate::db::{Time, fetch_all, fetch_optional};
use crate::{Error, Result, Session, Store, dialect};
use domain::{AgentId, ConversationId, Departure, PACE_DEPARTURES, PACE_WINDOW, Pace, Status};
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
