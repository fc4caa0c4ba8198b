//! What comes of the effects: answers of the store, and the pages that close a gap (D4).

use super::{Effect, Failure, HeldBack, Log, PAGE, Page, Read, Session, Standing, refusals};
use crate::event::{message_changed_frame, message_frame, note_frame};
use crate::wire::{CloseCode, QueuePlace, ServerFrame, SuggestionView};
use domain::{ClientId, Note, Status};
use std::hash::{DefaultHasher, Hash, Hasher};

impl Session {
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
                        self.send(&message_frame(&message, self.html, self.person.wrote(&message)));
                    }
                }
                if is_last {
                    self.messages.advance(known);
                }
            }
            (Read::Changes { .. }, Page::Messages(messages)) => {
                for message in messages {
                    if self.changes.advance(message.rev) {
                        let own = self.person.wrote(&message);
                        self.send(&message_changed_frame(&message, self.html, own));
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
    pub(super) fn catch_up(&mut self) {
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
        let HeldBack { conversation, customer_seen, agent_seen, presence } =
            std::mem::take(&mut self.held_back);
        for event in [conversation, customer_seen, agent_seen, presence].into_iter().flatten() {
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
}
