//! Many rows in one statement, as JSON: for what is written in bulk, but not with every message.

use crate::Result;
use crate::db::{ConnMut, Tx};
use serde_json::Value;
use sqlx::AssertSqlSafe;

/// A column, and what its cells are in JSON.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    /// Text as it is.
    Text(&'static str),
    /// A whole number.
    Number(&'static str),
    /// An external id, as [`hex`](super::hex).
    Id(&'static str),
    /// Bytes, as [`hex`](super::hex).
    Bytes(&'static str),
    /// A point in time, in microseconds since 1970.
    Time(&'static str),
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Text(name) | Self::Number(name) | Self::Id(name) | Self::Bytes(name) | Self::Time(name) => {
                name
            }
        }
    }

    /// The cell in place `n` of a row.
    fn sqlite(self, n: usize) -> String {
        match self {
            Self::Text(_) | Self::Number(_) | Self::Time(_) => format!("value ->> {n}"),
            Self::Id(_) | Self::Bytes(_) => format!("unhex(value ->> {n})"),
        }
    }

    /// See [`sqlite`](Self::sqlite).
    fn postgres(self, n: usize) -> String {
        match self {
            Self::Text(_) => format!("value ->> {n}"),
            Self::Number(_) => format!("(value ->> {n})::bigint"),
            Self::Id(_) => format!("(value ->> {n})::uuid"),
            Self::Bytes(_) => format!("decode(value ->> {n}, 'hex')"),
            Self::Time(_) => {
                format!("'epoch'::timestamptz + (value ->> {n})::bigint * interval '1 microsecond'")
            }
        }
    }
}

/// Inserts rows, each a JSON array of its cells in the order of the columns.
pub(crate) async fn insert(
    tx: &mut Tx,
    table: &'static str,
    columns: &[Column],
    rows: Vec<Value>,
) -> Result<()> {
    let names = columns.iter().map(|column| column.name()).collect::<Vec<_>>().join(", ");
    let cells = cells(tx, columns).join(", ");
    run(tx, format!("INSERT INTO {table} ({names}) SELECT {cells} FROM"), "", rows).await
}

/// Sets columns of the rows whose `id` is the first cell.
pub(crate) async fn update(
    tx: &mut Tx,
    table: &'static str,
    columns: &[Column],
    rows: Vec<Value>,
) -> Result<()> {
    let cells = cells(tx, columns);
    let set: Vec<_> =
        columns.iter().zip(&cells).map(|(column, cell)| format!("{} = {cell}", column.name())).collect();
    let is_it = format!("WHERE {table}.id = {}", cells[0]);
    run(tx, format!("UPDATE {table} SET {} FROM", set[1..].join(", ")), &is_it, rows).await
}

fn cells(tx: &mut Tx, columns: &[Column]) -> Vec<String> {
    let is_sqlite = matches!(tx.get(), ConnMut::Sqlite(_));
    let cell = |(n, column): (usize, &Column)| if is_sqlite { column.sqlite(n) } else { column.postgres(n) };
    columns.iter().enumerate().map(cell).collect()
}

async fn run(tx: &mut Tx, before: String, after: &str, rows: Vec<Value>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = Value::from(rows).to_string();
    match tx.get() {
        ConnMut::Sqlite(conn) => {
            let sql = format!("{before} json_each($1) {after}");
            sqlx::query(AssertSqlSafe(sql)).bind(rows).execute(conn).await?;
        }
        ConnMut::Postgres(conn) => {
            let sql = format!("{before} jsonb_array_elements($1::jsonb) AS row (value) {after}");
            sqlx::query(AssertSqlSafe(sql)).bind(rows).execute(conn).await?;
        }
    }
    Ok(())
}
