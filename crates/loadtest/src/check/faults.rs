//! What is done to the program while people talk, by a schedule that follows from the seed.

use crate::cluster::{Clock, Node, Service};
use crate::proxy::{Ends, Lane, Proxy, Weather};
use crate::random;
use anyhow::Result;
use clap::ValueEnum;
use rand::RngExt;
use rand::rngs::StdRng;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// The longest pause between two faults, while kills are behind messages and while they are ahead of them.
const PAUSES: [Duration; 2] = [Duration::from_millis(1500), Duration::from_secs(8)];
/// The longest a bad network lasts.
const BAD_WEATHER: Duration = Duration::from_secs(2);
/// The longest that packets or messages get lost now and then.
const LOSSES: Duration = Duration::from_secs(5);
/// How many connections feel a bad network.
const SHARES: [f64; 3] = [0.2, 0.5, 1.0];
/// The farthest a clock is set from the real time, in seconds.
const FARTHEST: i32 = 3600;
/// Of this many faults, how many are kills when there are others to choose from.
const KILLS: f64 = 0.5;

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// SIGKILL of a node, which is started again at once
    Kill,
    /// SIGSTOP of a node, and SIGCONT a moment later
    Stop,
    /// Between clients and a node: cut, slow, silent, acks lost
    ClientNet,
    /// Between a node and PostgreSQL: cut, slow, silent
    DbNet,
    /// Between a node and Redis: cut, slow, silent
    BusNet,
    /// Everywhere: 5 % of all packets are lost, both ways
    PacketLoss,
    /// Between two of them: connections whose one end is gone and whose other end is not told
    HalfOpen,
    /// Of what Redis tells the nodes, 10 % is lost, 10 % doubled, 10 % out of order
    BusNoise,
    /// A node's clock, or PostgreSQL's, jumps up to an hour forward or back; needs --faketime
    Clock,
    /// PostgreSQL crashes and is started again at once; needs --services
    DbRestart,
    /// Redis is killed and stays away for a moment; needs --services
    BusStop,
}

/// What can be broken.
#[derive(Debug, Default)]
pub struct Rig {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// Before each node.
    pub clients: Vec<Proxy>,
    /// Between each node and PostgreSQL; none for the embedded database.
    pub databases: Vec<Proxy>,
    /// Between each node and Redis; none without.
    pub buses: Vec<Proxy>,
    /// Of each node, and of the PostgreSQL if it is the run's own; none without --faketime.
    pub clocks: Vec<Clock>,
    /// The PostgreSQL, if it is the run's own.
    pub postgres: Option<Service>,
    /// The Redis, if it is the run's own.
    pub redis: Option<Service>,
}

/// What was done.
#[derive(Debug, Default, Serialize)]
pub struct Done {
    /// How often each.
    pub counts: BTreeMap<Fault, usize>,
    /// How long each restart took until the program was ready.
    #[serde(skip)]
    pub restarts: Vec<Duration>,
}

/// Breaks things one after the other.
#[derive(Debug)]
pub struct Breaker {
    /// What to break.
    pub rig: Rig,
    /// What was done so far.
    pub done: Done,
    kinds: Vec<Fault>,
    longest_stop: Duration,
    rng: StdRng,
}

impl Breaker {
    /// Of the kinds that were asked for, those that are possible here.
    pub fn new(rig: Rig, kinds: &[Fault], longest_stop: Duration, rng: StdRng) -> Self {
        let is_possible = |kind: &Fault| match kind {
            Fault::Kill | Fault::Stop | Fault::ClientNet | Fault::PacketLoss | Fault::HalfOpen => true,
            Fault::DbNet => !rig.databases.is_empty(),
            Fault::BusNet | Fault::BusNoise => !rig.buses.is_empty(),
            Fault::Clock => !rig.clocks.is_empty(),
            Fault::DbRestart => rig.postgres.is_some(),
            Fault::BusStop => rig.redis.is_some(),
        };
        let kinds = kinds.iter().copied().filter(is_possible).collect();
        Self { rig, done: Done::default(), kinds, longest_stop, rng }
    }

    /// How many nodes were killed so far.
    pub fn kills(&self) -> usize {
        self.done.counts.get(&Fault::Kill).copied().unwrap_or(0)
    }

    /// One fault, from its beginning to its end, and a pause, which is longer when there were kills enough for now.
    ///
    /// # Errors
    /// When the program does not come back.
    pub async fn break_something(&mut self, is_ahead: bool) -> Result<()> {
        if let Some(kind) = self.choose() {
            let number = self.rng.random_range(0..self.rig.nodes.len());
            match kind {
                Fault::Kill => {
                    let took = self.rig.nodes[number].kill_and_restart().await?;
                    self.done.restarts.push(took);
                }
                Fault::Stop => {
                    let how_long = random::up_to(&mut self.rng, self.longest_stop);
                    self.rig.nodes[number].pause(how_long).await?;
                }
                Fault::ClientNet => storm(&self.rig.clients[number], &mut self.rng).await,
                Fault::DbNet => storm(&self.rig.databases[number], &mut self.rng).await,
                Fault::BusNet => storm(&self.rig.buses[number], &mut self.rng).await,
                Fault::PacketLoss => {
                    let lossy = Weather { up: Lane::Lossy, down: Lane::Lossy, ..Weather::FAIR };
                    all(self.rig.proxies(), lossy, random::up_to(&mut self.rng, LOSSES)).await;
                }
                Fault::HalfOpen => {
                    let proxies: Vec<&Proxy> = self.rig.proxies().collect();
                    let proxy = proxies[self.rng.random_range(0..proxies.len())];
                    let share = SHARES[self.rng.random_range(0..SHARES.len())];
                    proxy.set(Weather { ends: Ends::HalfOpen, share, ..Weather::FAIR });
                    proxy.set(Weather::FAIR);
                }
                Fault::BusNoise => {
                    let noisy = Weather { down: Lane::Noisy, ..Weather::FAIR };
                    all(self.rig.buses.iter(), noisy, random::up_to(&mut self.rng, LOSSES)).await;
                }
                Fault::Clock => {
                    let clock = self.rng.random_range(0..self.rig.clocks.len());
                    self.rig.clocks[clock].set(self.rng.random_range(-FARTHEST..=FARTHEST))?;
                }
                Fault::DbRestart => crash(self.rig.postgres.as_mut(), Duration::ZERO).await?,
                Fault::BusStop => {
                    crash(self.rig.redis.as_mut(), random::up_to(&mut self.rng, self.longest_stop)).await?;
                }
            }
            *self.done.counts.entry(kind).or_default() += 1;
        }
        tokio::time::sleep(random::up_to(&mut self.rng, PAUSES[usize::from(is_ahead)])).await;
        Ok(())
    }

    fn choose(&mut self) -> Option<Fault> {
        let is_kill = self.kinds.contains(&Fault::Kill) && self.rng.random_bool(KILLS);
        let others: Vec<Fault> = self.kinds.iter().copied().filter(|kind| *kind != Fault::Kill).collect();
        if is_kill || others.is_empty() {
            return self.kinds.contains(&Fault::Kill).then_some(Fault::Kill);
        }
        Some(others[self.rng.random_range(0..others.len())])
    }
}

impl Rig {
    /// All networks.
    fn proxies(&self) -> impl Iterator<Item = &Proxy> + Clone {
        self.clients.iter().chain(&self.databases).chain(&self.buses)
    }
}

/// The same weather in all of these for a while, and fair weather again.
async fn all(proxies: impl Iterator<Item = &Proxy> + Clone, weather: Weather, how_long: Duration) {
    proxies.clone().for_each(|proxy| proxy.set(weather));
    tokio::time::sleep(how_long).await;
    proxies.for_each(|proxy| proxy.set(Weather::FAIR));
}

/// Does something while no node hears another. What they said meanwhile is lost when they hear each other again.
pub async fn unheard<T>(buses: &[Proxy], something: impl Future<Output = T>) -> T {
    buses.iter().for_each(|bus| bus.set(Weather { up: Lane::Silent, down: Lane::Silent, ..Weather::FAIR }));
    let done = something.await;
    buses.iter().for_each(|bus| bus.set(Weather::CUT));
    buses.iter().for_each(|bus| bus.set(Weather::FAIR));
    done
}

async fn crash(service: Option<&mut Service>, away: Duration) -> Result<()> {
    match service {
        Some(service) => service.crash(away).await,
        None => Ok(()),
    }
}

/// Bad weather of some kind for some of the connections, and fair weather again.
async fn storm(proxy: &Proxy, rng: &mut StdRng) {
    let share = SHARES[rng.random_range(0..SHARES.len())];
    let slow = Lane::Slow(random::up_to(rng, Duration::from_millis(200)));
    let (up, down, is_cut_after) = match rng.random_range(0..6) {
        0 => (Lane::Clear, Lane::Clear, true),
        1 => (slow, slow, false),
        2 => (Lane::Clear, Lane::Reset, false),
        3 => (Lane::Silent, Lane::Clear, rng.random()),
        4 => (Lane::Clear, Lane::Silent, rng.random()),
        _ => (Lane::Silent, Lane::Silent, rng.random()),
    };
    proxy.set(Weather { up, down, share, ends: Ends::Stay });
    tokio::time::sleep(random::up_to(rng, BAD_WEATHER)).await;
    if is_cut_after {
        proxy.set(Weather { share, ..Weather::CUT });
    }
    proxy.set(Weather::FAIR);
}
