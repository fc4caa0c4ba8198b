//! The two databases behind one face: connections, transactions, and macros that run one SQL text on either.

use crate::Result;
use crate::search::NewlyIndexed;
use domain::Timestamp;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{
    PgArgumentBuffer, PgConnection, PgHasArrayType, PgPool, PgTypeInfo, PgValueRef, Postgres,
};
use sqlx::sqlite::{
    Sqlite, SqliteArgumentsBuffer, SqliteConnection, SqlitePool, SqliteTypeInfo, SqliteValueRef,
};
use sqlx::{Decode, Encode, Transaction, Type, encode::IsNull, error::BoxDynError};

/// An open database.
#[derive(Debug, Clone)]
pub struct Db {
    pub(crate) pools: Pools,
    newly_indexed: NewlyIndexed,
}

/// Its connections.
#[derive(Debug, Clone)]
pub(crate) enum Pools {
    /// The embedded one. SQLite has one writer at a time, so there is one connection to write with.
    Sqlite {
        /// Many connections that only read.
        read: SqlitePool,
        /// The one that writes.
        write: SqlitePool,
    },
    /// A PostgreSQL server.
    Postgres(PgPool),
}

/// A borrowed connection of either kind: what the SQL macros run on.
#[derive(Debug)]
pub enum ConnMut<'c> {
    /// To SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// To PostgreSQL.
    Postgres(&'c mut PgConnection),
}

/// A connection to read with. Each statement sees what was committed before it.
#[derive(Debug)]
pub enum Conn {
    /// To SQLite.
    Sqlite(PoolConnection<Sqlite>),
    /// To PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

/// A transaction that may write. Dropped without [`commit`](Self::commit), it leaves nothing behind.
#[derive(Debug)]
pub struct Tx {
    begun: Begun,
    indexed: Vec<String>,
    newly_indexed: NewlyIndexed,
}

#[derive(Debug)]
enum Begun {
    /// With `BEGIN IMMEDIATE`, so nobody else writes until it ends.
    Sqlite(Transaction<'static, Sqlite>),
    /// `READ COMMITTED`; what it changes it locks first.
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    pub(crate) fn new(pools: Pools) -> Self {
        Self { pools, newly_indexed: NewlyIndexed::default() }
    }

    /// A connection to read with.
    pub(crate) async fn read(&self) -> Result<Conn> {
        Ok(match &self.pools {
            Pools::Sqlite { read, .. } => Conn::Sqlite(read.acquire().await?),
            Pools::Postgres(pool) => Conn::Postgres(pool.acquire().await?),
        })
    }

    /// A transaction to write in.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        let begun = match &self.pools {
            Pools::Sqlite { write, .. } => Begun::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Begun::Postgres(pool.begin().await?),
        };
        Ok(Tx { begun, indexed: Vec::new(), newly_indexed: self.newly_indexed.clone() })
    }

    /// What commits have put into the search index.
    pub(crate) fn newly_indexed(&self) -> &NewlyIndexed {
        &self.newly_indexed
    }

    /// Closes all connections; what is in flight is finished first.
    pub(crate) async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

impl Conn {
    pub(crate) fn get(&mut self) -> ConnMut<'_> {
        match self {
            Self::Sqlite(conn) => ConnMut::Sqlite(conn),
            Self::Postgres(conn) => ConnMut::Postgres(conn),
        }
    }
}

impl Tx {
    pub(crate) fn get(&mut self) -> ConnMut<'_> {
        match &mut self.begun {
            Begun::Sqlite(tx) => ConnMut::Sqlite(tx),
            Begun::Postgres(tx) => ConnMut::Postgres(tx),
        }
    }

    /// Notes what it puts into the search index, to be learnt from once it is committed (S3).
    pub(crate) fn indexes(&mut self, words: &str) {
        self.indexed.push(words.to_owned());
    }

    /// Makes everything durable (D1): when this returns, it survives a crash.
    pub(crate) async fn commit(self) -> Result<()> {
        match self.begun {
            Begun::Sqlite(tx) => tx.commit().await?,
            Begun::Postgres(tx) => tx.commit().await?,
        }
        self.newly_indexed.add(self.indexed);
        Ok(())
    }
}

/// Runs one query on whichever database `$on` (a [`Conn`] or [`Tx`]) belongs to: `fetch!(on, fetch_one, Row, "SQL", binds…)`.
macro_rules! fetch {
    ($on:expr, $method:ident, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $on.get() {
            $crate::db::ConnMut::Sqlite(conn) => {
                sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.$method(conn).await.map_err($crate::Error::from)
            }
            $crate::db::ConnMut::Postgres(conn) => {
                sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.$method(conn).await.map_err($crate::Error::from)
            }
        }
    };
}

/// All rows of a query, as `Vec<Row>`.
macro_rules! fetch_all {
    ($on:expr, $row:ty, $($rest:tt)*) => { $crate::db::fetch!($on, fetch_all, $row, $($rest)*) };
}

/// The one row of a query.
macro_rules! fetch_one {
    ($on:expr, $row:ty, $($rest:tt)*) => { $crate::db::fetch!($on, fetch_one, $row, $($rest)*) };
}

/// The row of a query, if there is one.
macro_rules! fetch_optional {
    ($on:expr, $row:ty, $($rest:tt)*) => { $crate::db::fetch!($on, fetch_optional, $row, $($rest)*) };
}

/// Runs a statement; gives the number of rows it touched.
macro_rules! execute {
    ($on:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $on.get() {
            $crate::db::ConnMut::Sqlite(conn) => sqlx::query($sql)$(.bind($bind))*.execute(conn).await
                .map(|done| done.rows_affected()).map_err($crate::Error::from),
            $crate::db::ConnMut::Postgres(conn) => sqlx::query($sql)$(.bind($bind))*.execute(conn).await
                .map(|done| done.rows_affected()).map_err($crate::Error::from),
        }
    };
}

pub(crate) use {execute, fetch, fetch_all, fetch_one, fetch_optional};

/// A [`Timestamp`] in the database: `timestamptz` in PostgreSQL, microseconds in SQLite. The greatest value stands
/// for "never" (`infinity`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time(pub Timestamp);

/// "Never", as `queued_at` has it where nobody waits.
pub(crate) const NEVER: Timestamp = Timestamp::from_micros(i64::MAX);

/// 2000-01-01, from which PostgreSQL counts, in microseconds since 1970.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

impl Type<Sqlite> for Time {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }

    fn compatible(info: &SqliteTypeInfo) -> bool {
        <i64 as Type<Sqlite>>::compatible(info)
    }
}

impl Encode<'_, Sqlite> for Time {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode(self.0.as_micros(), buffer)
    }
}

impl<'r> Decode<'r, Sqlite> for Time {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        <i64 as Decode<Sqlite>>::decode(value).map(|micros| Self(Timestamp::from_micros(micros)))
    }
}

impl Type<Postgres> for Time {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("timestamptz")
    }
}

impl PgHasArrayType for Time {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("_timestamptz")
    }
}

impl Encode<'_, Postgres> for Time {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let micros = self.0.as_micros();
        let micros = if self.0 == NEVER { micros } else { micros.saturating_sub(POSTGRES_EPOCH) };
        Encode::<Postgres>::encode(micros, buffer)
    }
}

impl<'r> Decode<'r, Postgres> for Time {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        let micros = i64::from_be_bytes(value.as_bytes()?.try_into()?);
        Ok(Self(Timestamp::from_micros(micros.saturating_add(POSTGRES_EPOCH))))
    }
}
