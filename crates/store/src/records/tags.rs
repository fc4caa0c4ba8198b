//! Tags: making, renaming and deleting them. Putting them on conversations is [`crate::tags`]'s.

use super::Records;
use crate::audit::Action;
use crate::db::{Tx, execute, fetch_all, fetch_optional};
use crate::dialect::Column;
use crate::{Change, Error, Result, dialect, tags};
use domain::{Conversation, ConversationId, TagId, Timestamp, check_tag};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// A name another tag has.
const TAKEN: Error = Error::Taken("this name");

impl Records<'_> {
    /// A tag's name, and on how many conversations it is.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Database`].
    pub async fn tag(&self, id: TagId) -> Result<(String, i64)> {
        let sql = "SELECT t.name, (SELECT COUNT(*) FROM conversation_tags c WHERE c.tag_id = t.id)
                   FROM tags t WHERE t.external_id = $1";
        let mut conn = self.store.db.read().await?;
        fetch_optional!(conn, (String, i64), sql, id.0)?.ok_or(Error::NotFound("tag"))
    }

    /// Makes a tag; gives its name as it is kept.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::Taken`] when there is one of this name, whatever the case of its letters.
    pub async fn create_tag(&self, name: &str) -> Result<(TagId, String)> {
        let name = check_tag(name).map_err(Error::invalid("name"))?;
        let (mut tx, now) = self.begin().await?;
        dialect::lock_tags(&mut tx).await?;
        if tags::existing(&mut tx, name).await?.is_some() {
            return Err(TAKEN);
        }
        let id = TagId::new();
        tags::insert(&mut tx, id, name).await?;
        self.audit(&mut tx, Action::SettingsChanged, &object(id), now).await?;
        tx.commit().await?;
        Ok((id, name.to_owned()))
    }

    /// Renames a tag, on every conversation that has it; gives its name as it is kept.
    ///
    /// # Errors
    /// [`Error::NotFound`], and as [`create_tag`](Self::create_tag); [`Error::Locked`] when somebody puts it on a
    /// conversation at the same moment.
    pub async fn rename_tag(&self, id: TagId, name: &str) -> Result<String> {
        let name = check_tag(name).map_err(Error::invalid("name"))?;
        let (mut tx, now, tag) = self.begin_with_tag(id).await?;
        let key = tag.key;
        let taken = tags::existing(&mut tx, name).await?.is_some_and(|(other, _)| other != key);
        if taken {
            return Err(TAKEN);
        }
        match execute!(tx, "UPDATE tags SET name = $2 WHERE id = $1", key, name) {
            Err(error) if error.is_unique_violation() => return Err(TAKEN),
            done => done?,
        };
        self.finish_tag(tx, id, tag, Some(name), now).await?;
        Ok(name.to_owned())
    }

    /// Deletes a tag, and takes it off every conversation.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Database`]; [`Error::Locked`] as [`rename_tag`](Self::rename_tag).
    pub async fn delete_tag(&self, id: TagId) -> Result<()> {
        let (mut tx, now, tag) = self.begin_with_tag(id).await?;
        execute!(tx, "DELETE FROM tags WHERE id = $1", tag.key)?;
        self.finish_tag(tx, id, tag, None, now).await
    }

    /// Begins a transaction that holds the tag and every conversation that has it.
    async fn begin_with_tag(&self, id: TagId) -> Result<(Tx, Timestamp, Tagged)> {
        let (mut tx, now) = self.begin().await?;
        let found = fetch_optional!(tx, (i64,), "SELECT id FROM tags WHERE external_id = $1", id.0)?;
        let (key,) = found.ok_or(Error::NotFound("tag"))?;
        // Conversations are locked before anything else, as everywhere; what was tagged meanwhile is not among them.
        let conversations = tagged(&mut tx, key).await?;
        dialect::lock(&mut tx, &conversations, &self.store.clock).await?;
        dialect::lock_tagging(&mut tx).await?;
        let held: BTreeSet<_> = conversations.iter().collect();
        let conversations = tagged(&mut tx, key).await?;
        if !conversations.iter().all(|conversation| held.contains(conversation)) {
            return Err(Error::Locked);
        }
        let sql = "SELECT name FROM tags WHERE id = $1";
        let (name,) = fetch_optional!(tx, (String,), sql, key)?.ok_or(Error::NotFound("tag"))?;
        let conversations = dialect::load(&mut tx, &conversations).await?;
        Ok((tx, now, Tagged { key, name, conversations }))
    }

    /// Writes the new name, if there is one, into the conversations, all in one statement, and tells.
    async fn finish_tag(
        &self,
        mut tx: Tx,
        id: TagId,
        tag: Tagged,
        name: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        let mut conversations = tag.conversations;
        for conversation in &mut conversations {
            conversation.tags.retain(|other| *other != tag.name);
            conversation.tags.extend(name.map(str::to_owned));
            conversation.tags.sort_unstable();
            conversation.version += 1;
        }
        let columns = [Column::Number("id"), Column::Text("tags"), Column::Number("version")];
        let row = |c: &Conversation| json!([c.key.0, json!(c.tags).to_string(), c.version]);
        let rows = conversations.iter().map(row).collect();
        dialect::update_rows(&mut tx, "conversations", &columns, rows).await?;
        self.audit(&mut tx, Action::SettingsChanged, &object(id), now).await?;
        tx.commit().await?;
        for conversation in conversations {
            self.store.tell(Change::Conversation(Arc::new(conversation)));
        }
        Ok(())
    }
}

/// A tag, and the conversations that have it.
struct Tagged {
    key: i64,
    name: String,
    conversations: Vec<Conversation>,
}

async fn tagged(tx: &mut Tx, key: i64) -> Result<Vec<ConversationId>> {
    let sql = "SELECT c.external_id FROM conversation_tags t JOIN conversations c ON c.id = t.conversation_id
               WHERE t.tag_id = $1";
    let rows = fetch_all!(tx, (Uuid,), sql, key)?;
    Ok(rows.into_iter().map(|(id,)| ConversationId(id)).collect())
}

fn object(id: TagId) -> String {
    format!("tag {id}")
}
