//! Running a server until it is told to stop.

use crate::failure::Failure;
use axum::serve::ListenerExt;
use realtime::{Bus, Hub};
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;
use store::{Clock, DatabaseConfig, Settings, Store};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use web::{AppState, Config};

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

    /// Serves until SIGTERM or an interrupt, then stops quietly (D7): not ready, sockets closed one after the other,
    /// requests under way finished.
    pub async fn run(self) {
        let Self { state, listener, metrics, bus, stop, drain } = self;
        let mut background = realtime::start(&state.hub, &state.store, bus);
        if let Some(listener) = metrics {
            let serving = axum::serve(listener, web::metrics_router(state.clone())).into_future();
            background.spawn(async { drop(serving.await) });
        }
        let service = web::router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
        // A message is a small packet that must not wait for the next.
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let (close, closed) = tokio::sync::oneshot::channel::<()>();
        let serving = axum::serve(listener, service).with_graceful_shutdown(async {
            let _ = closed.await;
        });
        let serving = tokio::spawn(serving.into_future());

        stop.await;
        tracing::info!("stopping");
        state.begin_drain();
        // Until the sockets are gone new requests are still answered, so that whoever asks hears "not ready".
        let _ = tokio::time::timeout(drain, state.hub.drain(drain)).await;
        let _ = close.send(());
        let _ = tokio::time::timeout(LAST_REQUESTS, serving).await;
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
