//! Narrowing a list to what somebody typed: words the search index finds, or an external id.

use super::listing::Listing;
use crate::db::Conn;
use crate::dialect::search::{Place, expression, matches};
use crate::dialect::uuid_literal;
use crate::search::normaliser;
use crate::{Error, Result};
use domain::search::Query;
use uuid::Uuid;

/// People: customers by the index, agents, who are few, by any part of name or address.
pub(super) fn people(listing: &mut Listing, conn: &mut Conn, typed: &str, id: &str) -> Result<()> {
    narrow(listing, conn, typed, id, |listing, conn, query| {
        let customers = found(listing, conn, Place::Customers, "k.id", query);
        let agents = agents_like(listing, typed, "ku");
        format!(
            "u.id IN (SELECT k.user_id FROM customers k WHERE {customers} UNION SELECT k.user_id FROM agents k
                      JOIN users ku ON ku.id = k.user_id WHERE {agents})"
        )
    })
}

/// Agents `k` and their users `u`, by any part of name or address.
pub(super) fn agents(listing: &mut Listing, conn: &mut Conn, typed: &str) -> Result<()> {
    narrow(listing, conn, typed, "k.external_id", |listing, _, _| agents_like(listing, typed, "u"))
}

/// Customers `c`, by name and address.
pub(super) fn customers(listing: &mut Listing, conn: &mut Conn, typed: &str) -> Result<()> {
    narrow(listing, conn, typed, "c.external_id", |listing, conn, query| {
        found(listing, conn, Place::Customers, "c.id", query)
    })
}

/// Messages `m`, by their text.
pub(super) fn messages(listing: &mut Listing, conn: &mut Conn, typed: &str) -> Result<()> {
    narrow(listing, conn, typed, "m.external_id", |listing, conn, query| {
        found(listing, conn, Place::Messages, "m.id", query)
    })
}

fn narrow(
    listing: &mut Listing,
    conn: &mut Conn,
    typed: &str,
    id: &str,
    words: impl FnOnce(&mut Listing, &mut Conn, &Query) -> String,
) -> Result<()> {
    if typed.trim().is_empty() {
        return Ok(());
    }
    if let Ok(uuid) = typed.trim().parse::<Uuid>() {
        listing.and(format!("{id} = {}", uuid_literal(conn, uuid)));
        return Ok(());
    }
    let query = Query::parse(typed, normaliser()).map_err(Error::invalid("q"))?;
    let condition = words(listing, conn, &query);
    listing.and(condition);
    Ok(())
}

/// The rows with these keys that the index finds.
fn found(listing: &mut Listing, conn: &mut Conn, place: Place, key: &str, query: &Query) -> String {
    let placeholder = listing.bind(expression(conn, query));
    matches(conn, place, key, &placeholder)
}

/// Agents `k` whose name or address has what was typed in it.
fn agents_like(listing: &mut Listing, typed: &str, user: &str) -> String {
    let like = listing.bind_part(typed);
    format!(r"lower({user}.name) LIKE {like} ESCAPE '\' OR k.login LIKE {like} ESCAPE '\'")
}
