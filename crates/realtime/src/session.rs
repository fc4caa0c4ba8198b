//! The chat socket's protocol without any I/O: frames, events and results come in, [`Effect`]s come out.

mod effect;
mod events;
mod frames;
mod log;
mod refusals;
mod results;
mod throttle;

pub use effect::{Effect, Failure, PAGE, Page, Read};

use crate::event::{Event, Person, Render};
use crate::wire::{CloseCode, ConversationView, Mode, QueuePlace, SeenUpTo, ServerFrame, You};
use domain::{Actor, ClaimToken, Conversation, Side, Status};
use log::Log;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use throttle::Throttle;

/// Malformed frames after which the socket closes.
pub const MALFORMED_LIMIT: u32 = 10;
/// How often a lease is renewed at most (C3).
pub const RENEW_INTERVAL: Duration = Duration::from_secs(10);
/// How often a holder's activity is told at most (C3).
const ACTIVE_INTERVAL: Duration = Duration::from_secs(5);
/// For how long somebody counts as typing without saying so again.
pub const TYPING_LASTS: Duration = Duration::from_secs(6);
/// How often the others are told of typing at most.
const TYPING_INTERVAL: Duration = Duration::from_millis(300);
/// How often reading is remembered at most.
const SEEN_INTERVAL: Duration = Duration::from_secs(1);
/// How often suggestions are looked for at most.
const SUGGESTIONS_INTERVAL: Duration = Duration::from_secs(1);

/// How a socket was opened.
#[derive(Debug)]
pub struct Opening<'a> {
    /// The conversation, read (or claimed) after the socket subscribed to it (D4).
    pub conversation: &'a Conversation,
    /// Who opened it.
    pub actor: &'a Actor,
    /// The claim an agent's `work` socket got; without one it is a `view`.
    pub claim: Option<ClaimToken>,
    /// The last `seq` the client has; everything kept when absent.
    pub after: Option<i64>,
    /// The last `rev` the client has; the present one when absent.
    pub rev: Option<i64>,
    /// The last `note_seq` the client has; everything when absent.
    pub notes_after: Option<i64>,
    /// How messages become HTML, for sockets that asked for it.
    pub html: Option<Render>,
}

/// What an agent may write with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// A customer, who needs no claim.
    Owner,
    /// An agent with this claim.
    Holder(ClaimToken),
    /// An agent whose claim of this token ended: a `view` that never claims again by itself.
    Former(ClaimToken),
    /// An agent who opened a `view`.
    Reader,
}

/// One chat socket.
#[derive(Debug)]
pub struct Session {
    person: Person,
    side: Side,
    standing: Standing,
    html: Option<Render>,
    messages: Log,
    changes: Log,
    notes: Option<Log>,
    /// The page being read, and how far its log was known to go then.
    reading: Option<(Read, i64)>,
    /// What came while a page was missing: the newest state, how far each side has read, and who is there.
    held_back: HeldBack,
    status: Status,
    version: i64,
    malformed: u32,
    renewed_at: Instant,
    active_at: Instant,
    typing_until: Option<Instant>,
    typing: Throttle<bool>,
    seen: Throttle<i64>,
    seen_told: SeenUpTo,
    /// The last note the client has read.
    notes_seen: i64,
    suggestions: Throttle<()>,
    suggested: Option<u64>,
    place: Option<QueuePlace>,
    /// Empty, it holds no memory.
    effects: VecDeque<Effect>,
}

#[derive(Debug, Default)]
struct HeldBack {
    conversation: Option<Arc<Event>>,
    customer_seen: Option<Arc<Event>>,
    agent_seen: Option<Arc<Event>>,
    presence: Option<Arc<Event>>,
}

impl Session {
    /// Opens the session: `welcome` first, then what the client has missed.
    pub fn open(opening: &Opening<'_>, now: Instant) -> Self {
        let Opening { conversation, actor, .. } = *opening;
        let beyond_end = opening.after.is_some_and(|after| after > conversation.last_seq);
        let standing = match (actor, opening.claim) {
            (Actor::Customer(_), _) => Standing::Owner,
            (Actor::Agent(_), Some(token)) => Standing::Holder(token),
            (Actor::Agent(_), None) => Standing::Reader,
        };
        let notes_after = if beyond_end { i64::MAX } else { opening.notes_after.unwrap_or(0) };
        let mut session = Self {
            person: Person::of(actor),
            side: actor.side(),
            standing,
            html: opening.html,
            messages: Log::new(opening.after.unwrap_or(conversation.first_seq - 1), conversation.last_seq),
            changes: Log::new(opening.rev.unwrap_or(i64::MAX), conversation.last_rev),
            notes: actor.agent().map(|_| Log::new(notes_after, conversation.last_note_seq)),
            reading: None,
            held_back: HeldBack::default(),
            status: conversation.status(),
            version: conversation.version,
            malformed: 0,
            renewed_at: now,
            active_at: now,
            typing_until: None,
            typing: Throttle::new(TYPING_INTERVAL),
            seen: Throttle::new(SEEN_INTERVAL),
            seen_told: SeenUpTo {
                customer: conversation.customer_seen_seq,
                agent: conversation.agent_seen_seq,
            },
            notes_seen: notes_after.min(conversation.last_note_seq),
            suggestions: Throttle::new(SUGGESTIONS_INTERVAL),
            suggested: None,
            place: None,
            effects: VecDeque::new(),
        };
        session.welcome(opening);
        session.catch_up();
        if !beyond_end {
            session.look_around(now);
        }
        session
    }

    fn welcome(&mut self, opening: &Opening<'_>) {
        let conversation = opening.conversation;
        let mode = match self.standing {
            Standing::Owner => None,
            Standing::Holder(_) => Some(Mode::Work),
            Standing::Former(_) | Standing::Reader => Some(Mode::View),
        };
        self.send(&ServerFrame::Welcome {
            conversation: Box::new(ConversationView::new(conversation, self.side)),
            you: You { role: self.side, name: opening.actor.name().to_owned(), mode },
            last_seq: conversation.last_seq,
            first_seq: conversation.first_seq,
            last_rev: conversation.last_rev,
            seen: self.seen_told,
        });
    }

    /// The next thing to do, if any.
    pub fn next_effect(&mut self) -> Option<Effect> {
        let effect = self.effects.pop_front();
        if effect.is_none() {
            self.effects = VecDeque::new();
        }
        effect
    }

    /// Whether the client still misses what only the store can give. Meanwhile events cost no memory, so the driver
    /// may hand them over however slowly the client reads.
    pub fn is_behind(&self) -> bool {
        self.reading.is_some()
    }

    /// Looks for what goes with the conversation's state: a customer's place in the queue, an agent's suggestions.
    fn look_around(&mut self, now: Instant) {
        if self.standing == Standing::Owner && self.status == Status::Open {
            self.effects.push_back(Effect::FindPlace);
        }
        self.wonder_what_to_suggest(now);
    }

    fn wonder_what_to_suggest(&mut self, now: Instant) {
        if self.side == Side::Agent && self.suggestions.offer((), now).is_some() {
            self.effects.push_back(Effect::FindSuggestions);
        }
    }

    /// When to call [`on_tick`](Self::on_tick), if time has anything to bring.
    pub fn deadline(&self) -> Option<Instant> {
        [self.typing_until, self.typing.deadline(), self.seen.deadline(), self.suggestions.deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Time went by.
    pub fn on_tick(&mut self, now: Instant) {
        if self.typing_until.is_some_and(|until| until <= now) {
            self.on_typing(false, now);
        }
        if let Some(on) = self.typing.due(now) {
            self.effects.push_back(Effect::TellTyping(on));
        }
        if let Some(seq) = self.seen.due(now) {
            self.effects.push_back(Effect::MarkSeen(seq));
        }
        if self.suggestions.due(now).is_some() {
            self.effects.push_back(Effect::FindSuggestions);
        }
    }

    /// Whether the client is known to type; the driver tells the others of the end when the socket ends.
    pub fn is_typing(&self) -> bool {
        self.typing_until.is_some()
    }

    fn forward(&mut self, event: &Event) {
        if let Some(frame) = event.frame(self.person, self.html) {
            self.effects.push_back(Effect::Send(frame));
        }
    }

    fn send(&mut self, frame: &ServerFrame) {
        self.effects.push_back(Effect::Send(frame.to_json().into()));
    }

    fn close(&mut self, code: CloseCode) {
        self.effects.push_back(Effect::Close(code));
    }
}

#[cfg(test)]
mod tests;
