//! Messages of all conversations, and changing them as an administrator (A10).

use super::listing::{Columns, ListQuery, Listed, Listing, Standing};
use super::{Records, Target, search};
use crate::append::{Append, Appended};
use crate::audit::Action;
use crate::db::{Time, fetch_all, fetch_optional};
use crate::messages::MessageRow;
use crate::{Error, Page, Result};
use domain::{ClientId, ConversationId, Message, MessageId, Refusal, Side, Timestamp};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

/// A message, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRecord {
    /// The message.
    pub message: Message,
    /// Where it was written.
    pub conversation: ConversationId,
}

/// What a message said before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageEdit {
    /// The former text.
    pub text: String,
    /// When it was replaced.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// Which messages are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct MessageFilter {
    /// One side's.
    pub side: Option<Side>,
    /// Only those edited or deleted since.
    pub changed: bool,
    /// One conversation's.
    pub conversation: Option<ConversationId>,
}

const SELECT: &str =
    "SELECT m.created_at AS standing_at, '' AS standing_name, m.id AS standing_key, m.id, m.external_id, m.seq, m.side,
            m.author_id, m.author_name, m.text, m.client_id, m.created_at, m.rev, m.edited_at, m.deleted_at,
            m.conversation_id, c.external_id AS conversation_external_id
     FROM messages m JOIN conversations c ON c.id = m.conversation_id";

/// Keys are given in the order of writing.
const COLUMNS: Columns = Columns { created_at: "m.id", name: None, key: "m.id" };

impl Records<'_> {
    /// Messages, narrowed by the filter.
    ///
    /// # Errors
    /// [`Error::BadCursor`], [`Error::Invalid`] for a search that is none, [`Error::Database`].
    pub async fn messages(
        &self,
        filter: MessageFilter,
        query: &ListQuery<'_>,
    ) -> Result<Page<MessageRecord>> {
        let mut conn = self.store.db.read().await?;
        let mut listing = Listing::new(SELECT);
        if let Some(side) = filter.side {
            listing.and(format!("m.side = '{}'", side.as_str()));
        }
        if filter.changed {
            listing.and("m.rev > 0");
        }
        if let Some(id) = filter.conversation {
            let sql = "SELECT id FROM conversations WHERE external_id = $1";
            let (key,) = fetch_optional!(conn, (i64,), sql, id.0)?.ok_or(Error::NotFound("conversation"))?;
            listing.and(format!("m.conversation_id = {key}"));
        }
        search::messages(&mut listing, &mut conn, query.search)?;
        let page = listing.page::<Row>(&mut conn, query, COLUMNS).await?;
        Ok(page.map(MessageRecord::from))
    }

    /// One message.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn message(&self, id: MessageId) -> Result<MessageRecord> {
        let mut conn = self.store.db.read().await?;
        let sql = format!("{SELECT} WHERE m.external_id = $1");
        let row = fetch_optional!(conn, Row, AssertSqlSafe(sql.clone()), id.0)?;
        row.map(MessageRecord::from).ok_or(Error::NotFound("message"))
    }

    /// What a message said before, oldest first.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn message_edits(&self, id: MessageId) -> Result<Vec<MessageEdit>> {
        let mut conn = self.store.db.read().await?;
        let sql = "SELECT text, edited_at, edited_by FROM message_edits
                   WHERE message_id = (SELECT id FROM messages WHERE external_id = $1) ORDER BY id";
        let rows = fetch_all!(conn, (String, Time, String), sql, id.0)?;
        Ok(rows.into_iter().map(|(text, at, by)| MessageEdit { text, at: at.0, by }).collect())
    }

    /// Writes a message as this administrator, through the append path like everybody's (A10). Who writes holds the
    /// conversation (C2): a resolved one reopens, and one that another agent holds is taken over, audited.
    ///
    /// # Errors
    /// As [`Store::append`](crate::Store::append).
    pub async fn write_message(
        &self,
        conversation: ConversationId,
        client_id: ClientId,
        text: String,
    ) -> Result<Appended> {
        let append = Append { conversation, client_id, text, claim_token: None };
        let appended = match self.store.append(self.session, append.clone()).await {
            Err(Error::Refused(Refusal::NotClaimed)) => {
                let held = self.move_conversation(conversation, Target::Held(self.administrator.id)).await?;
                self.store
                    .append(self.session, Append { claim_token: Some(held.claim_token), ..append })
                    .await?
            }
            result => result?,
        };
        if appended.is_new {
            let (mut tx, now) = self.begin().await?;
            self.audit(&mut tx, Action::MessageAdded, &object(appended.message.id), now).await?;
            tx.commit().await?;
        }
        Ok(appended)
    }

    /// Changes anybody's message; what it said before is kept.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when it is deleted.
    pub async fn edit_message(&self, id: MessageId, text: &str) -> Result<Message> {
        let conversation = self.message(id).await?.conversation;
        let (mut tx, now, conversation) = self.begin_in(conversation).await?;
        self.audit(&mut tx, Action::MessageChanged, &object(id), now).await?;
        self.store.change_message((tx, now, conversation), self.session, id, Some(text), |_| true).await
    }

    /// Deletes anybody's message with its former texts; its number and a mark stay.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_message(&self, id: MessageId) -> Result<Message> {
        let conversation = self.message(id).await?.conversation;
        let (mut tx, now, conversation) = self.begin_in(conversation).await?;
        self.audit(&mut tx, Action::MessageChanged, &object(id), now).await?;
        self.store.change_message((tx, now, conversation), self.session, id, None, |_| true).await
    }
}

fn object(id: MessageId) -> String {
    format!("message {id}")
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    standing: Standing,
    #[sqlx(flatten)]
    message: MessageRow,
    conversation_external_id: Uuid,
}

impl Listed for Row {
    fn standing(&self) -> &Standing {
        &self.standing
    }
}

impl From<Row> for MessageRecord {
    fn from(row: Row) -> Self {
        Self { message: row.message.into(), conversation: ConversationId(row.conversation_external_id) }
    }
}
