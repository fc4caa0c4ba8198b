//! No list and no count reads all messages or conversations, shown by the databases' own plans.

use crate::db::{Conn, Pools};
use crate::filter::Narrowed;
use crate::{Clock, DatabaseConfig, Db, agents, listing, queue};
use domain::{Actor, Age, Agent, AgentId, AgentKey, AgentRole, Filter, Holder, Status, Timestamp};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Every statement by which the inbox lists and counts, for the filters that have an index of their own.
async fn statements(conn: &mut Conn, now: Timestamp) -> Vec<String> {
    let agent = Agent {
        key: AgentKey(1),
        id: AgentId::new(),
        name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        role: AgentRole::Agent,
    };
    let actor = Actor::Agent(agent);
    let filters = [
        Filter::default(),
        Filter { status: vec![Status::Open], ..Filter::default() },
        Filter { status: vec![Status::Resolved, Status::Ongoing], ..Filter::default() },
        Filter { holder: vec![Holder::Me], status: vec![Status::Ongoing], ..Filter::default() },
        Filter { tag: vec!["tag".to_owned()], ..Filter::default() },
        Filter { age: vec![Age::UnderAnHour], ..Filter::default() },
    ];
    let mut statements = vec![queue::HELD.to_owned(), queue::status_sql()];
    for filter in filters {
        // What a tag has is many, and few.
        for few in [0, queue::FEW] {
            let narrowed = Narrowed::new(conn, &actor, &filter, now, few).await.unwrap();
            for cursor in
                [None, Some(listing::Cursor { rank: 1, queued_at: now, last_message_at: now, key: 7 })]
            {
                statements.extend(
                    listing::Sort::ALL.map(|sort| listing::page_sql(conn, &narrowed, sort, cursor, 51)),
                );
            }
            statements.push(queue::groups_sql(conn, &narrowed, now));
        }
    }
    statements
}

#[tokio::test]
async fn s5_sqlite_lists_from_its_indexes() {
    let directory = tempfile::tempdir().unwrap();
    let config = DatabaseConfig::Sqlite { directory: directory.path().to_owned() };
    let db = config.open().await.unwrap();
    let mut conn = db.read().await.unwrap();
    let statements = statements(&mut conn, Clock::default().now()).await;
    let Conn::Sqlite(sqlite) = &mut conn else { panic!("not SQLite") };
    for sql in statements {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(explain).fetch_all(&mut **sqlite).await.unwrap();
        for (.., step) in &plan {
            // Who holds something stands in an index of its own, which has nobody else.
            let reads_all =
                ["SCAN conversations", "SCAN c ", "SCAN m "].iter().any(|scan| step.starts_with(scan));
            let is_of_the_held = step.ends_with("INDEX conversations_holder");
            let is_merged =
                !step.contains("INDEX") && plan.iter().any(|(.., step)| step.contains("CO-ROUTINE"));
            assert!(!reads_all || is_of_the_held || is_merged, "{sql}\n{plan:#?}");
        }
    }
    drop(conn);
    db.close().await;
}

#[tokio::test]
async fn s5_postgres_lists_from_its_indexes() {
    let plans = postgres_plans(async |conn| statements(conn, Clock::default().now()).await).await;
    for (sql, plan) in plans {
        assert_eq!(scans_of_all(&plan), Vec::<&str>::new(), "{sql}\n{plan}");
    }
}

/// Most agents come before most customers, and PostgreSQL knows: to join an agent with their name it would read all names
/// from the first on.
#[tokio::test]
async fn s5_postgres_looks_up_who_asks_by_key() {
    let plans = postgres_plans(async |_| vec![agents::BY_KEY.replace("$1", "7")]).await;
    for (_, plan) in plans {
        assert_eq!(plan.matches("Index Cond: (id = ").count(), 2, "{plan}");
    }
}

/// How PostgreSQL would run these statements, by the program's own settings.
async fn postgres_plans(statements: impl AsyncFnOnce(&mut Conn) -> Vec<String>) -> Vec<(String, String)> {
    let server = std::env::var("FRONTDESK_TEST_POSTGRES").expect("run the tests with ./test");
    let schema = format!("plan_{}", uuid::Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&mut connection).await.unwrap();
    let url = format!("{server}?options[search_path]={schema}");
    let db = DatabaseConfig::Postgres { url }.open().await.unwrap();
    fill(&db).await;
    let mut conn = db.read().await.unwrap();
    let statements = statements(&mut conn).await;
    let Conn::Postgres(postgres) = &mut conn else { panic!("not PostgreSQL") };
    let mut plans = Vec::new();
    for sql in statements {
        let explain = AssertSqlSafe(format!("EXPLAIN {sql}"));
        let plan: Vec<(String,)> = sqlx::query_as(explain).fetch_all(&mut **postgres).await.unwrap();
        plans.push((sql, plan.into_iter().map(|(step,)| step).collect::<Vec<_>>().join("\n")));
    }
    drop(conn);
    db.close().await;
    let drop = format!("DROP SCHEMA {schema} CASCADE");
    sqlx::query(AssertSqlSafe(drop)).execute(&mut connection).await.unwrap();
    plans
}

/// The steps that read conversations without a condition that an index answers. Where an index is missing, the program's
/// connections, which avoid sequential scans, read all of another one.
fn scans_of_all(plan: &str) -> Vec<&str> {
    let is_count = plan.contains("GroupAggregate") || plan.contains("HashAggregate");
    let reads_all = |step: &&str| {
        // Who holds something stands in an index of its own, which has nobody else; and the newest ten thousand that are
        // counted, of a range with most of all conversations, are found soonest among all, from the newest on.
        let is_bounded = step.contains("conversations_holder")
            || is_count && step.contains("Backward using conversations_newest");
        let has_condition = step.contains("Index Cond:") || step.contains("Bitmap Heap Scan");
        step.contains("Scan") && step.contains(" on conversations") && !has_condition && !is_bounded
    };
    plan.split("->").filter(reads_all).collect()
}

/// Enough rows that reading them all costs more than the indexes.
async fn fill(db: &Db) {
    let Pools::Postgres(pool) = &db.pools else { panic!("not PostgreSQL") };
    let statements = [
        "INSERT INTO users (external_id, name, created_at) SELECT gen_random_uuid(), 'N', now() FROM generate_series(1, 5000)",
        "INSERT INTO agents (external_id, user_id, login, role) SELECT gen_random_uuid(), id, id, 'agent' FROM users WHERE id < 21",
        "INSERT INTO customers (external_id, user_id) SELECT gen_random_uuid(), id FROM users",
        "INSERT INTO conversations (external_id, customer_id, status, resolved_at, urgency_rank, created_at, last_message_at)
         SELECT gen_random_uuid(), c.id, CASE WHEN n = 1 THEN 'open' ELSE 'resolved' END,
                CASE WHEN n = 1 THEN NULL ELSE now() END, c.id % 3, now() - n * interval '1 day', now() - n * interval '1 day'
         FROM customers c, generate_series(1, 10) AS n",
        "INSERT INTO tags (external_id, name) VALUES (gen_random_uuid(), 'tag')",
        "INSERT INTO conversation_tags (conversation_id, tag_id) SELECT id, 1 FROM conversations WHERE id % 100 = 0",
        "ANALYZE",
    ];
    for statement in statements {
        sqlx::query(statement).execute(pool).await.unwrap();
    }
}
