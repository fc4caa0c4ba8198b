//! One batch: lock, look up, decide, write, commit, tell.

use super::{Append, Appended, Job, MAX_BATCH, NewMessage, SentKey, hash};
use crate::conversation_row::save;
use crate::db::Tx;
use crate::deliberate::{self, Fault};
use crate::notes::insert_event;
use crate::search::index_words;
use crate::{Change, Clock, Db, Error, Result, Settings, dialect, messages};
use domain::{
    Actor, ClientId, Conversation, ConversationId, Message, MessageId, Note, SessionKey, Timestamp,
};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use uuid::Uuid;

/// The one task that adds messages.
pub(super) struct Writer {
    pub db: Db,
    pub clock: Clock,
    pub settings: Arc<Settings>,
    pub listener: Arc<dyn Fn(Change) + Send + Sync>,
}

/// What a batch did, to be told once it is durable.
struct Committed {
    results: Vec<Result<Appended>>,
    changes: Vec<Change>,
}

impl Writer {
    pub async fn run(self, mut jobs: mpsc::Receiver<Job>) {
        let mut batch = Vec::new();
        while jobs.recv_many(&mut batch, MAX_BATCH).await > 0 {
            self.commit(std::mem::take(&mut batch)).await;
        }
    }

    /// Commits the batch and answers everybody. Should it fail as a whole, each is tried alone, so that one bad
    /// message never sinks the others (D8) — unless the database is gone, which is nobody's fault.
    async fn commit(&self, mut batch: Vec<Job>) {
        match self.attempt(&batch).await {
            Ok(committed) => self.announce(batch, committed),
            Err(error) if batch.len() == 1 || error.is_outage() => {
                for job in batch {
                    let _ = job.reply.send(Err(error.clone()));
                }
            }
            Err(_) => {
                for job in batch.drain(..) {
                    let alone = vec![job];
                    match self.attempt(&alone).await {
                        Ok(committed) => self.announce(alone, committed),
                        Err(error) => alone.into_iter().for_each(|job| {
                            let _ = job.reply.send(Err(error.clone()));
                        }),
                    }
                }
            }
        }
    }

    fn announce(&self, batch: Vec<Job>, committed: Committed) {
        for change in committed.changes {
            (self.listener)(change);
        }
        for (job, result) in batch.into_iter().zip(committed.results) {
            let _ = job.reply.send(result);
        }
    }

    async fn attempt(&self, batch: &[Job]) -> Result<Committed> {
        let mut tx = self.db.begin().await?;
        let committed = Batch::load(&mut tx, batch, self).await?.write(&mut tx, batch, self).await?;
        if deliberate::is(Fault::AckBeforeCommit) {
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                tx.commit().await
            });
            return Ok(committed);
        }
        tx.commit().await?;
        Ok(committed)
    }
}

/// What [`Fault::InMemoryDeduplication`] knows.
static REMEMBERED: LazyLock<Mutex<Sent>> = LazyLock::new(Mutex::default);

/// What was sent before, by this batch too: the hash of the text first sent, and the number it got (D2).
#[derive(Default)]
struct Sent(HashMap<SentKey, ([u8; 32], i64)>);

impl Sent {
    fn get(&self, key: &SentKey) -> Option<([u8; 32], i64)> {
        if deliberate::is(Fault::NoDeduplication) {
            return None;
        }
        if deliberate::is(Fault::InMemoryDeduplication) {
            return REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner).0.get(key).copied();
        }
        self.0.get(key).copied()
    }

    /// Adds what is sent now; gives the key to store it under.
    fn insert(&mut self, key: SentKey, text_hash: [u8; 32], seq: i64) -> SentKey {
        self.0.insert(key.clone(), (text_hash, seq));
        if deliberate::is(Fault::InMemoryDeduplication) {
            let mut remembered = REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner);
            remembered.0.insert(key.clone(), (text_hash, seq));
        }
        if deliberate::is(Fault::InMemoryDeduplication) || deliberate::is(Fault::NoDeduplication) {
            return SentKey { client_id: ClientId(Uuid::new_v4()), ..key };
        }
        key
    }
}

/// The state a batch works on, all of it read under the conversations' locks.
struct Batch {
    now: Timestamp,
    conversations: HashMap<ConversationId, Conversation>,
    live_sessions: HashSet<i64>,
    sent: Sent,
}

/// What is to become of one job.
enum Verdict {
    Refused(Error),
    Repeat { conversation: ConversationId, seq: i64 },
    New { conversation: ConversationId, index: usize },
}

impl Batch {
    async fn load(tx: &mut Tx, batch: &[Job], writer: &Writer) -> Result<Self> {
        let ids: HashSet<ConversationId> = batch.iter().map(|job| job.append.conversation).collect();
        let ids: Vec<ConversationId> = ids.into_iter().collect();
        let sessions: HashSet<SessionKey> = batch.iter().map(|job| job.session).collect();
        let sessions: Vec<SessionKey> = sessions.into_iter().collect();
        let locked = if deliberate::is(Fault::NumberOutsideLock) { &[] } else { &ids[..] };
        let now = dialect::lock(tx, locked, &writer.clock).await?;
        let conversations: HashMap<_, _> =
            dialect::load(tx, &ids).await?.into_iter().map(|c| (c.id, c)).collect();
        let live_sessions = dialect::live_sessions(tx.get(), &sessions, now).await?.into_iter().collect();
        let keys: Vec<SentKey> = batch
            .iter()
            .filter_map(|job| {
                conversations.get(&job.append.conversation).map(|c| sent_key(&job.actor, &job.append, c))
            })
            .collect();
        let keys: Vec<&SentKey> = keys.iter().collect();
        let mut sent = Sent::default();
        for row in dialect::sent_before(tx, &keys).await? {
            let (key, text_hash, seq) = row.into_key()?;
            sent.0.insert(key, (text_hash, seq));
        }
        Ok(Self { now, conversations, live_sessions, sent })
    }

    async fn write(mut self, tx: &mut Tx, batch: &[Job], writer: &Writer) -> Result<Committed> {
        let mut new = Vec::new();
        let mut events = HashMap::new();
        let verdicts: Vec<Verdict> =
            batch.iter().map(|job| self.judge(job, &mut new, &mut events, writer)).collect();
        if !new.is_empty() {
            dialect::insert_messages(tx, &new).await?;
        }
        let touched: HashSet<ConversationId> = verdicts
            .iter()
            .filter_map(|verdict| match verdict {
                Verdict::New { conversation, .. } => Some(*conversation),
                Verdict::Refused(_) | Verdict::Repeat { .. } => None,
            })
            .collect();
        let notes = self.save(tx, &touched, events).await?;
        let new: Vec<Arc<Message>> = new.into_iter().map(|new| Arc::new(new.message)).collect();
        self.settle(tx, verdicts, &new, notes).await
    }

    /// Decides one job, in the order of arrival: session, reach, repeat, then the state (D2).
    fn judge(
        &mut self,
        job: &Job,
        new: &mut Vec<NewMessage>,
        events: &mut HashMap<ConversationId, domain::Event>,
        writer: &Writer,
    ) -> Verdict {
        if !self.live_sessions.contains(&job.session.0) {
            return Verdict::Refused(Error::SignedOut);
        }
        let id = job.append.conversation;
        let Some(conversation) = self.conversations.get_mut(&id).filter(|c| c.is_within_reach_of(&job.actor))
        else {
            return Verdict::Refused(Error::NotFound("conversation"));
        };
        let key = sent_key(&job.actor, &job.append, conversation);
        let text_hash = hash(&job.append.text);
        if let Some((first, seq)) = self.sent.get(&key) {
            return if first == text_hash {
                Verdict::Repeat { conversation: id, seq }
            } else {
                Verdict::Refused(Error::ClientIdReused)
            };
        }
        let seq = match &job.actor {
            Actor::Customer(_) => {
                let (seq, event) = conversation.customer_writes(self.now);
                if let Some(event) = event {
                    events.insert(id, event);
                }
                seq
            }
            Actor::Agent(agent) => {
                let token = job.append.claim_token;
                match conversation.agent_writes(agent, token, self.now, writer.settings.lease) {
                    Ok(seq) => seq,
                    Err(_) if deliberate::is(Fault::UnfencedWrite) => {
                        conversation.customer_writes(self.now).0
                    }
                    Err(refusal) => return Verdict::Refused(refusal.into()),
                }
            }
        };
        let key = self.sent.insert(key, text_hash, seq);
        let message = Message {
            id: MessageId::new(),
            seq,
            author: job.actor.author(),
            text: Some(job.append.text.clone()),
            client_id: job.append.client_id,
            created_at: self.now,
            rev: 0,
            edited_at: None,
            deleted: false,
        };
        let words = index_words(&job.append.text);
        new.push(NewMessage { key, text_hash, words, message });
        Verdict::New { conversation: id, index: new.len() - 1 }
    }

    /// Writes the conversations back: in bulk, save for those whose state changed.
    async fn save(
        &mut self,
        tx: &mut Tx,
        touched: &HashSet<ConversationId>,
        mut events: HashMap<ConversationId, domain::Event>,
    ) -> Result<Vec<(ConversationId, Note)>> {
        let mut notes = Vec::new();
        let mut in_bulk = Vec::new();
        for conversation in self.conversations.values_mut().filter(|c| touched.contains(&c.id)) {
            if let Some(event) = events.remove(&conversation.id) {
                notes.push((conversation.id, insert_event(tx, conversation, &event, None, self.now).await?));
                save(tx, conversation).await?;
            } else {
                in_bulk.push(conversation);
            }
        }
        if !in_bulk.is_empty() {
            dialect::save_progress(tx, &in_bulk.iter().map(|c| &**c).collect::<Vec<_>>()).await?;
            in_bulk.into_iter().for_each(|c| c.version += 1);
        }
        Ok(notes)
    }

    async fn settle(
        self,
        tx: &mut Tx,
        verdicts: Vec<Verdict>,
        new: &[Arc<Message>],
        notes: Vec<(ConversationId, Note)>,
    ) -> Result<Committed> {
        let conversations: HashMap<_, _> =
            self.conversations.into_iter().map(|(id, c)| (id, Arc::new(c))).collect();
        let mut changes = Vec::new();
        for (id, note) in notes {
            let conversation = Arc::clone(&conversations[&id]);
            changes.push(Change::Conversation(Arc::clone(&conversation)));
            changes.push(Change::Note { conversation, note: Arc::new(note) });
        }
        let mut results = Vec::with_capacity(verdicts.len());
        for verdict in verdicts {
            results.push(match verdict {
                Verdict::Refused(error) => Err(error),
                Verdict::Repeat { conversation, seq } => {
                    let conversation = Arc::clone(&conversations[&conversation]);
                    let message = Arc::new(messages::by_seq(tx, conversation.key, seq).await?);
                    Ok(Appended { conversation, message, is_new: false })
                }
                Verdict::New { conversation, index } => {
                    let conversation = Arc::clone(&conversations[&conversation]);
                    let message = Arc::clone(&new[index]);
                    changes.push(Change::Message {
                        conversation: Arc::clone(&conversation),
                        message: Arc::clone(&message),
                    });
                    Ok(Appended { conversation, message, is_new: true })
                }
            });
        }
        Ok(Committed { results, changes })
    }
}

fn sent_key(actor: &Actor, append: &Append, conversation: &Conversation) -> SentKey {
    let author = match actor {
        Actor::Customer(customer) => customer.key.0,
        Actor::Agent(agent) => agent.key.0,
    };
    SentKey { conversation: conversation.key, side: actor.side(), author, client_id: append.client_id }
}
