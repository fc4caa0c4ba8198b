//! The yardstick of a search: the way the application that Frontdesk re-creates searches, among the same rows on PostgreSQL.

use super::RunArgs;
use super::questions::{Kind, questions};
use super::table::{Table, millis};
use crate::cluster::Database;
use anyhow::Result;
use sqlx::{Connection, PgConnection};
use std::time::Instant;
use url::form_urlencoded;

/// Trigrams and `LIKE` over texts, names, addresses, and the vector as it is printed, so that no index serves. Needs the
/// extension `pg_trgm`.
const SEARCH: &str = "SELECT c.id, MAX(similarity(m.text, $1)) AS likeness
    FROM messages m
    JOIN conversations c ON c.id = m.conversation_id
    JOIN customers ON customers.id = c.customer_id
    JOIN users u ON u.id = customers.user_id
    WHERE UPPER(m.text) LIKE UPPER('%' || $1 || '%') OR UPPER(m.search::text) LIKE UPPER('%' || $1 || '%')
       OR UPPER(u.name) LIKE UPPER('%' || $1 || '%') OR UPPER(u.email) LIKE UPPER('%' || $1 || '%')
       OR similarity(m.text, $1) > 0.3
    GROUP BY c.id ORDER BY likeness DESC LIMIT 25";

/// Measures one search of some kinds in every run. SQLite knows no trigrams and is passed over.
///
/// # Errors
/// When PostgreSQL does not answer or lacks the extension.
pub async fn measure(args: &RunArgs, database: &Database, table: &mut Table) -> Result<()> {
    let Some(url) = database.postgres_url() else { return Ok(()) };
    let mut connection = PgConnection::connect(url.as_str()).await?;
    sqlx::query("CREATE EXTENSION IF NOT EXISTS pg_trgm").execute(&mut connection).await?;
    for kind in [Kind::Rare, Kind::Common, Kind::Misspelt] {
        let mut took = Vec::new();
        for run in 0..args.runs {
            for question in questions(kind, 1, run) {
                let typed = form_urlencoded::parse(question.as_bytes()).map(|(_, typed)| typed);
                let typed = typed.last().unwrap_or_default();
                let began = Instant::now();
                sqlx::query(SEARCH).bind(typed.trim()).fetch_all(&mut connection).await?;
                took.push(millis(began.elapsed()));
            }
        }
        table.add(format!("without an index, {}", kind.name()), "ms", took, "one search a run");
    }
    connection.close().await?;
    Ok(())
}
