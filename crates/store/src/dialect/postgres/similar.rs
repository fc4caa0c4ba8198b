//! What PostgreSQL's full-text index knows of words.

use super::search::tsquery;
use crate::Result;
use domain::ConversationKey;
use domain::search::{Pattern, Query};
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use std::collections::HashMap;

/// By the statistics `ANALYZE` keeps, which name the common words: PostgreSQL counts matches only by reading them.
pub(in crate::dialect) async fn frequencies(
    conn: &mut PgConnection,
    patterns: &[Pattern],
    newest: i64,
) -> Result<Vec<i64>> {
    let tokens: Vec<Vec<String>> = patterns.iter().map(Pattern::tokens).collect();
    let shares: Vec<(String, f64)> = sqlx::query_as(
        "SELECT common.word, common.share::float8
         FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common (word, share)
         WHERE schemaname = current_schema() AND tablename = 'messages' AND attname = 'search'
           AND common.word = ANY ($1)",
    )
    .bind(tokens.concat())
    .fetch_all(conn)
    .await?;
    let shares: HashMap<String, f64> = shares.into_iter().collect();
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "an estimate")]
    let frequency = |tokens: &Vec<String>| {
        let share = tokens.iter().filter_map(|token| shares.get(token)).copied().fold(0.0, f64::max);
        (share * newest as f64) as i64
    };
    Ok(tokens.iter().map(frequency).collect())
}

/// How a transaction begins whose statements depend on how common the words are.
const PLANNED_ANEW: &str = "BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan";

/// Not left to the planner: walking the newest messages until enough match would read them all for a word that few have.
pub(in crate::dialect) const PROBE: &str = "WITH found AS MATERIALIZED (
         SELECT id, conversation_id, side FROM messages WHERE search @@ $1::tsquery AND id > $4
     )
     SELECT t.conversation_id, t.side = 'customer' AND c.status = 'resolved' AND c.id <> $3
     FROM (SELECT * FROM found ORDER BY id DESC LIMIT $2) t JOIN conversations c ON c.id = t.conversation_id";

pub(in crate::dialect) async fn probe(
    conn: &mut PgConnection,
    any: &[Query],
    above: i64,
    limit: i64,
    own: ConversationKey,
) -> Result<Vec<(i64, bool)>> {
    let any = any.iter().map(|query| format!("({})", tsquery(query))).collect::<Vec<_>>().join(" | ");
    let mut tx = conn.begin_with(PLANNED_ANEW).await?;
    let rows = sqlx::query_as(PROBE).bind(any).bind(limit).bind(own.0).bind(above).persistent(false);
    let found = rows.fetch_all(&mut *tx).await?;
    tx.commit().await?;
    Ok(found)
}
