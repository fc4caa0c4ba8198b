//! What every handler shares.

use crate::Config;
use crate::Metrics;
use crate::agent::shared::SharedLists;
use crate::limits::{RateLimits, SignInThrottle, SocketCounts, SocketOpenings};
use realtime::Hub;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::Store;

/// What every handler shares. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState {
    /// Where everything is kept.
    pub store: Store,
    /// The open sockets.
    pub hub: Hub,
    /// What the operator set.
    pub config: Arc<Config>,
    /// How often one client may do what.
    pub rates: Arc<RateLimits>,
    /// How many sockets each address has open.
    pub sockets: SocketCounts,
    /// The sockets that are opening.
    pub openings: SocketOpenings,
    /// Failed sign-ins.
    pub sign_ins: SignInThrottle,
    /// What many inboxes show alike.
    pub lists: SharedLists,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    is_draining: Arc<AtomicBool>,
}

impl AppState {
    /// A server's state. The store was opened with the hub as its listener.
    pub fn new(store: Store, hub: Hub, config: Config) -> Self {
        Self {
            metrics: Arc::new(Metrics::new(&store, &hub)),
            store,
            hub,
            rates: Arc::new(RateLimits::new(&config.limits)),
            sockets: SocketCounts::new(&config.limits),
            openings: SocketOpenings::new(&config.limits),
            lists: SharedLists::default(),
            sign_ins: SignInThrottle::new(&config.limits),
            config: Arc::new(config),
            is_draining: Arc::default(),
        }
    }

    /// The server is about to stop: it reports not ready from now on (D7).
    pub fn begin_drain(&self) {
        self.is_draining.store(true, Ordering::SeqCst);
    }

    /// Whether the server is about to stop.
    pub fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::SeqCst)
    }
}
