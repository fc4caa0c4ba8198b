//! What other nodes say has happened, and bringing this node's sockets up to it (D6).

use super::Hub;
use super::inbox::Mention;
use crate::bus::{Hint, News};
use crate::event::{Person, What};
use domain::{
    AgentKey, Conversation, ConversationId, ConversationKey, CustomerKey, Message, SessionKey, Side,
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{Position, Stand};
use tokio::sync::Notify;
use uuid::Uuid;

/// A conversation this node is to read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behind {
    /// The number after which messages may be missing; none when nobody has it open here.
    pub after: Option<i64>,
    /// What its holder's inbox is to say of it.
    pub news: Option<News>,
}

/// What was heard and not looked at yet.
#[derive(Debug, Default)]
pub(super) struct Rumours {
    moved: Mutex<HashMap<ConversationKey, (Stand, Option<News>)>>,
    heard: Notify,
    missed: Notify,
}

impl Rumours {
    fn moved(&self) -> MutexGuard<'_, HashMap<ConversationKey, (Stand, Option<News>)>> {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    /// Another node said something.
    pub fn hear(&self, node: Uuid, hint: Hint) {
        match hint {
            Hint::Moved { id, key, at, news } => {
                let [seq, note_seq, rev, version, customer_seen, agent_seen] = at;
                let at = Position { seq, note_seq, rev, version, customer_seen, agent_seen };
                self.hear_of(Stand { key: ConversationKey(key), id: ConversationId(id), at }, news);
            }
            Hint::Seen { id, side, seq } => {
                let id = ConversationId(id);
                if self.registry().is_news_of(id, side, seq) {
                    self.tell_seen(id, side, seq);
                }
            }
            Hint::Typing { id, side, key, name, on } => {
                let by = match side {
                    Side::Customer => Person::Customer(CustomerKey(key)),
                    Side::Agent => Person::Agent(AgentKey(key)),
                };
                self.tell(ConversationId(id), What::Typing { by, name, on });
            }
            Hint::Mentioned { id: _, key, note_seq, agents } => {
                let agents = agents.into_iter().map(AgentKey).collect();
                self.tell_mentioned(Mention { conversation: ConversationKey(key), note_seq, agents });
            }
            Hint::MentionRead(_) => self.recount(),
            Hint::Customer { key, online } => self.hear_of_customer(node, CustomerKey(key), online),
            Hint::Customers { part, keys } => {
                self.hear_of_customers(node, part, keys.into_iter().map(CustomerKey).collect());
            }
            Hint::Erased(ids) => {
                let ids: Vec<_> = ids.into_iter().map(ConversationId).collect();
                self.tell_erased(&ids);
                self.pending().remove(ids, &self.0.inbox_moved);
            }
            Hint::SessionsEnded(keys) => {
                self.close_sessions(&keys.into_iter().map(SessionKey).collect::<Vec<_>>());
            }
            Hint::Beat(_) => {}
        }
    }

    pub(super) fn hear_of(&self, stand: Stand, news: Option<News>) {
        self.pending().note_rumour(&self.0.inbox_moved);
        self.registry().note_heard(stand);
        if !self.has_inboxes() && !self.registry().is_open(stand.id) {
            return;
        }
        let mut moved = self.0.rumours.moved();
        let (newest, told) = moved.entry(stand.key).or_insert((stand, None));
        newest.at = newest.at.max(stand.at);
        *told = news.or(*told);
        drop(moved);
        self.0.rumours.heard.notify_one();
    }

    /// Waits until another node said that something moved.
    pub(crate) async fn moved(&self) {
        self.0.rumours.heard.notified().await;
    }

    /// What is to be read of what moved, and forgets it.
    pub(crate) fn take_moved(&self) -> HashMap<ConversationKey, Behind> {
        let moved = std::mem::take(&mut *self.0.rumours.moved());
        let has_inboxes = self.has_inboxes();
        let registry = self.registry();
        let behind = moved.into_iter().filter_map(|(key, (stand, news))| {
            let after =
                registry.known(stand.id).filter(|known| !known.covers(stand.at)).map(|known| known.seq);
            (after.is_some() || has_inboxes).then_some((key, Behind { after, news }))
        });
        behind.collect()
    }

    /// Something may have been missed: have everything that is open looked at soon.
    pub fn repair_soon(&self) {
        self.0.rumours.missed.notify_one();
    }

    /// Waits until something may have been missed.
    pub(crate) async fn missed(&self) {
        self.0.rumours.missed.notified().await;
    }

    /// The conversations and sessions that are open here.
    pub(crate) fn open(&self) -> (HashMap<ConversationKey, ConversationId>, Vec<SessionKey>) {
        let registry = self.registry();
        (registry.open_conversations().collect(), registry.open_sessions().collect())
    }

    /// Which of these conversations stand further than anybody here has heard.
    pub(crate) fn behind(&self, stands: &[Stand]) -> HashMap<ConversationKey, Behind> {
        let registry = self.registry();
        let behind = stands.iter().filter_map(|stand| {
            let known = registry.known(stand.id).filter(|known| !known.covers(stand.at))?;
            Some((stand.key, Behind { after: Some(known.seq), news: None }))
        });
        behind.collect()
    }

    /// Which of the conversations that inboxes show first stand elsewhere than at the last look.
    pub(crate) fn moved_in_inboxes(&self, stands: &[Stand]) -> Vec<ConversationKey> {
        self.pending().compare(stands)
    }

    /// Closes what is gone from the database.
    pub(crate) fn let_go(&self, erased: &[ConversationId], sessions: &[SessionKey]) {
        self.tell_erased(erased);
        self.close_sessions(sessions);
    }

    /// Brings everybody here up to where these conversations stand. Every socket passes over what it has already, and
    /// reads for itself what is not among the `messages` (D4).
    pub(crate) fn catch_up(
        &self,
        behind: &HashMap<ConversationKey, Behind>,
        conversations: Vec<Conversation>,
        messages: Vec<(ConversationKey, Message)>,
    ) {
        let mut new = HashMap::<ConversationKey, Vec<Message>>::new();
        for (key, message) in messages {
            new.entry(key).or_default().push(message);
        }
        for conversation in conversations {
            let news = behind.get(&conversation.key).and_then(|behind| behind.news);
            let messages = new.remove(&conversation.key).unwrap_or_default();
            let conversation = Arc::new(conversation);
            self.pending().note_elsewhere(&conversation, news, &self.0.inbox_moved);
            self.tell_missed(&conversation, messages);
        }
    }

    fn tell_missed(&self, conversation: &Arc<Conversation>, messages: Vec<Message>) {
        let (id, last_rev) = (conversation.id, conversation.last_rev);
        let mut registry = self.registry();
        let Some(known) = registry.known(id) else { return };
        for message in messages {
            registry.tell(id, What::Message { message: Arc::new(message), last_rev });
        }
        let at = Position::of(conversation);
        for (side, before, seq) in [
            (Side::Customer, known.customer_seen, at.customer_seen),
            (Side::Agent, known.agent_seen, at.agent_seen),
        ] {
            if before < seq {
                registry.tell(id, What::Seen { side, seq });
            }
        }
        registry.tell(id, What::Stands(Arc::clone(conversation)));
        registry.note_told(id, at);
    }
}
