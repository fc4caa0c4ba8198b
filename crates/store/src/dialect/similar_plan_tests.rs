//! S5: similar conversations are found by the stored index and read by keys, shown by the databases' own plans.

use super::{postgres, sqlite};
use crate::DatabaseConfig;
use crate::db::Pools;
use crate::dialect::search::plan_tests::{WORD, explain, fill, sqlite_plan};
use crate::similar::lines_sql;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

const LINES: &str = "(1, 1, 10), (2, 1, 10)";

#[tokio::test]
async fn s5_sqlite_finds_what_is_similar_by_its_index() {
    let directory = tempfile::tempdir().unwrap();
    let config = DatabaseConfig::Sqlite { directory: directory.path().to_owned() };
    let db = config.open().await.unwrap();
    let Pools::Sqlite { read, .. } = &db.pools else { panic!("not SQLite") };
    let plan = sqlite_plan(read, sqlite::similar::PROBE).await;
    let steps = [
        "CO-ROUTINE found",
        "SCAN messages_fts VIRTUAL TABLE INDEX",
        "SCAN found",
        "SEARCH t USING",
        "SEARCH c USING",
    ];
    let is_as_meant =
        plan.len() == steps.len() && plan.iter().zip(steps).all(|(step, is)| step.starts_with(is));
    assert!(is_as_meant, "{plan:?}");
    let plan = sqlite_plan(read, &lines_sql(LINES, 1_000)).await;
    let messages: Vec<_> = plan.iter().filter(|step| step.contains(" m ")).collect();
    assert_eq!(messages.len(), 1, "{plan:?}");
    assert!(messages[0].starts_with("SEARCH m USING INDEX messages_conversation"), "{plan:?}");
    db.close().await;
}

#[tokio::test]
async fn s5_postgres_finds_what_is_similar_by_its_index() {
    let server = std::env::var("FRONTDESK_TEST_POSTGRES").expect("run the tests with ./test");
    let schema = format!("plan_{}", uuid::Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&mut connection).await.unwrap();
    let url = format!("{server}?options[search_path]={schema}");
    let db = DatabaseConfig::Postgres { url: url.clone() }.open().await.unwrap();
    let Pools::Postgres(pool) = &db.pools else { panic!("not PostgreSQL") };
    fill(pool).await;
    let mut planner = PgConnection::connect(&url).await.unwrap();
    let probe = explain(&mut planner, postgres::similar::PROBE, |query| {
        query.bind(WORD).bind(150_i64).bind(1_i64).bind(0_i64)
    })
    .await;
    let lines = explain(&mut planner, &lines_sql(LINES, 1_000), |query| query).await;
    db.close().await;
    let drop = format!("DROP SCHEMA {schema} CASCADE");
    sqlx::query(AssertSqlSafe(drop)).execute(&mut connection).await.unwrap();
    assert!(probe.contains("Bitmap Index Scan on messages_search") && !probe.contains("Seq Scan"), "{probe}");
    assert!(lines.contains("messages_conversation") && !lines.contains("Seq Scan"), "{lines}");
}
