//! PostgreSQL's index entries made anew, and the indexes over them.

use super::{column, search::tsvector};
use crate::Result;
use crate::dialect::Indexed;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor, PgPool};

/// Writes only those rows whose entry is wrong: a row written is a row copied.
pub(in crate::dialect) async fn replace(
    conn: &mut PgConnection,
    what: Indexed,
    entries: &[(i64, String)],
) -> Result<()> {
    let sql = format!(
        "UPDATE {} AS t SET search = entry.words::tsvector
         FROM unnest($1::bigint[], $2::text[]) AS entry (id, words)
         WHERE t.id = entry.id AND t.search <> entry.words::tsvector",
        what.table()
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(column(entries, |(id, _)| *id))
        .bind(column(entries, |(_, words)| tsvector(words)))
        .execute(conn)
        .await?;
    Ok(())
}

/// What somebody who was interrupted began stays as `…_ccnew`, and what they had replaced as `…_ccold`: of no use, but kept
/// current (PostgreSQL's manual, `REINDEX`, "Rebuilding Indexes Concurrently").
pub(in crate::dialect) async fn pack(pool: &PgPool) -> Result<()> {
    // Its settings are its own: nobody else gets it.
    let mut conn = pool.acquire().await?.detach();
    conn.execute("SET statement_timeout = 0").await?;
    conn.execute("SET lock_timeout = 0").await?;
    for index in Indexed::ALL.map(Indexed::table) {
        for left in ["ccnew", "ccold"] {
            let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {index}_search_{left}");
            conn.execute(AssertSqlSafe(drop)).await?;
        }
        let rebuild = format!("REINDEX INDEX CONCURRENTLY {index}_search");
        conn.execute(AssertSqlSafe(rebuild)).await?;
    }
    conn.close().await?;
    Ok(())
}
