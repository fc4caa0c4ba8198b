//! What is there at the end, read page by page as a client does.

use super::world::World;
use crate::cluster::Person;
use crate::history::{Contents, Entry};
use crate::socket::{MessageFrame, NoteFrame};
use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::net::SocketAddr;
use uuid::Uuid;

/// Entries per page, the most there are.
const PAGE: usize = 100;

/// Both logs as this person reads them; a customer has no notes.
///
/// # Errors
/// When the server does not answer, though nothing is broken any more.
pub async fn read(
    world: &World,
    node: SocketAddr,
    person: &Person,
    conversation: Uuid,
    with_notes: bool,
) -> Result<Contents> {
    let log = |name| read_log(world, node, person, conversation, name);
    let messages: Vec<MessageFrame> = log("messages").await?.into_iter().map(parse).collect::<Result<_>>()?;
    let notes: Vec<NoteFrame> = match with_notes {
        true => log("notes").await?.into_iter().map(parse).collect::<Result<_>>()?,
        false => Vec::new(),
    };
    Ok(Contents {
        messages: messages.iter().map(Entry::from).collect(),
        notes: notes.iter().map(Entry::from).collect(),
    })
}

async fn read_log(
    world: &World,
    node: SocketAddr,
    person: &Person,
    conversation: Uuid,
    log: &str,
) -> Result<Vec<Value>> {
    let number = if log == "notes" { "note_seq" } else { "seq" };
    let (mut entries, mut after) = (Vec::new(), 0);
    loop {
        let path = format!("/conversations/{conversation}/{log}?after={after}&limit={PAGE}");
        let mut page = world.rest.expect(node, Some(&person.token), Method::GET, &path, None).await?;
        let Value::Array(items) = page["items"].take() else { anyhow::bail!("no items: {page}") };
        let Some(last) = items.last() else { return Ok(entries) };
        let up_to = last[number].as_u64().context("an entry without a number")?;
        ensure!(up_to > after, "a page after {after} ends with {up_to}");
        after = up_to;
        entries.extend(items);
    }
}

fn parse<T: DeserializeOwned>(value: Value) -> Result<T> {
    Ok(serde_json::from_value(value)?)
}
