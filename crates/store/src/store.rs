//! The open store: what every file of this crate adds methods to.

use crate::append::{Appender, Writer};
use crate::db::{Pools, fetch_one};
use crate::search::Vocabulary;
use crate::urgency::CurrentRules;
use crate::uses::Uses;
use crate::{Change, Clock, DatabaseConfig, Db, Metrics, Result};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// What the store can be told to do differently.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a claim lasts after its holder was last heard of (C3). Default: 60 s.
    pub lease: Duration,
    /// How long a holder may do nothing while the customer waits before they are warned; none: for ever (C3). Default:
    /// 15 min.
    pub idle: Option<Duration>,
    /// How long after that warning the conversation returns to the queue. Default: 2 min.
    pub idle_notice: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(60),
            idle: Some(Duration::from_secs(15 * 60)),
            idle_notice: Duration::from_secs(2 * 60),
        }
    }
}

/// Everything Frontdesk keeps. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) settings: Arc<Settings>,
    pub(crate) appender: Appender,
    pub(crate) uses: Uses,
    pub(crate) metrics: Metrics,
    pub(crate) rules: CurrentRules,
    pub(crate) vocabulary: Vocabulary,
    installation: Uuid,
    listener: Arc<dyn Fn(Change) + Send + Sync>,
}

impl Store {
    /// Opens the database, brings its tables up to date, and tells `listener` of every change after its commit.
    /// The listener is called in the writer's task and must not block.
    ///
    /// # Errors
    /// As [`DatabaseConfig::open`].
    pub async fn open(
        config: &DatabaseConfig,
        clock: Clock,
        settings: Settings,
        listener: impl Fn(Change) + Send + Sync + 'static,
    ) -> Result<Self> {
        let db = config.open().await?;
        let (installation,) = fetch_one!(db.read().await?, (Uuid,), "SELECT id FROM installation")?;
        let (settings, listener): (_, Arc<dyn Fn(Change) + Send + Sync>) =
            (Arc::new(settings), Arc::new(listener));
        let metrics = Metrics::default();
        let rules = CurrentRules::load(&db).await?;
        let appender = Appender::start(Writer {
            db: db.clone(),
            clock: clock.clone(),
            settings: Arc::clone(&settings),
            listener: Arc::clone(&listener),
            metrics: metrics.clone(),
            rules: rules.clone(),
        });
        let uses = Uses::start(db.clone(), clock.clone());
        let vocabulary = Vocabulary::default();
        Ok(Self { db, clock, settings, appender, uses, metrics, rules, vocabulary, installation, listener })
    }

    /// The clock the store was opened with.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What it counts.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The installation this database belongs to, the same for all of its nodes.
    pub fn installation(&self) -> Uuid {
        self.installation
    }

    /// Whether several nodes may work on this database.
    pub fn may_be_shared(&self) -> bool {
        matches!(self.db.pools, Pools::Postgres(_))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database) when it does not.
    pub async fn ping(&self) -> Result<()> {
        let mut conn = self.db.read().await?;
        fetch_one!(conn, (i32,), "SELECT 1").map(|_| ())
    }

    /// Closes all connections; what is in flight is finished first.
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// Tells the listener; call it right after the commit, with no `await` between.
    pub(crate) fn tell(&self, change: Change) {
        (self.listener)(change);
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("settings", &self.settings).finish_non_exhaustive()
    }
}
