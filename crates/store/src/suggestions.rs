//! Which canned replies to offer an agent (K1, K2).

use crate::canned_replies::{CannedReplyRow, select_canned_replies};
use crate::claims::agent_of;
use crate::db::fetch_all;
use crate::search::normaliser;
use crate::{Result, Scope, Session, Store};
use domain::canned::{Reason, Values, fill, rank};
use domain::{Agent, CannedReply, CannedReplyId, Conversation, Customer, Side, Stage};

/// How many replies are offered at most.
pub const MAX_SUGGESTIONS: usize = 50;

/// How many replies the picker has at most.
const MAX_PICKED: i64 = 500;

/// How many of the customer's last messages a reply is held against.
const LAST_MESSAGES: i64 = 3;

/// How many of the answers to the customer's last message are looked at; what stands in one is not offered again.
const LAST_ANSWERS: i64 = 50;

/// What to answer with.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestions {
    /// How far the conversation has come (K1).
    pub stage: Stage,
    /// That stage's replies, best first.
    pub items: Vec<Suggestion>,
}

/// A canned reply, ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Which.
    pub canned_reply: CannedReplyId,
    /// Its text with the placeholders filled in.
    pub text: String,
    /// Why it is offered.
    pub reason: Reason,
}

/// A canned reply of any stage, ready for one conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct FilledReply {
    /// The reply as it is kept.
    pub reply: CannedReply,
    /// Whose it is.
    pub scope: Scope,
    /// Its text with the placeholders filled in.
    pub text: String,
}

impl Store {
    /// The canned replies the agent may use in a conversation, most used first.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`](domain::Refusal::Forbidden) for customers, [`Error::Database`](crate::Error::Database).
    pub async fn filled_replies(
        &self,
        session: &Session,
        conversation: &Conversation,
    ) -> Result<Vec<FilledReply>> {
        let agent = agent_of(session)?;
        let sql =
            select_canned_replies!("WHERE agent_id IS NULL OR agent_id = $1 ORDER BY uses DESC, id LIMIT $2");
        let mut conn = self.db.read().await?;
        let rows = fetch_all!(conn, CannedReplyRow, sql, agent.key.0, MAX_PICKED)?;
        let values = values(agent, &conversation.customer);
        let filled = |row: CannedReplyRow| {
            let (reply, scope) = row.into_reply()?;
            Ok(FilledReply { text: fill(&reply.text, &values), reply, scope })
        };
        rows.into_iter().map(filled).collect()
    }

    /// What to offer the agent for this conversation: not again what the customer has been answered and said nothing
    /// to yet.
    ///
    /// # Errors
    /// [`Forbidden`](domain::Refusal::Forbidden) for customers, [`Error::Database`](crate::Error::Database).
    pub async fn suggestions(&self, session: &Session, conversation: &Conversation) -> Result<Suggestions> {
        let agent = agent_of(session)?;
        let mut conn = self.db.read().await?;
        let said = fetch_all!(
            conn,
            (i64, String),
            "SELECT seq, text FROM messages
             WHERE conversation_id = $1 AND side = $2 AND text IS NOT NULL ORDER BY seq DESC LIMIT $3",
            conversation.key.0,
            Side::Customer.as_str(),
            LAST_MESSAGES
        )?;
        let answered = fetch_all!(
            conn,
            (String,),
            "SELECT text FROM messages
             WHERE conversation_id = $1 AND seq > $2 AND side = $3 AND text IS NOT NULL ORDER BY seq DESC LIMIT $4",
            conversation.key.0,
            conversation.last_customer_seq,
            Side::Agent.as_str(),
            LAST_ANSWERS
        )?;
        let last = said.first().filter(|(seq, _)| *seq == conversation.last_customer_seq);
        let stage = Stage::of(conversation, last.map(|(_, text)| text.as_str()));
        let sql =
            select_canned_replies!("WHERE stage = $1 AND (agent_id IS NULL OR agent_id = $2) ORDER BY id");
        let rows = fetch_all!(conn, CannedReplyRow, sql, stage.as_str(), agent.key.0)?;
        drop(conn);
        let replies: Result<Vec<_>> = rows.into_iter().map(|row| Ok(row.into_reply()?.0)).collect();
        let said: Vec<&str> = said.iter().map(|(_, text)| text.as_str()).collect();
        let ranked = rank(replies?, &said, self.clock.now(), normaliser());
        let values = values(agent, &conversation.customer);
        let items = ranked.into_iter().map(|(reply, reason)| Suggestion {
            canned_reply: reply.id,
            text: fill(&reply.text, &values),
            reason,
        });
        let is_news = |item: &Suggestion| answered.iter().all(|(text,)| text.trim() != item.text.trim());
        Ok(Suggestions { stage, items: items.filter(is_news).take(MAX_SUGGESTIONS).collect() })
    }
}

pub(crate) fn values<'a>(agent: &'a Agent, customer: &'a Customer) -> Values<'a> {
    Values {
        customer_name: Some(&customer.name),
        customer_email: customer.email.as_deref(),
        agent_name: Some(&agent.name),
    }
}
