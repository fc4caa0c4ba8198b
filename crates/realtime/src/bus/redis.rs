//! The bus over Redis or Valkey: sharded publish/subscribe, one connection for each node and shard.

use super::hint::Hint;
use super::node::{BEAT_EVERY, CHANNELS, Node};
use super::roll::Standing;
use crate::Hub;
use crate::hub::BusState;
use rand::RngExt;
use redis::aio::MultiplexedConnection;
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::{
    AsyncConnectionConfig, Client, Pipeline, ProtocolVersion, PushInfo, PushKind, RedisResult, Value, cmd,
};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use uuid::Uuid;

/// For how long Redis may take to connect, subscribe or take what is said.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest wait before connecting again.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// Packets that may wait to be heard; past it they are lost, which their numbers show (D8).
const MAX_UNHEARD: usize = 16_384;
/// Hints said at once.
const MAX_SAID_AT_ONCE: usize = 512;

/// Where Redis is.
#[derive(Clone)]
pub struct Redis(Address);

#[derive(Clone)]
enum Address {
    Single(Client),
    Cluster(Vec<String>),
}

/// Why an address is of no use.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct RedisAddressError(String);

impl Redis {
    /// Redis at `redis://[user:password@]host:port`, or a cluster by the addresses of some of its nodes, by comma.
    /// Connects later, and again whenever the connection is lost.
    ///
    /// # Errors
    /// When it is no such address.
    pub fn at(address: &str) -> Result<Self, RedisAddressError> {
        let wrong = |error: redis::RedisError| RedisAddressError(error.to_string());
        let nodes: Vec<String> = address.split(',').map(|node| node.trim().to_owned()).collect();
        let clients = nodes.iter().map(|node| Client::open(node.as_str())).collect::<RedisResult<Vec<_>>>();
        let mut clients = clients.map_err(wrong)?;
        Ok(Self(match (clients.pop(), nodes.len()) {
            (Some(client), 1) => Address::Single(client),
            _ => Address::Cluster(nodes),
        }))
    }

    /// Says what happens here and hears what happens elsewhere, for as long as it runs. Without Redis the node goes on
    /// alone and reads what it misses from the database.
    pub(super) async fn run(self, hub: Hub, installation: Uuid) {
        let mut node = Node::new(Uuid::new_v4(), Instant::now());
        let channels: Arc<[String]> = (0..CHANNELS).map(|channel| name_of(installation, channel)).collect();
        let mut failures = 0;
        loop {
            match self.connect(&channels).await {
                Ok((link, pushes)) => {
                    failures = 0;
                    node.reconnected(Instant::now());
                    // What was said while the bus was down is not said now: the others read it from the database.
                    hub.outbox().clear();
                    node.skip();
                    hub.repair_soon();
                    let why = Talk { link, node: &mut node, hub: &hub }.run(pushes).await;
                    tracing::warn!(why, "the bus is lost: changes on other nodes show late until it is back");
                }
                // Said once; operators see in /readyz that it lasts.
                Err(error) if failures == 0 => {
                    tracing::warn!(%error, "the bus cannot be reached: check REDIS_URL");
                }
                Err(error) => tracing::debug!(%error, "the bus cannot be reached"),
            }
            hub.set_bus(BusState::Down);
            hub.set_agents_elsewhere(Default::default());
            hub.review_customers(|_| Standing::Gone);
            sleep(jittered(failures)).await;
            failures = failures.saturating_add(1);
        }
    }

    async fn connect(&self, channels: &Arc<[String]>) -> Result<(Link, mpsc::Receiver<PushInfo>), String> {
        let (pushed, pushes) = mpsc::channel(MAX_UNHEARD);
        let push = move |push: PushInfo| pushed.try_send(push);
        let connecting = async {
            match &self.0 {
                Address::Single(client) => {
                    let mut info = client.get_connection_info().clone();
                    let protocol = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
                    info = info.set_redis_settings(protocol);
                    let config = AsyncConnectionConfig::new().set_push_sender(push);
                    let client = Client::open(info)?;
                    client.get_multiplexed_async_connection_with_config(&config).await.map(Connection::Single)
                }
                Address::Cluster(nodes) => {
                    let client = ClusterClient::builder(nodes.clone())
                        .use_protocol(ProtocolVersion::RESP3)
                        .push_sender(push)
                        .build()?;
                    client.get_async_connection().await.map(Connection::Cluster)
                }
            }
        };
        let subscribed = async {
            let mut link = Link { connection: connecting.await?, channels: Arc::clone(channels) };
            link.subscribe().await?;
            RedisResult::Ok(link)
        };
        let link = timeout(PATIENCE, subscribed).await.map_err(|_| "it does not answer".to_owned())?;
        Ok((link.map_err(|error| error.to_string())?, pushes))
    }
}

impl fmt::Debug for Redis {
    /// Without the address, which may hold a password (A9).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").finish_non_exhaustive()
    }
}

/// A connection, and the names of the channels.
#[derive(Clone)]
struct Link {
    connection: Connection,
    channels: Arc<[String]>,
}

#[derive(Clone)]
enum Connection {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Link {
    async fn subscribe(&mut self) -> RedisResult<()> {
        match &mut self.connection {
            Connection::Single(connection) => {
                cmd("SSUBSCRIBE").arg(&self.channels[..]).exec_async(connection).await
            }
            Connection::Cluster(connection) => {
                for channel in &self.channels[..] {
                    connection.ssubscribe(channel).await?;
                }
                Ok(())
            }
        }
    }

    async fn publish(&mut self, packets: &[(u16, Vec<u8>)]) -> RedisResult<()> {
        let publish = |(channel, packet): &(u16, Vec<u8>)| {
            let mut publish = cmd("SPUBLISH");
            publish.arg(&self.channels[usize::from(*channel)]).arg(packet);
            publish
        };
        match &mut self.connection {
            Connection::Single(connection) => {
                let mut pipeline = Pipeline::with_capacity(packets.len());
                for packet in packets {
                    pipeline.add_command(publish(packet)).ignore();
                }
                pipeline.exec_async(connection).await
            }
            // A pipeline goes to one shard, and these belong to several.
            Connection::Cluster(connection) => {
                let sent = packets.iter().map(publish).map(|publish| {
                    let mut connection = connection.clone();
                    async move { publish.exec_async(&mut connection).await }
                });
                futures_util::future::try_join_all(sent).await.map(|_| ())
            }
        }
    }

    fn channel(&self, name: &[u8]) -> Option<u16> {
        let at = self.channels.iter().position(|channel| channel.as_bytes() == name)?;
        u16::try_from(at).ok()
    }
}

/// One connection's life.
struct Talk<'a> {
    link: Link,
    node: &'a mut Node,
    hub: &'a Hub,
}

impl Talk<'_> {
    /// Talks until the connection is lost; says why. One batch is said at a time, so that numbers keep their order,
    /// and hearing goes on meanwhile.
    async fn run(mut self, mut pushes: mpsc::Receiver<PushInfo>) -> &'static str {
        let outbox = self.hub.outbox();
        let mut beats = interval(BEAT_EVERY);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut saying, mut beat_is_due) = (None, false);
        loop {
            if saying.is_none() && std::mem::take(&mut beat_is_due) {
                let mut packets = self.node.beats(&self.hub.agents_here());
                packets.extend(self.node.roll_call(|part| self.hub.customers_here(part)));
                saying = Some(Box::pin(say(self.link.clone(), packets)));
            }
            let is_idle = saying.is_none();
            let said = async {
                match &mut saying {
                    Some(saying) => saying.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                push = pushes.recv() => match push {
                    Some(push) if push.kind == PushKind::SMessage => self.hear(&push.data),
                    Some(push) if push.kind == PushKind::Disconnection => match self.link.connection {
                        Connection::Single(_) => return "the connection was closed",
                        // A cluster's connections mend themselves; what was missed meanwhile has to be read.
                        Connection::Cluster(_) => self.hub.repair_soon(),
                    },
                    Some(_) => {}
                    None => return "the connection ended",
                },
                done = said => {
                    saying = None;
                    match done {
                        Ok(packets) => self.hub.metrics().bus_said.inc_by(packets),
                        Err(why) => return why,
                    };
                }
                hints = outbox.take(MAX_SAID_AT_ONCE), if is_idle => {
                    let packets = self.pack(hints);
                    saying = Some(Box::pin(say(self.link.clone(), packets)));
                }
                _ = beats.tick() => {
                    beat_is_due = true;
                    self.look_after_health();
                }
            }
        }
    }

    fn pack(&mut self, hints: Vec<Hint>) -> Vec<(u16, Vec<u8>)> {
        if self.hub.outbox().take_overflow() {
            self.node.skip();
        }
        hints.into_iter().map(|hint| self.node.say(hint)).collect()
    }

    fn hear(&mut self, data: &[Value]) {
        let [Value::BulkString(channel), Value::BulkString(packet)] = data else { return };
        let Some(channel) = self.link.channel(channel) else { return };
        let heard = self.node.hear(channel, packet, Instant::now());
        if heard.hint.is_some() {
            self.hub.metrics().bus_heard.inc();
        }
        if heard.missed {
            self.hub.metrics().bus_gaps.inc();
            self.hub.repair_soon();
        }
        match heard.hint {
            Some((_, Hint::Beat(_))) => self.hub.set_agents_elsewhere(self.node.agents_elsewhere()),
            Some((node, hint)) => self.hub.hear(node, hint),
            None => {}
        }
    }

    fn look_after_health(&mut self) {
        let now = Instant::now();
        self.hub.metrics().bus_own_beat.set(self.node.heard_itself_at());
        if self.node.notice_silence(now) {
            self.hub.metrics().bus_gaps.inc();
            self.hub.repair_soon();
            self.hub.set_agents_elsewhere(self.node.agents_elsewhere());
        }
        self.hub.review_customers(|node| self.node.standing(node));
        self.hub.set_bus(if self.node.is_heard(now) { BusState::Up } else { BusState::Down });
    }
}

/// Says packets, and how many they were.
async fn say(mut link: Link, packets: Vec<(u16, Vec<u8>)>) -> Result<u64, &'static str> {
    match timeout(PATIENCE, link.publish(&packets)).await {
        Ok(Ok(())) => Ok(packets.len() as u64),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the bus takes nothing");
            Err("it refuses what is said")
        }
        Err(_) => Err("it does not answer"),
    }
}

fn name_of(installation: Uuid, channel: u16) -> String {
    format!("frontdesk:{}:{channel}", installation.simple())
}

/// Full jitter, so that nodes do not come back all at once.
fn jittered(failures: u32) -> Duration {
    let longest = (Duration::from_millis(200) * 2_u32.saturating_pow(failures.min(10))).min(LONGEST_WAIT);
    longest.mul_f64(rand::rng().random())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_never_shown() {
        for good in ["redis://localhost:6379", "redis://u:secret@h:1/0", "redis://a:1, redis://b:2"] {
            assert!(!format!("{:?}", Redis::at(good).unwrap()).contains("secret"));
        }
        for bad in ["", "localhost", "http://localhost", "redis://a:1,b"] {
            assert!(Redis::at(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn waits_are_bounded() {
        for failures in [0, 3, u32::MAX] {
            assert!(jittered(failures) <= LONGEST_WAIT);
        }
    }
}
