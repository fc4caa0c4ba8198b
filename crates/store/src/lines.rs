//! First and last lines of conversations, for lists.

use crate::db::fetch_all;
use crate::{Result, Store};
use domain::ConversationKey;
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

/// How much of a message a list shows, in characters.
const LINE_CHARS: u32 = 200;

impl Store {
    /// The beginnings of messages, given by conversation and number. Deleted ones and those that retention has cut are
    /// not there.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn lines(
        &self,
        wanted: impl IntoIterator<Item = (ConversationKey, i64)>,
    ) -> Result<HashMap<ConversationKey, String>> {
        let wanted: Vec<String> =
            wanted.into_iter().map(|(conversation, seq)| format!("({}, {seq})", conversation.0)).collect();
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "SELECT m.conversation_id, SUBSTR(m.text, 1, {LINE_CHARS}) FROM (VALUES {}) AS wanted
             JOIN messages m ON m.conversation_id = wanted.column1 AND m.seq = wanted.column2
             WHERE m.text IS NOT NULL",
            wanted.join(", ")
        );
        let mut conn = self.db.read().await?;
        let rows = fetch_all!(conn, (i64, String), AssertSqlSafe(sql.clone()))?;
        Ok(rows.into_iter().map(|(key, line)| (ConversationKey(key), line)).collect())
    }
}
