//! Opening a database and bringing its tables up to date.

use crate::db::Pools;
use crate::{Db, Error, Result};
use sqlx::Connection;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// The embedded database's file, inside the data directory.
pub const SQLITE_FILE: &str = "frontdesk.sqlite";

/// How long a caller waits for a free connection before it hears that the database does not answer (D8).
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a statement of PostgreSQL waits for somebody else's row lock (D8).
const LOCK_TIMEOUT: &str = "4s";
/// How long any statement of PostgreSQL may take.
const STATEMENT_TIMEOUT: &str = "30s";
/// How long PostgreSQL waits for the next statement of a transaction: a node that is stopped in the middle of one keeps its
/// locks for so long and no longer (C3).
const IDLE_TIMEOUT: &str = "5s";
/// A connection to PostgreSQL that was used so lately is taken to be alive; an older one is asked first.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
/// Connections that read the embedded database at once.
const SQLITE_READERS: u32 = 4;
/// The page cache of the one that writes, in KiB, as SQLite has it: what a batch touches has room in it, so that no page is
/// written before its commit or read again for the next batch.
const WRITER_CACHE: &str = "-16384";
/// After so many pages of 4 KiB in its log SQLite writes them into the database. Most were written many times by then.
const CHECKPOINT_PAGES: &str = "4000";
/// Rows that are read ahead of the task that takes them: with all of a batch, the two do not wait for each other.
const WRITER_ROWS: usize = 512;
/// Connections to PostgreSQL a node has at most.
const POSTGRES_CONNECTIONS: u32 = 16;

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseConfig {
    /// The embedded database, in this directory; made when missing.
    Sqlite {
        /// The data directory.
        directory: PathBuf,
    },
    /// PostgreSQL 15 or newer at this URL (`postgres://user:password@host:port/name`).
    Postgres {
        /// The URL.
        url: String,
    },
}

/// As in "added to …", with the whole path; never the URL, which may hold a password (A9).
impl fmt::Display for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { directory } => {
                // From the wrong working directory a relative one would be another than was meant.
                let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.clone());
                write!(f, "the database in {}", directory.display())
            }
            Self::Postgres { .. } => f.write_str("the PostgreSQL database"),
        }
    }
}

impl DatabaseConfig {
    /// Opens the database and brings its tables up to date; safe when several programs do so at once.
    ///
    /// # Errors
    /// [`Error::Open`] when it cannot be reached or written, [`Error::NewerDatabase`] when a newer program made it.
    pub async fn open(&self) -> Result<Db> {
        match self {
            Self::Sqlite { directory } => open_sqlite(directory).await,
            Self::Postgres { url } => open_postgres(url).await,
        }
    }
}

async fn open_sqlite(directory: &Path) -> Result<Db> {
    let cannot = |error: &dyn fmt::Display| {
        Error::Open(format!(
            "cannot use the data directory {}: {error}; choose a writable one with --data-dir",
            directory.display()
        ))
    };
    std::fs::create_dir_all(directory).map_err(|error| cannot(&error))?;
    let lock = File::create(directory.join("frontdesk.lock")).map_err(|error| cannot(&error))?;
    let options = SqliteConnectOptions::new()
        .filename(directory.join(SQLITE_FILE))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(ACQUIRE_TIMEOUT)
        .pragma("secure_delete", "on");
    // No ANALYZE anywhere: figures taken while the tables were small make SQLite scan them once they are large. Without
    // figures it goes by the indexes, which is what every statement here is written for.
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        // Where a write or sync failed, SQLite has rolled back by itself, which the driver does not notice: it would refuse
        // every later transaction on that connection (D8). A new one has nothing left of it.
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        .connect_with(
            options
                .clone()
                .pragma("cache_size", WRITER_CACHE)
                .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
                .row_buffer_size(WRITER_ROWS),
        )
        .await
        .map_err(|error| cannot(&error))?;
    let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await;
    let lock = lock.map_err(|error| cannot(&error))?.map_err(|error| cannot(&error))?;
    SQLITE_MIGRATIONS.run(&write).await.map_err(migration_error)?;
    drop(lock);
    let read = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options.pragma("query_only", "on"));
    Ok(Db::new(Pools::Sqlite { read, write }))
}

async fn open_postgres(url: &str) -> Result<Db> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| Error::Open(format!("the database URL cannot be read: {error}")))?
        .application_name("frontdesk")
        .options([
            ("lock_timeout", LOCK_TIMEOUT),
            ("statement_timeout", STATEMENT_TIMEOUT),
            ("idle_in_transaction_session_timeout", IDLE_TIMEOUT),
            // Statements name their tables in the order to join them in: to look for a better one takes PostgreSQL longer
            // than to run them (1.6 ms instead of 0.4 ms for each batch of messages).
            ("join_collapse_limit", "1"),
            // Nearly all of them go by keys, so that one plan fits whatever is asked for (what is similar has it otherwise), and
            // it stays right while a table grows: one made while the table was small would read all of it for ever.
            ("plan_cache_mode", "force_generic_plan"),
            ("enable_seqscan", "off"),
            // Nor is a table read from its beginning to join it: an agent who came after 17,000 customers was looked up by
            // reading all of them, since most agents come first.
            ("enable_mergejoin", "off"),
            // Where a table has to be read whole, as for a check of everything, that alone is no reason to compile.
            ("jit", "off"),
            // What searches read is mostly in memory: to announce each page first takes longer than to read it.
            ("effective_io_concurrency", "0"),
            ("synchronous_commit", "on"),
        ]);
    // One connection first: a pool would retry until its time is up and then only say so, not why.
    let connecting = tokio::time::timeout(ACQUIRE_TIMEOUT, PgConnection::connect_with(&options)).await;
    let mut first = match connecting {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => return Err(unreachable_postgres(&error)),
        Err(_) => return Err(unreachable_postgres(&"it does not answer")),
    };
    POSTGRES_MIGRATIONS.run(&mut first).await.map_err(migration_error)?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move { Ok(about.idle_for < TRUSTED_FOR || connection.ping().await.is_ok()) })
        })
        .connect_lazy_with(options);
    first.close().await?;
    Ok(Db::new(Pools::Postgres(pool)))
}

fn unreachable_postgres(why: &dyn fmt::Display) -> Error {
    Error::Open(format!("cannot reach PostgreSQL: {why}; check DATABASE_URL and that the server runs"))
}

fn migration_error(error: MigrateError) -> Error {
    match error {
        MigrateError::VersionMissing(version) => Error::NewerDatabase(version),
        other => Error::Open(format!("cannot bring the tables up to date: {other}")),
    }
}

/// The numbers and names of the migrations this program knows, oldest first.
pub fn known_migrations() -> Vec<(i64, String)> {
    SQLITE_MIGRATIONS.iter().map(|migration| (migration.version, migration.description.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_have_the_same_migrations() {
        let names = |migrator: &Migrator| -> Vec<_> {
            migrator.iter().map(|migration| (migration.version, migration.description.clone())).collect()
        };
        assert_eq!(names(&SQLITE_MIGRATIONS), names(&POSTGRES_MIGRATIONS));
    }
}
