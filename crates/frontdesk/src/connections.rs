//! Taking connections: so many at once, so many of an address, and none that only sits there (D8).

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Connections that have not become WebSockets at most; with more, the next wait in the system's queue.
const MAX_CONNECTIONS: usize = 8_192;
/// How long a client may take for a request's head, and be idle between two requests.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long to wait when the system has no descriptor left for a connection.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(100);
/// What an address with too many connections is told.
const TOO_MANY: &[u8] =
    b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 10\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// How long clients may take, and how many connections each address may have.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections of one address; those that become WebSockets do not count, they have a limit of their own.
    pub per_address: usize,
    /// For a request's head, and between two requests.
    pub head: Duration,
    /// For requests under way when the server stops.
    pub last: Duration,
}

/// Serves until `closed`, then lets requests under way finish. Addresses that are `exempt` may have any number of
/// connections.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    exempt: impl Fn(IpAddr) -> bool,
    closed: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let addresses = Addresses::default();
    let (open, closing) = (GracefulShutdown::new(), CancellationToken::new());
    let mut http = Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(limits.head);
    let mut closed = std::pin::pin!(closed);
    loop {
        let (stream, client, place) = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut closed => break,
        };
        let limit = if exempt(client.ip()) { usize::MAX } else { limits.per_address };
        let Some(address) = addresses.admit(client.ip(), limit) else {
            // What does not fit into an empty buffer at once is not worth waiting for.
            let _ = stream.try_write(TOO_MANY);
            continue;
        };
        // A message is a small packet that must not wait for the next.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(client));
            router.clone().oneshot(request.map(Body::new))
        });
        let (http, open, closing) = (http.clone(), open.watcher(), closing.clone());
        tokio::spawn(async move {
            // hyper's time for a head begins with its first byte; that one has to come, too.
            let mut first = [0];
            let begins = tokio::select! {
                first = timeout(limits.head, stream.peek(&mut first)) => first.is_ok(),
                () = closing.cancelled() => false,
            };
            if begins {
                let connection = http.serve_connection_with_upgrades(TokioIo::new(stream), service);
                // A client that breaks off is nobody's fault.
                let _ = open.watch(connection.into_owned()).await;
            }
            drop((place, address));
        });
    }
    drop(listener);
    closing.cancel();
    let _ = timeout(limits.last, open.shutdown()).await;
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    #[expect(clippy::expect_used, reason = "the semaphore is never closed")]
    let place = Arc::clone(places).acquire_owned().await.expect("places are never closed");
    loop {
        match listener.accept().await {
            Ok((stream, client)) => return (stream, client, place),
            Err(error) => {
                tracing::warn!(%error, "cannot take a connection");
                sleep(EXHAUSTED_PAUSE).await;
            }
        }
    }
}

/// The open connections, by address. Clones count together.
#[derive(Debug, Clone, Default)]
struct Addresses(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A connection's place in the count, given back when this is dropped.
#[derive(Debug)]
struct Place(Addresses, IpAddr);

impl Addresses {
    fn admit(&self, address: IpAddr, limit: usize) -> Option<Place> {
        let mut open = self.lock();
        let count = open.entry(address).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        drop(open);
        Some(Place(self.clone(), address))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.0.lock();
        if let Some(count) = open.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    async fn listening(per_address: usize) -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(async || "here"));
        let limits = Limits { per_address, head: Duration::from_millis(200), last: Duration::ZERO };
        tokio::spawn(serve(listener, router, limits, |_| false, std::future::pending()));
        address
    }

    /// All the server says on a connection on which this was sent, until it hangs up.
    async fn answer(stream: &mut TcpStream, request: &str) -> String {
        let mut said = String::new();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.read_to_string(&mut said).await.unwrap();
        said
    }

    #[tokio::test]
    async fn d8_who_says_nothing_is_hung_up_on() {
        let server = listening(9).await;
        for request in ["", "GET / HTTP/1.1\r\nHost: loc", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"] {
            let said = answer(&mut TcpStream::connect(server).await.unwrap(), request).await;
            assert_eq!(said.ends_with("here"), request.ends_with("\r\n\r\n"), "{request:?}: {said:?}");
        }
    }

    /// D7: who has said nothing yet, as browsers that connect in advance, holds up no stop.
    #[tokio::test]
    async fn d7_a_silent_connection_holds_up_no_stop() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let long = Duration::from_secs(60);
        let limits = Limits { per_address: 9, head: long, last: long };
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(serve(listener, Router::new(), limits, |_| false, async {
            let _ = stopped.await;
        }));
        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut talking = TcpStream::connect(address).await.unwrap();
        // An answer to the second shows that the first was taken.
        talking.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        talking.read_exact(&mut [0; 12]).await.unwrap();
        drop(stop);
        timeout(long / 6, serving).await.expect("stops at once").unwrap();
        assert_eq!(silent.read(&mut [0]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn d8_an_address_with_too_many_connections_is_told_so() {
        let server = listening(2).await;
        let mut open = Vec::new();
        for _ in 0..2 {
            let mut stream = TcpStream::connect(server).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
            let mut status = [0; 12];
            stream.read_exact(&mut status).await.unwrap();
            assert_eq!(&status, b"HTTP/1.1 200");
            open.push(stream);
        }
        let refused = answer(&mut TcpStream::connect(server).await.unwrap(), "").await;
        assert!(refused.starts_with("HTTP/1.1 429 ") && refused.contains("Retry-After"), "{refused:?}");
    }

    #[test]
    fn d8_each_address_has_so_many_and_places_come_back() {
        let addresses = Addresses::default();
        let [one, two] = [[192, 0, 2, 1], [192, 0, 2, 2]].map(IpAddr::from);
        let first = addresses.admit(one, 2);
        let second = addresses.admit(one, 2);
        assert!(first.is_some() && second.is_some() && addresses.admit(two, 2).is_some());
        assert!(addresses.admit(one, 2).is_none());
        drop(first);
        assert!(addresses.admit(one, 2).is_some());
        drop(second);
        assert!(addresses.lock().is_empty());
    }
}
