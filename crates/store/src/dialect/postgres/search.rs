//! PostgreSQL's full-text search: a `tsvector` in each table, with a GIN index.

use crate::Result;
use crate::db::Time;
use crate::dialect::search::{FoundRow, Lookup, Place, alike};
use domain::search::{Pattern, Query, STEM_MARK};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, FromRow};
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

/// Lateral, so that no plan reads the whole table to join it with some conversations.
pub(in crate::dialect) const ALIKE: &str = alike!(
    "unnest($1::bigint[]) AS key (id)
     CROSS JOIN LATERAL (SELECT * FROM conversations WHERE conversations.id = key.id LIMIT 1) AS c",
    "string_agg(c.id::text, ',')"
);

/// Planned anew each time: how common the words are decides which index is best.
pub(in crate::dialect) async fn find(conn: &mut PgConnection, lookup: &Lookup<'_>) -> Result<Vec<FoundRow>> {
    let mut tx = conn.begin_with(PLANNED_ANEW).await?;
    let columns: Columns = sqlx::query_as(find_sql(lookup.place, lookup.customer.is_some()))
        .bind(tsquery(lookup.query))
        .bind(lookup.below)
        .bind(lookup.limit)
        .bind(Time(lookup.from))
        .bind(Time(lookup.to))
        .bind(lookup.customer.map(|customer| customer.0))
        .bind(ranking(lookup.query))
        .persistent(false)
        .fetch_one(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(columns.into_rows())
}

/// All rows, column by column: to hand over each by itself takes longer than to find it. None without any row.
#[derive(FromRow)]
struct Columns {
    conversations: Option<Vec<i64>>,
    places: Option<Vec<i64>>,
    times: Option<Vec<Time>>,
    scores: Option<Vec<f32>>,
}

impl Columns {
    fn into_rows(self) -> Vec<FoundRow> {
        let places = self.places.unwrap_or_default().into_iter().zip(self.times.unwrap_or_default());
        let scored = places.zip(self.scores.unwrap_or_default());
        let rows = self.conversations.unwrap_or_default().into_iter().zip(scored);
        let row = |(conversation, ((place, Time(at)), score)): (_, (_, f32))| FoundRow {
            conversation,
            place,
            at,
            score: score.into(),
        };
        rows.map(row).collect()
    }
}

macro_rules! in_columns {
    ($select:literal) => {
        concat!(
            "SELECT array_agg(conversation) AS conversations, array_agg(place) AS places, array_agg(at) AS times,
                    array_agg(score) AS scores FROM (",
            $select,
            ") AS found"
        )
    };
}

pub(in crate::dialect) const fn find_sql(place: Place, of_customer: bool) -> &'static str {
    match (place, of_customer) {
        (Place::Messages, false) => in_columns!(
            "SELECT t.conversation_id AS conversation, t.id AS place, t.created_at AS at,
                    ts_rank(t.search, $7::tsquery) AS score
             FROM messages t
             WHERE t.search @@ $1::tsquery AND t.id < $2 AND t.created_at >= $4 AND t.created_at < $5
               AND $6::bigint IS NULL
             ORDER BY t.id DESC LIMIT $3"
        ),
        (Place::Messages, true) => in_columns!(
            "SELECT t.conversation_id AS conversation, t.id AS place, t.created_at AS at,
                    ts_rank(t.search, $7::tsquery) AS score
             FROM conversations c CROSS JOIN LATERAL
                  (SELECT * FROM messages WHERE messages.conversation_id = c.id) AS t
             WHERE t.search @@ $1::tsquery AND t.id < $2 AND t.created_at >= $4 AND t.created_at < $5
               AND c.customer_id = $6
             ORDER BY t.id DESC LIMIT $3"
        ),
        (Place::Notes, _) => in_columns!(
            "SELECT t.conversation_id AS conversation, t.id AS place, t.created_at AS at,
                    ts_rank(t.search, $7::tsquery) AS score
             FROM notes t
             WHERE t.search @@ $1::tsquery AND t.id < $2 AND t.created_at >= $4 AND t.created_at < $5
               AND $6::bigint IS NULL
             ORDER BY t.id DESC LIMIT $3"
        ),
        (Place::Customers, _) => in_columns!(
            "SELECT c.id AS conversation, c.id AS place, c.last_message_at AS at,
                    ts_rank(t.search, $7::tsquery) AS score
             FROM customers t JOIN conversations c ON c.customer_id = t.id
             WHERE t.search @@ $1::tsquery AND c.id < $2 AND c.last_message_at >= $4 AND c.last_message_at < $5
               AND $6::bigint IS NULL
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

/// What a match is ranked by: how often the words themselves are there, as typed. With their stems, which have no positions,
/// it would take three times as long and say no more.
fn ranking(query: &Query) -> String {
    let words = query.required.iter().flat_map(|pattern| {
        let (words, prefix) = match pattern {
            Pattern::Word { word, prefix, .. } => (std::slice::from_ref(word), *prefix),
            Pattern::Phrase { words, prefix } => (&words[..], *prefix),
        };
        let last = words.len() - 1;
        words.iter().enumerate().map(move |(number, word)| quoted(word, prefix && number == last))
    });
    words.collect::<Vec<_>>().join(" | ")
}

fn condition(pattern: &Pattern) -> String {
    let tokens = pattern.tokens();
    let (tokens, glue, prefix) = match pattern {
        // Whatever has the word has its marked stem too.
        Pattern::Word { stem: Some(_), prefix: false, .. } => (&tokens[..tokens.len() - 1], " | ", false),
        Pattern::Word { prefix, .. } => (&tokens[..], " | ", *prefix),
        Pattern::Phrase { prefix, .. } => (&tokens[..], " <-> ", *prefix),
    };
    let last = tokens.len() - 1;
    let quoted = tokens.iter().enumerate().map(|(number, token)| quoted(token, prefix && number == last));
    format!("({})", quoted.collect::<Vec<_>>().join(glue))
}

fn quoted(token: &str, prefix: bool) -> String {
    format!("'{token}'{}", if prefix { ":*" } else { "" })
}
