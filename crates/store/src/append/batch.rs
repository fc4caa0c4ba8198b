//! One batch: lock, look up, decide, write, commit, tell.

use super::{
    Append, Appended, BATCH_PATIENCE, BLOCKED_PATIENCE, BLOCKED_RETRY, Job, MAX_BATCH, MAX_BLOCKED,
    MAX_BLOCKED_AT_ONE, NewMessage, SentKey, hash,
};
use crate::conversation_row::save;
use crate::db::Tx;
use crate::notes::insert_event;
use crate::search::index_words;
use crate::{Change, Clock, Db, Error, Result, Settings, dialect, messages};
use domain::{Actor, Conversation, ConversationId, Message, MessageId, Note, SessionKey, Timestamp};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

/// The one task that adds messages.
pub(super) struct Writer {
    pub db: Db,
    pub clock: Clock,
    pub settings: Arc<Settings>,
    pub listener: Arc<dyn Fn(Change) + Send + Sync>,
}

/// What a batch did, to be told once it is durable.
struct Committed {
    /// One for each job; none for those whose conversation somebody else has locked.
    results: Vec<Option<Result<Appended>>>,
    changes: Vec<Change>,
}

impl Writer {
    pub async fn run(self, mut jobs: mpsc::Receiver<Job>) {
        let mut blocked = Vec::new();
        loop {
            // Those that were blocked go first, so that a conversation keeps its order.
            let mut batch = blocked;
            let received = tokio::select! {
                biased;
                received = jobs.recv_many(&mut batch, MAX_BATCH) => received > 0,
                () = sleep(BLOCKED_RETRY), if !batch.is_empty() => true,
            };
            if !received && batch.is_empty() {
                return;
            }
            blocked = self.commit(batch, &mut jobs).await;
        }
    }

    /// Commits the batch and answers everybody but those whose conversation somebody else has locked: they are given
    /// back, to be tried again with the next batch, and nobody waits for them (D8). Should the batch fail as a whole, its
    /// halves are tried apart until the bad message is alone, unless the database itself fails, which is nobody's fault.
    async fn commit(&self, batch: Vec<Job>, jobs: &mut mpsc::Receiver<Job>) -> Vec<Job> {
        let mut blocked = Vec::new();
        let mut parts = vec![batch];
        while let Some(mut part) = parts.pop() {
            match self.attempt(&part, &blocked).await {
                Ok(committed) => blocked.extend(self.announce(part, committed)),
                Err(error) if error.is_outage() => {
                    // Who came while the database was tried has waited as long: nobody waits for it twice.
                    while let Ok(job) = jobs.try_recv() {
                        part.push(job);
                    }
                    let all = part.into_iter().chain(parts.drain(..).flatten()).chain(blocked.drain(..));
                    all.for_each(|job| job.answer(Err(error.clone())));
                }
                Err(error) if part.len() == 1 => {
                    part.into_iter().for_each(|job| job.answer(Err(error.clone())));
                }
                Err(_) => {
                    let second = part.split_off(part.len() / 2);
                    parts.extend([second, part]);
                }
            }
        }
        still_blocked(blocked)
    }

    /// Tells everybody what was committed; gives back the jobs that are blocked.
    fn announce(&self, batch: Vec<Job>, committed: Committed) -> Vec<Job> {
        for change in committed.changes {
            (self.listener)(change);
        }
        let mut blocked = Vec::new();
        for (job, result) in batch.into_iter().zip(committed.results) {
            match result {
                Some(result) => job.answer(result),
                None => blocked.push(job),
            }
        }
        blocked
    }

    /// One transaction. Messages behind those that are `blocked` already wait with them.
    async fn attempt(&self, batch: &[Job], blocked: &[Job]) -> Result<Committed> {
        let committing = async {
            let mut tx = self.db.begin().await?;
            let committed =
                Batch::load(&mut tx, batch, blocked, self).await?.write(&mut tx, batch, self).await?;
            tx.commit().await?;
            Ok(committed)
        };
        // A connection that went silent is given up: what it wrote, if anything, a repeat will find (D2).
        timeout(BATCH_PATIENCE, committing).await.unwrap_or(Err(Error::Unanswered))
    }
}

/// Answers those that have been blocked for too long or are too many, and gives back the others. A conversation's
/// messages give up together, so that none overtakes an earlier one.
fn still_blocked(blocked: Vec<Job>) -> Vec<Job> {
    let given_up: HashSet<ConversationId> = blocked
        .iter()
        .filter(|job| job.came_at.elapsed() >= BLOCKED_PATIENCE)
        .map(|job| job.append.conversation)
        .collect();
    let mut at_one = HashMap::<ConversationId, usize>::new();
    let mut kept = Vec::new();
    for job in blocked {
        let id = job.append.conversation;
        let before = at_one.entry(id).or_default();
        if given_up.contains(&id) {
            job.answer(Err(Error::Locked));
        } else if *before >= MAX_BLOCKED_AT_ONE || kept.len() >= MAX_BLOCKED {
            job.answer(Err(Error::Overloaded));
        } else {
            *before += 1;
            kept.push(job);
        }
    }
    kept
}

/// The state a batch works on, all of it read under the conversations' locks.
struct Batch {
    now: Timestamp,
    conversations: HashMap<ConversationId, Conversation>,
    locked: HashSet<ConversationId>,
    live_sessions: HashSet<i64>,
    sent: HashMap<SentKey, ([u8; 32], i64)>,
}

/// What is to become of one job.
enum Verdict {
    /// Somebody else has the conversation locked.
    Blocked,
    Refused(Error),
    Repeat {
        conversation: ConversationId,
        seq: i64,
    },
    New {
        conversation: ConversationId,
        index: usize,
    },
}

impl Batch {
    async fn load(tx: &mut Tx, batch: &[Job], blocked: &[Job], writer: &Writer) -> Result<Self> {
        let ids: HashSet<ConversationId> = batch.iter().map(|job| job.append.conversation).collect();
        let ids: Vec<ConversationId> = ids.into_iter().collect();
        let sessions: HashSet<SessionKey> = batch.iter().map(|job| job.session).collect();
        let sessions: Vec<SessionKey> = sessions.into_iter().collect();
        let blocked: HashSet<ConversationId> = blocked.iter().map(|job| job.append.conversation).collect();
        let free: Vec<ConversationId> = ids.iter().copied().filter(|id| !blocked.contains(id)).collect();
        let (locked, now) = dialect::lock_free(tx, &free, &writer.clock).await?;
        let locked = locked.into_iter().collect();
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
        let mut sent = HashMap::new();
        for row in dialect::sent_before(tx, &keys).await? {
            let (key, text_hash, seq) = row.into_key()?;
            sent.insert(key, (text_hash, seq));
        }
        Ok(Self { now, conversations, locked, live_sessions, sent })
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
                Verdict::Blocked | Verdict::Refused(_) | Verdict::Repeat { .. } => None,
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
        if !self.locked.contains(&id) {
            return Verdict::Blocked;
        }
        let key = sent_key(&job.actor, &job.append, conversation);
        let text_hash = hash(&job.append.text);
        if let Some((first, seq)) = self.sent.get(&key) {
            return if *first == text_hash {
                Verdict::Repeat { conversation: id, seq: *seq }
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
                    Err(refusal) => return Verdict::Refused(refusal.into()),
                }
            }
        };
        self.sent.insert(key.clone(), (text_hash, seq));
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
                Verdict::Blocked => None,
                Verdict::Refused(error) => Some(Err(error)),
                Verdict::Repeat { conversation, seq } => {
                    let conversation = Arc::clone(&conversations[&conversation]);
                    let message = Arc::new(messages::by_seq(tx, conversation.key, seq).await?);
                    Some(Ok(Appended { conversation, message, is_new: false }))
                }
                Verdict::New { conversation, index } => {
                    let conversation = Arc::clone(&conversations[&conversation]);
                    let message = Arc::clone(&new[index]);
                    changes.push(Change::Message {
                        conversation: Arc::clone(&conversation),
                        message: Arc::clone(&message),
                    });
                    Some(Ok(Appended { conversation, message, is_new: true }))
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
