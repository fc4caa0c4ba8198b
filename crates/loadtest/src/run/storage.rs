//! What the database does by itself, a yardstick: durable rows in batches, and one row per commit, in a table like the
//! messages' without its search index.

use super::RunArgs;
use super::table::Table;
use crate::cluster::Database;
use anyhow::Result;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::path::Path;
use std::time::{Duration, Instant};

/// One row: its conversation, number and text.
type Rows = String;

const TEXT: &str = "Where is my transfer 0198c6a5-7f3e-7a52-9f0e-3d7d3f1b2c4d?";

enum Yardstick {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Yardstick {
    async fn open(database: &Database, directory: &Path) -> Result<Self> {
        let create = "CREATE TABLE yardstick (conversation BIGINT NOT NULL, seq BIGINT NOT NULL, text TEXT NOT NULL, \
                      PRIMARY KEY (conversation, seq))";
        match database {
            Database::Embedded(_) => {
                let options = SqliteConnectOptions::new()
                    .filename(directory.join("yardstick.sqlite"))
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full);
                let mut connection = SqliteConnection::connect_with(&options).await?;
                sqlx::query(create).execute(&mut connection).await?;
                Ok(Self::Sqlite(connection))
            }
            Database::Postgres { server, schema } => {
                let mut connection = PgConnection::connect(server.as_str()).await?;
                let path = format!("SET search_path TO {schema}");
                sqlx::query(AssertSqlSafe(path)).execute(&mut connection).await?;
                sqlx::query(create).execute(&mut connection).await?;
                Ok(Self::Postgres(connection))
            }
        }
    }

    /// Inserts rows given as one JSON parameter, as one durable commit.
    async fn insert(&mut self, rows: &Rows) -> Result<()> {
        match self {
            Self::Sqlite(connection) => {
                let insert =
                    "INSERT INTO yardstick SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1)";
                sqlx::query(insert).bind(rows).execute(connection).await?;
            }
            Self::Postgres(connection) => {
                let insert = "INSERT INTO yardstick SELECT (value ->> 0)::bigint, (value ->> 1)::bigint, value ->> 2 \
                              FROM json_array_elements($1::json)";
                sqlx::query(insert).bind(rows).execute(connection).await?;
            }
        }
        Ok(())
    }

    /// Rows per second in commits of this size; `seq` is the last number used.
    async fn rate(&mut self, batch: usize, lasts: Duration, seq: &mut usize) -> Result<f64> {
        let (began, mut commits) = (Instant::now(), 0_u32);
        while began.elapsed() < lasts {
            *seq += 1;
            let rows = (0..batch).map(|conversation| format!("[{conversation},{seq},\"{TEXT}\"]"));
            let rows = format!("[{}]", rows.collect::<Vec<_>>().join(","));
            self.insert(&rows).await?;
            commits += 1;
        }
        let per_commit = u32::try_from(batch)?;
        Ok(f64::from(commits) * f64::from(per_commit) / began.elapsed().as_secs_f64())
    }
}

/// Measures both.
///
/// # Errors
/// When the database refuses.
pub async fn measure(args: &RunArgs, database: &Database, directory: &Path, table: &mut Table) -> Result<()> {
    let mut yardstick = Yardstick::open(database, directory).await?;
    let (mut seq, mut single, mut batched) = (0, Vec::new(), Vec::new());
    for _ in 0..args.runs {
        single.push(yardstick.rate(1, args.measures(), &mut seq).await?);
        batched.push(yardstick.rate(args.batch, args.measures(), &mut seq).await?);
    }
    let commit = 1000.0 / super::table::median(&single);
    table.add("one row per commit", "rows/s", single, format!("{commit:.2} ms a commit"));
    table.add(format!("batch insert, {} rows a commit", args.batch), "rows/s", batched, "no search index");
    Ok(())
}
