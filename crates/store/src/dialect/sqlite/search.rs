//! SQLite's full-text search: FTS5 tables beside the tables of the texts.

use crate::Result;
use crate::db::Time;
use crate::dialect::search::{AlikeRow, FoundRow, Lookup, Place, Progress};
use crate::search::normaliser;
use domain::search::{Pattern, Query};
use domain::{Age, Timestamp};
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteConnection;
use std::collections::{HashMap, HashSet};

/// How well a match fits of which no more is known than that it has the words as they were typed.
const AS_TYPED: f64 = 0.5;
/// How many of a customer's own messages are weighed, the newest.
const OWN_WEIGHED: usize = 2_000;

pub(in crate::dialect) const ALIKE: &str = "SELECT c.status, c.urgency_rank, c.holder_id, c.tags,
            CASE WHEN c.created_at > $2 THEN 0 WHEN c.created_at > $3 THEN 1 WHEN c.created_at > $4 THEN 2
                 WHEN c.created_at > $5 THEN 3 ELSE 4 END AS age, group_concat(c.id) AS conversations
     FROM json_each($1) key CROSS JOIN conversations c ON c.id = key.value
     GROUP BY 1, 2, 3, 4, 5";

pub(in crate::dialect) async fn group_alike(
    conn: &mut SqliteConnection,
    keys: Vec<i64>,
    now: Timestamp,
) -> Result<Vec<AlikeRow>> {
    let [under_an_hour, under_four, under_a_day, under_a_week, _] =
        Age::ALL.map(|age| Time(now - age.bounds().1));
    let keys = serde_json::Value::from(keys).to_string();
    let query = sqlx::query_as(ALIKE).bind(keys).bind(under_an_hour).bind(under_four);
    let rows: Vec<(String, i16, Option<i64>, String, u8, String)> =
        query.bind(under_a_day).bind(under_a_week).fetch_all(conn).await?;
    let row = |(status, urgency_rank, holder_id, tags, age, keys): (_, _, _, _, u8, String)| {
        let conversations = keys.split(',').filter_map(|key| key.parse().ok()).collect();
        AlikeRow { status, urgency_rank, holder_id, tags, age: Age::ALL[usize::from(age)], conversations }
    };
    Ok(rows.into_iter().map(row).collect())
}

pub(in crate::dialect) async fn find(
    conn: &mut SqliteConnection,
    lookup: &Lookup<'_>,
    progress: &mut Progress,
    wanted: usize,
) -> Result<Vec<FoundRow>> {
    let found: String = sqlx::query_scalar(find_sql(lookup.place, lookup.customer.is_some()))
        .bind(match_text(lookup.query))
        .bind(progress.below.unwrap_or(i64::MAX))
        .bind(i64::try_from(wanted).unwrap_or(i64::MAX))
        .bind(Time(lookup.from))
        .bind(Time(lookup.to))
        .bind(lookup.customer.map(|customer| customer.0))
        .fetch_one(conn)
        .await?;
    let found: Vec<(i64, i64, i64, f64)> = from_json(&found)?;
    progress.ended = found.len() < wanted;
    progress.below = found.last().map(|(_, place, ..)| *place);
    let row = |(conversation, place, at, rank)| FoundRow {
        conversation,
        place,
        at: Timestamp::from_micros(at),
        score: from_bm25(rank),
    };
    Ok(found.into_iter().map(row).collect())
}

/// Messages alone are found before they are ranked: FTS5 weighs a word by reading all there is of it, each time anew. So a
/// customer's own, which are looked for one by one, are weighed by their texts; and of more than count, those
/// that have the words as they were typed come first.
pub(in crate::dialect) async fn rank(
    conn: &mut SqliteConnection,
    lookup: &Lookup<'_>,
    found: &mut [FoundRow],
    all: bool,
) -> Result<()> {
    let (Place::Messages, Some(newest), Some(oldest)) = (lookup.place, found.first(), found.last()) else {
        return Ok(());
    };
    if lookup.customer.is_some() {
        let weighed = keys(found.iter().take(OWN_WEIGHED));
        let texts: String = sqlx::query_scalar(TEXTS).bind(weighed).fetch_one(conn).await?;
        let fit = |(key, text): (i64, String)| (key, lookup.query.fit(&normaliser().words(&text)));
        let scores: HashMap<i64, f64> = from_json::<Vec<_>>(&texts)?.into_iter().map(fit).collect();
        found.iter_mut().for_each(|row| row.score = scores.get(&row.place).copied().unwrap_or_default());
        return Ok(());
    }
    let between = |sql| sqlx::query_scalar(sql).bind(oldest.place).bind(newest.place);
    if all {
        let ranked = between(RANK).bind(match_text(lookup.query)).bind(keys(found.iter()));
        let ranked: String = ranked.fetch_one(conn).await?;
        let ranked: Vec<(i64, f64)> = from_json(&ranked)?;
        let ranks: HashMap<i64, f64> = ranked.into_iter().collect();
        let score = |key| from_bm25(ranks.get(&key).copied().unwrap_or_default());
        found.iter_mut().for_each(|row| row.score = score(row.place));
        return Ok(());
    }
    let otherwise = format!("({}) NOT ({})", match_text(lookup.query), as_typed(lookup.query));
    let otherwise: String = between(KEYS).bind(otherwise).fetch_one(conn).await?;
    let otherwise: Vec<i64> = from_json(&otherwise)?;
    let otherwise: HashSet<i64> = otherwise.into_iter().collect();
    for row in found.iter_mut().filter(|row| !otherwise.contains(&row.place)) {
        row.score = AS_TYPED;
    }
    Ok(())
}

fn keys<'r>(rows: impl Iterator<Item = &'r FoundRow>) -> String {
    serde_json::Value::from_iter(rows.map(|row| row.place)).to_string()
}

/// From millionths of FTS5's `bm25`, which is 0 or less, the better the lower, and knows no bound.
fn from_bm25(millionths: f64) -> f64 {
    let rank = millionths / 1e6;
    -rank / (1.0 - rank)
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    Ok(serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))?)
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
            "SELECT t.conversation_id AS conversation, t.id AS place, t.created_at AS at, 0 AS rank
             FROM messages_fts
             CROSS JOIN messages t INDEXED BY messages_place ON t.id = messages_fts.rowid
             WHERE messages_fts MATCH $1 AND messages_fts.rowid < $2 AND t.created_at >= $4 AND t.created_at < $5
             ORDER BY messages_fts.rowid DESC LIMIT $3"
        ),
        (Place::Messages, true) => in_one_piece!(
            "SELECT t.conversation_id AS conversation, t.id AS place, t.created_at AS at, 0 AS rank
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

/// The `+` keeps SQLite from asking the index for each key by itself, the `LIMIT` the rank within reach of the index.
pub(in crate::dialect) const RANK: &str =
    "SELECT json_group_array(json_array(key, CAST(rank * 1e6 AS INTEGER))) FROM (
         SELECT rowid AS key, bm25(messages_fts) AS rank FROM messages_fts
         WHERE messages_fts MATCH $3 AND rowid BETWEEN $1 AND $2 AND +rowid IN (SELECT value FROM json_each($4))
         LIMIT -1)";

pub(in crate::dialect) const KEYS: &str = "SELECT json_group_array(rowid) FROM messages_fts
     WHERE messages_fts MATCH $3 AND rowid BETWEEN $1 AND $2";

const TEXTS: &str = "SELECT json_group_array(json_array(id, text)) FROM messages
     WHERE id IN (SELECT value FROM json_each($1)) AND text IS NOT NULL";

/// A query in FTS5's syntax. Words hold no quotes, so none can end early.
pub(in crate::dialect) fn match_text(query: &Query) -> String {
    let all = |patterns: &[Pattern], glue| patterns.iter().map(condition).collect::<Vec<_>>().join(glue);
    let required = all(&query.required, " AND ");
    if query.excluded.is_empty() {
        return required;
    }
    format!("({required}) NOT ({})", all(&query.excluded, " OR "))
}

/// What a match has that has all words as they were typed, none in another form or longer.
fn as_typed(query: &Query) -> String {
    let typed = query.required.iter().map(|pattern| match pattern {
        Pattern::Word { word, .. } => format!("\"{word}\""),
        Pattern::Phrase { words, .. } => format!("\"{}\"", words.join(" ")),
    });
    typed.collect::<Vec<_>>().join(" AND ")
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
