//! How many sockets one address has open.

use super::LimitsConfig;
use crate::client_address::Client;
use crate::error::Problem;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// When it is worth trying again for whoever has too many sockets.
const RETRY: Duration = Duration::from_secs(10);

/// The open sockets of this node, counted by address. Cheap to clone; clones count together.
#[derive(Debug, Clone)]
pub struct SocketCounts {
    limit: usize,
    open: Arc<Mutex<HashMap<Client, usize>>>,
}

/// A socket's place in the count, given back when this is dropped.
#[derive(Debug)]
pub struct SocketPlace {
    client: Client,
    open: Arc<Mutex<HashMap<Client, usize>>>,
}

impl SocketCounts {
    /// Nothing open yet.
    pub fn new(config: &LimitsConfig) -> Self {
        let limit = if config.enabled { config.sockets_per_address as usize } else { usize::MAX };
        Self { limit, open: Arc::default() }
    }

    /// One more socket from an address.
    ///
    /// # Errors
    /// `rate_limited` when it has too many.
    pub fn admit(&self, client: Client) -> Result<SocketPlace, Problem> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(client).or_default();
        if *count >= self.limit {
            return Err(Problem::rate_limited(RETRY));
        }
        *count += 1;
        drop(open);
        Ok(SocketPlace { client, open: Arc::clone(&self.open) })
    }
}

impl Drop for SocketPlace {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d8_each_address_has_so_many_and_places_come_back() {
        let limits = LimitsConfig { sockets_per_address: 2, ..LimitsConfig::default() };
        let counts = SocketCounts::new(&limits);
        let client = |address: &str| Client::of(address.parse().unwrap());
        let first = counts.admit(client("192.0.2.1")).unwrap();
        let _second = counts.admit(client("192.0.2.1")).unwrap();
        assert!(counts.admit(client("192.0.2.1")).is_err());
        assert!(counts.admit(client("192.0.2.2")).is_ok());
        drop(first);
        assert!(counts.admit(client("192.0.2.1")).is_ok());
        let off = SocketCounts::new(&LimitsConfig { enabled: false, ..limits });
        let open: Vec<_> = (0..3).map(|_| off.admit(client("192.0.2.1")).unwrap()).collect();
        assert_eq!(open.len(), 3);
    }
}
