//! Tags: words agents put on conversations.

use crate::claims::agent_of;
use crate::conversation_row::save;
use crate::db::{Tx, execute, fetch_all, fetch_one};
use crate::{Change, Result, Session, Store};
use domain::{Conversation, ConversationId, TagId};
use std::collections::BTreeSet;
use std::sync::Arc;
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
        agent_of(session)?;
        let (mut tx, _, mut conversation) = self.begin_in(session, id).await?;
        let tags: BTreeSet<&str> = tags.iter().map(String::as_str).collect();
        let tags: Vec<String> = tags.into_iter().map(str::to_owned).collect();
        if tags == conversation.tags {
            return Ok(conversation);
        }
        execute!(tx, "DELETE FROM conversation_tags WHERE conversation_id = $1", conversation.key.0)?;
        for tag in &tags {
            let key = tag_key(&mut tx, tag).await?;
            execute!(
                tx,
                "INSERT INTO conversation_tags (conversation_id, tag_id) VALUES ($1, $2)",
                conversation.key.0,
                key
            )?;
        }
        conversation.tags = tags;
        save(&mut tx, &mut conversation).await?;
        tx.commit().await?;
        self.tell(Change::Conversation(Arc::new(conversation.clone())));
        Ok(conversation)
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

async fn tag_key(tx: &mut Tx, name: &str) -> Result<i64> {
    let sql = "INSERT INTO tags (external_id, name) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id";
    fetch_one!(tx, (i64,), sql, TagId::new().0, name).map(|(key,)| key)
}
