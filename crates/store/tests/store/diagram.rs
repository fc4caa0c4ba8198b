//! `docs/database.md` is made from the migrations, so that it cannot be wrong for long.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};
use std::fmt::Write;
use std::path::Path;
use store::{DatabaseConfig, SQLITE_FILE};

/// The document, below `crates/store`.
const DOCUMENT: &str = "../../docs/database.md";

const INTRODUCTION: &str = "# The database

Every table with its columns, as both databases have them after all migrations. Inside, tables join on 64-bit keys
(`id`); what the outside sees is the UUID in `external_id`. PostgreSQL keeps times as `timestamptz` and has a `search`
column beside each indexed text; SQLite keeps microseconds since 1970 and has FTS5 tables instead.

Made from the migrations by `UPDATE_DOCUMENTS=1 ./test with cargo test -p store diagram`; a test fails while it is out of date.

";

#[tokio::test]
async fn the_diagram_shows_the_tables_as_they_are() {
    let directory = tempfile::tempdir().unwrap();
    DatabaseConfig::Sqlite { directory: directory.path().into() }.open().await.unwrap();
    let mut database =
        SqliteConnectOptions::new().filename(directory.path().join(SQLITE_FILE)).connect().await.unwrap();
    let document = format!("{INTRODUCTION}```mermaid\n{}```\n", diagram(&mut database).await);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == document, "{DOCUMENT} is out of date: its first lines say how to make it anew");
}

async fn diagram(database: &mut SqliteConnection) -> String {
    let tables: Vec<(String,)> = rows(
        database,
        "SELECT name FROM sqlite_schema
         WHERE type = 'table' AND name NOT LIKE '%fts%' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_%' ESCAPE '\\'
         ORDER BY name",
    )
    .await;
    let mut diagram = "erDiagram\n".to_owned();
    for (table,) in tables {
        writeln!(diagram, "    {table} {{").unwrap();
        let columns: Vec<(String, String, i64)> =
            rows(database, &format!("SELECT name, type, pk FROM pragma_table_xinfo('{table}')")).await;
        for (column, kind, key) in columns {
            let key = if key > 0 { " PK" } else { "" };
            writeln!(diagram, "        {} {column}{key}", kind.to_lowercase()).unwrap();
        }
        writeln!(diagram, "    }}").unwrap();
        let links: Vec<(String, String)> = rows(
            database,
            &format!(r#"SELECT "table", "from" FROM pragma_foreign_key_list('{table}') ORDER BY "from""#),
        )
        .await;
        for (target, column) in links {
            writeln!(diagram, "    {target} ||--o{{ {table} : {column}").unwrap();
        }
    }
    diagram
}

async fn rows<R>(database: &mut SqliteConnection, sql: &str) -> Vec<R>
where
    R: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> + Send + Unpin,
{
    sqlx::query_as(AssertSqlSafe(sql.to_owned())).fetch_all(database).await.unwrap()
}
