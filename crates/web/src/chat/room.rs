//! The conversation page, one for each role.

use super::closing::{RatingForm, Reach};
use super::panel::CustomerPanel;
use super::transcript::Transcript;
use crate::texts::say;
use crate::view::{StatusView, When};
use askama::Template;
use domain::{ClientId, ConversationId, UrgencyLevel};
use realtime::wire::QueuePlace;

/// What both roles' pages need, and where the socket goes on from.
pub struct Room {
    /// The conversation.
    pub id: ConversationId,
    /// `customer` or `agent`.
    pub viewer: &'static str,
    /// The reader's own name.
    pub viewer_name: String,
    /// Where the conversation stands.
    pub status: StatusView,
    /// The socket's mode: `work` or `view`.
    pub mode: &'static str,
    /// The last message on the page.
    pub last_seq: i64,
    /// The revision the page shows.
    pub last_rev: i64,
    /// The last note on the page; 0 for customers.
    pub last_note_seq: i64,
    /// How far the other side has read.
    pub other_seen_seq: i64,
    /// Messages and notes.
    pub transcript: Transcript,
}

/// The place in the queue in words; `js/queue.js` says the same.
pub(super) fn queue_words(place: QueuePlace) -> String {
    if place.agents_online == 0 {
        return say("queue-nobody").into();
    }
    match place.estimate_s.map(|seconds| seconds / 60) {
        None => say("queue-place").with("ahead", place.ahead).into(),
        Some(minutes) => {
            say("queue-place-and-time").with("ahead", place.ahead).with("minutes", minutes.max(1)).into()
        }
    }
}

/// `/chat/<external_id>/` for its customer.
#[derive(Template)]
#[template(path = "chat/customer.html")]
pub struct CustomerRoom {
    /// What both roles share.
    pub room: Room,
    /// Who answers, once claimed.
    pub agent_name: Option<String>,
    /// The place in the queue in words; empty when it does not apply.
    pub queue: String,
    /// Makes sending by form repeatable (D2).
    pub client_id: ClientId,
    /// What was typed and not accepted.
    pub draft: String,
    /// Why it was not accepted.
    pub error: Option<String>,
    /// Whether the page ends before the newest message.
    pub is_earlier: bool,
    /// How an answer reaches who leaves the page.
    pub reach: Reach,
    /// What they say of the help.
    pub rating: RatingForm,
}

/// The conversation and its customer, for an agent: a part of their page.
#[derive(Template)]
#[template(path = "chat/agent.html", block = "main")]
pub struct AgentRoom {
    /// What both roles share.
    pub room: Room,
    /// The reader.
    pub agent_id: domain::AgentId,
    /// Who holds it.
    pub holder: Holder,
    /// Whether the reader may take over what others hold.
    pub is_administrator: bool,
    /// Who asks, and what is known of them.
    pub customer: CustomerPanel,
    /// Since when nobody answered.
    pub waiting_since: Option<When>,
    /// Until when it is snoozed.
    pub snoozed_until: Option<When>,
    /// When it began.
    pub created_at: When,
    /// How urgent it is, and why.
    pub urgency: Option<(UrgencyLevel, Vec<String>)>,
    /// Its tags.
    pub tags: Vec<String>,
}

/// Who holds the conversation, seen by the reading agent.
#[derive(Debug, Clone)]
pub enum Holder {
    /// Free.
    Nobody,
    /// The reader.
    Me,
    /// Somebody else, since then.
    Other {
        /// Their name.
        name: String,
        /// When they claimed it.
        since: When,
    },
}

impl Holder {
    fn is_nobody(&self) -> bool {
        matches!(self, Self::Nobody)
    }

    fn is_me(&self) -> bool {
        matches!(self, Self::Me)
    }

    fn is_other(&self) -> bool {
        matches!(self, Self::Other { .. })
    }

    /// In words; empty for nobody.
    fn label(&self) -> String {
        match self {
            Self::Nobody => String::new(),
            Self::Me => say("agent-yours").into(),
            Self::Other { name, .. } => say("agent-held-by").with("agent", name).into(),
        }
    }

    fn since(&self) -> Option<When> {
        match self {
            Self::Other { since, .. } => Some(*since),
            Self::Nobody | Self::Me => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_in_words_and_without_agents_no_time_is() {
        let words = |ahead, minutes: Option<i64>, agents_online| {
            let estimate_s = minutes.map(|minutes| minutes * 60);
            queue_words(QueuePlace { ahead, estimate_s, agents_online })
        };
        assert_eq!(words(2, Some(4), 1), "About 2 ahead of you, about 4 minutes");
        assert_eq!(words(0, Some(1), 3), "You are next, about a minute");
        assert_eq!(words(1, None, 1), "About 1 ahead of you");
        assert_eq!(words(2, None, 0), "Nobody is here now, we answer on this page");
    }
}
