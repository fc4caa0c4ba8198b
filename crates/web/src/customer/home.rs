//! `GET /support/customer/`: the customer's own conversations, or the entrance.

use super::Entrance;
use crate::AppState;
use crate::auth::Caller;
use crate::error::Problem;
use crate::texts::{Text, say};
use crate::view::{Field, Html, StatusView, When};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{Actor, Conversation, ConversationId, Filter, Side};
use store::{FormKey, Session, Sort};

/// How many conversations home shows.
const SHOWN: u32 = 100;

/// `/support/customer/` with a session.
#[derive(Template)]
#[template(path = "customer/home.html")]
pub struct Home {
    /// The customer's name.
    pub name: String,
    /// What is not resolved yet, newest activity first.
    pub ongoing: Vec<RequestRow>,
    /// What is.
    pub resolved: Vec<RequestRow>,
    /// Makes sending the form repeatable (D2).
    pub key: FormKey,
    /// The first message of a new request.
    pub text: Field,
}

/// A conversation in a list of one customer's.
pub struct RequestRow {
    /// The conversation.
    pub id: ConversationId,
    /// The first line of its first message.
    pub first_line: String,
    /// Where it stands.
    pub status: StatusView,
    /// The last message's time.
    pub last_activity: When,
    /// How many messages came that were not read.
    pub unread: i64,
}

pub(super) async fn show(State(state): State<AppState>, caller: Caller) -> Result<Response, Problem> {
    match caller.on(Side::Customer) {
        Some(session) => {
            Ok(Html(Home::load(&state, session, Field::default(), FormKey::new()).await?).into_response())
        }
        None => Ok(Html(Entrance::default()).into_response()),
    }
}

impl Home {
    pub(super) async fn load(
        state: &AppState,
        session: &Session,
        text: Field,
        key: FormKey,
    ) -> Result<Self, Problem> {
        let rows = requests(state, &session.actor, SHOWN).await?;
        let (resolved, ongoing) = rows.into_iter().partition(|row| row.status.is_resolved());
        Ok(Self { name: session.actor.name().to_owned(), ongoing, resolved, key, text })
    }

    fn sections(&self) -> [(Text, &[RequestRow]); 2] {
        [(say("status-ongoing"), &self.ongoing), (say("status-resolved"), &self.resolved)]
    }
}

/// What a customer has asked so far, newest activity first.
pub(crate) async fn requests(
    state: &AppState,
    customer: &Actor,
    limit: u32,
) -> Result<Vec<RequestRow>, Problem> {
    let page = state.store.conversations(customer, &Filter::default(), Sort::Newest, None, limit).await?;
    let wanted = page.items.iter().map(|conversation| (conversation.key, conversation.first_seq));
    let mut lines = state.store.lines(wanted).await?;
    Ok(page.items.iter().map(|conversation| row(conversation, lines.remove(&conversation.key))).collect())
}

fn row(conversation: &Conversation, line: Option<String>) -> RequestRow {
    RequestRow {
        id: conversation.id,
        first_line: line.unwrap_or_else(|| say("message-deleted").into()),
        status: StatusView(conversation.status()),
        last_activity: When::ago(conversation.last_message_at),
        unread: unread(conversation),
    }
}

/// Whoever wrote had read what stood before: after that all is the agents'.
fn unread(conversation: &Conversation) -> i64 {
    if !conversation.has_unread(Side::Customer) {
        return 0;
    }
    let read = conversation.customer_seen_seq.max(conversation.last_customer_seq);
    (conversation.last_agent_seq - read).max(1)
}
