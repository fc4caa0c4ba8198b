//! PostgreSQL's full-text search: a `tsvector` in each table, with a GIN index.

use crate::Result;
use crate::db::Time;
use crate::dialect::search::{FoundRow, Lookup, Place, found_columns};
use domain::search::{Pattern, Query, STEM_MARK};
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use std::fmt::Write;

/// How a transaction begins whose statements depend on how common the words are.
pub(super) const PLANNED_ANEW: &str = "BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan";

/// The index words as `tsvector` input, so that no parser or locale of the server's has a say in them. Words have
/// positions, which phrases need, stems none.
pub(in crate::dialect) fn tsvector(words: &str) -> String {
    let mut vector = String::with_capacity(words.len() * 2);
    for (number, word) in words.split_ascii_whitespace().enumerate() {
        let _ = if word.starts_with(STEM_MARK) {
            write!(vector, "'{word}' ")
        } else {
            write!(vector, "'{word}':{} ", number + 1)
        };
    }
    vector
}

/// Planned anew each time: how common the words are decides which index is best.
pub(in crate::dialect) async fn find(conn: &mut PgConnection, lookup: &Lookup<'_>) -> Result<Vec<FoundRow>> {
    let mut tx = conn.begin_with(PLANNED_ANEW).await?;
    let found = sqlx::query_as(find_sql(lookup.place))
        .bind(tsquery(lookup.query))
        .bind(lookup.below)
        .bind(lookup.limit)
        .bind(Time(lookup.from))
        .bind(Time(lookup.to))
        .bind(lookup.customer.map(|customer| customer.0))
        .persistent(false)
        .fetch_all(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(found)
}

pub(in crate::dialect) const fn find_sql(place: Place) -> &'static str {
    match place {
        Place::Messages => found_columns!(
            "t.id AS place, t.created_at AS at, ts_rank(t.search, $1::tsquery)::float8 AS score
             FROM messages t JOIN conversations c ON c.id = t.conversation_id
             WHERE t.search @@ $1::tsquery AND t.id < $2 AND t.created_at >= $4 AND t.created_at < $5
               AND ($6::bigint IS NULL OR c.customer_id = $6)
             ORDER BY t.id DESC LIMIT $3"
        ),
        Place::Notes => found_columns!(
            "t.id AS place, t.created_at AS at, ts_rank(t.search, $1::tsquery)::float8 AS score
             FROM notes t JOIN conversations c ON c.id = t.conversation_id
             WHERE t.search @@ $1::tsquery AND t.id < $2 AND t.created_at >= $4 AND t.created_at < $5
               AND ($6::bigint IS NULL OR c.customer_id = $6)
             ORDER BY t.id DESC LIMIT $3"
        ),
        Place::Customers => found_columns!(
            "c.id AS place, c.last_message_at AS at, ts_rank(t.search, $1::tsquery)::float8 AS score
             FROM customers t JOIN conversations c ON c.customer_id = t.id
             WHERE t.search @@ $1::tsquery AND c.id < $2 AND c.last_message_at >= $4 AND c.last_message_at < $5
               AND ($6::bigint IS NULL OR c.customer_id = $6)
             ORDER BY c.id DESC LIMIT $3"
        ),
    }
}

/// A query as `tsquery` input. Words hold no quotes, so none can end early.
pub(in crate::dialect) fn tsquery(query: &Query) -> String {
    let all = |patterns: &[Pattern], glue| patterns.iter().map(condition).collect::<Vec<_>>().join(glue);
    let mut text = all(&query.required, " & ");
    if !query.excluded.is_empty() {
        let _ = write!(text, " & !({})", all(&query.excluded, " | "));
    }
    text
}

fn condition(pattern: &Pattern) -> String {
    let quoted = |words: Vec<String>| words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>();
    let (words, glue, prefix) = match pattern {
        Pattern::Word { prefix, .. } => (quoted(pattern.tokens()), " | ", prefix),
        Pattern::Phrase { prefix, .. } => (quoted(pattern.tokens()), " <-> ", prefix),
    };
    format!("({}{})", words.join(glue), if *prefix { ":*" } else { "" })
}
