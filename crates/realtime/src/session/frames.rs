//! What the client sends.

use super::log::Log;
use super::{
    ACTIVE_INTERVAL, Effect, MALFORMED_LIMIT, RENEW_INTERVAL, Session, Standing, TYPING_LASTS, refusals,
};
use crate::wire::{ClientFrame, CloseCode, MalformedFrame, ServerFrame};
use domain::{ClaimToken, ClientId, Side};
use std::time::Instant;

impl Session {
    /// The client sent a text frame.
    pub fn on_text(&mut self, text: &str, now: Instant) {
        let frame = ClientFrame::parse(text);
        if matches!(frame, Ok(ClientFrame::Note { .. } | ClientFrame::Typing { on: true })) {
            self.on_activity(now);
        }
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
            self.effects.push_back(Effect::Renew { token, is_active: false });
        }
    }

    /// A holder who does something is told of at once: it may be what keeps the conversation theirs (C3).
    fn on_activity(&mut self, now: Instant) {
        if let Standing::Holder(token) = self.standing
            && now.duration_since(self.active_at) >= ACTIVE_INTERVAL
        {
            (self.active_at, self.renewed_at) = (now, now);
            self.effects.push_back(Effect::Renew { token, is_active: true });
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

    pub(super) fn on_typing(&mut self, on: bool, now: Instant) {
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
        self.see_notes();
    }

    /// Who looks at the messages looks at the notes between them.
    fn see_notes(&mut self) {
        let Some(sent) = self.notes.as_ref().map(Log::sent) else { return };
        if sent > self.notes_seen {
            self.notes_seen = sent;
            self.effects.push_back(Effect::MarkNotesSeen(sent));
        }
    }

    fn on_malformed(&mut self, malformed: MalformedFrame) {
        self.malformed += 1;
        self.send(&ServerFrame::Rejected(refusals::of_malformed(malformed)));
        if self.malformed >= MALFORMED_LIMIT {
            self.close(CloseCode::Malformed);
        }
    }
}
