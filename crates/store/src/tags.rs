//! Tags: words agents put on conversations.

use crate::claims::agent_of;
use crate::db::{Conn, Tx, execute, fetch_all, fetch_one};
use crate::{Result, Session, Store, dialect};
use domain::{Conversation, ConversationId, TagId, fold_tag};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl Store {
    /// Gives a conversation exactly these tags. One that differs from another by the case of its letters alone is that one;
    /// new ones come into being.
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
    let mut named = BTreeMap::new();
    let known = all(tx).await?;
    for tag in tags {
        let (key, name) = match find(&known, tag) {
            Some((key, name)) => (*key, name.clone()),
            None => existing_or_new(tx, tag).await?,
        };
        named.insert(name, key);
    }
    if named.keys().eq(&conversation.tags) {
        return Ok(());
    }
    let conversation_key = conversation.key.0;
    execute!(tx, "DELETE FROM conversation_tags WHERE conversation_id = $1", conversation_key)?;
    for tag in named.values() {
        let sql = "INSERT INTO conversation_tags (conversation_id, tag_id) VALUES ($1, $2)";
        execute!(tx, sql, conversation_key, tag)?;
    }
    conversation.tags = named.into_keys().collect();
    Ok(())
}

/// The tags with one of these names, whatever the case of the letters, the first made first. There may be several of a
/// name from before case did not matter.
pub(crate) async fn alike(conn: &mut Conn, names: &[String]) -> Result<Vec<(i64, String)>> {
    let wanted: BTreeSet<String> = names.iter().map(|name| fold_tag(name)).collect();
    let mut tags = fetch_all!(conn, (i64, String), "SELECT id, name FROM tags ORDER BY id")?;
    tags.retain(|(_, name)| wanted.contains(&fold_tag(name)));
    Ok(tags)
}

/// The same inside a transaction that writes: the first made, if there is one.
pub(crate) async fn existing(tx: &mut Tx, name: &str) -> Result<Option<(i64, String)>> {
    Ok(find(&all(tx).await?, name).cloned())
}

async fn all(tx: &mut Tx) -> Result<Vec<(i64, String)>> {
    fetch_all!(tx, (i64, String), "SELECT id, name FROM tags ORDER BY id")
}

fn find<'t>(tags: &'t [(i64, String)], name: &str) -> Option<&'t (i64, String)> {
    let wanted = fold_tag(name);
    tags.iter().find(|(_, name)| fold_tag(name) == wanted)
}

/// The tag of this name, which nobody had made when last looked: it keeps the spelling it was made with.
async fn existing_or_new(tx: &mut Tx, name: &str) -> Result<(i64, String)> {
    dialect::lock_tags(tx).await?;
    match existing(tx, name).await? {
        Some(tag) => Ok(tag),
        None => insert(tx, TagId::new(), name).await.map(|key| (key, name.to_owned())),
    }
}

/// Makes a tag. Whoever calls holds the [lock](dialect::lock_tags) and has seen that there is [none](existing) of the name.
pub(crate) async fn insert(tx: &mut Tx, id: TagId, name: &str) -> Result<i64> {
    let sql = "INSERT INTO tags (external_id, name) VALUES ($1, $2) RETURNING id";
    fetch_one!(tx, (i64,), sql, id.0, name).map(|(key,)| key)
}
