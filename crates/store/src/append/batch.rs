//! One batch: lock, look up, decide, write, commit, tell.

use super::{
    Append, Appended, BATCH_PATIENCE, BLOCKED_CONNECTIONS, BLOCKED_PATIENCE, BLOCKED_RETRY, Job, MAX_BATCH,
    MAX_BLOCKED, MAX_BLOCKED_AT_ONE, NewMessage, SentKey,
};
use crate::conversation_row::save;
use crate::db::Tx;
use crate::deliberate::{self, Fault};
use crate::notes::insert_event;
use crate::urgency::CurrentRules;
use crate::{Change, Clock, Db, Error, Metrics, Result, Settings, dialect, messages};
use domain::{
    Actor, ClientId, Conversation, ConversationId, Message, MessageId, Note, SessionKey, Timestamp,
};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

/// The one task that adds messages.
pub(crate) struct Writer {
    pub db: Db,
    pub clock: Clock,
    pub settings: Arc<Settings>,
    pub listener: Arc<dyn Fn(Change) + Send + Sync>,
    pub metrics: Metrics,
    pub rules: CurrentRules,
}

/// What a batch did, to be told once it is durable.
struct Committed {
    /// One for each job; none for those whose conversation somebody else has locked.
    results: Vec<Option<Result<Appended>>>,
    changes: Vec<Change>,
    took: Duration,
}

/// What is done about a conversation that somebody else has locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Locking {
    /// Its messages are given back.
    PassOver,
    /// Its lock is waited for, in the database's queue, so that nobody who comes later is always faster.
    Wait,
}

/// The conversations whose messages wait apart.
#[derive(Default)]
struct Apart {
    tasks: JoinSet<()>,
    conversations: HashMap<task::Id, ConversationId>,
}

impl Apart {
    fn spawn(&mut self, id: ConversationId, commit: impl Future<Output = ()> + Send + 'static) {
        self.conversations.insert(self.tasks.spawn(commit).id(), id);
    }

    fn has(&self, id: ConversationId) -> bool {
        self.conversations.values().any(|other| *other == id)
    }

    fn len(&self) -> usize {
        self.conversations.len()
    }

    /// Waits until one of them has been dealt with. Safe to drop and call again.
    async fn done(&mut self) {
        if let Some(ended) = self.tasks.join_next_with_id().await {
            let task = ended.map_or_else(|error: JoinError| error.id(), |(task, ())| task);
            self.conversations.remove(&task);
        }
    }
}

/// What became of a batch beside what was answered.
#[derive(Default)]
struct Rest {
    /// Messages whose conversation is locked.
    blocked: Vec<Job>,
    outage: Option<Error>,
}

impl Writer {
    /// Commits what comes, batch by batch. Messages to a conversation that somebody else has locked wait for it apart, on
    /// a connection of their own, and those that come meanwhile wait behind them: nobody else does (D8).
    pub(super) async fn run(self, mut jobs: mpsc::Receiver<Job>) {
        let writer = Arc::new(self);
        let mut apart = Apart::default();
        let mut blocked = Vec::new();
        loop {
            // Those that were blocked go first, so that a conversation keeps its order.
            let mut batch = blocked;
            let before = batch.len();
            let goes_on = tokio::select! {
                biased;
                () = apart.done(), if apart.len() > 0 => true,
                received = jobs.recv_many(&mut batch, MAX_BATCH) => received > 0,
                () = sleep(BLOCKED_RETRY), if before > 0 => true,
            };
            if !goes_on && batch.is_empty() {
                return;
            }
            writer.metrics.waiting.dec_by(gauge(batch.len() - before));
            let (behind, batch): (Vec<_>, Vec<_>) =
                batch.into_iter().partition(|job| apart.has(job.append.conversation));
            let Rest { blocked: passed_over, outage } = writer.commit(batch, Locking::PassOver).await;
            if let Some(error) = outage {
                // Who came while the database was tried has waited as long: nobody waits for it twice.
                while let Ok(job) = jobs.try_recv() {
                    writer.metrics.waiting.dec();
                    job.answer(Err(error.clone()));
                }
            }
            blocked = still_blocked(behind.into_iter().chain(passed_over));
            while apart.len() < BLOCKED_CONNECTIONS
                && let Some(id) = blocked.iter().map(|job| job.append.conversation).find(|id| !apart.has(*id))
            {
                let (theirs, others) = blocked.into_iter().partition(|job| job.append.conversation == id);
                blocked = others;
                let writer = Arc::clone(&writer);
                apart.spawn(id, async move {
                    writer.commit(theirs, Locking::Wait).await;
                });
            }
            writer.metrics.blocked.set(gauge(blocked.len()));
        }
    }

    /// Commits the batch and answers everybody but those who are blocked. Should it fail as a whole, its halves are tried
    /// apart until the bad message is alone, unless the database itself fails, which is nobody's fault.
    async fn commit(&self, batch: Vec<Job>, locking: Locking) -> Rest {
        let mut rest = Rest::default();
        let mut parts = vec![batch];
        while let Some(mut part) = parts.pop() {
            if part.is_empty() {
                continue;
            }
            match self.attempt(&part, &rest.blocked, locking).await {
                Ok(committed) => rest.blocked.extend(self.announce(part, committed)),
                Err(error) if error.is_outage() => {
                    let all = part.into_iter().chain(parts.drain(..).flatten()).chain(rest.blocked.drain(..));
                    all.for_each(|job| job.answer(Err(error.clone())));
                    rest.outage = Some(error);
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
        rest
    }

    /// Tells everybody what was committed; gives back the jobs that are blocked.
    fn announce(&self, batch: Vec<Job>, committed: Committed) -> Vec<Job> {
        let new =
            committed.results.iter().filter(|result| matches!(result, Some(Ok(kept)) if kept.is_new)).count();
        if new > 0 {
            self.metrics.committed.inc_by(new as u64);
            self.metrics.batch_messages.observe(new as f64);
            self.metrics.commit_seconds.observe(committed.took.as_secs_f64());
        }
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
    async fn attempt(&self, batch: &[Job], blocked: &[Job], locking: Locking) -> Result<Committed> {
        let began = Instant::now();
        let committing = async {
            let mut tx = self.db.begin().await?;
            let mut committed = Batch::load(&mut tx, batch, blocked, locking, self)
                .await?
                .write(&mut tx, batch, self)
                .await?;
            if deliberate::is(Fault::AckBeforeCommit) {
                tokio::spawn(async move {
                    sleep(Duration::from_millis(50)).await;
                    tx.commit().await
                });
            } else {
                tx.commit().await?;
            }
            committed.took = began.elapsed();
            Ok(committed)
        };
        // A connection that went silent is given up: what it wrote, if anything, a repeat will find (D2).
        let committed = timeout(BATCH_PATIENCE, committing).await.unwrap_or(Err(Error::Unanswered));
        committed.map_err(|error| if error.is_lock_timeout() { Error::Locked } else { error })
    }
}

fn gauge(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Answers those that have been blocked for too long or are too many, and gives back the others. A conversation's
/// messages give up together, so that none overtakes an earlier one.
fn still_blocked(blocked: impl Iterator<Item = Job>) -> Vec<Job> {
    let blocked: Vec<Job> = blocked.collect();
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
    /// Those that were locked, or are not there, as is known only after waiting for the lock.
    locked: HashSet<ConversationId>,
    live_sessions: HashSet<i64>,
    sent: Sent,
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
    async fn load(
        tx: &mut Tx,
        batch: &[Job],
        blocked: &[Job],
        locking: Locking,
        writer: &Writer,
    ) -> Result<Self> {
        let sessions: HashSet<SessionKey> = batch.iter().map(|job| job.session).collect();
        let sessions: Vec<SessionKey> = sessions.into_iter().collect();
        let blocked: HashSet<ConversationId> = blocked.iter().map(|job| job.append.conversation).collect();
        let ids: HashSet<ConversationId> = batch.iter().map(|job| job.append.conversation).collect();
        let free: Vec<ConversationId> = ids.into_iter().filter(|id| !blocked.contains(id)).collect();
        let (locked, now) = match locking {
            _ if deliberate::is(Fault::NumberOutsideLock) => {
                (free, dialect::lock(tx, &[], &writer.clock).await?)
            }
            Locking::PassOver => dialect::lock_free(tx, &free, &writer.clock).await?,
            Locking::Wait => {
                let now = dialect::lock(tx, &free, &writer.clock).await?;
                (free, now)
            }
        };
        let conversations: HashMap<_, _> =
            dialect::load(tx, &locked).await?.into_iter().map(|c| (c.id, c)).collect();
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
        Ok(Self { now, conversations, locked: locked.into_iter().collect(), live_sessions, sent })
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
        let notes = self.save(tx, &touched, events, writer).await?;
        let new: Vec<Arc<Message>> = new.into_iter().map(|new| Arc::new(new.message)).collect();
        self.settle(tx, verdicts, &new, notes).await
    }

    /// Decides one job, in the order of arrival: session, lock, reach, repeat, then the state (D2).
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
        if !self.locked.contains(&id) {
            return Verdict::Blocked;
        }
        let Some(conversation) = self.conversations.get_mut(&id).filter(|c| c.is_within_reach_of(&job.actor))
        else {
            return Verdict::Refused(Error::NotFound("conversation"));
        };
        let key = sent_key(&job.actor, &job.append, conversation);
        if let Some((first, seq)) = self.sent.get(&key) {
            return if first == job.text_hash {
                Verdict::Repeat { conversation: id, seq }
            } else {
                Verdict::Refused(Error::ClientIdReused)
            };
        }
        let seq = match &job.actor {
            Actor::Customer(_) => {
                let (seq, event) = conversation.customer_writes(self.now);
                let (words, rules_version) = job.says.clone();
                conversation.hear(words, rules_version);
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
        let key = self.sent.insert(key, job.text_hash, seq);
        let message = Message {
            id: MessageId::new(),
            seq,
            author: job.actor.author(),
            author_key: job.actor.key(),
            text: Some(job.append.text.clone()),
            client_id: job.append.client_id,
            created_at: self.now,
            rev: 0,
            edited_at: None,
            deleted: false,
        };
        let (text_hash, words) = (job.text_hash, job.index_words.clone());
        new.push(NewMessage { key, text_hash, words, message });
        Verdict::New { conversation: id, index: new.len() - 1 }
    }

    /// Writes the conversations back: in bulk, save for those whose state changed.
    async fn save(
        &mut self,
        tx: &mut Tx,
        touched: &HashSet<ConversationId>,
        mut events: HashMap<ConversationId, domain::Event>,
        writer: &Writer,
    ) -> Result<Vec<(ConversationId, Note)>> {
        let rules = writer.rules.get();
        let mut notes = Vec::new();
        let mut in_bulk = Vec::new();
        for conversation in self.conversations.values_mut().filter(|c| touched.contains(&c.id)) {
            rules.assess(conversation, self.now);
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
        Ok(Committed { results, changes, took: Duration::ZERO })
    }
}

fn sent_key(actor: &Actor, append: &Append, conversation: &Conversation) -> SentKey {
    let author = match actor {
        Actor::Customer(customer) => customer.key.0,
        Actor::Agent(agent) => agent.key.0,
    };
    SentKey { conversation: conversation.key, side: actor.side(), author, client_id: append.client_id }
}
