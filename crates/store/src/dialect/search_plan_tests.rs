//! S5: searches are served from the stored index, shown by the databases' own plans.

use super::{Place, postgres, sqlite};
use crate::DatabaseConfig;
use crate::db::{Pools, Time};
use domain::Timestamp;
use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::QueryAs;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, SqlitePool};

/// A word that few rows have.
pub(crate) const WORD: &str = "('n77' | '·n77')";

type Explain<'q> = QueryAs<'q, Postgres, (String,), PgArguments>;

const PLACES: [(Place, &str); 3] =
    [(Place::Messages, "messages"), (Place::Notes, "notes"), (Place::Customers, "customers")];

#[tokio::test]
async fn s5_sqlite_searches_its_index() {
    let directory = tempfile::tempdir().unwrap();
    let config = DatabaseConfig::Sqlite { directory: directory.path().to_owned() };
    let db = config.open().await.unwrap();
    let Pools::Sqlite { read, .. } = &db.pools else { panic!("not SQLite") };
    for (place, table) in PLACES {
        let plan = sqlite_plan(read, sqlite::search::find_sql(place, false)).await;
        assert!(plan[0].starts_with(&format!("SCAN {table}_fts VIRTUAL TABLE INDEX")), "{plan:?}");
        assert!(plan[1..].iter().all(|step| !step.starts_with("SCAN")), "{plan:?}");
    }
    let plan = sqlite_plan(read, sqlite::search::find_sql(Place::Messages, true)).await;
    assert!(plan[0].starts_with("SEARCH c USING") && plan[0].contains("conversations_customer"), "{plan:?}");
    assert!(plan[1].starts_with("SEARCH t USING INDEX messages_conversation"), "{plan:?}");
    assert!(plan[2].starts_with("SCAN messages_fts VIRTUAL TABLE INDEX 0:="), "by key: {plan:?}");
    for sql in [sqlite::search::RANK, sqlite::search::KEYS] {
        let plan = sqlite_plan(read, sql).await;
        assert!(plan[0].starts_with("SCAN messages_fts VIRTUAL TABLE INDEX 0:M"), "once: {plan:?}");
        assert_eq!(plan.iter().filter(|step| step.contains("messages")).count(), 1, "{plan:?}");
    }
    let plan = sqlite_plan(read, sqlite::search::ALIKE).await;
    assert!(plan[0].starts_with("SCAN key VIRTUAL TABLE"), "{plan:?}");
    assert_eq!(plan[1], "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)", "{plan:?}");
    db.close().await;
}

/// The steps, without those that put the rows into one piece.
pub(crate) async fn sqlite_plan(pool: &SqlitePool, sql: &str) -> Vec<String> {
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    let rows: Vec<(i64, i64, i64, String)> =
        sqlx::query_as(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap();
    let steps = rows.into_iter().map(|(.., step)| step);
    steps.filter(|step| !step.contains("subquery")).collect()
}

#[tokio::test]
async fn s5_postgres_searches_its_index() {
    let server = std::env::var("FRONTDESK_TEST_POSTGRES").expect("run the tests with ./test");
    let schema = format!("plan_{}", uuid::Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&mut connection).await.unwrap();
    let url = format!("{server}?options[search_path]={schema}");
    let db = DatabaseConfig::Postgres { url: url.clone() }.open().await.unwrap();
    let Pools::Postgres(pool) = &db.pools else { panic!("not PostgreSQL") };
    fill(pool).await;
    // With PostgreSQL's own settings: the program's would hide that an index is missing, since they forbid to read all.
    let mut planner = PgConnection::connect(&url).await.unwrap();
    let messages = [
        explain(&mut planner, postgres::search::FIND_IN_STEPS, |query| {
            bind_times(bind_word(query).bind(vec![0_i64, 1]))
        })
        .await,
        explain(&mut planner, postgres::search::FIND_BEFORE, |query| {
            bind_word(query).bind(i64::MAX).bind(9_i64)
        })
        .await,
    ];
    let day = [0, 24 * 3600 * 1_000_000].map(|micros| Time(Timestamp::from_micros(micros)));
    // Among so few the planner would rather look for one from the first on.
    sqlx::query("SET enable_indexscan = off").execute(&mut planner).await.unwrap();
    let any = explain(&mut planner, postgres::search::ANY_IN_STEPS, |query| {
        query.bind("'all'").bind(vec![0_i64, 1]).bind(day[0]).bind(day[1])
    })
    .await;
    let of_a_day = explain(&mut planner, postgres::search::FIND_IN_STEPS, |query| {
        query.bind("'all'").bind("'all'").bind(vec![0_i64, 1]).bind(day[0]).bind(day[1])
    })
    .await;
    sqlx::query("RESET enable_indexscan").execute(&mut planner).await.unwrap();
    let mut plans = Vec::new();
    for (place, table) in PLACES {
        let customer = (place == Place::Messages).then_some(7_i64);
        let plan = explain(&mut planner, postgres::search::find_sql(place), |query| {
            bind_times(bind_word(query).bind(i64::MAX).bind(10_000_i64).bind(customer))
        });
        plans.push((table, plan.await));
    }
    // Here half of the table is asked for, which the program's own settings alone make PostgreSQL look up one by one.
    sqlx::query("SET enable_seqscan = off").execute(&mut planner).await.unwrap();
    let alike =
        explain(&mut planner, postgres::search::ALIKE, |query| query.bind((1..10_000).collect::<Vec<i64>>()))
            .await;
    db.close().await;
    let drop = format!("DROP SCHEMA {schema} CASCADE");
    sqlx::query(AssertSqlSafe(drop)).execute(&mut connection).await.unwrap();
    assert!(alike.contains("Index Scan using conversations_pkey"), "{alike}");
    for (plan, condition) in messages.iter().zip(["Index Cond: ((search @@ ", "Index Cond: (search @@ "]) {
        assert!(plan.contains("Bitmap Index Scan on messages_search") && plan.contains(condition), "{plan}");
        assert!(!plan.contains("Seq Scan on messages") && !plan.contains("Scan on messages_pkey"), "{plan}");
    }
    assert!(any.contains("Bitmap Index Scan on messages_times"), "{any}");
    assert!(!of_a_day.contains("messages_times"), "{of_a_day}");
    for (table, plan) in plans {
        let index =
            if table == "messages" { "messages_conversation".into() } else { format!("{table}_search") };
        assert!(
            plan.contains(&format!("Index Scan on {index}")) || plan.contains(&format!("Scan using {index}")),
            "{plan}"
        );
        assert!(!plan.contains(&format!("Seq Scan on {table}")), "{plan}");
    }
}

fn bind_word(query: Explain<'_>) -> Explain<'_> {
    query.bind(WORD).bind("'n77'")
}

fn bind_times(query: Explain<'_>) -> Explain<'_> {
    let times = [i64::MIN, i64::MAX].map(|micros| Time(Timestamp::from_micros(micros)));
    query.bind(times[0]).bind(times[1])
}

/// Enough rows that reading them all costs more than the index. All messages have one word, and each is of another time.
pub(crate) async fn fill(pool: &PgPool) {
    let statements = [
        "INSERT INTO users (external_id, name, created_at) SELECT gen_random_uuid(), 'N', now() FROM generate_series(1, 20000)",
        "INSERT INTO customers (external_id, user_id, search) SELECT gen_random_uuid(), id, ('n' || id)::tsvector FROM users",
        "INSERT INTO conversations (external_id, customer_id, status, created_at, last_message_at)
         SELECT gen_random_uuid(), id, 'open', now(), now() FROM customers",
        "INSERT INTO messages (external_id, conversation_id, seq, side, author_id, author_name, client_id, text, created_at, search)
         SELECT gen_random_uuid(), id, 1, 'customer', 1, 'N', gen_random_uuid(), 'n', to_timestamp(id * 3600),
                ('all n' || id)::tsvector FROM conversations",
        "INSERT INTO notes (external_id, conversation_id, note_seq, after_seq, kind, text, created_at, search)
         SELECT gen_random_uuid(), id, 1, 1, 'note', 'n', now(), ('n' || id)::tsvector FROM conversations",
        "ANALYZE",
    ];
    for statement in statements {
        sqlx::query(statement).execute(pool).await.unwrap();
    }
}

pub(crate) async fn explain(
    planner: &mut PgConnection,
    sql: &str,
    bind: impl FnOnce(Explain<'_>) -> Explain<'_>,
) -> String {
    let query = sqlx::query_as(AssertSqlSafe(format!("EXPLAIN {sql}"))).persistent(false);
    let steps = bind(query).fetch_all(planner).await.unwrap();
    steps.into_iter().map(|(step,)| step).collect::<Vec<_>>().join("\n")
}
