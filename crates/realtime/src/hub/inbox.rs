//! What inboxes and waiting customers hear: collected for a moment, so that a busy node tells each of them a few times
//! a second and not for every message.

use super::{Event, Hub, What};
use crate::wire::{ConversationView, FacetValueView, FacetsView, ServerFrame};
use bytes::Bytes;
use domain::{AgentKey, Conversation, ConversationId, NoteKind, Side, Status};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Change, Counts, Store};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// How long changes are collected before inboxes hear of them.
const COLLECT: Duration = Duration::from_millis(250);
/// How often facets and places in the queue are counted at most.
const COUNT_EVERY: Duration = Duration::from_secs(2);
/// How many of the queue hear live of their place; those behind learn it when they open their page.
const PLACES: u32 = 1000;

/// What inboxes have not heard of yet.
#[derive(Debug, Default)]
pub(super) struct Pending {
    changed: HashMap<ConversationId, Arc<Conversation>>,
    removed: Vec<ConversationId>,
    notifications: Vec<(AgentKey, ServerFrame)>,
    counts_are_old: bool,
}

impl Pending {
    /// Notes a change that inboxes show.
    pub fn note(&mut self, change: &Change, moved: &Notify) {
        match change {
            Change::Message { conversation, message } => {
                self.counts_are_old |= conversation.status() == Status::Open;
                if message.author.role == Side::Customer {
                    self.notify_holder(conversation, "message", &format!("{} wrote", message.author.name));
                }
                self.show(conversation);
            }
            Change::Note { conversation, note } => {
                let is = |name| note.data.as_ref().is_some_and(|data| data["event"] == name);
                if note.kind == NoteKind::Event && is("handed_over") {
                    let text = format!("{}'s conversation was handed to you", conversation.customer.name);
                    self.notify_holder(conversation, "handed_over", &text);
                }
                self.show(conversation);
            }
            Change::Conversation(conversation) => {
                self.counts_are_old = true;
                self.show(conversation);
            }
            Change::Erased(ids) => {
                self.counts_are_old = true;
                self.removed.extend(ids);
            }
            Change::MessageChanged { .. } | Change::Seen { .. } | Change::SessionsEnded(_) => return,
        }
        moved.notify_one();
    }

    /// Has everything counted anew, for somebody who just came or left.
    pub fn recount(&mut self, moved: &Notify) {
        self.counts_are_old = true;
        moved.notify_one();
    }

    fn show(&mut self, conversation: &Arc<Conversation>) {
        let newest = self.changed.entry(conversation.id).or_insert_with(|| Arc::clone(conversation));
        if newest.version < conversation.version {
            *newest = Arc::clone(conversation);
        }
    }

    fn notify_holder(&mut self, conversation: &Conversation, kind: &'static str, text: &str) {
        if let Some(claim) = conversation.current_claim() {
            let frame =
                ServerFrame::Notification { kind, text: text.to_owned(), conversation: conversation.id };
            self.notifications.push((claim.holder.key, frame));
        }
    }

    fn take(&mut self) -> (Vec<Bytes>, Vec<(AgentKey, ServerFrame)>) {
        (self.take_frames(), std::mem::take(&mut self.notifications))
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
        hub.tell_inboxes(frames);
        hub.notify(notifications);
        if hub.pending().counts_are_old && counted_at.is_none_or(|at| at.elapsed() >= COUNT_EVERY) {
            counted_at = Some(Instant::now());
            hub.pending().counts_are_old = false;
            if let Err(error) = hub.tell_counts(&store).await {
                tracing::warn!(%error, "cannot count conversations for the inboxes");
            }
        }
        sleep(COLLECT).await;
    }
}

impl Hub {
    fn tell_inboxes(&self, frames: Vec<Bytes>) {
        if frames.is_empty() {
            return;
        }
        let event = Arc::new(Event::new(What::Inbox(frames)));
        for mailbox in self.registry().inboxes() {
            mailbox.push(Arc::clone(&event));
        }
    }

    fn notify(&self, notifications: Vec<(AgentKey, ServerFrame)>) {
        for (agent, frame) in notifications {
            let event = Arc::new(Event::new(What::Inbox(vec![frame.to_json().into()])));
            for mailbox in self.registry().inboxes_of(agent) {
                mailbox.push(Arc::clone(&event));
            }
        }
    }

    async fn tell_counts(&self, store: &Store) -> store::Result<()> {
        let has_inboxes = self.registry().has_inboxes();
        let has_customers = self.registry().customers_online() > 0;
        if has_inboxes {
            let facets = facets(&store.counts().await?);
            self.tell_inboxes(vec![ServerFrame::Facets { facets }.to_json().into()]);
        }
        if has_customers {
            let queue = store.queue_head(PLACES).await?;
            let registry = self.registry();
            let agents_online = registry.agents_online();
            for (ahead, id) in (0..).zip(queue) {
                let mut sockets = registry.of_customer(id).peekable();
                if sockets.peek().is_some() {
                    let event = Arc::new(Event::new(What::Queue { ahead, agents_online }));
                    sockets.for_each(|mailbox| mailbox.push(Arc::clone(&event)));
                }
            }
        }
        Ok(())
    }
}

fn facets(counts: &Counts) -> FacetsView {
    let status = counts.status.iter().map(|(status, count)| FacetValueView {
        value: status.as_str().into(),
        label: status.as_str().into(),
        count: *count,
    });
    let holder = counts.holder.iter().map(|(holder, count)| FacetValueView {
        value: holder.as_ref().map_or_else(|| "none".into(), |(id, _)| id.to_string()),
        label: holder.as_ref().map_or_else(|| "nobody".into(), |(_, name)| name.clone()),
        count: *count,
    });
    FacetsView::from([("status", status.collect()), ("holder", holder.collect())])
}
