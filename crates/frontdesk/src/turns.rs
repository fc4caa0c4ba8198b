//! Long work on the database, done in short commits, so that a server on the same data gets its turn.

use std::time::{Duration, Instant};
use store::DatabaseConfig;

/// The longest pause between two commits. SQLite keeps no queue of writers: one that waits looks again at least this often.
const PAUSE: Duration = Duration::from_millis(110);

/// Waits a quarter as long as the commit took that began at `began`. PostgreSQL has many writers at once, and those that
/// wait for each other stand in a queue.
pub async fn give_way(database: &DatabaseConfig, began: Instant) {
    if matches!(database, DatabaseConfig::Sqlite { .. }) {
        tokio::time::sleep((began.elapsed() / 4).min(PAUSE)).await;
    }
}
