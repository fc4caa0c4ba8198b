//! `loadtest generate`: a database as it is after years of support, to try and measure searches and lists on.

mod phrases;
mod talk;
mod words;

pub use talk::{Amount, Talks};
pub use words::{COMMON_WORD, FREQUENT_WORDS, PHRASES, RARE_EVERY, RARE_WORDS, name};

use anyhow::{Context, Result};
use clap::Args;
use domain::{Agent, AgentRole};
use futures_util::{StreamExt, TryStreamExt, stream};
use rand::rngs::StdRng;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{By, Clock, DatabaseConfig, Past, Settings, Store};
use url::Url;

/// Messages in one commit, about.
const BATCH: usize = 5_000;
/// Batches under way: one is written while the next is worked out.
const UNDER_WAY: usize = 2;
/// Agents, if the database has none.
const AGENTS: usize = 12;
/// Longer than anybody in a conversation lets another wait.
const LEASE: Duration = Duration::from_secs(24 * 60 * 60);

/// Fill a database with years of made-up support: customers who come back, answers, notes, tags, every state, all words
/// in the search index. The same seed makes the same conversations
#[derive(Debug, Clone, Args)]
pub struct GenerateArgs {
    /// The data directory of the embedded database; made when missing
    #[arg(
        long,
        value_name = "DIR",
        required_unless_present = "database_url",
        conflicts_with = "database_url"
    )]
    pub data_dir: Option<PathBuf>,

    /// The PostgreSQL database, such as postgres://me@localhost/scratch
    #[arg(long, value_name = "URL", env = "LOADTEST_GENERATE_URL", hide_env_values = true)]
    pub database_url: Option<Url>,

    /// How many messages
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
    pub messages: usize,

    /// In about how many conversations; a tenth of the messages when not given
    #[arg(long, value_name = "COUNT")]
    pub conversations: Option<usize>,

    /// Of how many customers, few of whom write much; a third of the conversations when not given
    #[arg(long, value_name = "COUNT")]
    pub customers: Option<usize>,

    /// Makes the same again
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

impl GenerateArgs {
    fn database(&self) -> Result<DatabaseConfig> {
        match (&self.data_dir, &self.database_url) {
            (_, Some(url)) => Ok(DatabaseConfig::Postgres { url: url.to_string() }),
            (Some(directory), None) => Ok(DatabaseConfig::Sqlite { directory: directory.clone() }),
            (None, None) => anyhow::bail!("name a database with --data-dir or --database-url"),
        }
    }

    fn amount(&self) -> Amount {
        let conversations = self.conversations.unwrap_or(self.messages / 10).clamp(1, self.messages.max(1));
        let customers = self.customers.unwrap_or(conversations / 3).max(1);
        Amount { messages: self.messages, conversations, customers }
    }
}

/// Fills the database and says how fast.
///
/// # Errors
/// When it cannot be opened or written.
pub async fn run(args: GenerateArgs) -> Result<bool> {
    let began = Instant::now();
    let conversations = fill(&args.database()?, args.amount(), args.seed).await?;
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{} messages in {conversations} conversations in {seconds:.1} s, {:.0} a second",
        args.messages,
        args.messages as f64 / seconds
    );
    Ok(true)
}

/// Fills a database; tells how many conversations it took. The agents are those who are there, or new ones who cannot
/// sign in.
///
/// # Errors
/// When it cannot be opened or written.
pub async fn fill(database: &DatabaseConfig, amount: Amount, seed: u64) -> Result<usize> {
    let settings = Settings { lease: LEASE, ..Settings::default() };
    let store = Store::open(database, Clock::default(), settings, |_| ()).await?;
    let agents = agents(&store).await?;
    let now = store.clock().now();
    let batches = Batches(Talks::new(seed, amount, agents, now));
    let added = stream::iter(batches).map(|batch| {
        let store = store.clone();
        tokio::spawn(async move { store.add_past(&batch).await.map(|()| batch.len()) })
    });
    let added =
        added.buffered(UNDER_WAY).map(|added| added.context("a batch was not added")?.map_err(Into::into));
    let conversations =
        added.try_fold(0, |all, some| async move { Ok::<_, anyhow::Error>(all + some) }).await;
    store.close().await;
    conversations
}

async fn agents(store: &Store) -> Result<Vec<Arc<Agent>>> {
    let there = store.agents(None, 100).await?;
    let mut agents: Vec<_> = there.items.into_iter().map(|record| Arc::new(record.agent)).collect();
    if agents.is_empty() {
        for number in 0..AGENTS {
            let (name, email) = words::person(number * 31);
            let new = store::NewAgent { name, email, role: AgentRole::Agent, password: None };
            agents.push(Arc::new(store.create_agent(&By::command_line(), &new).await?));
        }
    }
    Ok(agents)
}

/// Conversations, as many at a time as go into one commit.
struct Batches(Talks);

impl Iterator for Batches {
    type Item = Vec<Past>;

    fn next(&mut self) -> Option<Vec<Past>> {
        let (mut batch, mut steps) = (Vec::new(), 0);
        while steps < BATCH {
            let Some(past) = self.0.next() else { break };
            steps += past.steps.len();
            batch.push(past);
        }
        (!batch.is_empty()).then_some(batch)
    }
}

/// How a customer may begin.
pub fn saying(rng: &mut StdRng) -> String {
    let topic = &phrases::TOPICS[words::rank(rng, phrases::TOPICS.len())];
    let (opening, mut text) = (words::one_of(rng, topic.openings), String::new());
    words::fill(rng, &mut text, opening);
    text
}
