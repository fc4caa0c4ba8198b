//! Lists of conversations, page by page.

use crate::conversation_row::{ConversationRow, select_conversations};
use crate::db::{NEVER, fetch_all};
use crate::dialect::time_literal;
use crate::{Error, Page, Result, Store, filter};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Actor, Conversation, Filter, Timestamp};
use sqlx::AssertSqlSafe;
use std::str::FromStr;

/// What a list is ordered by. The key decides between equals, so that a page begins where the last one ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Urgency level, then waiting time: the queue's own order (`protocol.md`, States).
    Queue,
    /// Urgency level, then the newest message.
    Urgency,
    /// Waiting time, longest first.
    Waiting,
    /// The newest message first.
    #[default]
    Newest,
}

impl Sort {
    fn order(self) -> &'static str {
        match self {
            Self::Queue => "c.urgency_rank, c.queued_at, c.id",
            Self::Urgency => "c.urgency_rank, c.last_message_at DESC, c.id DESC",
            Self::Waiting => "c.queued_at, c.id",
            Self::Newest => "c.last_message_at DESC, c.id DESC",
        }
    }
}

/// Where a page ends: all that any order compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cursor {
    rank: i16,
    queued_at: Timestamp,
    last_message_at: Timestamp,
    key: i64,
}

impl Store {
    /// The conversations within the caller's reach that the filter lets through; `cursor` is a former page's
    /// [`next_cursor`](Page::next_cursor).
    ///
    /// # Errors
    /// [`Error::BadCursor`], [`Error::Database`].
    pub async fn conversations(
        &self,
        actor: &Actor,
        filter: &Filter,
        sort: Sort,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<Conversation>> {
        let mut conn = self.db.read().await?;
        let mut sql = select_conversations!("WHERE TRUE").to_owned();
        sql += &filter::conditions(&mut conn, actor, filter, self.clock.now()).await?;
        if let Some(cursor) = cursor {
            let Cursor { rank, queued_at, last_message_at, key } = cursor.parse()?;
            let queued_at = time_literal(&mut conn, queued_at);
            let last = time_literal(&mut conn, last_message_at);
            sql += &match sort {
                Sort::Queue => {
                    format!(" AND (c.urgency_rank, c.queued_at, c.id) > ({rank}, {queued_at}, {key})")
                }
                Sort::Urgency => format!(
                    " AND (c.urgency_rank > {rank}
                           OR c.urgency_rank = {rank} AND (c.last_message_at, c.id) < ({last}, {key}))"
                ),
                Sort::Waiting => format!(" AND (c.queued_at, c.id) > ({queued_at}, {key})"),
                Sort::Newest => format!(" AND (c.last_message_at, c.id) < ({last}, {key})"),
            };
        }
        sql += &format!(" ORDER BY {} LIMIT {}", sort.order(), limit.saturating_add(1));
        let rows = fetch_all!(conn, ConversationRow, AssertSqlSafe(sql.clone()))?;
        let conversations: Result<Vec<_>> =
            rows.into_iter().map(ConversationRow::into_conversation).collect();
        Ok(Page::of(conversations?, limit, |conversation| Cursor::after(conversation).to_string()))
    }
}

impl Cursor {
    fn after(conversation: &Conversation) -> Self {
        Self {
            rank: conversation.urgency.level.rank(),
            queued_at: conversation.waiting_since.unwrap_or(NEVER),
            last_message_at: conversation.last_message_at,
            key: conversation.key.0,
        }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (queued_at, last) = (self.queued_at.as_micros(), self.last_message_at.as_micros());
        f.write_str(&URL_SAFE_NO_PAD.encode(format!("{} {queued_at} {last} {}", self.rank, self.key)))
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::BadCursor)?;
        let text = String::from_utf8(bytes).map_err(|_| Error::BadCursor)?;
        let numbers: Vec<i64> = text
            .split(' ')
            .map(|number| number.parse().map_err(|_| Error::BadCursor))
            .collect::<Result<_>>()?;
        let [rank, queued_at, last_message_at, key] = numbers[..] else { return Err(Error::BadCursor) };
        Ok(Self {
            rank: rank.try_into().map_err(|_| Error::BadCursor)?,
            queued_at: Timestamp::from_micros(queued_at),
            last_message_at: Timestamp::from_micros(last_message_at),
            key,
        })
    }
}
