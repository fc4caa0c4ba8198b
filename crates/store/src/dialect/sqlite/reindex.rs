//! SQLite's full-text index made anew, in place, so that what is indexed is found all the while.

use crate::Result;
use crate::dialect::Indexed;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, SqlitePool};

pub(in crate::dialect) async fn replace(
    conn: &mut SqliteConnection,
    what: Indexed,
    after: i64,
    to: i64,
    entries: &[(i64, String)],
) -> Result<()> {
    let index = what.table();
    let delete = format!("DELETE FROM {index}_fts WHERE rowid > $1 AND rowid <= $2");
    sqlx::query(AssertSqlSafe(delete)).bind(after).bind(to).execute(&mut *conn).await?;
    let insert =
        format!("INSERT INTO {index}_fts (rowid, words) SELECT value ->> 0, value ->> 1 FROM json_each($1)");
    let entries = serde_json::json!(entries).to_string();
    sqlx::query(AssertSqlSafe(insert)).bind(entries).execute(conn).await?;
    Ok(())
}

pub(in crate::dialect) async fn empty_damaged(write: &SqlitePool) -> Result<()> {
    for index in Indexed::ALL.map(Indexed::table) {
        let check = format!("PRAGMA integrity_check({index}_fts)");
        let (found,): (String,) = sqlx::query_as(AssertSqlSafe(check)).fetch_one(write).await?;
        if found != "ok" {
            let empty = format!("INSERT INTO {index}_fts ({index}_fts) VALUES ('delete-all')");
            sqlx::query(AssertSqlSafe(empty)).execute(write).await?;
        }
    }
    Ok(())
}
