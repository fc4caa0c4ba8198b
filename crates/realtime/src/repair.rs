//! Keeps open views right whatever the bus loses: reads what other nodes say has moved, and looks by itself every few
//! seconds (D6). The looking never stops, also without a bus: commands work on the same data (ADR 4).

use crate::Hub;
use crate::hub::Behind;
use domain::ConversationKey;
use rand::RngExt;
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use store::deliberate::{self, Fault};
use store::{Result, Store};
use tokio::time::{Instant, sleep, sleep_until};

/// How often a node compares all it has open with the database, at least and at most.
const LOOK_EVERY: [Duration; 2] = [Duration::from_millis(3_000), Duration::from_millis(4_000)];
/// How soon after the last look the next one may come, when something was missed.
const LOOK_APART: Duration = Duration::from_millis(500);
/// How long to wait when the database does not answer.
const DATABASE_PAUSE: Duration = Duration::from_millis(500);
/// Messages read at once for the conversations that moved; sockets read what is more page by page.
const MESSAGES: u32 = 2_000;

/// Repairs for as long as it runs. To look takes longer than to read what moved, which does not wait for it.
pub async fn run_repair(hub: Hub, store: Store) {
    if deliberate::is(Fault::LostBusIgnored) {
        return follow(&hub, &store).await;
    }
    tokio::join!(follow(&hub, &store), look_again_and_again(&hub, &store));
}

/// Reads what other nodes say has moved.
async fn follow(hub: &Hub, store: &Store) {
    loop {
        hub.moved().await;
        if let Err(error) = read(hub, store, hub.take_moved()).await {
            pause(hub, &error).await;
        }
    }
}

async fn look_again_and_again(hub: &Hub, store: &Store) {
    let (mut looked_at, mut next_look) = (Instant::now(), Instant::now());
    loop {
        while Instant::now() < next_look {
            tokio::select! {
                () = hub.missed() => next_look = next_look.min(looked_at + LOOK_APART),
                () = sleep_until(next_look) => {}
            }
        }
        if let Err(error) = look(hub, store).await {
            pause(hub, &error).await;
        }
        (looked_at, next_look) = (Instant::now(), Instant::now() + jittered());
    }
}

async fn pause(hub: &Hub, error: &store::Error) {
    tracing::warn!(%error, "cannot look what was missed: trying again");
    hub.repair_soon();
    sleep(DATABASE_PAUSE).await;
}

fn jittered() -> Duration {
    rand::rng().random_range(LOOK_EVERY[0]..LOOK_EVERY[1])
}

/// Compares everything that is open with the database.
async fn look(hub: &Hub, store: &Store) -> Result<()> {
    hub.metrics().looks.inc();
    let (open, sessions) = hub.open();
    let stands = store.stands(&open.keys().copied().collect::<Vec<_>>()).await?;
    let there: HashSet<_> = stands.iter().map(|stand| stand.key).collect();
    let erased: Vec<_> = open.iter().filter(|(key, _)| !there.contains(key)).map(|(_, id)| *id).collect();
    hub.let_go(&erased, &store.ended_sessions(&sessions).await?);
    let mut behind = hub.behind(&stands);
    for key in hub.moved_in_inboxes(&store.inbox_stands().await?) {
        behind.entry(key).or_default();
    }
    hub.metrics().behind.inc_by(behind.len() as u64);
    read(hub, store, behind).await?;
    hub.metrics().last_look.renew();
    Ok(())
}

async fn read(hub: &Hub, store: &Store, behind: HashMap<ConversationKey, Behind>) -> Result<()> {
    if behind.is_empty() {
        return Ok(());
    }
    let conversations = store.conversations_by_key(&behind.keys().copied().collect::<Vec<_>>()).await?;
    let since: Vec<_> = behind.iter().filter_map(|(key, behind)| Some((*key, behind.after?))).collect();
    let messages = store.messages_since(&since, MESSAGES).await?;
    hub.catch_up(&behind, conversations, messages);
    Ok(())
}
