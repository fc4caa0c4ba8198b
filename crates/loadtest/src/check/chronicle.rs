//! The book of one conversation: every operation, written down by those who make it.

use crate::history::{
    Answer, Attempt, Author, Change, ChangeKind, ClaimOperation, Log, Micros, Outcome, Request, View, Write,
};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use uuid::Uuid;

/// The run's clock and its count of acknowledged writes.
#[derive(Debug)]
pub struct Tally {
    began: Instant,
    acknowledged: AtomicUsize,
}

impl Tally {
    /// Starts the clock.
    pub fn new() -> Self {
        Self { began: Instant::now(), acknowledged: AtomicUsize::new(0) }
    }

    /// How many different messages and notes were acknowledged so far.
    pub fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::Relaxed)
    }

    fn now(&self) -> Micros {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(Micros::MAX)
    }
}

/// Something to send, known by its place in the book.
#[derive(Debug, Clone, Copy)]
pub struct Draft {
    index: usize,
    /// Its `client_id`.
    pub client_id: Uuid,
    /// Where it goes.
    pub log: Log,
}

/// A message that was acknowledged.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    /// The draft, to send again.
    pub draft: Draft,
    /// The message's id.
    pub id: Uuid,
}

/// One conversation's book.
#[derive(Debug)]
pub struct Chronicle {
    /// The conversation's id.
    pub id: Uuid,
    tally: Arc<Tally>,
    records: Mutex<Records>,
}

/// What is written in a book.
#[derive(Debug, Default)]
pub struct Records {
    /// What was sent.
    pub writes: Vec<Write>,
    /// The ids of what was acknowledged, by place.
    ids: Vec<Option<Uuid>>,
    /// The claims.
    pub claims: Vec<ClaimOperation>,
    /// What was seen.
    pub views: Vec<View>,
}

impl Chronicle {
    /// An empty book.
    pub fn new(id: Uuid, tally: Arc<Tally>) -> Self {
        Self { id, tally, records: Mutex::default() }
    }

    /// The time now.
    pub fn now(&self) -> Micros {
        self.tally.now()
    }

    /// Somebody is going to send something new.
    pub fn draft(&self, log: Log, author: Author, client_id: Uuid) -> Draft {
        let mut records = self.records();
        records.writes.push(Write { log, client_id, author, attempts: Vec::new(), change: None });
        records.ids.push(None);
        Draft { index: records.writes.len() - 1, client_id, log }
    }

    /// It was sent, and this became of it; acknowledged, it has an id.
    pub fn attempted(&self, draft: Draft, invoked: Micros, outcome: Outcome, id: Option<Uuid>) {
        let ended = self.now();
        let mut records = self.records();
        if matches!(outcome, Outcome::Acknowledged(_)) {
            if records.writes[draft.index].acknowledged().is_none() {
                self.tally.acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            records.ids[draft.index] = id;
        }
        records.writes[draft.index].attempts.push(Attempt { invoked, ended, outcome });
    }

    /// What it was acknowledged as, if it was: its number and its id.
    pub fn sent_as(&self, draft: Draft) -> Option<(u32, Sent)> {
        let records = self.records();
        let seq = records.writes[draft.index].acknowledged()?;
        Some((seq, Sent { draft, id: records.ids[draft.index]? }))
    }

    /// A message of this author that was acknowledged; `pick` chooses among this many, and is asked again a few times
    /// when the choice does not fit.
    pub fn sent(
        &self,
        author: Author,
        unchanged: bool,
        mut pick: impl FnMut(usize) -> usize,
    ) -> Option<Sent> {
        let records = self.records();
        (0..8).find_map(|_| {
            let index = pick(records.writes.len());
            let write = records.writes.get(index)?;
            let fits = write.author == author
                && write.log == Log::Messages
                && !(unchanged && write.change.is_some());
            let id = records.ids[index].filter(|_| fits)?;
            Some(Sent { draft: Draft { index, client_id: write.client_id, log: write.log }, id })
        })
    }

    /// An author is going to change a message.
    pub fn change_begins(&self, draft: Draft, to: ChangeKind) {
        self.records().writes[draft.index].change = Some(Change { to, acknowledged: false });
    }

    /// The change was acknowledged.
    pub fn changed(&self, draft: Draft) {
        if let Some(change) = &mut self.records().writes[draft.index].change {
            change.acknowledged = true;
        }
    }

    /// A claim was asked for, and this was answered.
    pub fn claimed(&self, invoked: Micros, request: Request, answer: Option<Answer>) {
        let ended = self.now();
        self.records().claims.push(ClaimOperation { invoked, ended, request, answer });
    }

    /// Somebody's view is complete.
    pub fn viewed(&self, view: View) {
        self.records().views.push(view);
    }

    /// The book so far, which begins anew.
    pub fn take(&self) -> Records {
        std::mem::take(&mut *self.records())
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
