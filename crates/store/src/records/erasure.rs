//! Erasing a customer, deleting a conversation: every row and index entry of theirs goes (A8, A10).

use super::customers::{key, object};
use super::traces::Traces;
use super::{Dependents, Records};
use crate::audit::Action;
use crate::customers::name_and_email;
use crate::db::{Time, Tx, execute, fetch_all, fetch_optional};
use crate::dialect::{self, Indexed};
use crate::search::forget;
use crate::{Change, Error, Result};
use domain::{ConversationId, CustomerId, CustomerKey, SessionKey};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

impl Records<'_> {
    /// Erases a customer and all of theirs, with tags that nobody else's conversations have and saved views that look for
    /// what is gone; their sockets close. When this returns, SQLite's files hold nothing of them either (A8).
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Database`].
    pub async fn erase_customer(&self, id: CustomerId) -> Result<()> {
        let (mut tx, now) = self.begin().await?;
        let key = key(&mut tx, id).await?.0;
        let sql = "SELECT external_id FROM conversations WHERE customer_id = $1";
        let rows = fetch_all!(tx, (Uuid,), sql, key)?;
        let conversations: Vec<_> = rows.into_iter().map(|(id,)| ConversationId(id)).collect();
        dialect::lock(&mut tx, &conversations, &self.store.clock).await?;
        let sql =
            "UPDATE sessions SET ended_at = $2 WHERE customer_id = $1 AND ended_at IS NULL RETURNING id";
        let sessions = fetch_all!(tx, (i64,), sql, key, Time(now))?;
        let sessions: Vec<_> = sessions.into_iter().map(|(key,)| SessionKey(key)).collect();
        let sql = "SELECT DISTINCT t.tag_id FROM conversation_tags t JOIN conversations c ON c.id = t.conversation_id
                   WHERE c.customer_id = $1";
        let tags = fetch_all!(tx, (i64,), sql, key)?;
        let mut said =
            unindex(&mut tx, "conversation_id IN (SELECT id FROM conversations WHERE customer_id = $1)", key)
                .await?;
        let who = name_and_email(&mut tx, CustomerKey(key)).await?;
        let sql = "SELECT text FROM customer_notes WHERE customer_id = $1
                   UNION ALL SELECT rating_comment FROM conversations
                             WHERE customer_id = $1 AND rating_comment IS NOT NULL";
        let remarks = fetch_all!(tx, (String,), sql, key)?;
        dialect::unindex(&mut tx, Indexed::Customers, "id = $1", key).await?;
        let sql = "DELETE FROM customers WHERE id = $1 RETURNING user_id";
        let user = fetch_optional!(tx, (i64,), sql, key)?;
        forget(&mut tx, said.iter().chain(&who)).await?;
        said.extend(remarks.into_iter().map(|(text,)| text));
        let mut gone_tags = Vec::new();
        for (tag,) in tags {
            let sql = "DELETE FROM tags
                       WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM conversation_tags WHERE tag_id = $1)
                       RETURNING name";
            gone_tags.extend(fetch_optional!(tx, (String,), sql, tag)?.map(|(name,)| name));
        }
        let views = Traces { who, said, tags: gone_tags }.forget(&mut tx).await?;
        let sql = "DELETE FROM users WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM agents WHERE user_id = $1)";
        execute!(tx, sql, user.map(|(user,)| user))?;
        let what = match views {
            0 => object(id),
            1 => format!("{} and 1 saved view", object(id)),
            _ => format!("{} and {views} saved views", object(id)),
        };
        self.audit(&mut tx, Action::CustomerErased, &what, now).await?;
        tx.commit().await?;
        self.store.tell(Change::SessionsEnded(sessions));
        self.store.tell(Change::Erased(conversations));
        // Goes on when the caller does not wait for it.
        let db = self.store.db.clone();
        let forgetting = tokio::spawn(async move { dialect::forget_deleted(&db).await });
        forgetting.await.unwrap_or(Err(Error::Unanswered))
    }

    /// What goes with a conversation.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Database`].
    pub async fn conversation_dependents(&self, id: ConversationId) -> Result<Dependents> {
        let mut conn = self.store.db.read().await?;
        let sql = "SELECT (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id),
                          (SELECT COUNT(*) FROM notes n WHERE n.conversation_id = c.id)
                   FROM conversations c WHERE c.external_id = $1";
        let row = fetch_optional!(conn, (i64, i64), sql, id.0)?;
        let (messages, notes) = row.ok_or(Error::NotFound("conversation"))?;
        Ok(Dependents { messages, notes, ..Dependents::default() })
    }

    /// Deletes a conversation with all that was said in it; its sockets close.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Database`].
    pub async fn delete_conversation(&self, id: ConversationId) -> Result<()> {
        let (mut tx, now, conversation) = self.begin_in(id).await?;
        let key = conversation.key.0;
        let texts = unindex(&mut tx, "conversation_id = $1", key).await?;
        execute!(tx, "DELETE FROM conversations WHERE id = $1", key)?;
        forget(&mut tx, texts).await?;
        self.audit(&mut tx, Action::ConversationDeleted, &format!("conversation {id}"), now).await?;
        tx.commit().await?;
        self.store.tell(Change::Erased(vec![id]));
        Ok(())
    }
}

/// Removes what no foreign key reaches: index entries and former texts of the messages and notes that fit. Gives their texts.
async fn unindex(tx: &mut Tx, condition: &'static str, key: i64) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT text FROM messages WHERE text IS NOT NULL AND {condition}
         UNION ALL SELECT text FROM notes WHERE {condition}
         UNION ALL SELECT text FROM message_edits WHERE message_id IN (SELECT id FROM messages WHERE {condition})"
    );
    let texts = fetch_all!(tx, (String,), AssertSqlSafe(sql.clone()), key)?;
    dialect::unindex(tx, Indexed::Messages, condition, key).await?;
    dialect::unindex(tx, Indexed::Notes, condition, key).await?;
    let sql =
        format!("DELETE FROM message_edits WHERE message_id IN (SELECT id FROM messages WHERE {condition})");
    execute!(tx, AssertSqlSafe(sql.clone()), key)?;
    Ok(texts.into_iter().map(|(text,)| text).collect())
}
