//! What an agent wants to be told of while they look elsewhere: theirs, whatever browser they use.

use crate::claims::agent_of;
use crate::db::{execute, fetch_optional};
use crate::{Result, Session, Store, sessions};
use domain::Agent;

/// What an agent's pages tell them, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NotificationSettings {
    /// Whether the desktop shows it, where the browser may.
    pub desktop: bool,
    /// Whether a tone sounds.
    pub sound: bool,
    /// Whether they are told of the queue, too, beside their own conversations.
    pub queue: bool,
}

impl Store {
    /// What the agent wants to be told of; nothing until they say.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn notification_settings(&self, agent: &Agent) -> Result<NotificationSettings> {
        let sql = "SELECT desktop, sound, queue FROM notification_settings WHERE agent_id = $1";
        let mut conn = self.db.read().await?;
        let found = fetch_optional!(conn, (bool, bool, bool), sql, agent.key.0)?;
        let settings = found.map(|(desktop, sound, queue)| NotificationSettings { desktop, sound, queue });
        Ok(settings.unwrap_or_default())
    }

    /// Keeps what the caller wants to be told of.
    ///
    /// # Errors
    /// [`Forbidden`](domain::Refusal::Forbidden) for customers, [`SignedOut`](crate::Error::SignedOut).
    pub async fn keep_notification_settings(
        &self,
        session: &Session,
        settings: NotificationSettings,
    ) -> Result<()> {
        let agent = agent_of(session)?;
        let NotificationSettings { desktop, sound, queue } = settings;
        let mut tx = self.db.begin().await?;
        sessions::check(&mut tx, session.key, self.clock.now()).await?;
        let sql =
            "INSERT INTO notification_settings (agent_id, desktop, sound, queue) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (agent_id) DO UPDATE
                   SET desktop = excluded.desktop, sound = excluded.sound, queue = excluded.queue";
        execute!(tx, sql, agent.key.0, desktop, sound, queue)?;
        tx.commit().await
    }
}
