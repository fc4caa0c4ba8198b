//! The two databases behind one face: connections, transactions, and macros that run one SQL text on either.

use crate::{Error, Result};
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
pub enum Db {
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
    /// See [`Db::Sqlite`].
    Sqlite(&'c mut SqliteConnection),
    /// See [`Db::Postgres`].
    Postgres(&'c mut PgConnection),
}

/// A connection to read with. Each statement sees what was committed before it.
#[derive(Debug)]
pub enum Conn {
    /// See [`Db::Sqlite`].
    Sqlite(PoolConnection<Sqlite>),
    /// See [`Db::Postgres`].
    Postgres(PoolConnection<Postgres>),
}

/// A transaction that may write. Dropped without [`commit`](Self::commit), it leaves nothing behind.
#[derive(Debug)]
pub enum Tx {
    /// Begun with `BEGIN IMMEDIATE`, so nobody else writes until it ends.
    Sqlite(Transaction<'static, Sqlite>),
    /// `READ COMMITTED`; what it changes it locks first.
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// A connection to read with.
    pub(crate) async fn read(&self) -> Result<Conn> {
        Ok(match self {
            Self::Sqlite { read, .. } => Conn::Sqlite(read.acquire().await?),
            Self::Postgres(pool) => Conn::Postgres(pool.acquire().await?),
        })
    }

    /// A transaction to write in.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Closes all connections; what is in flight is finished first.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
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
        match self {
            Self::Sqlite(tx) => ConnMut::Sqlite(tx),
            Self::Postgres(tx) => ConnMut::Postgres(tx),
        }
    }

    /// Makes everything durable (D1): when this returns, it survives a crash.
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await.map_err(Error::from),
            Self::Postgres(tx) => tx.commit().await.map_err(Error::from),
        }
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
