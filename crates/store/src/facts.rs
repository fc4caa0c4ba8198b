//! What an operator wants to know about the database.

use crate::db::fetch_one;
use crate::{Result, Store, agents, dialect};
use domain::Timestamp;

/// The state of a database that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Which database it is, in which version.
    pub product: String,
    /// The number of the newest migration it has.
    pub migration: i64,
    /// The time by the clock that decides claims (C1).
    pub time: Timestamp,
    /// Whether somebody is there who can look after the installation.
    pub has_administrator: bool,
}

impl Store {
    /// Asks the database; also proves that it can be written.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn facts(&self) -> Result<Facts> {
        let mut tx = self.db.begin().await?;
        let time = dialect::lock(&mut tx, &[], &self.clock).await?;
        let product = dialect::product(&mut tx).await?;
        let (migration,) = fetch_one!(tx, (i64,), "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations")?;
        let has_administrator = agents::has_administrator(&mut tx).await?;
        tx.commit().await?;
        Ok(Facts { product, migration, time, has_administrator })
    }
}
