//! Deliberate faults, each of which breaks one promise, to prove that the history checker finds it.
//!
//! They are there only with the feature `deliberate-faults`, which no release has. The environment names the one to
//! commit: `FRONTDESK_DELIBERATE_FAULT=ack-before-commit`.

/// A promise to break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// D1: acknowledges first, commits a moment later.
    AckBeforeCommit,
    /// D2: takes every sending for a new one.
    NoDeduplication,
    /// D2: knows what was sent before only as long as the process lives, and only in it.
    InMemoryDeduplication,
    /// D3: numbers messages by what it read before it locked the conversation.
    NumberOutsideLock,
    /// D4: reads the conversation first, subscribes to it a moment later.
    ReadBeforeSubscribe,
    /// D4: tells nobody of edits.
    UntoldEdit,
    /// D5: drops what does not fit into a full mailbox, and lets the socket go on.
    SilentDrop,
    /// D6: neither notices what the bus loses nor ever looks for it.
    LostBusIgnored,
    /// C1: gives a claim to whoever asks.
    SecondHolder,
    /// C2: lets agents write without looking at their claim.
    UnfencedWrite,
}

/// Whether this fault is to be committed.
#[cfg(not(feature = "deliberate-faults"))]
pub const fn is(_: Fault) -> bool {
    false
}

#[cfg(feature = "deliberate-faults")]
pub use chosen::is;

#[cfg(feature = "deliberate-faults")]
mod chosen {
    use super::Fault;
    use std::sync::LazyLock;

    static CHOSEN: LazyLock<Option<Fault>> = LazyLock::new(|| {
        Some(match std::env::var("FRONTDESK_DELIBERATE_FAULT").ok()?.as_str() {
            "ack-before-commit" => Fault::AckBeforeCommit,
            "no-deduplication" => Fault::NoDeduplication,
            "in-memory-deduplication" => Fault::InMemoryDeduplication,
            "number-outside-lock" => Fault::NumberOutsideLock,
            "read-before-subscribe" => Fault::ReadBeforeSubscribe,
            "untold-edit" => Fault::UntoldEdit,
            "silent-drop" => Fault::SilentDrop,
            "lost-bus-ignored" => Fault::LostBusIgnored,
            "second-holder" => Fault::SecondHolder,
            "unfenced-write" => Fault::UnfencedWrite,
            _ => return None,
        })
    });

    /// Whether this fault is to be committed.
    pub fn is(fault: Fault) -> bool {
        *CHOSEN == Some(fault)
    }
}
