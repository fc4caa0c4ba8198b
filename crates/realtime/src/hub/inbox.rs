//! What inboxes and waiting customers hear: collected for a moment, so that a busy node tells each of them a few times
//! a second and not for every message.

use super::{Event, Hub, What};
use crate::bus::News;
use crate::wire::{ConversationView, FacetValueView, FacetsView, QueuePlace, ServerFrame};
use bytes::Bytes;
use domain::{AgentKey, Conversation, ConversationId, ConversationKey, Pace, Side, Status};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::{COUNTED, Change, Counts, Position, Stand, Store};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// How long changes are collected before inboxes hear of them.
const COLLECT: Duration = Duration::from_millis(250);
/// The same after so much was told at once that it takes the node's time: frames, once for each inbox.
const COLLECT_MORE: Duration = Duration::from_secs(1);
const MUCH: usize = 2_000;
/// How often facets and places in the queue are counted at most.
const COUNT_EVERY: Duration = Duration::from_secs(2);
/// How many of the queue hear live of their place; those behind learn it when they open their page.
const PLACES: u32 = 1000;

/// How often inboxes were told. What was read from the database since a number last rose shows all that they were told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// Of conversations that changed.
    pub rows: u64,
    /// Of counts that changed.
    pub counts: u64,
}

/// What inboxes have not heard of yet.
#[derive(Debug, Default)]
pub(super) struct Pending {
    told: Told,
    changed: HashMap<ConversationId, Arc<Conversation>>,
    removed: Vec<ConversationId>,
    notifications: Vec<(AgentKey, ServerFrame)>,
    /// Notes that name agents, to be read before their inboxes are told.
    pub mentions: Vec<Mention>,
    rows_are_old: bool,
    counts_are_old: bool,
    /// Where the conversations stood that inboxes show first, when that was looked at last.
    stood: Option<HashMap<ConversationKey, Position>>,
}

/// A note that names agents.
#[derive(Debug)]
pub(super) struct Mention {
    pub conversation: ConversationKey,
    pub note_seq: i64,
    pub agents: Vec<AgentKey>,
}

impl Pending {
    /// Notes a change that inboxes show.
    pub fn note(&mut self, change: &Change, moved: &Notify) {
        let news = News::of(change);
        match change {
            Change::Message { conversation, .. } => {
                self.counts_are_old |= conversation.status() == Status::Open;
                self.show(conversation, news);
            }
            Change::Note { conversation, .. } => self.show(conversation, news),
            Change::Conversation(conversation) => {
                self.counts_are_old = true;
                self.show(conversation, news);
            }
            Change::Erased(ids) => return self.remove(ids.clone(), moved),
            // Told to no inbox, but shown in rows that are read from now on.
            Change::MessageChanged { .. } | Change::Seen { .. } => self.rows_are_old = true,
            Change::Mentioned { .. } | Change::MentionRead(_) | Change::SessionsEnded(_) => return,
        }
        moved.notify_one();
    }

    /// Notes a conversation that was changed on another node.
    pub fn note_elsewhere(&mut self, conversation: &Arc<Conversation>, news: Option<News>, moved: &Notify) {
        self.counts_are_old = true;
        self.show(conversation, news);
        moved.notify_one();
    }

    /// Notes that conversations are gone.
    pub fn remove(&mut self, ids: Vec<ConversationId>, moved: &Notify) {
        self.counts_are_old = true;
        self.removed.extend(ids);
        moved.notify_one();
    }

    /// Which of these conversations stand elsewhere than at the last look; at the first look, none.
    pub fn compare(&mut self, stands: &[Stand]) -> Vec<ConversationKey> {
        let stand = stands.iter().map(|stand| (stand.key, stand.at)).collect();
        let Some(stood) = self.stood.replace(stand) else { return Vec::new() };
        let has_moved = |stand: &&Stand| stood.get(&stand.key) != Some(&stand.at);
        stands.iter().filter(has_moved).map(|stand| stand.key).collect()
    }

    /// Notes that something moved on another node, before it is read what.
    pub fn note_rumour(&mut self, moved: &Notify) {
        self.rows_are_old = true;
        self.recount(moved);
    }

    /// Has everything counted anew, for somebody who just came or left.
    pub fn recount(&mut self, moved: &Notify) {
        self.counts_are_old = true;
        moved.notify_one();
    }

    fn show(&mut self, conversation: &Arc<Conversation>, news: Option<News>) {
        if let Some(news) = news {
            self.notify_holder(conversation, news);
        }
        let newest = self.changed.entry(conversation.id).or_insert_with(|| Arc::clone(conversation));
        if newest.version < conversation.version {
            *newest = Arc::clone(conversation);
        }
    }

    fn notify_holder(&mut self, conversation: &Conversation, news: News) {
        let Some(claim) = conversation.current_claim() else { return };
        let customer = conversation.customer.name.clone();
        let (kind, text) = match news {
            News::CustomerWrote => ("message", format!("{customer} wrote")),
            News::Warned => ("warned", format!("{customer} still waits for your answer")),
            News::HandedOver => ("handed_over", format!("{customer}'s conversation was handed to you")),
        };
        let frame =
            ServerFrame::Notification { kind, text, conversation: conversation.id, customer, by: None };
        self.notifications.push((claim.holder.key, frame));
    }

    fn take(&mut self) -> (Vec<Bytes>, Vec<(AgentKey, ServerFrame)>) {
        let frames = self.take_frames();
        self.told.rows += u64::from(std::mem::take(&mut self.rows_are_old) || !frames.is_empty());
        (frames, std::mem::take(&mut self.notifications))
    }

    /// Whether it is time to count anew.
    fn take_count(&mut self, counted_at: Option<Instant>) -> bool {
        let is_due = self.counts_are_old && counted_at.is_none_or(|at| at.elapsed() >= COUNT_EVERY);
        if is_due {
            self.counts_are_old = false;
            self.told.counts += 1;
        }
        is_due
    }

    fn take_frames(&mut self) -> Vec<Bytes> {
        let changed = self.changed.drain().map(|(_, conversation)| ServerFrame::QueueChanged {
            conversation: Box::new(ConversationView::new(&conversation, Side::Agent)),
        });
        let removed = self.removed.drain(..).map(|id| ServerFrame::Removed { id });
        changed.chain(removed).map(|frame| frame.to_json().into()).collect()
    }
}

/// Tells inboxes and waiting customers what they are to hear, for as long as it runs.
pub async fn run_inbox(hub: Hub, store: Store) {
    let mut counted_at: Option<Instant> = None;
    loop {
        let waiting = hub.pending().counts_are_old;
        if !waiting {
            hub.0.inbox_moved.notified().await;
        }
        let (frames, notifications) = hub.pending().take();
        let told = hub.tell_inboxes(frames);
        hub.notify(notifications);
        let mentions = std::mem::take(&mut hub.pending().mentions);
        if let Err(error) = hub.tell_mentions(&store, mentions).await {
            tracing::warn!(%error, "cannot read who is mentioned to whom");
        }
        let is_count_due = hub.pending().take_count(counted_at);
        if is_count_due {
            counted_at = Some(Instant::now());
            if let Err(error) = hub.tell_counts(&store).await {
                tracing::warn!(%error, "cannot count conversations for the inboxes");
            }
        }
        sleep(if told < MUCH { COLLECT } else { COLLECT_MORE }).await;
    }
}

impl Hub {
    /// Whether any inbox is open on this node.
    pub(crate) fn has_inboxes(&self) -> bool {
        self.registry().has_inboxes()
    }

    /// How often inboxes on this node were told of anything.
    pub fn told(&self) -> Told {
        self.pending().told
    }

    /// Has everything counted anew soon.
    pub(super) fn recount(&self) {
        self.pending().recount(&self.0.inbox_moved);
    }

    /// Tells how many frames go out.
    fn tell_inboxes(&self, frames: Vec<Bytes>) -> usize {
        if frames.is_empty() {
            return 0;
        }
        let each = frames.len();
        let event = Arc::new(Event::new(What::Inbox(frames)));
        let registry = self.registry();
        let told = registry.inboxes().map(|mailbox| registry.put(mailbox, &event));
        told.count() * each
    }

    fn notify(&self, notifications: Vec<(AgentKey, ServerFrame)>) {
        for (agent, frame) in notifications {
            let event = Arc::new(Event::new(What::Inbox(vec![frame.to_json().into()])));
            let registry = self.registry();
            registry.inboxes_of(agent).for_each(|mailbox| registry.put(mailbox, &event));
        }
    }

    /// Reads who names them and in whose conversation, for those whose inbox is open here.
    async fn tell_mentions(&self, store: &Store, mentions: Vec<Mention>) -> store::Result<()> {
        for Mention { conversation: key, note_seq, mut agents } in mentions {
            agents.retain(|agent| self.registry().inboxes_of(*agent).next().is_some());
            if agents.is_empty() {
                continue;
            }
            let conversation = store.conversations_by_key(&[key]).await?.pop();
            let note = store.notes(key, note_seq - 1, 1).await?.pop();
            let (Some(conversation), Some(by)) = (conversation, note.and_then(|note| note.author)) else {
                continue;
            };
            let (id, customer) = (conversation.id, conversation.customer.name);
            let text = format!("{} mentioned you in {customer}'s conversation", by.name);
            let by = Some(by.name);
            let frame = ServerFrame::Notification { kind: "mentioned", text, conversation: id, customer, by };
            self.notify(agents.into_iter().map(|agent| (agent, frame.clone())).collect());
        }
        Ok(())
    }

    /// The place of a customer with so many `ahead`, while the queue moves at this pace.
    pub fn queue_place(&self, ahead: i64, pace: Option<Pace>) -> QueuePlace {
        queue_place(ahead, pace, self.agents_online())
    }

    async fn tell_counts(&self, store: &Store) -> store::Result<()> {
        let has_inboxes = self.has_inboxes();
        let has_customers = self.registry().customers_online() > 0;
        if has_inboxes {
            let facets = facets(&store.counts().await?);
            self.tell_inboxes(vec![ServerFrame::Facets { facets }.to_json().into()]);
        }
        if has_customers {
            let (queue, pace) = (store.queue_head(PLACES).await?, store.queue_pace().await?);
            let agents_online = self.agents_online();
            let registry = self.registry();
            for (ahead, id) in (0..).zip(queue) {
                let mut sockets = registry.of_customer(id).peekable();
                if sockets.peek().is_some() {
                    let event = Arc::new(Event::new(What::Queue(queue_place(ahead, pace, agents_online))));
                    sockets.for_each(|mailbox| registry.put(mailbox, &event));
                }
            }
        }
        Ok(())
    }
}

/// Without agents nobody knows how long it takes.
fn queue_place(ahead: i64, pace: Option<Pace>, agents_online: usize) -> QueuePlace {
    let estimate_s = pace.filter(|_| agents_online > 0).and_then(|pace| pace.estimate_s(ahead));
    QueuePlace { ahead, estimate_s, agents_online }
}

fn facets(counts: &Counts) -> FacetsView {
    let shown = |count: i64| count.min(COUNTED.into());
    let status = counts.status.iter().map(|(status, count)| FacetValueView {
        value: status.as_str().into(),
        label: status.as_str().into(),
        count: shown(*count),
    });
    let holder = counts.holder.iter().map(|(holder, count)| FacetValueView {
        value: holder.as_ref().map_or_else(|| "none".into(), |(id, _)| id.to_string()),
        label: holder.as_ref().map_or_else(|| "nobody".into(), |(_, name)| name.clone()),
        count: shown(*count),
    });
    FacetsView::from([("status", status.collect()), ("holder", holder.collect())])
}
