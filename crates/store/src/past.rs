//! Conversations with a past, in bulk: each step is judged by the rules of [`domain`] as if it happened now at its own
//! time; only the writing is done for all of them at once.

use crate::append::{NewMessage, SentKey, hash};
use crate::conversation_row::{json, word_reasons};
use crate::db::{Tx, execute, fetch_one};
use crate::dialect::{self, Column, hex};
use crate::import::{Beginning, Newcomer};
use crate::notes;
use crate::search::index_words;
use crate::urgency::Versioned;
use crate::{Error, Result, Store};
use domain::{
    Actor, Agent, Author, ClientId, Conversation, ConversationId, CustomerId, Event, Message, MessageId,
    Note, NoteId, NoteKind, Rating, Side, TagId, Timestamp, Words,
};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// A conversation and all that happened in it.
#[derive(Debug, Clone)]
pub struct Past {
    /// Its id; not there yet.
    pub conversation: ConversationId,
    /// The customer's id; made a customer when unknown.
    pub customer: CustomerId,
    /// The customer's name, if they are new.
    pub name: String,
    /// The customer's address, if they are new and gave one.
    pub email: Option<String>,
    /// How many conversations the customer had shortly before it.
    pub earlier: i64,
    /// Its tags.
    pub tags: Vec<String>,
    /// What happened, oldest first; the first is a message of the customer's.
    pub steps: Vec<PastStep>,
}

/// Something that happened. Whoever does something has read all before it.
#[derive(Debug, Clone)]
pub struct PastStep {
    /// When.
    pub at: Timestamp,
    /// What.
    pub deed: PastDeed,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum PastDeed {
    /// The customer wrote this.
    CustomerWrote(String),
    /// The customer read all that was there.
    CustomerRead,
    /// The customer gave this score.
    CustomerRated(u8),
    /// An agent took it.
    Claimed(Arc<Agent>),
    /// Its holder wrote this.
    AgentWrote(Arc<Agent>, String),
    /// An agent left this note.
    Noted(Arc<Agent>, String),
    /// Its holder took it out of the queue until this time.
    Snoozed(Arc<Agent>, Timestamp),
    /// Its holder resolved it.
    Resolved(Arc<Agent>),
}

impl Store {
    /// Adds conversations that are not there yet, in one commit. Nobody is notified.
    ///
    /// # Errors
    /// [`Error::Taken`] when one of them is there, [`Error::Refused`] when something could not have happened,
    /// [`Error::Database`]; then nothing of it was added.
    pub async fn add_past(&self, past: &[Past]) -> Result<()> {
        let rules = self.rules.get();
        let said: Vec<Vec<Option<Said>>> =
            past.iter().map(|past| past.steps.iter().map(|step| Said::of(step, &rules)).collect()).collect();
        let mut tx = self.db.begin().await?;
        let (newcomers, beginnings) = arrivals(past);
        dialect::insert_customers(&mut tx, &newcomers).await?;
        if dialect::insert_conversations(&mut tx, &beginnings).await? < past.len() {
            return Err(Error::Taken("the id of a conversation"));
        }
        let ids: Vec<ConversationId> = past.iter().map(|past| past.conversation).collect();
        let now = dialect::lock(&mut tx, &ids, &self.clock).await?;
        let found = dialect::load(&mut tx, &ids).await?;
        let mut found: HashMap<ConversationId, Conversation> = found.into_iter().map(|c| (c.id, c)).collect();

        let mut replays = Vec::new();
        for (past, said) in past.iter().zip(said) {
            let conversation = found.remove(&past.conversation).ok_or(Error::NotFound("conversation"))?;
            let mut replay = Replay::new(conversation, past, self.settings.lease, rules.version);
            for (step, said) in past.steps.iter().zip(said) {
                replay.perform(step, said)?;
            }
            rules.assess(&mut replay.conversation, now);
            replays.push(replay);
        }
        write(&mut tx, &mut replays).await?;
        tx.commit().await?;
        self.learn_words().await
    }
}

/// What is worked out of a message before the database is asked for anything.
struct Said {
    words: Words,
    index_words: String,
    text_hash: [u8; 32],
}

impl Said {
    fn of(step: &PastStep, rules: &Versioned) -> Option<Self> {
        let (text, words) = match &step.deed {
            PastDeed::CustomerWrote(text) => (text, rules.words(text, step.at)),
            PastDeed::AgentWrote(_, text) => (text, Words::default()),
            _ => return None,
        };
        Some(Self { words, index_words: index_words(text), text_hash: hash(text) })
    }
}

/// The customers by id, so that two who add the same do not wait for each other, and the conversations in their order.
fn arrivals(past: &[Past]) -> (Vec<Newcomer<'_>>, Vec<Beginning>) {
    let mut newcomers = BTreeMap::new();
    let mut beginnings = Vec::new();
    for past in past {
        let at = past.steps.first().map_or(Timestamp::from_micros(0), |step| step.at);
        let (id, name, email) = (past.customer, past.name.as_str(), past.email.as_deref());
        newcomers.entry(id).or_insert(Newcomer { id, name, email, at });
        beginnings.push(Beginning { customer: past.customer, conversation: past.conversation, at });
    }
    (newcomers.into_values().collect(), beginnings)
}

/// A conversation as it becomes what it is, and what is to be written of it.
struct Replay<'p> {
    conversation: Conversation,
    tags: &'p [String],
    lease: Duration,
    rules_version: i64,
    messages: Vec<NewMessage>,
    notes: Vec<(Note, Option<Arc<Agent>>)>,
    /// When an agent last took it out of the queue, and since when the customer had waited.
    left_queue: Option<(Timestamp, Timestamp)>,
}

impl<'p> Replay<'p> {
    fn new(conversation: Conversation, past: &'p Past, lease: Duration, rules_version: i64) -> Self {
        let mut tags = past.tags.clone();
        tags.sort_unstable();
        let conversation = Conversation { tags, earlier: past.earlier, ..conversation };
        let (messages, notes, left_queue) = (Vec::new(), Vec::new(), None);
        Self { conversation, tags: &past.tags, lease, rules_version, messages, notes, left_queue }
    }

    fn perform(&mut self, step: &PastStep, said: Option<Said>) -> Result<()> {
        let at = step.at;
        let conversation = &mut self.conversation;
        match &step.deed {
            PastDeed::CustomerWrote(text) => {
                let (seq, event) = conversation.customer_writes(at);
                conversation.customer_seen_seq = seq;
                let author = Author { role: Side::Customer, name: conversation.customer.name.clone() };
                let key = conversation.customer.key.0;
                self.note(event, None, at);
                self.say(key, author, text, seq, at, said);
            }
            PastDeed::CustomerRead => conversation.customer_seen_seq = conversation.last_seq,
            PastDeed::CustomerRated(score) => {
                let event = conversation.rate(Rating { score: *score, comment: None, at })?;
                self.note(event, None, at);
            }
            PastDeed::Claimed(agent) => {
                let waited = conversation.waiting_since.filter(|_| conversation.current_claim().is_none());
                let events = conversation.claim(agent, at, self.lease)?;
                conversation.agent_seen_seq = conversation.last_seq;
                self.left_queue = waited.map(|since| (at, since)).or(self.left_queue);
                self.note(events, Some(agent), at);
            }
            PastDeed::AgentWrote(agent, text) => {
                let seq = conversation.agent_writes(agent, None, at, self.lease)?;
                conversation.agent_seen_seq = seq;
                let author = Author { role: Side::Agent, name: agent.name.clone() };
                self.say(agent.key.0, author, text, seq, at, said);
            }
            PastDeed::Noted(agent, text) => {
                let note = Note {
                    id: NoteId::new(),
                    note_seq: conversation.last_note_seq + 1,
                    after_seq: conversation.last_seq,
                    kind: NoteKind::Note,
                    author: Some(Author { role: Side::Agent, name: agent.name.clone() }),
                    text: text.clone(),
                    data: None,
                    client_id: Some(ClientId::new()),
                    created_at: at,
                };
                conversation.last_note_seq = note.note_seq;
                self.notes.push((note, Some(Arc::clone(agent))));
            }
            PastDeed::Snoozed(agent, until) => {
                let event = conversation.snooze(agent, *until, at)?;
                self.note([event], Some(agent), at);
            }
            PastDeed::Resolved(agent) => {
                let event = conversation.resolve(&Actor::Agent(Agent::clone(agent)), at)?;
                self.note(event, Some(agent), at);
            }
        }
        self.conversation.version += 1;
        Ok(())
    }

    fn say(
        &mut self,
        author_key: i64,
        author: Author,
        text: &str,
        seq: i64,
        at: Timestamp,
        said: Option<Said>,
    ) {
        let Some(Said { words, index_words, text_hash }) = said else { return };
        let side = author.role;
        if side == Side::Customer {
            self.conversation.hear(words, self.rules_version);
        }
        let client_id = ClientId::new();
        self.messages.push(NewMessage {
            key: SentKey { conversation: self.conversation.key, side, author: author_key, client_id },
            text_hash,
            words: index_words,
            message: Message {
                id: MessageId::new(),
                seq,
                author_key,
                author,
                text: Some(text.to_owned()),
                client_id,
                created_at: at,
                rev: 0,
                edited_at: None,
                deleted: false,
            },
        });
    }

    fn note(&mut self, events: impl IntoIterator<Item = Event>, by: Option<&Arc<Agent>>, at: Timestamp) {
        for event in events {
            let note = notes::of_event(&self.conversation, &event, at);
            self.conversation.last_note_seq = note.note_seq;
            self.notes.push((note, by.map(Arc::clone)));
        }
    }
}

async fn write(tx: &mut Tx, replays: &mut [Replay<'_>]) -> Result<()> {
    let mut messages: Vec<NewMessage> =
        replays.iter_mut().flat_map(|replay| replay.messages.drain(..)).collect();
    // What is newer has the higher key, as far as one commit goes.
    messages.sort_by_key(|new| new.message.created_at);
    dialect::insert_messages(tx, &messages).await?;
    let columns = [
        Column::Number("customer_id"),
        Column::Id("client_id"),
        Column::Bytes("text_hash"),
        Column::Number("conversation_id"),
    ];
    let firsts = messages.iter().filter(|new| new.message.seq == 1).map(|new| {
        json!([
            new.key.author,
            hex(new.key.client_id.0.as_bytes()),
            hex(&new.text_hash),
            new.key.conversation.0
        ])
    });
    dialect::insert_rows(tx, "conversation_keys", &columns, firsts.collect()).await?;
    write_notes(tx, replays).await?;
    write_tags(tx, replays).await?;
    let rows = replays.iter().map(conversation_cells).collect();
    dialect::update_rows(tx, "conversations", &CONVERSATION, rows).await
}

async fn write_notes(tx: &mut Tx, replays: &[Replay<'_>]) -> Result<()> {
    let mut events = Vec::new();
    for replay in replays {
        let key = replay.conversation.key;
        for (note, by) in &replay.notes {
            match note.kind {
                NoteKind::Note => notes::insert_row(tx, key, note, by.as_deref()).await?,
                NoteKind::Event => events.push(json!([
                    hex(note.id.0.as_bytes()),
                    key.0,
                    note.note_seq,
                    note.after_seq,
                    note.kind.as_str(),
                    note.author.as_ref().map(|author| author.role.as_str()),
                    by.as_ref().map(|agent| agent.key.0),
                    note.author.as_ref().map(|author| &author.name),
                    note.text,
                    note.data.as_ref().map(ToString::to_string),
                    note.created_at.as_micros(),
                ])),
            }
        }
    }
    let columns = [
        Column::Id("external_id"),
        Column::Number("conversation_id"),
        Column::Number("note_seq"),
        Column::Number("after_seq"),
        Column::Text("kind"),
        Column::Text("side"),
        Column::Number("author_id"),
        Column::Text("author_name"),
        Column::Text("text"),
        Column::Text("data"),
        Column::Time("created_at"),
    ];
    dialect::insert_rows(tx, "notes", &columns, events).await
}

async fn write_tags(tx: &mut Tx, replays: &[Replay<'_>]) -> Result<()> {
    let mut keys: BTreeMap<&str, i64> =
        replays.iter().flat_map(|replay| replay.tags).map(|tag| (tag.as_str(), 0)).collect();
    for (tag, key) in &mut keys {
        let sql = "INSERT INTO tags (external_id, name) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        execute!(tx, sql, TagId::new().0, *tag)?;
        (*key,) = fetch_one!(tx, (i64,), "SELECT id FROM tags WHERE name = $1", *tag)?;
    }
    let rows = replays.iter().flat_map(|replay| {
        replay.tags.iter().map(|tag| json!([replay.conversation.key.0, keys[tag.as_str()]]))
    });
    let columns = [Column::Number("conversation_id"), Column::Number("tag_id")];
    dialect::insert_rows(tx, "conversation_tags", &columns, rows.collect()).await
}

/// All that may change in a conversation, as [`conversation_cells`] gives it.
const CONVERSATION: [Column; 33] = [
    Column::Number("id"),
    Column::Text("status"),
    Column::Number("claim_token"),
    Column::Number("holder_id"),
    Column::Time("claimed_at"),
    Column::Time("lease_expires_at"),
    Column::Time("holder_active_at"),
    Column::Time("snoozed_until"),
    Column::Time("resolved_at"),
    Column::Number("resolved_by_id"),
    Column::Number("former_holder_id"),
    Column::Number("last_seq"),
    Column::Number("last_note_seq"),
    Column::Number("opened_seq"),
    Column::Number("last_customer_seq"),
    Column::Number("last_agent_seq"),
    Column::Number("customer_seen_seq"),
    Column::Number("agent_seen_seq"),
    Column::Time("last_message_at"),
    Column::Time("waiting_since"),
    Column::Text("tags"),
    Column::Number("rating"),
    Column::Time("rated_at"),
    Column::Number("urgency_rank"),
    Column::Number("urgency_score"),
    Column::Text("urgency_reasons"),
    Column::Number("urgency_words"),
    Column::Text("urgency_word_reasons"),
    Column::Number("urgency_rules"),
    Column::Number("urgency_earlier"),
    Column::Time("urgency_due_at"),
    Column::Time("left_queue_at"),
    Column::Time("left_queue_waiting_since"),
];

fn conversation_cells(replay: &Replay<'_>) -> serde_json::Value {
    let c = &replay.conversation;
    let claim = c.current_claim();
    let (snoozed_until, resolution) = match &c.state {
        domain::State::Snoozed { until } => (Some(until.as_micros()), None),
        domain::State::Resolved(resolution) => (None, Some(resolution)),
        domain::State::Open | domain::State::Ongoing(_) => (None, None),
    };
    let key = |agent: &domain::AgentRef| agent.key.0;
    json!([
        c.key.0,
        c.status().as_str(),
        c.claim_token.0,
        claim.map(|claim| claim.holder.key.0),
        claim.map(|claim| claim.since.as_micros()),
        claim.map(|claim| claim.expires_at.as_micros()),
        claim.map(|claim| claim.active_at.as_micros()),
        snoozed_until,
        resolution.map(|resolution| resolution.at.as_micros()),
        resolution.and_then(|resolution| resolution.by.as_ref().map(key)),
        resolution.and_then(|resolution| resolution.former_holder.as_ref().map(key)),
        c.last_seq,
        c.last_note_seq,
        c.opened_seq,
        c.last_customer_seq,
        c.last_agent_seq,
        c.customer_seen_seq,
        c.agent_seen_seq,
        c.last_message_at.as_micros(),
        c.waiting_since.map(Timestamp::as_micros),
        json(&c.tags),
        c.rating.as_ref().map(|rating| rating.score),
        c.rating.as_ref().map(|rating| rating.at.as_micros()),
        c.urgency.level.rank(),
        c.urgency.score,
        json(&c.urgency.reasons),
        c.words.as_ref().map(|words| words.score),
        word_reasons(c),
        c.rules_version,
        c.earlier,
        c.urgency_due_at.map(Timestamp::as_micros),
        replay.left_queue.map(|(at, _)| at.as_micros()),
        replay.left_queue.map(|(_, since)| since.as_micros()),
    ])
}
