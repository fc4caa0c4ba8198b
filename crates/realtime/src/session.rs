//! The chat socket's protocol without any I/O: frames, events and results come in, [`Effect`]s come out.

mod effect;
mod log;
mod refusals;
mod throttle;

pub use effect::{Effect, Failure, PAGE, Page, Read};

use crate::event::{Event, Person, Render, What, message_changed_frame, message_frame, note_frame};
use crate::wire::{
    ClientFrame, CloseCode, ConversationView, MalformedFrame, Mode, QueuePlace, SeenUpTo, ServerFrame,
    SuggestionView, You,
};
use domain::{Actor, ClaimToken, ClientId, Conversation, Note, Side, Status};
use log::Log;
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};
use throttle::Throttle;

/// Malformed frames after which the socket closes.
pub const MALFORMED_LIMIT: u32 = 10;
/// How often a lease is renewed at most (C3).
pub const RENEW_INTERVAL: Duration = Duration::from_secs(10);
/// For how long somebody counts as typing without saying so again.
pub const TYPING_LASTS: Duration = Duration::from_secs(6);
/// How often the others are told of typing at most.
const TYPING_INTERVAL: Duration = Duration::from_millis(300);
/// How often reading is remembered at most.
const SEEN_INTERVAL: Duration = Duration::from_secs(1);
/// How often suggestions are looked for at most.
const SUGGESTIONS_INTERVAL: Duration = Duration::from_secs(1);

/// Room for effects that stays when a burst is over, so that it does not cost memory for ever.
const KEPT_CAPACITY: usize = 4;

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
    /// What came while a page was missing: the newest state, and how far each side has read.
    held_back: HeldBack,
    status: Status,
    version: i64,
    malformed: u32,
    renewed_at: Instant,
    was_active: bool,
    typing_until: Option<Instant>,
    typing: Throttle<bool>,
    seen: Throttle<i64>,
    seen_told: SeenUpTo,
    suggestions: Throttle<()>,
    suggested: Option<u64>,
    place: Option<QueuePlace>,
    effects: VecDeque<Effect>,
}

#[derive(Debug, Default)]
struct HeldBack {
    conversation: Option<Arc<Event>>,
    customer_seen: Option<Arc<Event>>,
    agent_seen: Option<Arc<Event>>,
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
            was_active: false,
            typing_until: None,
            typing: Throttle::new(TYPING_INTERVAL),
            seen: Throttle::new(SEEN_INTERVAL),
            seen_told: SeenUpTo {
                customer: conversation.customer_seen_seq,
                agent: conversation.agent_seen_seq,
            },
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
            self.effects.shrink_to(KEPT_CAPACITY);
        }
        effect
    }

    /// Whether the client still misses what only the store can give. Meanwhile events cost no memory, so the driver
    /// may hand them over however slowly the client reads.
    pub fn is_behind(&self) -> bool {
        self.reading.is_some()
    }

    /// The client sent a text frame.
    pub fn on_text(&mut self, text: &str, now: Instant) {
        let frame = ClientFrame::parse(text);
        self.was_active |= matches!(frame, Ok(ClientFrame::Note { .. } | ClientFrame::Typing { on: true }));
        self.on_sign_of_life(now);
        match frame {
            Ok(ClientFrame::Send { client_id, text }) => self.on_send(client_id, text, now),
            Ok(ClientFrame::Note { client_id, text }) => self.on_note(client_id, text),
            Ok(ClientFrame::Typing { on }) => self.on_typing(on, now),
            Ok(ClientFrame::Seen { seq }) => self.on_seen(seq, now),
            Ok(ClientFrame::Ping {}) => self.send(&ServerFrame::Pong),
            Err(malformed) => self.on_malformed(malformed),
        }
    }

    /// The client was heard of by a ping or pong of the WebSocket protocol; renews a holder's lease (C3).
    pub fn on_sign_of_life(&mut self, now: Instant) {
        if let Standing::Holder(token) = self.standing
            && now.duration_since(self.renewed_at) >= RENEW_INTERVAL
        {
            self.renewed_at = now;
            let is_active = std::mem::take(&mut self.was_active);
            self.effects.push_back(Effect::Renew { token, is_active });
        }
    }

    /// Sending goes to the store also without a claim: a repeat is answered whatever has happened since (D2), and
    /// the fence refuses the rest.
    fn on_send(&mut self, client_id: ClientId, text: String, now: Instant) {
        if let Some(rejection) = refusals::of_text(client_id, &text) {
            return self.send(&ServerFrame::Rejected(rejection));
        }
        if self.typing_until.is_some() {
            self.on_typing(false, now);
        }
        let claim_token = match self.standing {
            Standing::Owner => None,
            Standing::Holder(token) | Standing::Former(token) => Some(token),
            Standing::Reader => Some(ClaimToken(0)),
        };
        self.effects.push_back(Effect::Append { client_id, text, claim_token });
    }

    fn on_note(&mut self, client_id: ClientId, text: String) {
        if self.side == Side::Customer {
            return self.send(&ServerFrame::Rejected(refusals::of_note_by_customer(client_id)));
        }
        match refusals::of_text(client_id, &text) {
            Some(rejection) => self.send(&ServerFrame::Rejected(rejection)),
            None => self.effects.push_back(Effect::AddNote { client_id, text }),
        }
    }

    fn on_typing(&mut self, on: bool, now: Instant) {
        if matches!(self.standing, Standing::Former(_) | Standing::Reader) {
            return;
        }
        let was_on = self.typing_until.is_some();
        self.typing_until = on.then(|| now + TYPING_LASTS);
        if on != was_on
            && let Some(on) = self.typing.offer(on, now)
        {
            self.effects.push_back(Effect::TellTyping(on));
        }
    }

    fn on_seen(&mut self, seq: i64, now: Instant) {
        let read = seq.min(self.messages.known());
        if matches!(self.standing, Standing::Owner | Standing::Holder(_))
            && read > 0
            && let Some(seq) = self.seen.offer(read, now)
        {
            self.effects.push_back(Effect::MarkSeen(seq));
        }
    }

    fn on_malformed(&mut self, malformed: MalformedFrame) {
        self.malformed += 1;
        self.send(&ServerFrame::Rejected(refusals::of_malformed(malformed)));
        if self.malformed >= MALFORMED_LIMIT {
            self.close(CloseCode::Malformed);
        }
    }

    /// Something happened in the conversation.
    pub fn on_event(&mut self, event: &Arc<Event>, now: Instant) {
        match &event.what {
            What::Message { message, last_rev } => self.on_message(event, message.seq, *last_rev, now),
            What::MessageChanged(message) => self.on_change(event, message.seq, message.rev, now),
            What::Note(note) => self.on_note_event(event, note.note_seq),
            What::Conversation(conversation) => self.on_conversation(event, conversation, now),
            What::Stands(conversation) => self.on_stands(event, conversation, now),
            What::Seen { side, seq } => self.on_seen_event(event, *side, *seq),
            What::Typing { by, .. } => {
                if *by != self.person && !self.is_behind() {
                    self.forward(event);
                }
            }
            What::Queue(place) => self.on_queue(*place),
            What::Erased => self.close(CloseCode::NotFound),
            What::Inbox(_) => {}
        }
    }

    fn on_message(&mut self, event: &Event, seq: i64, last_rev: i64, now: Instant) {
        // Told late, it may have been changed since, by a change that counts as sent already.
        let is_fresh = last_rev >= self.changes.sent();
        if self.reading.is_none() && is_fresh && self.messages.is_next(seq) {
            self.forward(event);
        } else {
            self.messages.hear_of(seq);
            self.catch_up();
        }
        self.wonder_what_to_suggest(now);
    }

    fn on_change(&mut self, event: &Event, seq: i64, rev: i64, now: Instant) {
        // A change of a message not sent yet: whatever is heard of that message may be its former text, so that only
        // the store can tell. The change itself is then part of what is read.
        self.messages.hear_of(seq);
        if self.reading.is_none() && !self.messages.is_behind() && self.changes.is_next(rev) {
            self.forward(event);
        } else {
            self.changes.hear_of(rev);
            self.catch_up();
        }
        self.wonder_what_to_suggest(now);
    }

    fn on_note_event(&mut self, event: &Event, note_seq: i64) {
        let Some(notes) = &mut self.notes else { return };
        if self.reading.is_none() && notes.is_next(note_seq) {
            self.forward(event);
        } else {
            notes.hear_of(note_seq);
            self.catch_up();
        }
    }

    fn on_conversation(&mut self, event: &Arc<Event>, conversation: &Conversation, now: Instant) {
        if conversation.version <= self.version {
            return;
        }
        self.version = conversation.version;
        self.check_claim(conversation);
        if self.status != conversation.status() {
            self.status = conversation.status();
            self.place = None;
            self.look_around(now);
        }
        if self.is_behind() {
            self.held_back.conversation = Some(Arc::clone(event));
        } else {
            self.forward(event);
        }
    }

    /// Whatever was missed of it is read, in any case before the newer state is told.
    fn on_stands(&mut self, event: &Arc<Event>, conversation: &Conversation, now: Instant) {
        self.messages.hear_of(conversation.last_seq);
        self.changes.hear_of(conversation.last_rev);
        if let Some(notes) = &mut self.notes {
            notes.hear_of(conversation.last_note_seq);
        }
        self.catch_up();
        self.on_conversation(event, conversation, now);
        self.wonder_what_to_suggest(now);
    }

    /// Events may come in another order than what they tell of, and later than the welcome.
    fn on_seen_event(&mut self, event: &Arc<Event>, side: Side, seq: i64) {
        let told = match side {
            Side::Customer => &mut self.seen_told.customer,
            Side::Agent => &mut self.seen_told.agent,
        };
        if seq <= *told {
            return;
        }
        *told = seq;
        if !self.is_behind() {
            return self.forward(event);
        }
        let held_back = match side {
            Side::Customer => &mut self.held_back.customer_seen,
            Side::Agent => &mut self.held_back.agent_seen,
        };
        *held_back = Some(Arc::clone(event));
    }

    /// A claim that ended, or is not this socket's any more, makes it a `view` for good (C2, C4).
    fn check_claim(&mut self, conversation: &Conversation) {
        if let Standing::Holder(token) = self.standing {
            let holder = conversation.current_claim().map(|claim| Person::Agent(claim.holder.key));
            if holder != Some(self.person) || conversation.claim_token != token {
                self.lose_claim(token);
            }
        }
    }

    fn lose_claim(&mut self, token: ClaimToken) {
        self.standing = Standing::Former(token);
        if self.typing_until.take().is_some() {
            self.effects.push_back(Effect::TellTyping(false));
        }
    }

    /// A message the client sent is durable, or was refused.
    pub fn on_appended(&mut self, client_id: ClientId, result: Result<store::Appended, Failure>) {
        match result {
            Ok(appended) => self.send(&ServerFrame::Ack {
                client_id,
                seq: appended.message.seq,
                id: appended.message.id.0,
            }),
            Err(failure) => self.on_failure(client_id, failure),
        }
    }

    /// A note the client sent is durable, or was refused.
    pub fn on_noted(&mut self, client_id: ClientId, result: Result<Note, Failure>) {
        match result {
            Ok(note) => self.send(&ServerFrame::Ack { client_id, seq: note.note_seq, id: note.id.0 }),
            Err(failure) => self.on_failure(client_id, failure),
        }
    }

    fn on_failure(&mut self, client_id: ClientId, failure: Failure) {
        match failure {
            Failure::Store(store::Error::SignedOut) => self.close(CloseCode::SignedOut),
            Failure::Store(store::Error::NotFound(_)) => self.close(CloseCode::NotFound),
            Failure::Store(error) => {
                let only_reads = self.standing == Standing::Reader;
                self.send(&ServerFrame::Rejected(refusals::of_store(client_id, &error, only_reads)));
            }
            Failure::RateLimited => {
                self.send(&ServerFrame::Rejected(refusals::of_rate(client_id)));
            }
        }
    }

    /// The lease was renewed, or it was too late.
    pub fn on_renewed(&mut self, result: store::Result<()>) {
        match (result, self.standing) {
            (Err(store::Error::SignedOut), _) => self.close(CloseCode::SignedOut),
            (Err(store::Error::Refused(_)), Standing::Holder(token)) => self.lose_claim(token),
            (Ok(()) | Err(_), _) => {}
        }
    }

    /// The page asked for was read. Without the database the socket cannot go on.
    pub fn on_page(&mut self, page: store::Result<Page>) {
        let Some((read, known)) = self.reading.take() else { return };
        let Ok(page) = page else { return self.close(CloseCode::Failed) };
        let is_last = match &page {
            Page::Messages(messages) => messages.len() < PAGE as usize,
            Page::Notes(notes) => notes.len() < PAGE as usize,
        };
        match (read, page) {
            (Read::Messages { .. }, Page::Messages(messages)) => {
                for message in messages {
                    if self.messages.advance(message.seq) {
                        self.send(&message_frame(&message, self.html));
                    }
                }
                if is_last {
                    self.messages.advance(known);
                }
            }
            (Read::Changes { .. }, Page::Messages(messages)) => {
                for message in messages {
                    if self.changes.advance(message.rev) {
                        self.send(&message_changed_frame(&message, self.html));
                    }
                }
                if is_last {
                    self.changes.advance(known);
                }
            }
            (Read::Notes { .. }, Page::Notes(notes)) => {
                for note in notes {
                    if self.notes.as_mut().is_some_and(|log| log.advance(note.note_seq)) {
                        self.send(&note_frame(&note, self.html));
                    }
                }
                if is_last && let Some(log) = &mut self.notes {
                    log.advance(known);
                }
            }
            (Read::Messages { .. } | Read::Changes { .. }, Page::Notes(_))
            | (Read::Notes { .. }, Page::Messages(_)) => {}
        }
        self.catch_up();
    }

    /// Reads the next page of whatever is behind, changes of what the client already has first; when nothing is,
    /// sends what was held back.
    fn catch_up(&mut self) {
        if self.reading.is_some() {
            return;
        }
        let (messages, changes) = (self.messages, self.changes);
        let notes = self.notes.filter(Log::is_behind);
        let reading = if changes.is_behind() {
            (Read::Changes { up_to: messages.sent(), since: changes.sent() }, changes.known())
        } else if messages.is_behind() {
            (Read::Messages { after: messages.sent() }, messages.known())
        } else if let Some(notes) = notes {
            (Read::Notes { after: notes.sent() }, notes.known())
        } else {
            return self.send_held_back();
        };
        self.reading = Some(reading);
        self.effects.push_back(Effect::Read(reading.0));
    }

    fn send_held_back(&mut self) {
        let HeldBack { conversation, customer_seen, agent_seen } = std::mem::take(&mut self.held_back);
        for event in [conversation, customer_seen, agent_seen].into_iter().flatten() {
            self.forward(&event);
        }
    }

    /// The customer's place in the queue was found.
    pub fn on_queue(&mut self, place: QueuePlace) {
        if self.standing == Standing::Owner
            && self.status == Status::Open
            && self.place.replace(place) != Some(place)
        {
            self.send(&ServerFrame::Queue(place));
        }
    }

    /// Suggestions were found; sent when they differ from those the agent has.
    pub fn on_suggestions(&mut self, stage: &'static str, items: Vec<SuggestionView>) {
        let frame = ServerFrame::Suggestions { stage, items }.to_json();
        // Remembered by hash: an idle socket must not hold fifty texts.
        let mut hasher = DefaultHasher::new();
        frame.hash(&mut hasher);
        let found = Some(hasher.finish());
        if self.suggested != found {
            self.suggested = found;
            self.effects.push_back(Effect::Send(frame.into()));
        }
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
        if let Some(frame) = event.frame(self.side, self.html) {
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
