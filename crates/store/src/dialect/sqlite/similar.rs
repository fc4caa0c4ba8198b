//! What SQLite's full-text index knows of words.

use super::search::{condition, match_text};
use crate::Result;
use domain::ConversationKey;
use domain::search::{Pattern, Query};
use sqlx::sqlite::SqliteConnection;

/// How many matches an estimate is made from.
const SAMPLE: i64 = 20;

/// By how close together the newest matches are: counting all would read the whole list of a word.
pub(in crate::dialect) async fn frequencies(
    conn: &mut SqliteConnection,
    patterns: &[Pattern],
    newest: i64,
) -> Result<Vec<i64>> {
    let mut frequencies = Vec::new();
    for pattern in patterns {
        let (count, oldest): (i64, Option<i64>) = sqlx::query_as(
            "SELECT COUNT(*), MIN(rowid) FROM
             (SELECT rowid FROM messages_fts WHERE messages_fts MATCH $1 ORDER BY rowid DESC LIMIT $2)",
        )
        .bind(condition(pattern))
        .bind(SAMPLE)
        .fetch_one(&mut *conn)
        .await?;
        let span = oldest.map_or(1, |oldest| newest - oldest + 1);
        frequencies.push(if count < SAMPLE { count } else { count * newest / span.max(1) });
    }
    Ok(frequencies)
}

pub(in crate::dialect) const PROBE: &str =
    "SELECT t.conversation_id, t.side = 'customer' AND c.status = 'resolved' AND c.id <> $3
     FROM (SELECT rowid AS id FROM messages_fts WHERE messages_fts MATCH $1 AND rowid > $4
           ORDER BY rowid DESC LIMIT $2) found
     CROSS JOIN messages t ON t.id = found.id
     CROSS JOIN conversations c ON c.id = t.conversation_id";

pub(in crate::dialect) async fn probe(
    conn: &mut SqliteConnection,
    any: &[Query],
    above: i64,
    limit: i64,
    own: ConversationKey,
) -> Result<Vec<(i64, bool)>> {
    let any = any.iter().map(|query| format!("({})", match_text(query))).collect::<Vec<_>>().join(" OR ");
    let rows = sqlx::query_as(PROBE).bind(any).bind(limit).bind(own.0).bind(above);
    Ok(rows.fetch_all(conn).await?)
}
