//! SQLite's full-text search: FTS5 tables beside the tables of the texts.

use crate::Result;
use crate::db::Time;
use crate::dialect::search::{FoundRow, Lookup, Place, alike};
use domain::Timestamp;
use domain::search::{Pattern, Query};
use sqlx::sqlite::SqliteConnection;

pub(in crate::dialect) const ALIKE: &str =
    alike!("json_each($1) key CROSS JOIN conversations c ON c.id = key.value", "group_concat(c.id)");

pub(in crate::dialect) async fn find(
    conn: &mut SqliteConnection,
    lookup: &Lookup<'_>,
) -> Result<Vec<FoundRow>> {
    let (found,): (String,) = sqlx::query_as(find_sql(lookup.place, lookup.customer.is_some()))
        .bind(match_text(lookup.query))
        .bind(lookup.below)
        .bind(lookup.limit)
        .bind(Time(lookup.from))
        .bind(Time(lookup.to))
        .bind(lookup.customer.map(|customer| customer.0))
        .fetch_one(conn)
        .await?;
    let found: Vec<(i64, i64, i64, f64)> =
        serde_json::from_str(&found).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let row = |(conversation, place, at, rank)| FoundRow {
        conversation,
        place,
        at: Timestamp::from_micros(at),
        score: from_bm25(rank),
    };
    Ok(found.into_iter().map(row).collect())
}

/// From millionths of FTS5's `bm25`, which is 0 or less, the better the lower, and knows no bound.
fn from_bm25(millionths: f64) -> f64 {
    let rank = millionths / 1e6;
    -rank / (1.0 - rank)
}

/// All rows of a `SELECT` as one text: to hand over each by itself takes the driver ten times as long as to find it. Ranks
/// are whole millionths, which are written several times faster than fractions.
macro_rules! in_one_piece {
    ($select:literal) => {
        concat!("SELECT json_group_array(json_array(conversation, place, at, CAST(rank * 1e6 AS INTEGER))) FROM (", $select, ")")
    };
}

/// `CROSS JOIN` keeps the order of the tables (SQLite's manual, "The SQLite Query Optimizer Overview", section 8.2):
/// the index comes first, save for a customer, who has few messages and may share words with all others.
pub(in crate::dialect) const fn find_sql(place: Place, of_customer: bool) -> &'static str {
    match (place, of_customer) {
        (Place::Messages, false) => in_one_piece!(
            "SELECT t.conversation_id AS conversation, t.id AS place, t.created_at AS at, bm25(messages_fts) AS rank
             FROM messages_fts
             CROSS JOIN messages t INDEXED BY messages_place ON t.id = messages_fts.rowid
             WHERE messages_fts MATCH $1 AND messages_fts.rowid < $2 AND t.created_at >= $4 AND t.created_at < $5
             ORDER BY messages_fts.rowid DESC LIMIT $3"
        ),
        (Place::Messages, true) => in_one_piece!(
            "SELECT t.conversation_id AS conversation, t.id AS place, t.created_at AS at, bm25(messages_fts) AS rank
             FROM conversations c
             CROSS JOIN messages t ON t.conversation_id = c.id
             CROSS JOIN messages_fts ON messages_fts.rowid = t.id
             WHERE messages_fts MATCH $1 AND t.id < $2 AND t.created_at >= $4 AND t.created_at < $5
               AND c.customer_id = $6
             ORDER BY t.id DESC LIMIT $3"
        ),
        (Place::Notes, _) => in_one_piece!(
            "SELECT t.conversation_id AS conversation, t.id AS place, t.created_at AS at, bm25(notes_fts) AS rank
             FROM notes_fts
             CROSS JOIN notes t ON t.id = notes_fts.rowid
             WHERE notes_fts MATCH $1 AND notes_fts.rowid < $2 AND t.created_at >= $4 AND t.created_at < $5
             ORDER BY notes_fts.rowid DESC LIMIT $3"
        ),
        (Place::Customers, _) => in_one_piece!(
            "SELECT c.id AS conversation, c.id AS place, c.last_message_at AS at, bm25(customers_fts) AS rank
             FROM customers_fts
             CROSS JOIN conversations c ON c.customer_id = customers_fts.rowid
             WHERE customers_fts MATCH $1 AND c.id < $2 AND c.last_message_at >= $4 AND c.last_message_at < $5
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
