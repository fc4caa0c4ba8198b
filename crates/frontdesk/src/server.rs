//! Running a server until it is told to stop.

use crate::connections;
use crate::failure::Failure;
use realtime::{Bus, Hub};
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use store::{Clock, DatabaseConfig, Settings, Store};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use web::{AppState, Config};

/// How long a proxy may take to hear "not ready": two checks of deploy/haproxy.cfg. What is closed before comes back here.
const PROXY_NOTICES: Duration = Duration::from_secs(2);
/// How long requests that are under way when the last socket is gone may still take.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

/// Takes the address, so that nothing else is done when another program has it.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let remedy = match error.kind() {
            std::io::ErrorKind::AddrInUse => "Stop the program that uses it, or choose another with --listen",
            _ => "Choose an address of this computer with --listen",
        };
        Failure::fault(format!("cannot listen on {address}"), error, remedy)
    })
}

/// A server that is ready to run.
pub struct Server {
    state: AppState,
    listener: TcpListener,
    metrics: Option<TcpListener>,
    bus: Bus,
    stop: Pin<Box<dyn Future<Output = ()> + Send>>,
    drain: Duration,
}

impl Server {
    /// Opens the database. When told to stop, the server lets its sockets go within `drain` (D7).
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub async fn open(
        listener: TcpListener,
        database: &DatabaseConfig,
        settings: Settings,
        bus: Bus,
        config: Config,
        drain: Duration,
    ) -> Result<Self, Failure> {
        // From here on SIGTERM is heard, also before the server runs.
        let stop = Box::pin(stop_signal()?);
        let hub = Hub::new(config.limits.open_sockets_per_customer());
        let store = Store::open(database, Clock::default(), settings, hub.listener()).await?;
        Ok(Self { state: AppState::new(store, hub, config), listener, metrics: None, bus, stop, drain })
    }

    /// Shows `/metrics` there too, to whoever asks.
    pub fn with_metrics_on(self, listener: TcpListener) -> Self {
        Self { metrics: Some(listener), ..self }
    }

    /// What it serves from.
    pub fn store(&self) -> &Store {
        &self.state.store
    }

    /// Serves until SIGTERM or an interrupt, then stops quietly (D7): not ready, a moment for the proxies to notice if
    /// there are any, sockets closed one after the other, requests under way finished.
    pub async fn run(self) {
        let Self { state, listener, metrics, bus, stop, drain } = self;
        let mut background = realtime::start(&state.hub, &state.store, bus);
        background.spawn(web::mail::run(state.clone()));
        if let Some(listener) = metrics {
            let serving = axum::serve(listener, web::metrics_router(state.clone())).into_future();
            background.spawn(async { drop(serving.await) });
        }
        let (close, closed) = tokio::sync::oneshot::channel::<()>();
        let closed = async {
            let _ = closed.await;
        };
        let config = Arc::clone(&state.config);
        let exempt = move |address| config.trusted_proxies.iter().any(|proxies| proxies.contains(&address));
        let limits = connections::Limits {
            per_address: state.config.limits.open_connections_per_address(),
            head: connections::HEAD_TIMEOUT,
            last: LAST_REQUESTS,
        };
        let router = web::router(state.clone());
        let serving = tokio::spawn(connections::serve(listener, router, limits, exempt, closed));

        stop.await;
        tracing::info!("stopping");
        state.begin_drain();
        let notice = if state.config.trusted_proxies.is_empty() {
            Duration::ZERO
        } else {
            PROXY_NOTICES.min(drain / 2)
        };
        tokio::time::sleep(notice).await;
        let drain = drain - notice;
        // Until the sockets are gone new requests are still answered, so that whoever asks hears "not ready".
        let _ = tokio::time::timeout(drain, state.hub.drain(drain)).await;
        let _ = close.send(());
        let _ = serving.await;
        background.shutdown().await;
        state.store.close().await;
    }
}

/// Done on SIGTERM or an interrupt.
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let cannot = |error| Failure::fault("cannot listen for signals", error, "Try again");
    let mut terminate = signal(SignalKind::terminate()).map_err(cannot)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(cannot)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
