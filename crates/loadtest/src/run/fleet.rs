//! The servers that are measured, and the people who are connected to them.

use super::RunArgs;
use crate::cluster::{self, Database, Node, NodeSettings, Person, Role};
use crate::random;
use crate::rest::Rest;
use crate::socket::{ServerFrame, Socket};
use anyhow::{Context, Result, bail};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use uuid::Uuid;

/// How many agents share the conversations.
const AGENTS: usize = 8;
/// How many people are set up at once.
const AT_ONCE: usize = 32;
/// From one address of this computer so many sockets are opened: its ports do not last for more than 28,000.
const PER_ADDRESS: usize = 2000;
/// Far longer than a measurement.
const CLAIM_GRACE: u32 = 3600;

/// Running servers with agents who are signed in.
#[derive(Debug)]
pub struct Fleet {
    /// The servers.
    pub nodes: Vec<Node>,
    /// For REST calls.
    pub rest: Rest,
    /// What the first had resident when it had just started, in bytes.
    pub memory_at_start: u64,
    agents: Vec<Person>,
}

/// A conversation, and where its two sides connect.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Its id.
    pub conversation: Uuid,
    /// Its customer's token, and their server.
    pub customer: (String, SocketAddr),
    /// Its agent's token, and their server.
    pub agent: (String, SocketAddr),
}

impl Fleet {
    /// Starts the servers and signs the agents in.
    ///
    /// # Errors
    /// When the program does not start.
    pub async fn start(args: &RunArgs, database: &Database, directory: &Path) -> Result<Self> {
        let mut nodes = Vec::new();
        for number in 0..args.nodes {
            let settings = NodeSettings {
                program: args.program.clone(),
                database: database.clone(),
                database_proxy: None,
                redis: args.database.redis_url.clone().filter(|_| args.nodes > 1),
                log: directory.join(format!("node-{number}.log")),
                claim_grace: CLAIM_GRACE,
                clock: None,
            };
            nodes.push(Node::start(settings).await?);
        }
        let memory_at_start = nodes[0].resident_memory().await?;
        let (rest, mut agents) = (Rest::new()?, Vec::new());
        for number in 0..AGENTS {
            let email = cluster::add_agent(&args.program, database, number).await?;
            agents.push(cluster::sign_in(&rest, nodes[0].address(), number, &email).await?);
        }
        Ok(Self { nodes, rest, memory_at_start, agents })
    }

    /// The token and the server of the agent of this number; after the last comes the first.
    pub fn agent(&self, number: usize) -> (String, SocketAddr) {
        let node = &self.nodes[number % self.nodes.len()];
        (self.agents[number % AGENTS].token.clone(), node.address())
    }

    /// New customers, each with a conversation of their own.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn pairs(&self, count: usize) -> Result<Vec<Pair>> {
        let pairs = stream::iter(0..count).map(|number| async move {
            let node = |shift: usize| self.nodes[(number + shift) % self.nodes.len()].address();
            let customer = cluster::new_customer(&self.rest, node(0), number).await?;
            // The `client_id` need only be this customer's own.
            let client_id = random::client_id(&mut random::source(0, "first", number));
            let conversation = cluster::open_conversation(&self.rest, node(0), &customer, client_id).await?;
            let agent = &self.agents[number % AGENTS];
            debug_assert_eq!(agent.role, Role::Agent(number % AGENTS));
            Ok(Pair {
                conversation,
                customer: (customer.token, node(0)),
                agent: (agent.token.clone(), node(1)),
            })
        });
        pairs.buffered(AT_ONCE).try_collect().await
    }

    /// Ends the servers.
    ///
    /// # Errors
    /// When one does not end well.
    pub async fn stop(self) -> Result<()> {
        for node in self.nodes {
            node.stop().await?;
        }
        Ok(())
    }
}

/// Opens a chat socket and waits for its welcome.
///
/// # Errors
/// When the server refuses.
pub async fn open(
    who: &(String, SocketAddr),
    conversation: Uuid,
    after: u32,
    number: usize,
) -> Result<Socket> {
    let (token, server) = who;
    let path = format!("/ws/chat/{conversation}/?after={after}&rev=0");
    let mut socket = Socket::open(*server, Some(address(number)), &path, token).await?;
    match socket.next().await.context("closed before it was welcomed")? {
        ServerFrame::Welcome { .. } => Ok(socket),
        other => bail!("no welcome but {other:?}"),
    }
}

/// Opens one idle socket for each customer, a few at a time.
///
/// # Errors
/// When the server refuses.
pub async fn open_idle(pairs: &[Pair]) -> Result<Vec<Socket>> {
    let opening =
        pairs.iter().enumerate().map(|(number, pair)| open(&pair.customer, pair.conversation, 1, number));
    stream::iter(opening).buffered(AT_ONCE).try_collect().await
}

/// The address of this computer the socket of this number is opened from: 127.0.0.2 and on.
fn address(number: usize) -> SocketAddr {
    let block = u8::try_from(2 + number / PER_ADDRESS).unwrap_or(u8::MAX);
    SocketAddr::from((Ipv4Addr::new(127, 0, 0, block), 0))
}
