//! Notes that name agents: `@Name` reaches them in their inbox, and is done with when they have read it.

use crate::claims::agent_of;
use crate::db::{Tx, execute, fetch_all};
use crate::{Change, Result, Session, Store, sessions};
use domain::{Agent, AgentKey, Conversation, ConversationId, ConversationKey, Note, mentioned};
use uuid::Uuid;

/// How many mentions an inbox shows.
const SHOWN: i64 = 20;

/// A note that names an agent who has not read it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Where.
    pub conversation: ConversationId,
    /// Whose conversation.
    pub customer: String,
    /// The newest note that names them.
    pub note_seq: i64,
}

impl Store {
    /// Where the agent is named and has not looked yet, newest first.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn mentions(&self, agent: &Agent) -> Result<Vec<Mention>> {
        let sql = "SELECT c.external_id, u.name, m.note_seq FROM mentions m
                   JOIN conversations c ON c.id = m.conversation_id
                   JOIN customers cu ON cu.id = c.customer_id JOIN users u ON u.id = cu.user_id
                   WHERE m.agent_id = $1 ORDER BY c.last_message_at DESC, c.id DESC LIMIT $2";
        let mut conn = self.db.read().await?;
        let rows = fetch_all!(conn, (Uuid, String, i64), sql, agent.key.0, SHOWN)?;
        let mention =
            |(id, customer, note_seq)| Mention { conversation: ConversationId(id), customer, note_seq };
        Ok(rows.into_iter().map(mention).collect())
    }

    /// The agent has read the conversation's notes up to a number; tells when one of them names the agent.
    ///
    /// # Errors
    /// [`Forbidden`](domain::Refusal::Forbidden) for customers, [`SignedOut`](crate::Error::SignedOut) when there is one
    /// to write down (A2).
    pub async fn read_mention(
        &self,
        session: &Session,
        conversation: ConversationKey,
        up_to: i64,
    ) -> Result<()> {
        let agent = agent_of(session)?;
        let sql = "SELECT note_seq FROM mentions
                   WHERE agent_id = $1 AND conversation_id = $2 AND note_seq <= $3";
        let mut conn = self.db.read().await?;
        // Reading is frequent and being named is not: most of the time there is nothing to write.
        if fetch_all!(conn, (i64,), sql, agent.key.0, conversation.0, up_to)?.is_empty() {
            return Ok(());
        }
        drop(conn);
        let mut tx = self.db.begin().await?;
        sessions::check(&mut tx, session.key, self.clock.now()).await?;
        let sql = "DELETE FROM mentions WHERE agent_id = $1 AND conversation_id = $2 AND note_seq <= $3";
        execute!(tx, sql, agent.key.0, conversation.0, up_to)?;
        tx.commit().await?;
        self.tell(Change::MentionRead(agent.key));
        Ok(())
    }
}

/// Writes down whom a new note names; tells who they are. Its author knows it already.
pub(crate) async fn note(
    tx: &mut Tx,
    conversation: &Conversation,
    note: &Note,
    by: &Agent,
) -> Result<Vec<AgentKey>> {
    if !note.text.contains('@') {
        return Ok(Vec::new());
    }
    let sql = "SELECT a.id, u.name FROM agents a JOIN users u ON u.id = a.user_id
               WHERE a.disabled_at IS NULL AND a.id <> $1";
    let agents = fetch_all!(tx, (i64, String), sql, by.key.0)?;
    let names: Vec<&str> = agents.iter().map(|(_, name)| name.as_str()).collect();
    let named: Vec<_> = mentioned(&note.text, &names).into_iter().map(|at| AgentKey(agents[at].0)).collect();
    for agent in &named {
        let sql = "INSERT INTO mentions (agent_id, conversation_id, note_seq) VALUES ($1, $2, $3)
                   ON CONFLICT (agent_id, conversation_id) DO UPDATE SET note_seq = excluded.note_seq";
        execute!(tx, sql, agent.0, conversation.key.0, note.note_seq)?;
    }
    Ok(named)
}
