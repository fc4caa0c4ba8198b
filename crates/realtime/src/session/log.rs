//! One numbered log of a conversation, as far as one socket has it.

/// How far a socket has a log, and how far it knows the log to go. Messages, their changes and notes are such logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Log {
    /// Everything up to this number was sent.
    sent: i64,
    /// The highest number heard of.
    known: i64,
}

impl Log {
    /// A log sent up to `sent` that goes to `last`. What lies beyond the end was not sent, whatever a client says.
    pub fn new(sent: i64, last: i64) -> Self {
        Self { sent: sent.min(last), known: last }
    }

    pub fn sent(&self) -> i64 {
        self.sent
    }

    pub fn known(&self) -> i64 {
        self.known
    }

    /// Whether entries are missing that only the store can give.
    pub fn is_behind(&self) -> bool {
        self.sent < self.known
    }

    /// Notes that there is an entry `number`. True when it is the next one and nothing else is missing, so that it
    /// can be sent as it stands; then it counts as sent.
    pub fn is_next(&mut self, number: i64) -> bool {
        let next = !self.is_behind() && number == self.sent + 1;
        self.known = self.known.max(number);
        if next {
            self.sent = number;
        }
        next
    }

    /// Notes that there is an entry `number`, to be read from the store.
    pub fn hear_of(&mut self, number: i64) {
        self.known = self.known.max(number);
    }

    /// Counts entry `number` of a page as sent; false when it had been before.
    pub fn advance(&mut self, number: i64) -> bool {
        let new = number > self.sent;
        self.sent = self.sent.max(number);
        self.known = self.known.max(number);
        new
    }
}
