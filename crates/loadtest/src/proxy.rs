//! A TCP proxy that makes a network bad: slow, silent, one way or both, or cut. It stands between clients and a node,
//! and between a node and its database or bus.

use crate::random;
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
    /// Whether those connections are cut at once.
    pub cuts: bool,
}

impl Weather {
    /// Nothing wrong.
    pub const FAIR: Self = Self { up: Lane::Clear, down: Lane::Clear, share: 1.0, cuts: false };
    /// Every connection is cut.
    pub const CUT: Self = Self { cuts: true, ..Self::FAIR };
}

/// A running proxy; stops when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    weather: watch::Sender<(u64, Weather)>,
    _task: JoinSet<()>,
}

impl Proxy {
    /// Listens on a free port and passes everything on to `server`.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start(server: SocketAddr, seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (weather, watched) = watch::channel((0, Weather::FAIR));
        let mut task = JoinSet::new();
        task.spawn(accept(listener, server, watched, seed));
        Ok(Self { address, weather, _task: task })
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the weather for all connections, open and new.
    pub fn set(&self, weather: Weather) {
        self.weather.send_modify(|(change, current)| {
            *change += 1;
            *current = weather;
        });
    }
}

async fn accept(
    listener: TcpListener,
    server: SocketAddr,
    weather: watch::Receiver<(u64, Weather)>,
    seed: u64,
) {
    let mut connections = JoinSet::new();
    for number in 0.. {
        let Ok((client, _)) = listener.accept().await else { continue };
        let luck = Luck { seed, number, weather: weather.clone() };
        connections.spawn(carry(client, server, luck));
        while connections.try_join_next().is_some() {}
    }
}

/// One connection's share of the weather.
#[derive(Debug, Clone)]
struct Luck {
    seed: u64,
    number: usize,
    weather: watch::Receiver<(u64, Weather)>,
}

impl Luck {
    /// The weather here now; whom it spares is drawn anew at each change.
    fn weather(&mut self) -> Weather {
        let (change, weather) = *self.weather.borrow_and_update();
        let drawn: f64 = random::source(self.seed ^ change, "luck", self.number).random();
        if drawn < weather.share { weather } else { Weather::FAIR }
    }

    /// Done when this connection is to be cut.
    async fn cut(&mut self) {
        // What was cut before this connection began does not concern it.
        self.weather.borrow_and_update();
        while self.weather.changed().await.is_ok() {
            if self.weather().cuts {
                return;
            }
        }
    }
}

async fn carry(mut client: TcpStream, server: SocketAddr, luck: Luck) {
    let Ok(mut server) = TcpStream::connect(server).await else {
        let _ = client.set_zero_linger();
        return;
    };
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let (mut until_cut, going_up, going_down) = (luck.clone(), luck.clone(), luck);
    let is_clean = tokio::select! {
        () = until_cut.cut() => false,
        is_clean = pass(from_client, to_server, going_up, |weather| weather.up) => is_clean,
        is_clean = pass(from_server, to_client, going_down, |weather| weather.down) => is_clean,
    };
    if !is_clean {
        let _ = client.set_zero_linger();
        let _ = server.set_zero_linger();
    }
}

/// Passes bytes on until either end is done; false when the connection is to be reset.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut luck: Luck,
    lane: fn(&Weather) -> Lane,
) -> bool {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let lane_now = lane(&luck.weather());
        let read = tokio::select! {
            biased;
            changed = luck.weather.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return false,
            },
            read = from.read(&mut buffer), if lane_now != Lane::Silent => read,
        };
        let Ok(length @ 1..) = read else { return true };
        match lane_now {
            Lane::Reset => return false,
            Lane::Slow(delay) => tokio::time::sleep(delay).await,
            Lane::Clear | Lane::Silent => {}
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return true;
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
        assert!(stream.read_u8().await.is_err());
        connect(&proxy).await;
    }
}
