//! PostgreSQL's full-text search: a `tsvector` in each table, with a GIN index.

use crate::Result;
use crate::db::Time;
use crate::dialect::search::{AlikeRow, FoundRow, Lookup, Place, Progress};
use crate::search::MAX_MATCHES;
use domain::search::{Pattern, Query, STEM_MARK};
use domain::{Age, Timestamp};
use sqlx::FromRow;
use sqlx::postgres::{PgArguments, PgConnection, Postgres};
use sqlx::query::QueryAs;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write;

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

/// All rows column by column: PostgreSQL takes longer to group them, and to hand over each by itself, than to find them.
pub(in crate::dialect) const ALIKE: &str = "SELECT array_agg(c.id) AS keys, array_agg(c.status) AS statuses,
            array_agg(c.urgency_rank) AS urgency_ranks, array_agg(c.holder_id) AS holders, array_agg(c.tags) AS tags,
            array_agg(c.created_at) AS times
     FROM conversations c WHERE c.id = ANY ($1)";

#[derive(FromRow)]
struct Traits {
    keys: Option<Vec<i64>>,
    statuses: Option<Vec<String>>,
    urgency_ranks: Option<Vec<i16>>,
    holders: Option<Vec<Option<i64>>>,
    tags: Option<Vec<String>>,
    times: Option<Vec<Time>>,
}

pub(in crate::dialect) async fn group_alike(
    conn: &mut PgConnection,
    keys: Vec<i64>,
    now: Timestamp,
) -> Result<Vec<AlikeRow>> {
    let traits: Traits = sqlx::query_as(ALIKE).bind(keys).fetch_one(conn).await?;
    let statuses =
        traits.statuses.unwrap_or_default().into_iter().zip(traits.urgency_ranks.unwrap_or_default());
    let held = traits.holders.unwrap_or_default().into_iter().zip(traits.tags.unwrap_or_default());
    let ages = traits.times.unwrap_or_default().into_iter().map(|Time(at)| Age::of(now.since(at)));
    let mut groups = HashMap::<_, Vec<i64>>::new();
    for (key, alike) in traits.keys.unwrap_or_default().into_iter().zip(statuses.zip(held).zip(ages)) {
        groups.entry(alike).or_default().push(key);
    }
    let row = |((((status, urgency_rank), (holder_id, tags)), age), conversations)| AlikeRow {
        status,
        urgency_rank,
        holder_id,
        tags,
        age,
        conversations,
    };
    Ok(groups.into_iter().map(row).collect())
}

/// How many keys share an entry of the index, as migration 12 says.
const STEP: i64 = 32_768;
/// So many steps are looked at first: they tell how common the words are.
const FIRST_STEPS: usize = 2;
/// Where the first steps have fewer matches, all others are looked for at once.
const FEW: usize = 200;
/// So many steps are looked at in one statement: words may have been far more common before (D8).
const MAX_STEPS: usize = 16;
/// And so many times as many as were looked at so far.
const MAX_GROWTH: i64 = 4;

pub(in crate::dialect) async fn find(
    conn: &mut PgConnection,
    lookup: &Lookup<'_>,
    progress: &mut Progress,
    wanted: usize,
) -> Result<Vec<FoundRow>> {
    match (lookup.place, lookup.customer) {
        (Place::Messages, None) => find_messages(conn, lookup, progress, wanted).await,
        _ => find_among_few(conn, lookup, progress, wanted).await,
    }
}

/// Looks through a stretch of the newest keys that will have about as many matches as are wanted, or through all.
async fn find_messages(
    conn: &mut PgConnection,
    lookup: &Lookup<'_>,
    progress: &mut Progress,
    wanted: usize,
) -> Result<Vec<FoundRow>> {
    let (below, steps) = match progress.below {
        None => (sqlx::query_scalar::<_, i64>(TOP).fetch_one(&mut *conn).await?, FIRST_STEPS),
        // What is far back in time may be common: then nearly all there is would be looked at in vain.
        Some(below) if progress.found < FEW && lookup.is_of_any_time() => {
            return find_before(conn, lookup, progress, below).await;
        }
        Some(below) => (below, steps(progress, wanted).min(MAX_STEPS)),
    };
    let steps: Vec<i64> = (0..(below + STEP - 1) / STEP).rev().take(steps).collect();
    let bottom = steps.last().map_or(0, |step| step * STEP);
    // Where few of the newer ones were of the time that is asked for, perhaps none of these is.
    let may_be_none = !lookup.is_of_any_time() && progress.below.is_some() && progress.lately < FEW;
    let mut rows = match may_be_none && !has_any(conn, lookup, &steps).await? {
        true => Vec::new(),
        false => {
            let columns = of_time(ask(FIND_IN_STEPS, lookup).bind(steps), lookup).fetch_one(conn).await?;
            columns.into_rows()
        }
    };
    rows.sort_unstable_by_key(|row| Reverse(row.place));
    progress.lately = rows.len();
    progress.keys += below - bottom;
    progress.ended = bottom == 0;
    progress.below = Some(bottom);
    Ok(rows)
}

/// Whether anything in these steps matches, times included: without a look at the messages themselves where their index of
/// times says that none is of these.
async fn has_any(conn: &mut PgConnection, lookup: &Lookup<'_>, steps: &[i64]) -> Result<bool> {
    let question = sqlx::query_scalar(ANY_IN_STEPS).bind(tsquery(lookup.query)).bind(steps);
    Ok(question.bind(Time(lookup.from)).bind(Time(lookup.to)).fetch_one(conn).await?)
}

/// Looks through all that is before a key, for the newest matches, where a word that is rare now was common before (D8).
async fn find_before(
    conn: &mut PgConnection,
    lookup: &Lookup<'_>,
    progress: &mut Progress,
    below: i64,
) -> Result<Vec<FoundRow>> {
    let most = i64::try_from(MAX_MATCHES).unwrap_or(i64::MAX);
    let columns = ask(FIND_BEFORE, lookup).bind(below).bind(most).fetch_one(conn).await?;
    let rows = columns.into_rows();
    progress.ended = rows.len() < MAX_MATCHES;
    progress.below = rows.last().map(|row| row.place);
    Ok(rows)
}

/// In how many steps there are about as many matches as are wanted, if they go on to be as frequent as they were.
fn steps(progress: &Progress, wanted: usize) -> usize {
    let (wanted, found) = (i64::try_from(wanted), i64::try_from(progress.found.max(1)));
    let keys = progress.keys.saturating_mul(wanted.unwrap_or(i64::MAX)) / found.unwrap_or(i64::MAX);
    let keys = keys.min(progress.keys.saturating_mul(MAX_GROWTH));
    usize::try_from(keys / STEP + 1).unwrap_or(MAX_STEPS)
}

/// A customer's own messages, notes, or names.
async fn find_among_few(
    conn: &mut PgConnection,
    lookup: &Lookup<'_>,
    progress: &mut Progress,
    wanted: usize,
) -> Result<Vec<FoundRow>> {
    let columns = ask(find_sql(lookup.place), lookup)
        .bind(progress.below.unwrap_or(i64::MAX))
        .bind(i64::try_from(wanted).unwrap_or(i64::MAX))
        .bind(lookup.customer.map(|customer| customer.0));
    let columns = of_time(columns, lookup).fetch_one(conn).await?;
    let rows = columns.into_rows();
    progress.ended = rows.len() < wanted;
    progress.below = rows.last().map(|row| row.place);
    Ok(rows)
}

type Question<'q> = QueryAs<'q, Postgres, Columns, PgArguments>;

/// With the parameters that all begin with: what to find, and what to rank it by.
fn ask<'q>(sql: &'static str, lookup: &Lookup<'_>) -> Question<'q> {
    sqlx::query_as(sql).bind(tsquery(lookup.query)).bind(ranking(lookup.query))
}

/// From and to when it was written.
fn of_time<'q>(question: Question<'q>, lookup: &Lookup<'_>) -> Question<'q> {
    question.bind(Time(lookup.from)).bind(Time(lookup.to))
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

/// Materialized, so that the planner does not think of walking the newest messages until enough match: for a word that few
/// have it would read them all.
macro_rules! in_columns {
    ($select:literal, $order:literal) => {
        concat!(
            "WITH found AS MATERIALIZED (", $select, ")
             SELECT array_agg(conversation) AS conversations, array_agg(place) AS places, array_agg(at) AS times,
                    array_agg(score) AS scores
             FROM (SELECT * FROM found ", $order, ") AS found"
        )
    };
}

const TOP: &str = "SELECT COALESCE(MAX(id), 0) + 1 FROM messages";

/// `IS TRUE` keeps the planner from the index of times: it knows pages, of which each message would be held against the words
/// again.
pub(in crate::dialect) const FIND_IN_STEPS: &str =
    "SELECT array_agg(conversation_id) AS conversations, array_agg(id) AS places, array_agg(created_at) AS times,
            array_agg(ts_rank(search, $2::tsquery)) AS scores
     FROM messages
     WHERE search @@ $1::tsquery AND ARRAY[id / 32768] && $3 AND (created_at >= $4 AND created_at < $5) IS TRUE";

pub(in crate::dialect) const ANY_IN_STEPS: &str = "SELECT EXISTS (
        SELECT FROM messages
        WHERE search @@ $1::tsquery AND ARRAY[id / 32768] && $2 AND created_at >= $3 AND created_at < $4)";

/// The `+ 0`, here and below, keeps the planner from listing all keys as well.
pub(in crate::dialect) const FIND_BEFORE: &str = in_columns!(
    "SELECT conversation_id AS conversation, id AS place, created_at AS at, ts_rank(search, $2::tsquery) AS score
     FROM messages
     WHERE search @@ $1::tsquery AND id + 0 < $3",
    "ORDER BY place DESC LIMIT $4"
);

/// How few things are found: `OFFSET 0` keeps the planner from looking for a word in all messages to find a customer's.
pub(in crate::dialect) const fn find_sql(place: Place) -> &'static str {
    match place {
        Place::Messages => in_columns!(
            "SELECT t.conversation_id AS conversation, t.id AS place, t.created_at AS at,
                    ts_rank(t.search, $2::tsquery) AS score
             FROM conversations c CROSS JOIN LATERAL
                  (SELECT * FROM messages WHERE messages.conversation_id = c.id OFFSET 0) AS t
             WHERE t.search @@ $1::tsquery AND t.id + 0 < $3 AND t.created_at >= $6 AND t.created_at < $7
               AND c.customer_id = $5",
            "ORDER BY place DESC LIMIT $4"
        ),
        Place::Notes => in_columns!(
            "SELECT t.conversation_id AS conversation, t.id AS place, t.created_at AS at,
                    ts_rank(t.search, $2::tsquery) AS score
             FROM notes t
             WHERE t.search @@ $1::tsquery AND t.id + 0 < $3 AND t.created_at >= $6 AND t.created_at < $7
               AND $5::bigint IS NULL",
            "ORDER BY place DESC LIMIT $4"
        ),
        Place::Customers => in_columns!(
            "SELECT c.id AS conversation, c.id AS place, c.last_message_at AS at,
                    ts_rank(t.search, $2::tsquery) AS score
             FROM customers t JOIN conversations c ON c.customer_id = t.id
             WHERE t.search @@ $1::tsquery AND c.id + 0 < $3 AND c.last_message_at >= $6 AND c.last_message_at < $7
               AND $5::bigint IS NULL",
            "ORDER BY place DESC LIMIT $4"
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
