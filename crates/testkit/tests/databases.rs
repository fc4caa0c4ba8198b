//! The bench itself: each test has a database of its own, and nothing of it stays.

use store::DatabaseConfig;
use testkit::{Kind, TestDatabase, TestStore, both_databases};

both_databases! {
    async fn a_store_opens_on_an_empty_database_and_again(store: TestStore) {
        let again = store.config().open().await;
        assert!(again.is_ok(), "{again:?}");
    }
}

#[tokio::test]
async fn nothing_stays_of_a_sqlite_database() {
    let database = TestDatabase::create(Kind::Sqlite).await;
    let DatabaseConfig::Sqlite { directory } = database.config().clone() else { panic!("not SQLite") };
    std::fs::create_dir_all(&directory).unwrap();
    database.remove().await;
    assert!(!directory.exists());
}
