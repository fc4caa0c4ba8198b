//! A conversation as a row: loading it, and writing it back.

use crate::db::{Time, Tx, execute};
use crate::{Error, Result};
use domain::conversation::Resolution;
use domain::{
    AgentId, AgentKey, AgentRef, Claim, ClaimToken, Conversation, ConversationId, ConversationKey, Customer,
    CustomerId, CustomerKey, Rating, State, Status, Urgency, UrgencyLevel, Words,
};
use sqlx::FromRow;
use uuid::Uuid;

/// `SELECT` of everything a [`ConversationRow`] needs, with the rest of the statement after it.
macro_rules! select_conversations {
    ($tail:expr) => {
        concat!(
            "SELECT c.id, c.external_id, c.status, c.claim_token, c.claimed_at, c.lease_expires_at,
                    c.holder_active_at, c.returns_at, c.snoozed_until, c.resolved_at, c.last_seq, c.first_seq, c.last_rev, c.last_note_seq, c.opened_seq,
                    c.last_customer_seq, c.last_agent_seq, c.customer_seen_seq, c.agent_seen_seq, c.urgency_rank,
                    c.urgency_score, c.urgency_reasons, c.urgency_words, c.urgency_word_reasons, c.urgency_rules,
                    c.urgency_earlier, c.urgency_due_at, c.tags, c.created_at, c.last_message_at, c.waiting_since,
                    c.version, c.rating, c.rating_comment, c.rated_at,
                    c.customer_id, cu.external_id AS customer_external_id, u.name AS customer_name,
                    u.email AS customer_email, u.email_verified AS customer_email_verified,
                    c.holder_id, h.external_id AS holder_external_id, hu.name AS holder_name,
                    c.resolved_by_id, r.external_id AS resolved_by_external_id, ru.name AS resolved_by_name,
                    c.former_holder_id, f.external_id AS former_holder_external_id, fu.name AS former_holder_name
             FROM conversations c
             JOIN customers cu ON cu.id = c.customer_id
             JOIN users u ON u.id = cu.user_id
             LEFT JOIN agents h ON h.id = c.holder_id
             LEFT JOIN users hu ON hu.id = h.user_id
             LEFT JOIN agents r ON r.id = c.resolved_by_id
             LEFT JOIN users ru ON ru.id = r.user_id
             LEFT JOIN agents f ON f.id = c.former_holder_id
             LEFT JOIN users fu ON fu.id = f.user_id ",
            $tail
        )
    };
}
pub(crate) use select_conversations;

/// A row of [`select_conversations!`].
#[derive(FromRow)]
pub(crate) struct ConversationRow {
    pub id: i64,
    external_id: Uuid,
    status: String,
    claim_token: i64,
    claimed_at: Option<Time>,
    lease_expires_at: Option<Time>,
    holder_active_at: Option<Time>,
    returns_at: Option<Time>,
    snoozed_until: Option<Time>,
    resolved_at: Option<Time>,
    last_seq: i64,
    first_seq: i64,
    last_rev: i64,
    last_note_seq: i64,
    opened_seq: i64,
    last_customer_seq: i64,
    last_agent_seq: i64,
    customer_seen_seq: i64,
    agent_seen_seq: i64,
    urgency_rank: i16,
    urgency_score: i32,
    urgency_reasons: String,
    urgency_words: Option<i32>,
    urgency_word_reasons: String,
    urgency_rules: i64,
    urgency_earlier: i64,
    urgency_due_at: Option<Time>,
    tags: String,
    created_at: Time,
    last_message_at: Time,
    waiting_since: Option<Time>,
    version: i64,
    rating: Option<i16>,
    rating_comment: Option<String>,
    rated_at: Option<Time>,
    customer_id: i64,
    customer_external_id: Uuid,
    customer_name: String,
    customer_email: Option<String>,
    customer_email_verified: bool,
    holder_id: Option<i64>,
    holder_external_id: Option<Uuid>,
    holder_name: Option<String>,
    resolved_by_id: Option<i64>,
    resolved_by_external_id: Option<Uuid>,
    resolved_by_name: Option<String>,
    former_holder_id: Option<i64>,
    former_holder_external_id: Option<Uuid>,
    former_holder_name: Option<String>,
}

impl ConversationRow {
    /// The conversation this row keeps.
    pub fn into_conversation(self) -> Result<Conversation> {
        let (state, rating) = (self.state()?, self.rating());
        let reasons = strings(&self.urgency_word_reasons)?;
        Ok(Conversation {
            key: ConversationKey(self.id),
            id: ConversationId(self.external_id),
            state,
            customer: Customer {
                key: CustomerKey(self.customer_id),
                id: CustomerId(self.customer_external_id),
                name: self.customer_name,
                email: self.customer_email,
                email_verified: self.customer_email_verified,
            },
            claim_token: ClaimToken(self.claim_token),
            last_seq: self.last_seq,
            first_seq: self.first_seq,
            last_rev: self.last_rev,
            last_note_seq: self.last_note_seq,
            opened_seq: self.opened_seq,
            last_customer_seq: self.last_customer_seq,
            last_agent_seq: self.last_agent_seq,
            customer_seen_seq: self.customer_seen_seq,
            agent_seen_seq: self.agent_seen_seq,
            urgency: Urgency {
                level: UrgencyLevel::from_rank(self.urgency_rank),
                score: self.urgency_score,
                reasons: strings(&self.urgency_reasons)?,
            },
            urgency_due_at: self.urgency_due_at.map(|at| at.0),
            words: self.urgency_words.map(|score| Words { score, reasons }),
            rules_version: self.urgency_rules,
            earlier: self.urgency_earlier,
            tags: strings(&self.tags)?,
            created_at: self.created_at.0,
            last_message_at: self.last_message_at.0,
            waiting_since: self.waiting_since.map(|at| at.0),
            rating,
            version: self.version,
        })
    }

    fn rating(&self) -> Option<Rating> {
        let score = u8::try_from(self.rating?).ok()?;
        Some(Rating { score, comment: self.rating_comment.clone(), at: self.rated_at?.0 })
    }

    fn state(&self) -> Result<State> {
        let status = self.status.parse().map_err(|_| corrupt("status"))?;
        let missing = || corrupt("state");
        Ok(match status {
            Status::Open => State::Open,
            Status::Ongoing => {
                let since = self.claimed_at.ok_or_else(missing)?.0;
                State::Ongoing(Claim {
                    holder: agent_ref(self.holder_id, self.holder_external_id, self.holder_name.as_ref())
                        .ok_or_else(missing)?,
                    since,
                    expires_at: self.lease_expires_at.ok_or_else(missing)?.0,
                    // Nodes of an earlier version write none.
                    active_at: self.holder_active_at.map_or(since, |at| at.0),
                    returns_at: self.returns_at.map(|at| at.0),
                })
            }
            Status::Snoozed => State::Snoozed { until: self.snoozed_until.ok_or_else(missing)?.0 },
            Status::Resolved => State::Resolved(Resolution {
                at: self.resolved_at.ok_or_else(missing)?.0,
                by: agent_ref(
                    self.resolved_by_id,
                    self.resolved_by_external_id,
                    self.resolved_by_name.as_ref(),
                ),
                former_holder: agent_ref(
                    self.former_holder_id,
                    self.former_holder_external_id,
                    self.former_holder_name.as_ref(),
                ),
            }),
        })
    }
}

fn agent_ref(key: Option<i64>, id: Option<Uuid>, name: Option<&String>) -> Option<AgentRef> {
    Some(AgentRef { key: AgentKey(key?), id: AgentId(id?), name: name?.clone() })
}

/// A list out of the database.
pub(crate) fn strings(json: &str) -> Result<Vec<String>> {
    serde_json::from_str(json).map_err(|_| corrupt("list"))
}

/// A list as the database has it.
pub(crate) fn json(strings: &[String]) -> String {
    serde_json::json!(strings).to_string()
}

/// Why the strongest message scores as it does, as the database has it.
pub(crate) fn word_reasons(conversation: &Conversation) -> String {
    json(conversation.words.as_ref().map_or(&[], |words| &words.reasons))
}

fn corrupt(what: &'static str) -> Error {
    Error::from(sqlx::Error::Decode(format!("a conversation's {what} cannot be read").into()))
}

/// Writes everything that may change, if the row is still the version that was loaded (C1), and raises the version.
pub(crate) async fn save(tx: &mut Tx, conversation: &mut Conversation) -> Result<()> {
    let (claim, rating) = (conversation.current_claim(), conversation.rating.as_ref());
    let (mut snoozed_until, mut resolution) = (None, None);
    match &conversation.state {
        State::Snoozed { until } => snoozed_until = Some(*until),
        State::Resolved(details) => resolution = Some(details),
        State::Open | State::Ongoing(_) => {}
    }
    let key = |agent: &AgentRef| agent.key.0;
    let written = execute!(
        tx,
        "UPDATE conversations
         SET status = $3, claim_token = $4, holder_id = $5, claimed_at = $6, lease_expires_at = $7, snoozed_until = $8,
             resolved_at = $9, resolved_by_id = $10, former_holder_id = $11, last_seq = $12, last_rev = $13,
             last_note_seq = $14, opened_seq = $15, last_customer_seq = $16, last_agent_seq = $17,
             last_message_at = $18, waiting_since = $19, tags = $20, holder_active_at = $21, returns_at = $22,
             rating = $23, rating_comment = $24, rated_at = $25, urgency_rank = $26, urgency_score = $27,
             urgency_reasons = $28, urgency_words = $29, urgency_word_reasons = $30, urgency_rules = $31,
             urgency_due_at = $32, version = version + 1,
             left_queue_at = CASE WHEN status = 'open' AND waiting_since IS NOT NULL AND $5 IS NOT NULL
                             THEN $7 ELSE left_queue_at END,
             left_queue_waiting_since = CASE WHEN status = 'open' AND waiting_since IS NOT NULL AND $5 IS NOT NULL
                                        THEN waiting_since ELSE left_queue_waiting_since END
         WHERE id = $1 AND version = $2",
        conversation.key.0,
        conversation.version,
        conversation.status().as_str(),
        conversation.claim_token.0,
        claim.map(|claim| claim.holder.key.0),
        claim.map(|claim| Time(claim.since)),
        claim.map(|claim| Time(claim.expires_at)),
        snoozed_until.map(Time),
        resolution.map(|resolution| Time(resolution.at)),
        resolution.and_then(|resolution| resolution.by.as_ref().map(key)),
        resolution.and_then(|resolution| resolution.former_holder.as_ref().map(key)),
        conversation.last_seq,
        conversation.last_rev,
        conversation.last_note_seq,
        conversation.opened_seq,
        conversation.last_customer_seq,
        conversation.last_agent_seq,
        Time(conversation.last_message_at),
        conversation.waiting_since.map(Time),
        json(&conversation.tags),
        claim.map(|claim| Time(claim.active_at)),
        claim.and_then(|claim| claim.returns_at).map(Time),
        rating.map(|rating| i16::from(rating.score)),
        rating.and_then(|rating| rating.comment.as_deref()),
        rating.map(|rating| Time(rating.at)),
        conversation.urgency.level.rank(),
        conversation.urgency.score,
        json(&conversation.urgency.reasons),
        conversation.words.as_ref().map(|words| words.score),
        word_reasons(conversation),
        conversation.rules_version,
        conversation.urgency_due_at.map(Time),
    )?;
    if written != 1 {
        return Err(Error::from(sqlx::Error::RowNotFound));
    }
    conversation.version += 1;
    Ok(())
}

/// Writes the end of a claim's lease (C3). No new version: no view shows it, and whoever compares versions would read
/// the conversation again for nothing.
pub(crate) async fn save_lease(tx: &mut Tx, conversation: &Conversation) -> Result<()> {
    let claim = conversation.current_claim();
    let (expires_at, active_at) =
        (claim.map(|claim| Time(claim.expires_at)), claim.map(|claim| Time(claim.active_at)));
    let sql = "UPDATE conversations SET lease_expires_at = $2, holder_active_at = $3 WHERE id = $1";
    execute!(tx, sql, conversation.key.0, expires_at, active_at).map(|_| ())
}
