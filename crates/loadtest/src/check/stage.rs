//! Setting a run up: nodes behind proxies, agents, customers with their conversations, and everybody at work.

use super::CheckArgs;
use super::chronicle::{Chronicle, Draft, Tally};
use super::customer::{self, Floor};
use super::desk::Desk;
use super::faults::{Fault, Rig};
use super::follower::{Follower, Mode, Target};
use super::pen::Pen;
use super::reader;
use super::world::World;
use crate::cluster::{
    self, Clock, Database, DatabaseKind, Node, NodeSettings, Person, Service, address_of, redirect,
};
use crate::history::{Author, ChangeKind, Log, Outcome};
use crate::proxy::Proxy;
use crate::random;
use crate::rest::Rest;
use anyhow::Result;
use futures_util::future::join_all;
use rand::RngExt;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How many agents there are.
const AGENTS: usize = 6;
/// How many of them share a conversation.
const CREW: usize = 3;
/// Readers of each conversation, beside those who write: of both roles, on all nodes.
const READERS: usize = 3;
/// How often, at the end, everybody connects anew while something is written, and how much.
const LAST_WORDS: usize = 12;
const BURST: usize = 4;
/// For how long they connect, about.
const OPENING: Duration = Duration::from_millis(30);
/// How long nothing is broken before that, so that the nodes are well again.
const CALM: Duration = Duration::from_secs(5);
/// How long it may take then until everybody has it: less than it takes to look what was missed (D4).
const AT_ONCE: Duration = Duration::from_secs(2);
/// Longer than any run holds still, and than any clock jumps, so that claims end only when somebody ends them.
const CLAIM_GRACE: u32 = 4 * 3600;

/// Starts the services that are to be the run's own, and has the run use them.
///
/// # Errors
/// When one does not start.
pub async fn start_services(args: &mut CheckArgs, directory: &Path) -> Result<Rig> {
    let mut rig = Rig::default();
    if args.services && args.database.database == DatabaseKind::Postgres {
        let clock = clock(args, directory, "postgres")?;
        let postgres = Service::postgres(directory, clock.as_ref()).await?;
        let redis = Service::redis(directory).await?;
        rig.clocks.extend(clock);
        args.database.database_url = Some(postgres.url().clone());
        args.database.redis_url = Some(redis.url().clone());
        (rig.postgres, rig.redis) = (Some(postgres), Some(redis));
    }
    Ok(rig)
}

/// A clock that may jump, if any may.
fn clock(args: &CheckArgs, directory: &Path, name: &str) -> Result<Option<Clock>> {
    let library = args.faketime.as_deref().filter(|_| args.fault.contains(&Fault::Clock));
    library.map(|library| Clock::new(library, directory.join(name).with_extension("clock"))).transpose()
}

/// Starts the nodes, each behind a proxy and with one before its database and its bus.
///
/// # Errors
/// When one does not start.
pub async fn start(args: &CheckArgs, database: &Database, directory: &Path, rig: &mut Rig) -> Result<()> {
    let count = args.nodes.unwrap_or(match args.database.database {
        DatabaseKind::Embedded => 1,
        DatabaseKind::Postgres => 2,
    });
    for number in 0..count {
        let seed = args.seed ^ u64::from(number);
        let database_proxy = match database.address().await? {
            Some(server) => Some(Proxy::start(server, seed).await?),
            None => None,
        };
        let bus = args.database.redis_url.as_ref().filter(|_| count > 1);
        let bus = match bus {
            Some(url) => Some((url, Proxy::before_redis(address_of(url, 6379).await?, seed).await?)),
            None => None,
        };
        let settings = NodeSettings {
            program: args.program.clone(),
            database: database.clone(),
            database_proxy: database_proxy.as_ref().map(Proxy::address),
            redis: bus.as_ref().map(|(url, proxy)| redirect(url, proxy.address())),
            log: directory.join(format!("node-{number}.log")),
            claim_grace: CLAIM_GRACE,
            clock: clock(args, directory, &format!("node-{number}"))?,
        };
        rig.clocks.extend(settings.clock.clone());
        let node = Node::start(settings).await?;
        rig.clients.push(Proxy::start(node.address(), seed).await?);
        rig.nodes.push(node);
        rig.databases.extend(database_proxy);
        rig.buses.extend(bus.map(|(_, proxy)| proxy));
    }
    Ok(())
}

/// Adds the agents and signs them in.
///
/// # Errors
/// When the program refuses.
pub async fn gather(args: &CheckArgs, database: &Database, rig: &Rig) -> Result<World> {
    let nodes: Vec<SocketAddr> = rig.clients.iter().map(Proxy::address).collect();
    let rest = Rest::new()?;
    let mut agents = Vec::new();
    for number in 0..AGENTS {
        let email = cluster::add_agent(&args.program, database, number).await?;
        agents.push(cluster::sign_in(&rest, nodes[0], number, &email).await?);
    }
    let (stop, give_up) = (CancellationToken::new(), CancellationToken::new());
    Ok(World { nodes, rest, agents, seed: args.seed, stop, give_up })
}

/// Participants whose views go on, with the nodes they are connected to.
pub type Followers = Vec<(SocketAddr, Follower)>;

/// One conversation with everybody who takes part in it.
pub struct Scene {
    /// Its book.
    pub chronicle: Arc<Chronicle>,
    /// Its customer.
    pub customer: Person,
    /// An agent who reads along.
    pub agent: Person,
    number: usize,
    world: Arc<World>,
    writer: JoinHandle<Pen>,
    desk: JoinHandle<()>,
    readers: Vec<(SocketAddr, JoinHandle<Follower>)>,
}

impl Scene {
    /// A new customer opens a conversation, and all begin.
    ///
    /// # Errors
    /// When the server refuses before anything is broken.
    pub async fn open(world: &Arc<World>, tally: &Arc<Tally>, number: usize) -> Result<Self> {
        let mut rng = world.random("conversation", number);
        let customer = cluster::new_customer(&world.rest, world.nodes[0], number).await?;
        let client_id = random::client_id(&mut rng);
        let id = cluster::open_conversation(&world.rest, world.nodes[0], &customer, client_id).await?;
        let chronicle = Arc::new(Chronicle::new(id, Arc::clone(tally)));
        let draft = chronicle.draft(Log::Messages, Author::Customer, client_id);
        chronicle.attempted(draft, 0, Outcome::Acknowledged(1), None);

        let floor = Floor::default();
        let crew: Vec<usize> = (0..CREW).map(|step| (number + step) % AGENTS).collect();
        let agent = world.agents[crew[0]].clone();
        let desk = Desk {
            world: Arc::clone(world),
            chronicle: Arc::clone(&chronicle),
            crew,
            customer: customer.clone(),
            floor: Arc::clone(&floor),
            rng: world.random("desk", number),
        };
        let pen = Pen::new(world, &chronicle, &customer, "customer", world.random("pen", number));
        let writer = customer::write(Arc::clone(world), pen, floor, world.random("customer", number));
        let readers = (0..READERS).map(|reader| {
            let is_customer = (number + reader).is_multiple_of(2);
            let (person, role) = if is_customer { (&customer, "customer") } else { (&agent, "agent") };
            let node = world.nodes[reader % world.nodes.len()];
            let name = format!("reader {reader} ({role})");
            let follower = Follower::new(world, &chronicle, person, Mode::View, name);
            let rng = random::source(rng.random(), "reader", reader);
            (node, tokio::spawn(reader::read(Arc::clone(world), follower, node, rng)))
        });
        let readers = readers.collect();
        Ok(Self {
            number,
            writer: tokio::spawn(writer),
            desk: tokio::spawn(desk.work()),
            readers,
            world: Arc::clone(world),
            chronicle,
            customer,
            agent,
        })
    }

    /// Waits until those who write have an answer to everything; gives those whose views go on, with their nodes.
    ///
    /// # Errors
    /// When one of them panicked.
    pub async fn settle(&mut self) -> Result<Followers> {
        (&mut self.desk).await?;
        let writer = (&mut self.writer).await?;
        let mut followers = vec![(self.world.nodes[0], writer.follower)];
        for (node, reader) in std::mem::take(&mut self.readers) {
            followers.push((node, reader.await?));
        }
        Ok(followers)
    }

    /// The customer writes once more, while all others go on looking.
    pub async fn one_more_word(&self) {
        let mut rng = self.world.random("one more word", self.number);
        let source = random::source(rng.random(), "pen", 0);
        let mut pen = Pen::new(&self.world, &self.chronicle, &self.customer, "one more word", source);
        let draft = pen.draft(Log::Messages);
        pen.follower.connect(self.world.any_node(&mut rng)).await;
        pen.send(&[draft]).await;
        pen.follower.finish(false);
    }

    /// Everybody connects anew at the moment the customer writes once more, several times. Nothing comes after it that
    /// could heal what such a moment does to a reader.
    pub async fn last_words(&self, mut followers: Followers) -> Followers {
        tokio::time::sleep(CALM).await;
        let mut rng = self.world.random("last words", self.number);
        // The moment to write is some time while they connect: about as long as that took the time before.
        let mut opening = OPENING;
        for round in 0..LAST_WORDS {
            let source = random::source(rng.random(), "pen", 0);
            let mut pen = Pen::new(&self.world, &self.chronicle, &self.customer, "last words", source);
            let drafts: Vec<Draft> = (0..BURST).map(|_| pen.draft(Log::Messages)).collect();
            pen.follower.connect(self.world.any_node(&mut rng)).await;
            let moment = random::up_to(&mut rng, opening);
            let writing = async {
                tokio::time::sleep(moment).await;
                pen.send(&drafts).await;
            };
            let began = Instant::now();
            let connecting = async {
                join_all(followers.iter_mut().map(|(node, follower)| follower.connect(*node))).await;
                began.elapsed()
            };
            ((), opening) = tokio::join!(writing, connecting);
            let sent: Vec<_> = drafts.iter().filter_map(|draft| self.chronicle.sent_as(*draft)).collect();
            let (Some((first, edited)), Some((last, _))) = (sent.first(), sent.last()) else { break };
            let mut target = Target::up_to(*last.max(first));
            // Not always: hearing of an edit, a reader may notice what else it has missed.
            if round % 2 == 1 {
                pen.change(*edited, ChangeKind::Edit).await;
                target.edited(*first);
            }
            pen.follower.finish(false);
            let views =
                followers.iter_mut().map(|(node, follower)| follower.catch_up(*node, &target, AT_ONCE));
            if !join_all(views).await.into_iter().all(|in_time| in_time) {
                break;
            }
        }
        followers
    }
}
