//! What many inboxes show alike. Two hundred agents who look at the queue renew it at the same moments: it is read once for
//! all of them.

use crate::AppState;
use domain::{Actor, Agent, AgentKey, Conversation, ConversationKey, Filter, Holder};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::{Counts, Facets, Page, Result, Sort};
use tokio::sync::OnceCell;

/// What is shown is never older than this, whether the node heard of a change or not: an open page asks once more a second
/// after that (`assets/js/inbox.js`).
const OLDEST: Duration = Duration::from_secs(5);

/// How recent what is shown has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recency {
    /// Read for this reader: a page that somebody opens shows what they just did.
    Now,
    /// As recent as what inboxes were told last: an open page is renewed when they are, and will be again.
    Told,
}

/// The newest of what was read. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct SharedLists(Arc<Lists>);

#[derive(Debug, Default)]
struct Lists {
    counts: Newest<(), Counts>,
    facets: Newest<(Reader, Filter), Facets>,
    rows: Newest<(Reader, Filter, Sort, Option<String>), Listed>,
}

/// Who reads, where the filter says "me".
type Reader = Option<AgentKey>;

/// A page of conversations with the last line of each.
#[derive(Debug)]
pub struct Listed {
    /// The conversations.
    pub page: Page<Conversation>,
    /// Their last lines; none of a deleted message.
    pub lines: HashMap<ConversationKey, String>,
}

impl SharedLists {
    /// How many conversations there are of each kind.
    pub(super) async fn counts(state: &AppState, recency: Recency) -> Result<Arc<Counts>> {
        let told = state.hub.told().counts;
        state.lists.0.counts.get((), told, recency, state.store.counts().boxed()).await
    }

    /// The facets of what the filter lets through.
    pub(super) async fn facets(
        state: &AppState,
        agent: &Agent,
        filter: &Filter,
        recency: Recency,
    ) -> Result<Arc<Facets>> {
        let told = state.hub.told().counts;
        let actor = Actor::Agent(agent.clone());
        let key = (reader(agent, filter), filter.clone());
        state.lists.0.facets.get(key, told, recency, state.store.facets(&actor, filter).boxed()).await
    }

    /// A page of what the filter lets through.
    pub(super) async fn rows(
        state: &AppState,
        agent: &Agent,
        (filter, sort, cursor, limit): (&Filter, Sort, Option<&str>, u32),
        recency: Recency,
    ) -> Result<Arc<Listed>> {
        let told = state.hub.told().rows;
        let actor = Actor::Agent(agent.clone());
        let key = (reader(agent, filter), filter.clone(), sort, cursor.map(str::to_owned));
        let read = async {
            let page = state.store.conversations(&actor, filter, sort, cursor, limit).await?;
            let last = page.items.iter().map(|conversation| (conversation.key, conversation.last_seq));
            let lines = state.store.lines(last).await?;
            Ok(Listed { page, lines })
        };
        state.lists.0.rows.get(key, told, recency, read.boxed()).await
    }
}

fn reader(agent: &Agent, filter: &Filter) -> Reader {
    filter.holder.contains(&Holder::Me).then_some(agent.key)
}

/// The newest of what was read, by what was asked for.
#[derive(Debug)]
struct Newest<K, V>(Mutex<HashMap<K, Arc<Reading<V>>>>);

/// What was read, or is being read, after inboxes were told so often.
#[derive(Debug)]
struct Reading<V> {
    told: u64,
    since: Instant,
    value: OnceCell<Arc<V>>,
}

impl<K, V> Default for Newest<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq, V> Newest<K, V> {
    /// What was read since inboxes were told so often; reads it when nobody did. Who asks meanwhile waits for the same.
    async fn get(
        &self,
        key: K,
        told: u64,
        recency: Recency,
        read: BoxFuture<'_, Result<V>>,
    ) -> Result<Arc<V>> {
        let reading = self.reading(key, told, recency);
        reading.value.get_or_try_init(async || read.await.map(Arc::new)).await.cloned()
    }

    fn reading(&self, key: K, told: u64, recency: Recency) -> Arc<Reading<V>> {
        let mut readings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        readings.retain(|of, reading| {
            let is_recent = reading.told >= told && reading.since.elapsed() < OLDEST;
            is_recent && !(recency == Recency::Now && *of == key)
        });
        let new = || Arc::new(Reading { told, since: Instant::now(), value: OnceCell::new() });
        Arc::clone(readings.entry(key).or_insert_with(new))
    }
}
