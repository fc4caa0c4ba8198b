//! A TCP proxy that makes a network bad: slow, silent, lossy, one way or both, cut or half open. It stands between clients
//! and a node, and between a node and its database or bus.

mod packets;
mod pushes;

use crate::random;
use packets::Packets;
use pushes::Pushes;
use rand::RngExt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What happens to bytes that go one way.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Lane {
    /// They pass.
    #[default]
    Clear,
    /// They pass late.
    Slow(Duration),
    /// They wait until the weather changes: to either end the other is silent.
    Silent,
    /// The first of them is lost, and with it the connection: a request goes through and its answer does not.
    Reset,
    /// One packet in twenty is lost on the way, and sent again by the system that sent it.
    Lossy,
    /// Of what Redis pushes, one message in ten is lost, one doubled, and one comes after the next.
    Noisy,
}

/// What becomes of connections that feel the weather.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// They stay.
    Stay,
    /// Both ends are cut at once.
    Cut,
    /// The server's end is cut, and the client is not told.
    HalfOpen,
}

/// What the network is like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weather {
    /// Towards the server.
    pub up: Lane,
    /// Towards the client.
    pub down: Lane,
    /// How many of the connections feel it, from 0 to 1.
    pub share: f64,
    /// What becomes of these.
    pub ends: Ends,
}

impl Weather {
    /// Nothing wrong.
    pub const FAIR: Self = Self { up: Lane::Clear, down: Lane::Clear, share: 1.0, ends: Ends::Stay };
    /// Every connection is cut.
    pub const CUT: Self = Self { ends: Ends::Cut, ..Self::FAIR };
}

/// The weather, and when it last ended connections: that lasts no time, so that who looks afterwards has to find it.
#[derive(Debug, Clone, Copy)]
struct Sky {
    /// Which one it is, counted from the beginning.
    change: u64,
    weather: Weather,
    last_end: (u64, Weather),
}

/// A running proxy; stops when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    sky: watch::Sender<Sky>,
    _task: JoinSet<()>,
}

impl Proxy {
    /// Listens on a free port and passes everything on to `server`.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start(server: SocketAddr, seed: u64) -> io::Result<Self> {
        Self::listen(server, seed, false).await
    }

    /// The same before a Redis, whose messages it can tell apart ([`Lane::Noisy`]).
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn before_redis(server: SocketAddr, seed: u64) -> io::Result<Self> {
        Self::listen(server, seed, true).await
    }

    async fn listen(server: SocketAddr, seed: u64, is_redis: bool) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (sky, watched) =
            watch::channel(Sky { change: 0, weather: Weather::FAIR, last_end: (0, Weather::FAIR) });
        let mut task = JoinSet::new();
        task.spawn(accept(listener, server, watched, seed, is_redis));
        Ok(Self { address, sky, _task: task })
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the weather for all connections, open and new.
    pub fn set(&self, weather: Weather) {
        self.sky.send_modify(|sky| {
            sky.change += 1;
            sky.weather = weather;
            if weather.ends != Ends::Stay {
                sky.last_end = (sky.change, weather);
            }
        });
    }
}

async fn accept(
    listener: TcpListener,
    server: SocketAddr,
    sky: watch::Receiver<Sky>,
    seed: u64,
    is_redis: bool,
) {
    let mut connections = JoinSet::new();
    for number in 0.. {
        let Ok((client, _)) = listener.accept().await else { continue };
        let since = sky.borrow().change;
        let luck = Luck { seed, number, since, sky: sky.clone() };
        let pushes = is_redis.then(|| Pushes::new(random::source(seed, "pushes", number)));
        connections.spawn(carry(client, server, luck, pushes));
        while connections.try_join_next().is_some() {}
    }
}

/// One connection's share of the weather.
#[derive(Debug, Clone)]
struct Luck {
    seed: u64,
    number: usize,
    /// The weather that was when it began.
    since: u64,
    sky: watch::Receiver<Sky>,
}

impl Luck {
    /// The weather here now.
    fn weather(&mut self) -> Weather {
        let Sky { change, weather, .. } = *self.sky.borrow_and_update();
        self.share(change, weather)
    }

    /// Whom a change of the weather spares is drawn anew at each.
    fn share(&self, change: u64, weather: Weather) -> Weather {
        let drawn: f64 = random::source(self.seed ^ change, "luck", self.number).random();
        if drawn < weather.share { weather } else { Weather::FAIR }
    }

    /// Waits until this connection is not to stay as it is.
    async fn end(&mut self) -> Ends {
        loop {
            let (at, weather) = self.sky.borrow_and_update().last_end;
            let ends = self.share(at, weather).ends;
            // What happened before this connection began does not concern it.
            if at > self.since && ends != Ends::Stay {
                return ends;
            }
            if self.sky.changed().await.is_err() {
                return Ends::Cut;
            }
        }
    }
}

async fn carry(mut client: TcpStream, server: SocketAddr, luck: Luck, pushes: Option<Pushes>) {
    let Ok(mut server) = TcpStream::connect(server).await else {
        let _ = client.set_zero_linger();
        return;
    };
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let (Ok(client_packets), Ok(server_packets)) = (Packets::of(&client), Packets::of(&server)) else {
        return;
    };
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let (mut until_end, going_up, going_down) = (luck.clone(), luck.clone(), luck);
    let up = Way { luck: going_up, lane: |weather| weather.up, packets: client_packets, pushes: None };
    let down = Way { luck: going_down, lane: |weather| weather.down, packets: server_packets, pushes };
    let ends = tokio::select! {
        biased; // What waits in a silent connection is lost with it.
        ends = until_end.end() => ends,
        ends = up.pass(from_client, to_server) => ends,
        ends = down.pass(from_server, to_client) => ends,
    };
    if ends != Ends::Stay {
        let _ = client.set_zero_linger();
        let _ = server.set_zero_linger();
    }
    if ends == Ends::HalfOpen {
        drop(server);
        let _ = tokio::io::copy(&mut client, &mut tokio::io::sink()).await;
    }
}

/// One direction of a connection.
struct Way {
    luck: Luck,
    lane: fn(&Weather) -> Lane,
    /// The packets that come from where it begins.
    packets: Packets,
    /// How what is passed on is told apart, if it can be.
    pushes: Option<Pushes>,
}

impl Way {
    /// Passes bytes on until either end is done; how the connection then ends.
    async fn pass(mut self, mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) -> Ends {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let lane = (self.lane)(&self.luck.weather());
            if self.packets.are_lost(lane == Lane::Lossy).is_err() {
                return Ends::Cut;
            }
            let read = tokio::select! {
                biased;
                changed = self.luck.sky.changed() => match changed {
                    Ok(()) => continue,
                    Err(_) => return Ends::Cut,
                },
                read = from.read(&mut buffer), if lane != Lane::Silent => read,
            };
            let Ok(length @ 1..) = read else { return Ends::Stay };
            match lane {
                Lane::Reset => return Ends::Cut,
                Lane::Slow(delay) => tokio::time::sleep(delay).await,
                Lane::Clear | Lane::Silent | Lane::Lossy | Lane::Noisy => {}
            }
            let bytes = &buffer[..length];
            let passed = match &mut self.pushes {
                Some(pushes) => to.write_all(&pushes.pass(bytes, lane == Lane::Noisy)).await,
                None => to.write_all(bytes).await,
            };
            if passed.is_err() {
                return Ends::Stay;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    /// A server that sends back what it gets, and tells what that was.
    async fn echo() -> (Proxy, tokio::sync::mpsc::UnboundedReceiver<u8>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let proxy = Proxy::start(listener.local_addr().unwrap(), 1).await.unwrap();
        let (told, heard) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let told = told.clone();
                tokio::spawn(async move {
                    while let Ok(byte) = stream.read_u8().await {
                        let _ = told.send(byte);
                        let _ = stream.write_u8(byte).await;
                    }
                });
            }
        });
        (proxy, heard)
    }

    async fn connect(proxy: &Proxy) -> TcpStream {
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        stream.write_u8(1).await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), 1);
        stream
    }

    #[tokio::test]
    async fn an_answer_is_lost_after_its_request_went_through() {
        let (proxy, mut heard) = echo().await;
        let mut stream = connect(&proxy).await;
        proxy.set(Weather { down: Lane::Reset, ..Weather::FAIR });
        stream.write_u8(2).await.unwrap();
        assert!(stream.read_u8().await.is_err());
        assert_eq!((heard.recv().await, heard.recv().await), (Some(1), Some(2)));
    }

    #[tokio::test]
    async fn silence_ends_with_the_weather_and_nothing_is_lost() {
        let (proxy, _heard) = echo().await;
        let mut stream = connect(&proxy).await;
        proxy.set(Weather { up: Lane::Silent, ..Weather::FAIR });
        stream.write_u8(2).await.unwrap();
        assert!(timeout(Duration::from_millis(100), stream.read_u8()).await.is_err());
        proxy.set(Weather::FAIR);
        assert_eq!(stream.read_u8().await.unwrap(), 2);
    }

    #[tokio::test]
    async fn a_cut_ends_what_is_open_and_nothing_that_comes_later() {
        let (proxy, _heard) = echo().await;
        let mut stream = connect(&proxy).await;
        proxy.set(Weather::CUT);
        proxy.set(Weather::FAIR);
        assert!(stream.read_u8().await.is_err());
        connect(&proxy).await;
    }

    #[tokio::test]
    async fn half_open_the_server_is_gone_and_the_client_not_told() {
        let (proxy, mut heard) = echo().await;
        let mut stream = connect(&proxy).await;
        proxy.set(Weather { ends: Ends::HalfOpen, ..Weather::FAIR });
        stream.write_u8(2).await.unwrap();
        assert!(timeout(Duration::from_millis(100), stream.read_u8()).await.is_err());
        proxy.set(Weather::FAIR);
        assert!(timeout(Duration::from_millis(100), stream.read_u8()).await.is_err());
        assert_eq!(heard.recv().await, Some(1));
        assert!(heard.try_recv().is_err());
    }

    #[tokio::test]
    async fn lost_packets_cost_time_and_no_bytes() {
        let (proxy, _heard) = echo().await;
        let mut stream = connect(&proxy).await;
        proxy.set(Weather { up: Lane::Lossy, down: Lane::Lossy, ..Weather::FAIR });
        for byte in 0..100 {
            stream.write_u8(byte).await.unwrap();
            assert_eq!(stream.read_u8().await.unwrap(), byte);
        }
    }
}
