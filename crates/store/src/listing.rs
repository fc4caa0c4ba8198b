//! Lists of conversations, page by page.

use crate::db::{Conn, Time, fetch_all};
use crate::dialect::{self, time_literal};
use crate::filter::Narrowed;
use crate::{Error, Page, Result, Store};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Actor, Conversation, ConversationKey, Filter, Timestamp, UrgencyLevel};
use sqlx::AssertSqlSafe;
use std::cmp::Ordering;
use std::collections::HashMap;

/// A tag on more conversations than this is looked for among the first of a list.
pub(crate) const FEW: u32 = 2_000;

/// What a list is ordered by. The key decides between equals, so that a page begins where the last one ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
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
    /// Every order there is.
    pub const ALL: [Self; 4] = [Self::Queue, Self::Urgency, Self::Waiting, Self::Newest];

    fn order(self) -> &'static str {
        match self {
            Self::Queue => "c.urgency_rank, c.queued_at, c.id",
            Self::Urgency => "c.urgency_rank, c.last_message_at DESC, c.id DESC",
            Self::Waiting => "c.queued_at, c.id",
            Self::Newest => "c.last_message_at DESC, c.id DESC",
        }
    }

    /// The order among those of one level, which an index has.
    fn order_within(self) -> &'static str {
        match self {
            Self::Queue | Self::Waiting => "c.queued_at, c.id",
            Self::Urgency | Self::Newest => "c.last_message_at DESC, c.id DESC",
        }
    }

    fn is_by_level(self) -> bool {
        matches!(self, Self::Queue | Self::Urgency)
    }
}

/// Where a page ends: all that any order compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub rank: i16,
    pub queued_at: Timestamp,
    pub last_message_at: Timestamp,
    pub key: i64,
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
        let cursor = cursor.map(|cursor| Cursor::read(cursor, sort)).transpose()?;
        let mut conn = self.db.read().await?;
        let narrowed = Narrowed::new(&mut conn, actor, filter, self.clock.now(), FEW).await?;
        let sql = page_sql(&mut conn, &narrowed, sort, cursor, limit.saturating_add(1));
        let rows = fetch_all!(conn, (i16, Time, Time, i64), AssertSqlSafe(sql.clone()))?;
        let places = rows.into_iter().map(Cursor::from).collect();
        let page = Page::of(places, limit, |place: &Cursor| place.write(sort));
        let keys: Vec<_> = page.items.iter().map(|place| ConversationKey(place.key)).collect();
        let found = dialect::load_by_key(&mut conn, &keys).await?;
        let mut found: HashMap<_, _> = found.into_iter().map(|c| (c.key, c)).collect();
        // What was deleted meanwhile is left out.
        Ok(Page {
            items: keys.iter().filter_map(|key| found.remove(key)).collect(),
            next_cursor: page.next_cursor,
        })
    }
}

/// The places of a page, and the one after it, as a statement.
pub(crate) fn page_sql(
    conn: &mut Conn,
    narrowed: &Narrowed,
    sort: Sort,
    cursor: Option<Cursor>,
    limit: u32,
) -> String {
    let is_merged = narrowed.ranges.is_some();
    let order = sort.order();
    let keys = narrowed.rows("c.urgency_rank, c.queued_at, c.last_message_at, c.id", |level| {
        let after = match (cursor, level) {
            (None, _) => String::new(),
            (Some(cursor), None) => cursor.passed(conn, sort),
            (Some(cursor), Some(level)) => cursor.passed_within(conn, sort, level)?,
        };
        let order = if is_merged { sort.order_within() } else { order };
        Some(format!("{after} ORDER BY {order} LIMIT {limit}"))
    });
    format!("SELECT * FROM ({keys}) AS c ORDER BY {order} LIMIT {limit}")
}

impl Cursor {
    /// What comes after it in this order, as a condition.
    fn passed(self, conn: &mut Conn, sort: Sort) -> String {
        let among = self.passed_among(conn, sort);
        if sort.is_by_level() {
            let rank = self.rank;
            return format!(" AND (c.urgency_rank > {rank} OR c.urgency_rank = {rank}{among})");
        }
        among
    }

    /// The same among those of one level; none when it is past the whole level.
    fn passed_within(self, conn: &mut Conn, sort: Sort, level: UrgencyLevel) -> Option<String> {
        match level.rank().cmp(&self.rank) {
            Ordering::Less if sort.is_by_level() => None,
            Ordering::Greater if sort.is_by_level() => Some(String::new()),
            Ordering::Less | Ordering::Equal | Ordering::Greater => Some(self.passed_among(conn, sort)),
        }
    }

    fn passed_among(self, conn: &mut Conn, sort: Sort) -> String {
        let key = self.key;
        match sort {
            Sort::Queue | Sort::Waiting => {
                format!(" AND (c.queued_at, c.id) > ({}, {key})", time_literal(conn, self.queued_at))
            }
            Sort::Urgency | Sort::Newest => {
                format!(
                    " AND (c.last_message_at, c.id) < ({}, {key})",
                    time_literal(conn, self.last_message_at)
                )
            }
        }
    }
}

impl From<(i16, Time, Time, i64)> for Cursor {
    fn from((rank, queued_at, last_message_at, key): (i16, Time, Time, i64)) -> Self {
        Self { rank, queued_at: queued_at.0, last_message_at: last_message_at.0, key }
    }
}

impl Cursor {
    /// As the outside sees it. It names its order: in another one it would mean another place.
    fn write(&self, sort: Sort) -> String {
        let (queued_at, last) = (self.queued_at.as_micros(), self.last_message_at.as_micros());
        let place = format!("{sort:?} {} {queued_at} {last} {}", self.rank, self.key);
        URL_SAFE_NO_PAD.encode(place)
    }

    fn read(text: &str, sort: Sort) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::BadCursor)?;
        let text = String::from_utf8(bytes).map_err(|_| Error::BadCursor)?;
        let (order, place) = text.split_once(' ').ok_or(Error::BadCursor)?;
        if order != format!("{sort:?}") {
            return Err(Error::BadCursor);
        }
        let numbers: Vec<i64> = place
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
