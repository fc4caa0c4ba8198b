//! Where a fault is tried out: nodes on a database, agents, and customers with their conversations.

use super::FaultsArgs;
use crate::cluster::{self, Database, DatabaseKind, Node, NodeSettings, Person, Service};
use crate::random;
use crate::rest::Rest;
use anyhow::Result;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use std::path::Path;
use tempfile::TempDir;
use uuid::Uuid;

/// Everything a fault needs; gone when it is ended.
#[derive(Debug)]
pub struct Stage {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The PostgreSQL, if it is the stage's own.
    pub postgres: Option<Service>,
    /// For REST calls.
    pub rest: Rest,
    args: FaultsArgs,
    database: Database,
    logs: Logs,
}

/// A directory for the nodes' logs, which stays when a stage is not brought to its end.
#[derive(Debug)]
struct Logs(TempDir);

impl Drop for Logs {
    fn drop(&mut self) {
        if self.0.path().exists() {
            self.0.disable_cleanup(true);
            eprintln!("The nodes' logs are in {}", self.0.path().display());
        }
    }
}

impl Stage {
    /// Nodes on the database that the arguments name.
    ///
    /// # Errors
    /// When the program does not start.
    pub async fn shared(args: &FaultsArgs, nodes: u8, claim_grace: u32) -> Result<Self> {
        let directory = scratch()?;
        let database = Database::create(&args.database, directory.path()).await?;
        Self::on(args, directory, database, None, nodes, claim_grace).await
    }

    /// One node on a database of its own, whose files are in this directory: a PostgreSQL, too, is the stage's own.
    ///
    /// # Errors
    /// When the program or PostgreSQL does not start.
    pub async fn own(args: &FaultsArgs, files: &Path) -> Result<Self> {
        let mut args = args.clone();
        let mut postgres = None;
        if args.database.database == DatabaseKind::Postgres {
            let service = Service::postgres(files, None).await?;
            args.database.database_url = Some(service.url().clone());
            postgres = Some(service);
        }
        let database = Database::create(&args.database, files).await?;
        Self::on(&args, scratch()?, database, postgres, 1, CLAIM_GRACE).await
    }

    async fn on(
        args: &FaultsArgs,
        directory: TempDir,
        database: Database,
        postgres: Option<Service>,
        nodes: u8,
        claim_grace: u32,
    ) -> Result<Self> {
        let mut stage = Self {
            nodes: Vec::new(),
            postgres,
            rest: Rest::new()?,
            args: args.clone(),
            database,
            logs: Logs(directory),
        };
        for number in 0..nodes {
            let settings = NodeSettings {
                program: args.program.clone(),
                database: stage.database.clone(),
                database_proxy: None,
                redis: args.database.redis_url.clone().filter(|_| nodes > 1),
                log: stage.logs.0.path().join(format!("node-{number}.log")),
                claim_grace,
                clock: None,
            };
            stage.nodes.push(Node::start(settings).await?);
        }
        Ok(stage)
    }

    /// From it follows all chance.
    pub fn seed(&self) -> u64 {
        self.args.seed
    }

    /// A signed-in agent of this number.
    ///
    /// # Errors
    /// When the program refuses.
    pub async fn agent(&self, number: usize) -> Result<Person> {
        let email = cluster::add_agent(&self.args.program, &self.database, number).await?;
        cluster::sign_in(&self.rest, self.nodes[0].address(), number, &email).await
    }

    /// A new customer with a conversation, which has one message.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn conversation(&self, number: usize) -> Result<(Person, Uuid)> {
        let node = self.nodes[0].address();
        let customer = cluster::new_customer(&self.rest, node, number).await?;
        let client_id = random::client_id(&mut random::source(self.args.seed, "first", number));
        let id = cluster::open_conversation(&self.rest, node, &customer, client_id).await?;
        Ok((customer, id))
    }

    /// What the embedded database finds wrong with its own file. PostgreSQL says so itself when it reads.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn integrity(&self) -> Result<Vec<String>> {
        let Database::Embedded(directory) = &self.database else { return Ok(Vec::new()) };
        let options = SqliteConnectOptions::new().filename(directory.join("frontdesk.sqlite"));
        let mut connection = SqliteConnection::connect_with(&options).await?;
        let found: Vec<String> =
            sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut connection).await?;
        connection.close().await?;
        Ok(found.into_iter().filter(|line| line != "ok").collect())
    }

    /// Ends the nodes, and removes what they kept.
    ///
    /// # Errors
    /// When one does not end well.
    pub async fn end(self) -> Result<()> {
        for node in self.nodes {
            node.stop().await?;
        }
        std::fs::remove_dir_all(self.logs.0.path())?;
        self.database.remove().await
    }
}

/// Longer than a fault lasts.
const CLAIM_GRACE: u32 = 600;

/// A directory on a disk, for as long as it is kept.
///
/// # Errors
/// When it cannot be made.
pub fn scratch() -> Result<TempDir> {
    Ok(tempfile::Builder::new().prefix("loadtest-").tempdir_in("/var/tmp")?)
}
