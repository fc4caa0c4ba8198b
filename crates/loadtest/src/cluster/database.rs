//! A database of the run's own: a directory for the embedded one, a schema on a PostgreSQL server. Gone afterwards.

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use store::DatabaseConfig;
use url::Url;

/// Which database the program keeps its data in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DatabaseKind {
    /// SQLite, in a directory of the run's own
    Embedded,
    /// PostgreSQL, in a schema of the run's own
    Postgres,
}

impl DatabaseKind {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Where the program keeps its data.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArgs {
    /// Which database the program uses
    #[arg(long, value_enum, env = "LOADTEST_DATABASE", default_value = "embedded")]
    pub database: DatabaseKind,

    /// The PostgreSQL server, such as postgres://me@localhost/scratch; the run makes a schema in it and drops it
    #[arg(long, value_name = "URL", env = "FRONTDESK_TEST_POSTGRES", hide_env_values = true)]
    pub database_url: Option<Url>,

    /// The Redis between the nodes
    #[arg(long, value_name = "URL", env = "FRONTDESK_TEST_REDIS", hide_env_values = true)]
    pub redis_url: Option<Url>,
}

/// An empty database that nobody else uses.
#[derive(Debug, Clone)]
pub enum Database {
    /// Data in this directory, which is removed with the run's own.
    Embedded(PathBuf),
    /// A schema of this name, on this server.
    Postgres {
        /// The server.
        server: Url,
        /// The schema.
        schema: String,
    },
}

impl Database {
    /// Makes one. The tables come with the first start of the program.
    ///
    /// # Errors
    /// When PostgreSQL is asked for and does not answer.
    pub async fn create(args: &DatabaseArgs, directory: &Path) -> Result<Self> {
        match args.database {
            DatabaseKind::Embedded => Ok(Self::Embedded(directory.join("data"))),
            DatabaseKind::Postgres => {
                let server = args.database_url.clone().context(
                    "no PostgreSQL to use: name one with --database-url, or run this with `./test with`",
                )?;
                let schema = format!("loadtest_{}", uuid::Uuid::new_v4().simple());
                on_server(&server, format!("CREATE SCHEMA {schema}")).await?;
                Ok(Self::Postgres { server, schema })
            }
        }
    }

    /// One that is there already: a data directory, or PostgreSQL's URL.
    ///
    /// # Errors
    /// When the URL is none.
    pub fn existing(kind: DatabaseKind, place: &str) -> Result<Self> {
        Ok(match kind {
            DatabaseKind::Embedded => Self::Embedded(place.into()),
            DatabaseKind::Postgres => Self::Postgres { server: place.parse()?, schema: "public".into() },
        })
    }

    /// How the store opens it.
    pub fn config(&self) -> DatabaseConfig {
        match self {
            Self::Embedded(directory) => DatabaseConfig::Sqlite { directory: directory.clone() },
            Self::Postgres { server, schema } => {
                DatabaseConfig::Postgres { url: in_schema(server.clone(), schema).into() }
            }
        }
    }

    /// Where it is, if on PostgreSQL.
    pub fn postgres_url(&self) -> Option<Url> {
        match self {
            Self::Embedded(_) => None,
            Self::Postgres { server, schema } => Some(in_schema(server.clone(), schema)),
        }
    }

    /// Tells a command of the program to use this database; PostgreSQL by way of a proxy, if there is one.
    pub fn apply(&self, command: &mut Command, by_way_of: Option<SocketAddr>) {
        match self {
            Self::Embedded(directory) => {
                command.env_remove("DATABASE_URL").env("FRONTDESK_DATA_DIR", directory);
            }
            Self::Postgres { server, schema } => {
                let url = by_way_of.map_or_else(|| server.clone(), |proxy| redirect(server, proxy));
                command.env("DATABASE_URL", in_schema(url, schema).as_str());
            }
        }
    }

    /// Where the server listens; none for the embedded one.
    ///
    /// # Errors
    /// When the address cannot be resolved.
    pub async fn address(&self) -> Result<Option<SocketAddr>> {
        match self {
            Self::Embedded(_) => Ok(None),
            Self::Postgres { server, .. } => address_of(server, 5432).await.map(Some),
        }
    }

    /// Removes it from the server.
    ///
    /// # Errors
    /// When PostgreSQL does not answer.
    pub async fn remove(self) -> Result<()> {
        match self {
            Self::Embedded(_) => Ok(()),
            Self::Postgres { server, schema } => {
                on_server(&server, format!("DROP SCHEMA {schema} CASCADE")).await
            }
        }
    }
}

/// Where a URL's server listens.
///
/// # Errors
/// When it names no host that can be found.
pub async fn address_of(url: &Url, default_port: u16) -> Result<SocketAddr> {
    let host = url.host_str().context("the URL names no host")?;
    let mut found = tokio::net::lookup_host((host, url.port().unwrap_or(default_port))).await?;
    found.next().with_context(|| format!("{host} has no address"))
}

/// The same URL by way of a proxy.
pub fn redirect(url: &Url, proxy: SocketAddr) -> Url {
    let mut redirected = url.clone();
    let is_set =
        redirected.set_ip_host(proxy.ip()).is_ok() && redirected.set_port(Some(proxy.port())).is_ok();
    debug_assert!(is_set, "a database's URL has a host");
    redirected
}

fn in_schema(mut url: Url, schema: &str) -> Url {
    url.query_pairs_mut().append_pair("options[search_path]", schema);
    url
}

/// Runs one statement made here, of a name made here.
pub(super) async fn on_server(server: &Url, statement: String) -> Result<()> {
    let mut connection =
        PgConnection::connect(server.as_str()).await.context("PostgreSQL does not answer")?;
    sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}
