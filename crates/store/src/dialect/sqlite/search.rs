//! SQLite's full-text search: FTS5 tables beside the tables of the texts.

use crate::Result;
use crate::db::Time;
use crate::dialect::search::{FoundRow, Lookup, Place, found_columns};
use domain::search::{Pattern, Query};
use sqlx::sqlite::SqliteConnection;

pub(in crate::dialect) async fn find(
    conn: &mut SqliteConnection,
    lookup: &Lookup<'_>,
) -> Result<Vec<FoundRow>> {
    let mut rows: Vec<FoundRow> = sqlx::query_as(find_sql(lookup.place, lookup.customer.is_some()))
        .bind(match_text(lookup.query))
        .bind(lookup.below)
        .bind(lookup.limit)
        .bind(Time(lookup.from))
        .bind(Time(lookup.to))
        .bind(lookup.customer.map(|customer| customer.0))
        .fetch_all(conn)
        .await?;
    for row in &mut rows {
        row.score = from_bm25(row.score);
    }
    Ok(rows)
}

/// FTS5's `bm25` is 0 or less, the better the lower, and knows no bound.
fn from_bm25(rank: f64) -> f64 {
    -rank / (1.0 - rank)
}

/// `CROSS JOIN` keeps the order of the tables (SQLite's manual, "The SQLite Query Optimizer Overview", section 8.2):
/// the index comes first, save for a customer, who has few messages and may share words with all others.
pub(in crate::dialect) const fn find_sql(place: Place, of_customer: bool) -> &'static str {
    match (place, of_customer) {
        (Place::Messages, false) => found_columns!(
            "t.id AS place, t.created_at AS at, bm25(messages_fts) AS score
             FROM messages_fts
             CROSS JOIN messages t ON t.id = messages_fts.rowid
             CROSS JOIN conversations c ON c.id = t.conversation_id
             WHERE messages_fts MATCH $1 AND messages_fts.rowid < $2 AND t.created_at >= $4 AND t.created_at < $5
             ORDER BY messages_fts.rowid DESC LIMIT $3"
        ),
        (Place::Messages, true) => found_columns!(
            "t.id AS place, t.created_at AS at, bm25(messages_fts) AS score
             FROM conversations c
             CROSS JOIN messages t ON t.conversation_id = c.id
             CROSS JOIN messages_fts ON messages_fts.rowid = t.id
             WHERE messages_fts MATCH $1 AND t.id < $2 AND t.created_at >= $4 AND t.created_at < $5
               AND c.customer_id = $6
             ORDER BY t.id DESC LIMIT $3"
        ),
        (Place::Notes, _) => found_columns!(
            "t.id AS place, t.created_at AS at, bm25(notes_fts) AS score
             FROM notes_fts
             CROSS JOIN notes t ON t.id = notes_fts.rowid
             CROSS JOIN conversations c ON c.id = t.conversation_id
             WHERE notes_fts MATCH $1 AND notes_fts.rowid < $2 AND t.created_at >= $4 AND t.created_at < $5
               AND ($6 IS NULL OR c.customer_id = $6)
             ORDER BY notes_fts.rowid DESC LIMIT $3"
        ),
        (Place::Customers, _) => found_columns!(
            "c.id AS place, c.last_message_at AS at, bm25(customers_fts) AS score
             FROM customers_fts
             CROSS JOIN conversations c ON c.customer_id = customers_fts.rowid
             WHERE customers_fts MATCH $1 AND c.id < $2 AND c.last_message_at >= $4 AND c.last_message_at < $5
               AND ($6 IS NULL OR c.customer_id = $6)
             ORDER BY c.id DESC LIMIT $3"
        ),
    }
}

/// A query in FTS5's syntax. Words hold no quotes, so none can end early.
pub(in crate::dialect) fn match_text(query: &Query) -> String {
    let all = |patterns: &[Pattern], glue| patterns.iter().map(condition).collect::<Vec<_>>().join(glue);
    let required = all(&query.required, " AND ");
    if query.excluded.is_empty() {
        return required;
    }
    format!("({required}) NOT ({})", all(&query.excluded, " OR "))
}

pub(super) fn condition(pattern: &Pattern) -> String {
    let (text, prefix) = match pattern {
        Pattern::Word { prefix, .. } => {
            let words = pattern.tokens().iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>();
            (words.join(" OR "), prefix)
        }
        Pattern::Phrase { prefix, .. } => (format!("\"{}\"", pattern.tokens().join(" ")), prefix),
    };
    format!("({text}{})", if *prefix { "*" } else { "" })
}
