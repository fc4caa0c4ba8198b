//! What agents know of a customer beyond any one conversation: one text, which they share.

use crate::claims::agent_of;
use crate::db::{Time, execute, fetch_optional};
use crate::{Error, Result, Session, Store, sessions};
use domain::{Customer, MAX_TEXT_CHARS, Timestamp};

/// The text, and who wrote it last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerNote {
    /// What is known.
    pub text: String,
    /// Counts its changes; 0 before the first.
    pub version: i64,
    /// Who changed it last.
    pub edited_by: String,
    /// When.
    pub edited_at: Timestamp,
}

impl Store {
    /// What agents noted of a customer, if anything.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn customer_note(&self, customer: &Customer) -> Result<Option<CustomerNote>> {
        let sql = "SELECT text, version, edited_by, edited_at FROM customer_notes WHERE customer_id = $1";
        let mut conn = self.db.read().await?;
        let row = fetch_optional!(conn, (String, i64, String, Time), sql, customer.key.0)?;
        Ok(row.map(|(text, version, edited_by, Time(edited_at))| CustomerNote {
            text,
            version,
            edited_by,
            edited_at,
        }))
    }

    /// Replaces what was noted at `version`; empty takes it away. None when somebody changed it since: then nothing is
    /// written.
    ///
    /// # Errors
    /// [`Forbidden`](domain::Refusal::Forbidden) for customers, [`Error::SignedOut`], [`Error::Invalid`] for a text that
    /// is too long, [`Error::NotFound`] when the customer was erased.
    pub async fn write_customer_note(
        &self,
        session: &Session,
        customer: &Customer,
        version: i64,
        text: &str,
    ) -> Result<Option<i64>> {
        let agent = agent_of(session)?;
        if text.chars().count() > MAX_TEXT_CHARS || text.contains('\0') {
            let error = format!("a note is at most {MAX_TEXT_CHARS} characters, none of them U+0000");
            return Err(Error::invalid("text")(error));
        }
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        sessions::check(&mut tx, session.key, now).await?;
        // Holds the customer in place, and others who write the same note.
        if execute!(tx, "UPDATE customers SET user_id = user_id WHERE id = $1", customer.key.0)? == 0 {
            return Err(Error::NotFound("customer"));
        }
        let sql = "SELECT version FROM customer_notes WHERE customer_id = $1";
        let current = fetch_optional!(tx, (i64,), sql, customer.key.0)?.map_or(0, |(version,)| version);
        if current != version {
            return Ok(None);
        }
        let sql = "INSERT INTO customer_notes (customer_id, text, version, edited_by, edited_at)
                   VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (customer_id) DO UPDATE SET text = excluded.text, version = excluded.version,
                       edited_by = excluded.edited_by, edited_at = excluded.edited_at";
        execute!(tx, sql, customer.key.0, text, version + 1, agent.name.as_str(), Time(now))?;
        tx.commit().await?;
        Ok(Some(version + 1))
    }
}
