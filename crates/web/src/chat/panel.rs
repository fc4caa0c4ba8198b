//! What agents know of the customer beside a conversation.

use super::closing::Reach;
use crate::AppState;
use crate::error::Problem;
use crate::texts::{Text, say, urgency_reason};
use crate::view::{StatusView, When, initials};
use domain::{Actor, Conversation, ConversationId, Filter, Status, UrgencyLevel};
use store::{CustomerNote, Sort};

/// How many other conversations stand beside an agent's, of each kind.
const OTHERS: u32 = 6;

/// The customer beside the conversation.
pub struct CustomerPanel {
    /// Two letters.
    pub initials: String,
    /// As typed.
    pub name: String,
    /// As typed, if any.
    pub email: Option<String>,
    /// Whether the address is proven (A11).
    pub email_verified: bool,
    /// When they first came.
    pub since: When,
    /// Whether they are on the page now; none when other nodes may know better.
    pub is_here: Option<bool>,
    /// Whether an e-mail goes out to them when they have left.
    pub gets_mail: bool,
    /// What agents noted of them.
    pub note: String,
    /// The note's version, which writing it has to name.
    pub note_version: i64,
    /// Who wrote it last, and when.
    pub noted: Option<(String, When)>,
    /// This identity's other conversations (A11).
    pub earlier: Vec<OtherConversation>,
    /// Conversations of other identities with the same address.
    pub same_address: Vec<OtherConversation>,
}

/// Another conversation, beside the open one.
pub struct OtherConversation {
    /// It.
    pub id: ConversationId,
    /// Whose; told where that is another identity.
    pub customer: String,
    /// The first line of its first message.
    pub first_line: String,
    /// Where it stands.
    pub status: StatusView,
    /// The last message's time.
    pub last_activity: When,
}

impl CustomerPanel {
    pub(super) async fn load(state: &AppState, conversation: &Conversation) -> Result<Self, Problem> {
        let customer = &conversation.customer;
        let filter = Filter::default();
        let own = Actor::Customer(customer.clone());
        let mut earlier =
            state.store.conversations(&own, &filter, Sort::Newest, None, OTHERS + 1).await?.items;
        earlier.retain(|other| other.id != conversation.id);
        let same_address = state.store.same_address(customer, OTHERS).await?;
        let note = state.store.customer_note(customer).await?;
        let (note, note_version, noted) = match note {
            Some(CustomerNote { text, version, edited_by, edited_at }) => {
                (text, version, Some((edited_by, When::ago(edited_at))))
            }
            None => (String::new(), 0, None),
        };
        Ok(Self {
            initials: initials(&customer.name),
            name: customer.name.clone(),
            email: customer.email.clone(),
            email_verified: customer.email_verified,
            since: When::ago(state.store.customer_since(customer).await?),
            is_here: state.hub.is_customer_online(customer.key),
            gets_mail: Reach::of(state, conversation) != Reach::Page,
            note,
            note_version,
            noted,
            earlier: others(state, &earlier).await?,
            same_address: others(state, &same_address).await?,
        })
    }

    /// Whether and how the customer can still be reached, in words.
    pub(super) fn reach(&self) -> Text {
        self.reach_if(self.is_here)
    }

    /// The same, were the customer there (true), or not.
    pub(super) fn reach_if(&self, is_here: Option<bool>) -> Text {
        match (is_here, self.gets_mail) {
            (Some(true), _) => say("panel-here"),
            (Some(false), true) => say("panel-offline-mail"),
            (Some(false), false) => say("panel-offline"),
            (None, true) => say("panel-mail"),
            (None, false) => say("panel-only-here"),
        }
    }
}

async fn others(state: &AppState, conversations: &[Conversation]) -> Result<Vec<OtherConversation>, Problem> {
    let wanted = conversations.iter().map(|conversation| (conversation.key, conversation.first_seq));
    let mut lines = state.store.lines(wanted).await?;
    let other = |conversation: &Conversation| OtherConversation {
        id: conversation.id,
        customer: conversation.customer.name.clone(),
        first_line: lines.remove(&conversation.key).unwrap_or_else(|| say("message-deleted").into()),
        status: StatusView(conversation.status()),
        last_activity: When::ago(conversation.last_message_at),
    };
    Ok(conversations.iter().map(other).collect())
}

/// How urgent a conversation is, in words.
pub(super) fn urgency(conversation: &Conversation) -> Option<(UrgencyLevel, Vec<String>)> {
    let urgency = &conversation.urgency;
    let is_shown = conversation.status() != Status::Resolved;
    is_shown.then(|| (urgency.level, urgency.reasons.iter().map(|reason| urgency_reason(reason)).collect()))
}
