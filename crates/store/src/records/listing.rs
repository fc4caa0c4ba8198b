//! Lists of records, page by page: each page begins where the last one ended, so the last is as fast as the first.

use crate::db::{Conn, ConnMut, Time};
use crate::dialect::time_literal;
use crate::{Error, Page, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow};
use std::fmt::Display;

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// By name, where records have one; else the oldest first.
    Name,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListQuery<'q> {
    /// Words, or an external id; empty for all.
    pub search: &'q str,
    /// In which order.
    pub order: Order,
    /// A former page's [`next_cursor`](Page::next_cursor).
    pub cursor: Option<&'q str>,
    /// How many at most.
    pub limit: u32,
}

/// The columns a list is ordered by; the key decides between equals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    /// When the record was made.
    pub created_at: &'static str,
    /// The name to order by, in lower case.
    pub name: Option<&'static str>,
    /// The key.
    pub key: &'static str,
}

/// Where a row stands in its list; every list selects it.
#[derive(Debug, FromRow)]
pub(super) struct Standing {
    standing_at: Time,
    standing_name: String,
    standing_key: i64,
}

impl Standing {
    /// When the record was made.
    pub fn at(&self) -> Timestamp {
        self.standing_at.0
    }
}

/// A row that knows where it stands in its list.
pub(super) trait Listed {
    fn standing(&self) -> &Standing;
}

/// A `SELECT` in the making. Only words of ours, numbers and times go into its text; what a user typed is bound.
pub(super) struct Listing {
    sql: String,
    texts: Vec<String>,
}

impl Listing {
    /// `select` is the statement up to its condition.
    pub fn new(select: &str) -> Self {
        Self { sql: format!("{select} WHERE TRUE"), texts: Vec::new() }
    }

    /// Adds a condition.
    pub fn and(&mut self, condition: impl Display) {
        self.sql += &format!(" AND ({condition})");
    }

    /// Binds what a user typed; gives its placeholder. U+0000, which PostgreSQL cannot take and no record has, finds
    /// nothing.
    pub fn bind(&mut self, text: impl Into<String>) -> String {
        self.texts.push(text.into().replace('\0', "\u{fffd}"));
        format!("${}", self.texts.len())
    }

    /// Binds a pattern for `LIKE … ESCAPE '\'` that finds what was typed anywhere in a text of lower case.
    pub fn bind_part(&mut self, typed: &str) -> String {
        let escaped =
            typed.trim().to_lowercase().replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        self.bind(format!("%{escaped}%"))
    }

    /// Runs it from the query's cursor on.
    ///
    /// # Errors
    /// [`Error::BadCursor`], [`Error::Database`].
    pub async fn page<R>(
        mut self,
        conn: &mut Conn,
        query: &ListQuery<'_>,
        columns: Columns,
    ) -> Result<Page<R>>
    where
        R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Listed + Send + Unpin,
    {
        let (column, up) = match query.order {
            Order::Newest => (columns.created_at, false),
            Order::Oldest => (columns.created_at, true),
            Order::Name => (columns.name.unwrap_or(columns.created_at), true),
        };
        if let Some(cursor) = query.cursor {
            let cursor = Cursor::read(cursor, query.order)?;
            let value = if column == columns.key {
                cursor.key.to_string()
            } else if column == columns.created_at {
                time_literal(conn, cursor.at)
            } else {
                self.bind(cursor.name)
            };
            let beyond = if up { '>' } else { '<' };
            self.and(format!("({column}, {}) {beyond} ({value}, {})", columns.key, cursor.key));
        }
        let direction = if up { "ASC" } else { "DESC" };
        let limit = query.limit.saturating_add(1);
        self.sql += &format!(" ORDER BY {column} {direction}, {} {direction} LIMIT {limit}", columns.key);
        let rows = self.run(conn).await?;
        Ok(Page::of(rows, query.limit, |row: &R| Cursor::after(row.standing()).write(query.order)))
    }

    async fn run<R>(self, conn: &mut Conn) -> Result<Vec<R>>
    where
        R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let sql = AssertSqlSafe(self.sql);
        let rows = match conn.get() {
            ConnMut::Sqlite(conn) => {
                let query = self.texts.into_iter().fold(sqlx::query_as(sql), sqlx::query::QueryAs::bind);
                query.fetch_all(conn).await?
            }
            ConnMut::Postgres(conn) => {
                let query = self.texts.into_iter().fold(sqlx::query_as(sql), sqlx::query::QueryAs::bind);
                query.fetch_all(conn).await?
            }
        };
        Ok(rows)
    }
}

/// Where a page ends: all that any order compares.
struct Cursor {
    at: Timestamp,
    name: String,
    key: i64,
}

impl Cursor {
    fn after(standing: &Standing) -> Self {
        Self { at: standing.standing_at.0, name: standing.standing_name.clone(), key: standing.standing_key }
    }

    /// As the outside sees it. It names its order: in another one it would mean another place.
    fn write(&self, order: Order) -> String {
        let place = format!("{order:?} {} {} {}", self.at.as_micros(), self.key, self.name);
        URL_SAFE_NO_PAD.encode(place)
    }

    fn read(text: &str, order: Order) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::BadCursor)?;
        let text = String::from_utf8(bytes).map_err(|_| Error::BadCursor)?;
        let place = text.strip_prefix(&format!("{order:?} ")).ok_or(Error::BadCursor)?;
        let mut parts = place.splitn(3, ' ');
        let mut number = || parts.next().and_then(|part| part.parse().ok()).ok_or(Error::BadCursor);
        let (at, key) = (Timestamp::from_micros(number()?), number()?);
        let name = parts.next().filter(|name| !name.contains('\0')).ok_or(Error::BadCursor)?;
        Ok(Self { at, name: name.to_owned(), key })
    }
}
