//! Opening a database: empty, at once from several nodes, made by a newer program, out of reach.

use crate::bring_in;
use futures_util::future::join_all;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use store::{Clock, DatabaseConfig, Error, SQLITE_FILE, Settings, Store};
use testkit::{both_databases, execute};

both_databases! {
    /// Several nodes that start at once on an empty database all come up.
    async fn eight_nodes_start_at_once(database: DatabaseConfig) {
        for opened in join_all((0..8).map(|_| database.open())).await {
            assert!(opened.is_ok(), "{:?}", opened.err());
        }
    }

    /// A database that a newer program has changed is left alone.
    async fn a_newer_database_is_refused(database: DatabaseConfig) {
        drop(database.open().await.unwrap());
        execute(
            &database,
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'from the future', TRUE, '', 0)",
        )
        .await;
        assert!(matches!(database.open().await, Err(Error::NewerDatabase(9999))));
    }
}

#[tokio::test]
async fn what_cannot_be_opened_says_why_and_what_to_do() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let below_a_file = DatabaseConfig::Sqlite { directory: file.path().join("data") };
    let nobody_there = DatabaseConfig::Postgres { url: "postgres://frontdesk@127.0.0.1:1/frontdesk".into() };
    let nonsense = DatabaseConfig::Postgres { url: "nonsense".into() };
    for (database, advice) in
        [(below_a_file, "--data-dir"), (nobody_there, "DATABASE_URL"), (nonsense, "URL")]
    {
        let error = database.open().await.unwrap_err().to_string();
        assert!(error.contains(advice), "{error}");
    }
}

/// Figures SQLite takes of small tables would make it scan them once they are large.
#[tokio::test]
async fn closing_leaves_no_figures_of_the_tables_behind() {
    let directory = tempfile::tempdir().unwrap();
    let database = DatabaseConfig::Sqlite { directory: directory.path().to_owned() };
    let store = Store::open(&database, Clock::default(), Settings::default(), |_| ()).await.unwrap();
    let import = |n: i64| super::import::import(&[(n, "first"), (n + 1, "second")]);
    bring_in(&store, &(0..100).map(import).collect::<Vec<_>>()).await.unwrap();
    store.close().await;

    let file = SqliteConnectOptions::new().filename(directory.path().join(SQLITE_FILE));
    let figures: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'")
            .fetch_one(&mut file.connect().await.unwrap())
            .await
            .unwrap();
    assert_eq!(figures, 0);
}
