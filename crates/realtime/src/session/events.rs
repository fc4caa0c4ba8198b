//! What happens in the conversation.

use super::{Effect, Session, Standing};
use crate::event::{Event, Person, What};
use crate::wire::CloseCode;
use domain::{ClaimToken, Conversation, Side};
use std::sync::Arc;
use std::time::Instant;

impl Session {
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
            What::Presence(_) if self.is_behind() => self.held_back.presence = Some(Arc::clone(event)),
            What::Presence(_) => self.forward(event),
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

    pub(super) fn lose_claim(&mut self, token: ClaimToken) {
        self.standing = Standing::Former(token);
        if self.typing_until.take().is_some() {
            self.effects.push_back(Effect::TellTyping(false));
        }
    }
}
