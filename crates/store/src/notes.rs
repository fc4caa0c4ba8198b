//! The agents-only log of a conversation: notes and system events.

use crate::conversation_row::save;
use crate::db::{Time, Tx, fetch_all, fetch_one, fetch_optional};
use crate::dialect::{self, Indexed};
use crate::messages::side;
use crate::search::index_words;
use crate::{Change, Error, Result, Session, Store, mentions};
use domain::{
    Agent, Author, ClientId, Conversation, ConversationId, ConversationKey, Event, Note, NoteId, NoteKind,
    Refusal, Timestamp,
};
use sqlx::FromRow;
use std::sync::Arc;
use uuid::Uuid;

macro_rules! select_notes {
    ($tail:literal) => {
        concat!(
            "SELECT id, external_id, note_seq, after_seq, kind, side, author_name, client_id, text, data, created_at
             FROM notes ",
            $tail
        )
    };
}

pub(crate) use select_notes;

#[derive(FromRow)]
pub(crate) struct NoteRow {
    pub id: i64,
    external_id: Uuid,
    note_seq: i64,
    after_seq: i64,
    kind: String,
    side: Option<String>,
    author_name: Option<String>,
    client_id: Option<Uuid>,
    text: String,
    data: Option<String>,
    created_at: Time,
}

impl From<NoteRow> for Note {
    fn from(row: NoteRow) -> Self {
        let author = row.side.zip(row.author_name);
        Self {
            id: NoteId(row.external_id),
            note_seq: row.note_seq,
            after_seq: row.after_seq,
            kind: if row.kind == NoteKind::Note.as_str() { NoteKind::Note } else { NoteKind::Event },
            author: author.map(|(word, name)| Author { role: side(&word), name }),
            text: row.text,
            data: row.data.and_then(|data| serde_json::from_str(&data).ok()),
            client_id: row.client_id.map(ClientId),
            created_at: row.created_at.0,
        }
    }
}

impl Store {
    /// At most `limit` entries of the agents' log with a number above `after`, in order.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn notes(&self, conversation: ConversationKey, after: i64, limit: u32) -> Result<Vec<Note>> {
        let sql = select_notes!("WHERE conversation_id = $1 AND note_seq > $2 ORDER BY note_seq LIMIT $3");
        let mut conn = self.db.read().await?;
        let rows = fetch_all!(conn, NoteRow, sql, conversation.0, after, i64::from(limit))?;
        Ok(rows.into_iter().map(Note::from).collect())
    }

    /// At most `limit` entries of the agents' log that stand from message `from` on and before message `before`, in
    /// order.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn notes_between(
        &self,
        conversation: ConversationKey,
        from: i64,
        before: i64,
        limit: u32,
    ) -> Result<Vec<Note>> {
        let sql = select_notes!(
            "WHERE conversation_id = $1 AND after_seq >= $2 AND after_seq < $3 ORDER BY note_seq LIMIT $4"
        );
        let mut conn = self.db.read().await?;
        let rows = fetch_all!(conn, NoteRow, sql, conversation.0, from, before, i64::from(limit))?;
        Ok(rows.into_iter().map(Note::from).collect())
    }

    /// Adds an agent's note; needs no claim. The same `client_id` again returns the first result and false (D2).
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] for customers, [`Error::NotFound`], [`Error::SignedOut`], [`Error::ClientIdReused`].
    pub async fn add_note(
        &self,
        session: &Session,
        conversation: ConversationId,
        client_id: ClientId,
        text: &str,
    ) -> Result<(Note, bool)> {
        let agent = session.actor.agent().ok_or(Refusal::Forbidden)?;
        let (mut tx, now, mut conversation) = self.begin_in(session, conversation).await?;
        let sql = select_notes!("WHERE conversation_id = $1 AND author_id = $2 AND client_id = $3");
        if let Some(first) = fetch_optional!(tx, NoteRow, sql, conversation.key.0, agent.key.0, client_id.0)?
        {
            let same = first.text == text;
            return if same { Ok((first.into(), false)) } else { Err(Error::ClientIdReused) };
        }
        let note = Note {
            id: NoteId::new(),
            note_seq: conversation.last_note_seq + 1,
            after_seq: conversation.last_seq,
            kind: NoteKind::Note,
            author: Some(session.actor.author()),
            text: text.to_owned(),
            data: None,
            client_id: Some(client_id),
            created_at: now,
        };
        insert(&mut tx, &mut conversation, &note, Some(agent)).await?;
        let agents = mentions::note(&mut tx, &conversation, &note, agent).await?;
        save(&mut tx, &mut conversation).await?;
        tx.commit().await?;
        let conversation = Arc::new(conversation);
        self.tell(Change::Note { conversation: Arc::clone(&conversation), note: Arc::new(note.clone()) });
        if !agents.is_empty() {
            self.tell(Change::Mentioned { conversation, note_seq: note.note_seq, agents });
        }
        Ok((note, true))
    }
}

/// Writes an event into the log. The caller saves the conversation.
pub(crate) async fn insert_event(
    tx: &mut Tx,
    conversation: &mut Conversation,
    event: &Event,
    by: Option<&Agent>,
    now: Timestamp,
) -> Result<Note> {
    let note = of_event(conversation, event, now);
    insert(tx, conversation, &note, by).await?;
    Ok(note)
}

/// An event as the next entry of the log.
pub(crate) fn of_event(conversation: &Conversation, event: &Event, now: Timestamp) -> Note {
    Note {
        id: NoteId::new(),
        note_seq: conversation.last_note_seq + 1,
        after_seq: conversation.last_seq,
        kind: NoteKind::Event,
        author: event.by.clone(),
        text: event.text(),
        data: Some(event.data()),
        client_id: None,
        created_at: now,
    }
}

async fn insert(tx: &mut Tx, conversation: &mut Conversation, note: &Note, by: Option<&Agent>) -> Result<()> {
    insert_row(tx, conversation.key, note, by).await?;
    conversation.last_note_seq = note.note_seq;
    Ok(())
}

/// Writes an entry of the log and, of a note, its words for the search.
pub(crate) async fn insert_row(
    tx: &mut Tx,
    conversation: ConversationKey,
    note: &Note,
    by: Option<&Agent>,
) -> Result<()> {
    let (id,): (i64,) = fetch_one!(
        tx,
        (i64,),
        "INSERT INTO notes (external_id, conversation_id, note_seq, after_seq, kind, side, author_id, author_name,
                            client_id, text, data, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         RETURNING id",
        note.id.0,
        conversation.0,
        note.note_seq,
        note.after_seq,
        note.kind.as_str(),
        note.author.as_ref().map(|author| author.role.as_str()),
        by.map(|agent| agent.key.0),
        note.author.as_ref().map(|author| author.name.as_str()),
        note.client_id.map(|id| id.0),
        note.text.as_str(),
        note.data.as_ref().map(ToString::to_string),
        Time(note.created_at)
    )?;
    if note.kind == NoteKind::Note {
        dialect::index(tx, Indexed::Notes, id, &index_words(&note.text)).await?;
    }
    Ok(())
}
