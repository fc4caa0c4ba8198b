//! A [`Filter`] as part of a statement. Only words of ours, numbers and times go into the text; what a user typed is
//! looked up first and goes in as keys.

use crate::db::{Conn, fetch_one, fetch_optional};
use crate::dialect::time_literal;
use crate::{Result, tags};
use domain::{Actor, AgentId, Filter, Holder, Status, Timestamp, UrgencyLevel};
use sqlx::AssertSqlSafe;
use std::fmt::Display;

/// A key nothing has.
const NOBODY: i64 = -1;
/// A limit without effect on what is found.
const ALL: i64 = i64::MAX;

/// The conversations that a filter lets through, as a statement reads them.
#[derive(Debug)]
pub(crate) struct Narrowed {
    /// One range of an index for each status and level; without any, all that the conditions let through are few, and are
    /// sorted.
    pub ranges: Option<Vec<(Status, UrgencyLevel)>>,
    /// Conditions on `conversations c` beside the range, each begun with `AND`.
    pub conditions: String,
}

impl Narrowed {
    /// What the caller may reach (A1) and the filter asks for. A tag on no more than `few` conversations is read whole; of
    /// one on more, as many as are wanted are sooner met in the list's order.
    pub async fn new(
        conn: &mut Conn,
        actor: &Actor,
        filter: &Filter,
        now: Timestamp,
        few: u32,
    ) -> Result<Self> {
        let tags = if filter.tag.is_empty() { None } else { Some(list(tag_keys(conn, &filter.tag).await?)) };
        let is_held = !filter.holder.is_empty() && !filter.holder.contains(&Holder::Nobody);
        let has_few_tagged = match &tags {
            Some(tags) => are_few(conn, tags, few).await?,
            None => false,
        };
        let are_few = actor.agent().is_none() || is_held || has_few_tagged;

        let mut conditions = String::new();
        if let Actor::Customer(customer) = actor {
            conditions += &format!(" AND c.customer_id = {}", customer.key.0);
        }
        if !filter.holder.is_empty() {
            conditions += &format!(" AND ({})", any(&holders(conn, actor, &filter.holder).await?));
        }
        if let Some(tags) = tags {
            conditions += &if has_few_tagged {
                format!(
                    " AND c.id IN (SELECT conversation_id FROM conversation_tags WHERE tag_id IN ({tags}))"
                )
            } else {
                format!(
                    " AND EXISTS (SELECT 1 FROM conversation_tags t WHERE t.conversation_id = c.id AND t.tag_id IN ({tags}))"
                )
            };
        }
        conditions += &ages(conn, filter, now);
        if are_few {
            conditions += &states(filter);
        }
        Ok(Self { ranges: (!are_few).then(|| ranges(filter)), conditions })
    }

    /// These columns of all that is let through, each range with what `tail` says for its level (more conditions, order,
    /// limit); a range without a tail is left out.
    pub fn rows(
        &self,
        columns: &str,
        mut tail: impl FnMut(Option<UrgencyLevel>) -> Option<String>,
    ) -> String {
        let conditions = &self.conditions;
        let Some(ranges) = &self.ranges else {
            let tail = tail(None).unwrap_or_default();
            // The limit keeps databases from walking all conversations in the order of the list until enough fit.
            return format!(
                "SELECT * FROM (SELECT {columns} FROM conversations c WHERE TRUE{conditions} LIMIT {ALL}) AS c
                 WHERE TRUE{tail}"
            );
        };
        let range = |(number, (status, level)): (usize, &(Status, UrgencyLevel))| {
            let (tail, status, rank) = (tail(Some(*level))?, status.as_str(), level.rank());
            Some(format!(
                "SELECT * FROM (SELECT {columns} FROM conversations c
                 WHERE c.status = '{status}' AND c.urgency_rank = {rank}{conditions}{tail}) AS range_{number}"
            ))
        };
        let rows: Vec<String> = ranges.iter().enumerate().filter_map(range).collect();
        if rows.is_empty() {
            return format!("SELECT {columns} FROM conversations c WHERE FALSE");
        }
        rows.join(" UNION ALL ")
    }
}

fn ranges(filter: &Filter) -> Vec<(Status, UrgencyLevel)> {
    let statuses = if filter.status.is_empty() { &Status::ALL[..] } else { &filter.status };
    let levels = if filter.urgency.is_empty() { &UrgencyLevel::ALL[..] } else { &filter.urgency };
    statuses.iter().flat_map(|status| levels.iter().map(|level| (*status, *level))).collect()
}

/// Status and urgency in words that no index answers to, so that the one for what is few is used.
fn states(filter: &Filter) -> String {
    let mut sql = String::new();
    if !filter.status.is_empty() {
        let statuses = list(filter.status.iter().map(|status| format!("'{}'", status.as_str())));
        sql += &format!(" AND (c.status || '') IN ({statuses})");
    }
    if !filter.urgency.is_empty() {
        let ranks = list(filter.urgency.iter().map(|level| level.rank()));
        sql += &format!(" AND (c.urgency_rank + 0) IN ({ranks})");
    }
    sql
}

fn ages(conn: &mut Conn, filter: &Filter, now: Timestamp) -> String {
    if filter.age.is_empty() {
        return String::new();
    }
    let ages = filter.age.iter().map(|age| {
        let (from, to) = age.bounds();
        let (newest, oldest) = (time_literal(conn, now - from), time_literal(conn, now - to));
        format!("(c.created_at <= {newest} AND c.created_at > {oldest})")
    });
    let ages = any(&ages.collect::<Vec<_>>());
    // Nothing is written before it begins: the index of the newest need not be read further back.
    let longest = filter.age.iter().map(|age| age.bounds().1).max().unwrap_or_default();
    format!(" AND ({ages}) AND c.last_message_at > {}", time_literal(conn, now - longest))
}

async fn holders(conn: &mut Conn, actor: &Actor, holders: &[Holder]) -> Result<Vec<String>> {
    let mut conditions = Vec::new();
    for holder in holders {
        let key = match holder {
            Holder::Nobody => {
                conditions.push("c.holder_id IS NULL".to_owned());
                continue;
            }
            Holder::Me => actor.agent().map(|agent| agent.key.0),
            Holder::Agent(id) => agent_key(conn, *id).await?,
        };
        conditions.push(format!("c.holder_id = {}", key.unwrap_or(NOBODY)));
    }
    Ok(conditions)
}

async fn agent_key(conn: &mut Conn, id: AgentId) -> Result<Option<i64>> {
    Ok(fetch_optional!(conn, (i64,), "SELECT id FROM agents WHERE external_id = $1", id.0)?.map(|(key,)| key))
}

async fn tag_keys(conn: &mut Conn, names: &[String]) -> Result<Vec<i64>> {
    let keys = tags::alike(conn, names).await?.into_iter().map(|(key, _)| key);
    Ok([NOBODY].into_iter().chain(keys).collect())
}

async fn are_few(conn: &mut Conn, tags: &str, few: u32) -> Result<bool> {
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 FROM conversation_tags WHERE tag_id IN ({tags}) LIMIT {few} + 1) AS tagged"
    );
    Ok(fetch_one!(conn, (i64,), AssertSqlSafe(sql.clone()))?.0 <= i64::from(few))
}

fn list(values: impl IntoIterator<Item: Display>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(", ")
}

fn any(conditions: &[String]) -> String {
    conditions.join(" OR ")
}
