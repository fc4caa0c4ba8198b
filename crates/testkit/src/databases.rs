//! A database of its own for each test: a SQLite file or a PostgreSQL schema, gone when the test is over.

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::path::Path;
use store::{DatabaseConfig, SQLITE_FILE};
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The embedded one, in a temporary directory.
    Sqlite,
    /// A schema of its own on the server `FRONTDESK_TEST_POSTGRES` names.
    Postgres,
}

/// An empty database that nobody else uses.
#[derive(Debug)]
pub struct TestDatabase {
    config: DatabaseConfig,
    home: Home,
}

/// What has to go when the test is over.
#[derive(Debug)]
enum Home {
    Directory(TempDir),
    Schema { server: Url, name: String },
}

impl TestDatabase {
    /// Makes an empty database. The tables come when a store is opened on it.
    ///
    /// # Panics
    /// For PostgreSQL, when `FRONTDESK_TEST_POSTGRES` is not set or the server does not answer: a test without its
    /// database fails, it is never left out.
    pub async fn create(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => Self::in_directory(),
            Kind::Postgres => Self::in_schema().await,
        }
    }

    /// How to open it.
    pub fn config(&self) -> &DatabaseConfig {
        &self.config
    }

    /// Removes it and all it holds, also what is still connected to it.
    pub async fn remove(self) {
        match self.home {
            Home::Directory(directory) => directory.close().expect("the test's directory can be removed"),
            Home::Schema { server, name } => on_server(&server, format!("DROP SCHEMA {name} CASCADE")).await,
        }
    }

    fn in_directory() -> Self {
        let directory =
            tempfile::Builder::new().prefix("frontdesk-").tempdir().expect("a temporary directory");
        let config = DatabaseConfig::Sqlite { directory: directory.path().join("data") };
        Self { config, home: Home::Directory(directory) }
    }

    async fn in_schema() -> Self {
        let server: Url = std::env::var("FRONTDESK_TEST_POSTGRES")
            .expect("FRONTDESK_TEST_POSTGRES names no PostgreSQL: run the tests with ./test, or `./test with cargo test …`")
            .parse()
            .expect("FRONTDESK_TEST_POSTGRES is a URL");
        let name = format!("test_{}", Uuid::new_v4().simple());
        on_server(&server, format!("CREATE SCHEMA {name}")).await;
        let mut url = server.clone();
        url.query_pairs_mut().append_pair("options[search_path]", &name);
        let config = DatabaseConfig::Postgres { url: url.into() };
        Self { config, home: Home::Schema { server, name } }
    }
}

/// Runs a statement behind the store's back, to break something or to look at what no method shows.
///
/// # Panics
/// When it fails.
pub async fn execute(database: &DatabaseConfig, statement: &'static str) {
    let ran = match database {
        DatabaseConfig::Sqlite { directory } => {
            let mut connection =
                SqliteConnection::connect(&sqlite_url(directory)).await.expect("the file opens");
            sqlx::raw_sql(statement).execute(&mut connection).await.map(|_| ())
        }
        DatabaseConfig::Postgres { url } => {
            let mut connection = PgConnection::connect(url).await.expect("PostgreSQL answers");
            sqlx::raw_sql(statement).execute(&mut connection).await.map(|_| ())
        }
    };
    ran.expect("the statement runs");
}

/// The one number a query gives.
///
/// # Panics
/// When it fails.
pub async fn count(database: &DatabaseConfig, query: &'static str) -> i64 {
    let counted = match database {
        DatabaseConfig::Sqlite { directory } => {
            let mut connection =
                SqliteConnection::connect(&sqlite_url(directory)).await.expect("the file opens");
            sqlx::query_scalar(query).fetch_one(&mut connection).await
        }
        DatabaseConfig::Postgres { url } => {
            let mut connection = PgConnection::connect(url).await.expect("PostgreSQL answers");
            sqlx::query_scalar(query).fetch_one(&mut connection).await
        }
    };
    counted.expect("the query runs")
}

fn sqlite_url(directory: &Path) -> String {
    format!("sqlite://{}", directory.join(SQLITE_FILE).display())
}

/// Runs one statement made here, of a name made here.
async fn on_server(server: &Url, statement: String) {
    let mut connection =
        PgConnection::connect(server.as_str()).await.expect("PostgreSQL of FRONTDESK_TEST_POSTGRES answers");
    sqlx::query(AssertSqlSafe(statement))
        .execute(&mut connection)
        .await
        .expect("the schema can be made and dropped");
    connection.close().await.expect("PostgreSQL lets go");
}
