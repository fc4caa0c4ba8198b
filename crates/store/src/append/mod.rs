//! Adding messages: many callers, one writer, one commit for all that wait (D1–D3).
//!
//! An idle store commits a message at once. Under load the messages that arrive during one commit share the next.

mod batch;

pub(crate) use batch::Writer;

use crate::search::index_words;
use crate::{Error, Result, Session, Store};
use domain::{
    Actor, ClaimToken, ClientId, Conversation, ConversationId, ConversationKey, Message, SessionKey, Side,
    Words,
};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// Messages that may wait for the writer; more are refused with [`Error::Overloaded`] (D8).
pub const MAX_WAITING: usize = 4096;
/// After which time it is worth trying again what was refused with [`Error::Overloaded`]: the writer has then worked off
/// what waited.
pub const OVERLOAD_RETRY: Duration = Duration::from_secs(1);
/// Messages in one commit at most.
const MAX_BATCH: usize = 500;
/// Messages to conversations that somebody else has locked, which the writer keeps for later; more are refused.
const MAX_BLOCKED: usize = 4096;
/// How many of them may be to one conversation, so that it takes no room from the others. With what a batch adds, still
/// less than a mailbox holds.
const MAX_BLOCKED_AT_ONE: usize = 512;
/// Conversations whose lock is waited for at once, each on a connection of its own.
const BLOCKED_CONNECTIONS: usize = 4;
/// How often the others are tried again while nothing else comes.
const BLOCKED_RETRY: Duration = Duration::from_millis(5);
/// For how long they are tried.
const BLOCKED_PATIENCE: Duration = Duration::from_secs(4);
/// How long the database may take for one batch.
const BATCH_PATIENCE: Duration = Duration::from_secs(8);

/// A message to add.
#[derive(Debug, Clone)]
pub struct Append {
    /// Where.
    pub conversation: ConversationId,
    /// The sender's own id of it (D2).
    pub client_id: ClientId,
    /// The text, already found fit to be a message.
    pub text: String,
    /// The claim the sender believes to hold (C2); agents only.
    pub claim_token: Option<ClaimToken>,
}

/// A message that is durable.
#[derive(Debug, Clone)]
pub struct Appended {
    /// The conversation right after.
    pub conversation: Arc<Conversation>,
    /// The message; for a repeat, the one the first sending made.
    pub message: Arc<Message>,
    /// False for a repeat, which changed nothing (D2).
    pub is_new: bool,
}

/// Under what a sending is known for ever (D2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SentKey {
    pub conversation: ConversationKey,
    pub side: Side,
    pub author: i64,
    pub client_id: ClientId,
}

/// A message that has its number and is about to be written.
#[derive(Debug)]
pub(crate) struct NewMessage {
    pub key: SentKey,
    pub text_hash: [u8; 32],
    pub words: String,
    pub message: Message,
}

/// Somebody's append, waiting for the writer.
struct Job {
    session: SessionKey,
    actor: Actor,
    append: Append,
    text_hash: [u8; 32],
    /// The words under which it will be found (S4).
    index_words: String,
    /// What it says, by which rules (U1).
    says: (Words, i64),
    came_at: Instant,
    reply: oneshot::Sender<Result<Appended>>,
}

impl Job {
    /// Who asked may be gone.
    fn answer(self, result: Result<Appended>) {
        let _ = self.reply.send(result);
    }
}

/// The queue to the writer.
#[derive(Debug, Clone)]
pub(crate) struct Appender(mpsc::Sender<Job>);

impl Appender {
    /// Starts the writer; it ends when the last store is dropped.
    pub fn start(writer: Writer) -> Self {
        let (sender, jobs) = mpsc::channel(MAX_WAITING);
        tokio::spawn(writer.run(jobs));
        Self(sender)
    }
}

impl Store {
    /// Adds a message and returns when it is durable (D1). The same `client_id` again returns the first result and
    /// changes nothing, whatever has happened since (D2).
    ///
    /// # Errors
    /// [`Error::NotFound`] outside the caller's reach, [`Error::SignedOut`], [`Error::ClientIdReused`],
    /// [`Error::Refused`] for an agent without the claim (C2), [`Error::Overloaded`] when too many wait (D8),
    /// [`Error::Locked`] when somebody else keeps the conversation locked.
    pub async fn append(&self, session: &Session, append: Append) -> Result<Appended> {
        let (reply, answer) = oneshot::channel();
        let rules = self.rules.get();
        let words = match &session.actor {
            Actor::Customer(_) => rules.words(&append.text, self.clock.now()),
            Actor::Agent(_) => Words::default(),
        };
        let job = Job {
            session: session.key,
            actor: session.actor.clone(),
            text_hash: hash(&append.text),
            index_words: index_words(&append.text),
            append,
            says: (words, rules.version),
            came_at: Instant::now(),
            reply,
        };
        let sent = self.appender.0.try_send(job).map_err(|_| Error::Overloaded);
        let appended = match sent {
            Ok(()) => {
                self.metrics.waiting.inc();
                answer.await.unwrap_or(Err(Error::Overloaded))
            }
            Err(error) => Err(error),
        };
        let appended = appended.inspect_err(|error| {
            if let Some(reason) = reason(error) {
                self.metrics.refused.get_or_create(&[("reason", reason)]).inc();
            }
        })?;
        if let (Some(agent), true) = (session.actor.agent(), appended.is_new) {
            self.uses.sent(agent, &appended);
        }
        Ok(appended)
    }
}

/// Why the store could not take a message, when that is not the sender's doing.
fn reason(error: &Error) -> Option<&'static str> {
    match error {
        Error::Overloaded => Some("overloaded"),
        Error::Locked => Some("locked"),
        Error::Unanswered | Error::Database(_) => Some("unavailable"),
        _ => None,
    }
}

pub(crate) fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
