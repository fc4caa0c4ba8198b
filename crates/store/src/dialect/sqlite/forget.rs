//! Taking what was deleted out of the file.

use crate::Result;
use crate::dialect::Indexed;
use sqlx::{AssertSqlSafe, SqlitePool};

/// How many pages of an index are rewritten in one transaction.
const PAGES: i64 = 500;

/// Rewrites the indexes without the words of deleted rows, which FTS5 only marks as gone, and
/// empties the write-ahead log. Whoever else writes does so between the steps.
pub(in crate::dialect) async fn forget_deleted(write: &SqlitePool) -> Result<()> {
    for index in Indexed::ALL.map(|what| format!("{}_fts", what.table())) {
        // The negative number makes it take all parts of the index, not only what is due; then it is gone on with.
        let mut pages = -PAGES;
        while merge(write, &index, pages).await? {
            pages = PAGES;
        }
    }
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(write).await?;
    Ok(())
}

/// Whether there was anything to merge: that changes two rows at least (FTS5's manual, "The 'merge' Command").
async fn merge(write: &SqlitePool, index: &str, pages: i64) -> Result<bool> {
    let changes = "SELECT total_changes()";
    let mut conn = write.acquire().await?;
    let before: i64 = sqlx::query_scalar(changes).fetch_one(&mut *conn).await?;
    let sql = format!("INSERT INTO {index} ({index}, rank) VALUES ('merge', $1)");
    sqlx::query(AssertSqlSafe(sql)).bind(pages).execute(&mut *conn).await?;
    let after: i64 = sqlx::query_scalar(changes).fetch_one(&mut *conn).await?;
    Ok(after - before >= 2)
}
