//! A [`Filter`] as part of a statement. Only words of ours, numbers and times go into the text; what a user typed is
//! looked up first and goes in as keys.

use crate::Result;
use crate::db::{Conn, fetch_optional};
use crate::dialect::time_literal;
use domain::{Actor, AgentId, Filter, Holder, Timestamp};
use std::fmt::Display;

/// Conditions on `conversations c`, each begun with `AND`: what the caller may reach (A1) and what the filter asks.
pub(crate) async fn conditions(
    conn: &mut Conn,
    actor: &Actor,
    filter: &Filter,
    now: Timestamp,
) -> Result<String> {
    let mut sql = String::new();
    if let Actor::Customer(customer) = actor {
        sql += &format!(" AND c.customer_id = {}", customer.key.0);
    }
    if !filter.status.is_empty() {
        sql += &format!(
            " AND c.status IN ({})",
            list(filter.status.iter().map(|s| format!("'{}'", s.as_str())))
        );
    }
    if !filter.urgency.is_empty() {
        sql += &format!(" AND c.urgency_rank IN ({})", list(filter.urgency.iter().map(|level| level.rank())));
    }
    if !filter.holder.is_empty() {
        sql += &format!(" AND ({})", any(&holders(conn, actor, &filter.holder).await?));
    }
    if !filter.tag.is_empty() {
        let tags = list(tag_keys(conn, &filter.tag).await?);
        sql += &format!(
            " AND EXISTS (SELECT 1 FROM conversation_tags t WHERE t.conversation_id = c.id AND t.tag_id IN ({tags}))"
        );
    }
    if !filter.age.is_empty() {
        let ages = filter.age.iter().map(|age| {
            let (from, to) = age.bounds();
            let (newest, oldest) = (time_literal(conn, now - from), time_literal(conn, now - to));
            format!("(c.created_at <= {newest} AND c.created_at > {oldest})")
        });
        sql += &format!(" AND ({})", any(&ages.collect::<Vec<_>>()));
    }
    Ok(sql)
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

/// A key nothing has.
const NOBODY: i64 = -1;

async fn agent_key(conn: &mut Conn, id: AgentId) -> Result<Option<i64>> {
    Ok(fetch_optional!(conn, (i64,), "SELECT id FROM agents WHERE external_id = $1", id.0)?.map(|(key,)| key))
}

async fn tag_keys(conn: &mut Conn, names: &[String]) -> Result<Vec<i64>> {
    let mut keys = vec![NOBODY];
    for name in names {
        let found = fetch_optional!(conn, (i64,), "SELECT id FROM tags WHERE name = $1", name.as_str())?;
        keys.extend(found.map(|(key,)| key));
    }
    Ok(keys)
}

fn list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

fn any(conditions: &[String]) -> String {
    conditions.join(" OR ")
}
