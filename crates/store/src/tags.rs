//! Tags: words agents put on conversations.

use crate::claims::agent_of;
use crate::db::{Tx, execute, fetch_all, fetch_one};
use crate::{Result, Session, Store};
use domain::{Conversation, ConversationId, TagId};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Store {
    /// Gives a conversation exactly these tags; new ones come into being.
    ///
    /// # Errors
    /// [`Forbidden`](domain::Refusal::Forbidden) for customers, [`NotFound`](crate::Error::NotFound),
    /// [`SignedOut`](crate::Error::SignedOut).
    pub async fn set_tags(
        &self,
        session: &Session,
        id: ConversationId,
        tags: &[String],
    ) -> Result<Conversation> {
        let agent = agent_of(session)?;
        let (mut tx, now, before) = self.begin_in(session, id).await?;
        let mut after = before.clone();
        put(&mut tx, &mut after, tags).await?;
        self.finish(tx, before, after, &[], Some(agent), now).await
    }

    /// Every tag there is, in alphabetical order.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn tags(&self) -> Result<Vec<(TagId, String)>> {
        let mut conn = self.db.read().await?;
        let tags = fetch_all!(conn, (Uuid, String), "SELECT external_id, name FROM tags ORDER BY name")?;
        Ok(tags.into_iter().map(|(id, name)| (TagId(id), name)).collect())
    }
}

/// Gives a conversation exactly these tags; the caller writes it back.
pub(crate) async fn put(tx: &mut Tx, conversation: &mut Conversation, tags: &[String]) -> Result<()> {
    let tags: BTreeSet<&str> = tags.iter().map(String::as_str).collect();
    let tags: Vec<String> = tags.into_iter().map(str::to_owned).collect();
    if tags == conversation.tags {
        return Ok(());
    }
    let key = conversation.key.0;
    execute!(tx, "DELETE FROM conversation_tags WHERE conversation_id = $1", key)?;
    for tag in &tags {
        let sql = "INSERT INTO conversation_tags (conversation_id, tag_id) VALUES ($1, $2)";
        let tag = tag_key(tx, tag).await?;
        execute!(tx, sql, key, tag)?;
    }
    conversation.tags = tags;
    Ok(())
}

async fn tag_key(tx: &mut Tx, name: &str) -> Result<i64> {
    let sql = "INSERT INTO tags (external_id, name) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id";
    fetch_one!(tx, (i64,), sql, TagId::new().0, name).map(|(key,)| key)
}
