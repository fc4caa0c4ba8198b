//! How much one client may ask for (`protocol.md`, Limits): past it, 429 and when to try again.

mod openings;
mod rates;
mod sign_in;
mod sockets;

pub use openings::{OpeningPlace, SocketOpenings};
pub use rates::RateLimits;
pub use sign_in::{SignInAttempt, SignInThrottle};
pub use sockets::{SocketCounts, SocketPlace};

use std::time::Duration;

/// The size of a request's body, or of a frame, that is still taken, in bytes.
pub const BODY_BYTES: usize = 128 * 1024;
/// How long a request's body may make the server wait for its next part.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The limits an operator can set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitsConfig {
    /// Whether the rate and count limits hold at all (`FRONTDESK_RATE_LIMITS`, `on` or `off`).
    pub enabled: bool,
    /// Messages of one customer session in a second, in the long run (`FRONTDESK_LIMIT_MESSAGES_PER_SECOND`).
    pub messages_per_second: u32,
    /// Messages of one customer session at once (`FRONTDESK_LIMIT_MESSAGES_BURST`).
    pub messages_burst: u32,
    /// What one agent session does beside messages in a second, in the long run: claims, hands over, snoozes, tags, notes …
    /// (`FRONTDESK_LIMIT_AGENT_CHANGES_PER_SECOND`).
    pub agent_changes_per_second: u32,
    /// What one agent session does beside messages at once (`FRONTDESK_LIMIT_AGENT_CHANGES_BURST`).
    pub agent_changes_burst: u32,
    /// Open connections of one address that are no sockets (`FRONTDESK_LIMIT_CONNECTIONS_PER_ADDRESS`).
    pub connections_per_address: u32,
    /// Open sockets of one address (`FRONTDESK_LIMIT_SOCKETS_PER_ADDRESS`).
    pub sockets_per_address: u32,
    /// Open sockets of one customer; past it the oldest closes (`FRONTDESK_LIMIT_SOCKETS_PER_CUSTOMER`).
    pub sockets_per_customer: u32,
    /// Sockets that may be opening at once, of everybody (`FRONTDESK_LIMIT_SOCKETS_OPENING`).
    pub sockets_opening: u32,
    /// Sockets that may wait for their turn to open (`FRONTDESK_LIMIT_SOCKETS_WAITING`).
    pub sockets_waiting: u32,
    /// New customer sessions from one address in a minute (`FRONTDESK_LIMIT_CUSTOMER_SESSIONS_PER_MINUTE`).
    pub customer_sessions_per_minute: u32,
    /// New conversations from one address in a minute (`FRONTDESK_LIMIT_CONVERSATIONS_PER_MINUTE`).
    pub conversations_per_minute: u32,
    /// Failed sign-ins to one account from one address in 15 min (`FRONTDESK_LIMIT_SIGN_IN_FAILURES_PER_ACCOUNT`).
    pub sign_in_failures_per_account: u32,
    /// Failed sign-ins from one address in 15 min (`FRONTDESK_LIMIT_SIGN_IN_FAILURES_PER_ADDRESS`).
    pub sign_in_failures_per_address: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            messages_per_second: 20,
            messages_burst: 100,
            agent_changes_per_second: 20,
            agent_changes_burst: 200,
            connections_per_address: 200,
            sockets_per_address: 200,
            sockets_per_customer: 50,
            sockets_opening: 64,
            sockets_waiting: 512,
            customer_sessions_per_minute: 30,
            conversations_per_minute: 60,
            sign_in_failures_per_account: 10,
            sign_in_failures_per_address: 50,
        }
    }
}

impl LimitsConfig {
    /// How many connections that are no sockets an address may have open, for whoever takes them.
    pub fn open_connections_per_address(&self) -> usize {
        if self.enabled { self.connections_per_address as usize } else { usize::MAX }
    }

    /// How many sockets a customer may have open, for the hub.
    pub fn open_sockets_per_customer(&self) -> usize {
        if self.enabled { self.sockets_per_customer as usize } else { usize::MAX }
    }

    /// Reads the variables; what is not set stays as it is by default.
    pub(crate) fn from_env(env: &impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let mut limits = Self::default();
        match env("FRONTDESK_RATE_LIMITS").as_deref() {
            None | Some("on") => {}
            Some("off") => limits.enabled = false,
            Some(other) => return Err(format!("FRONTDESK_RATE_LIMITS: write on or off, not {other}")),
        }
        for (name, limit) in [
            ("FRONTDESK_LIMIT_MESSAGES_PER_SECOND", &mut limits.messages_per_second),
            ("FRONTDESK_LIMIT_MESSAGES_BURST", &mut limits.messages_burst),
            ("FRONTDESK_LIMIT_AGENT_CHANGES_PER_SECOND", &mut limits.agent_changes_per_second),
            ("FRONTDESK_LIMIT_AGENT_CHANGES_BURST", &mut limits.agent_changes_burst),
            ("FRONTDESK_LIMIT_CONNECTIONS_PER_ADDRESS", &mut limits.connections_per_address),
            ("FRONTDESK_LIMIT_SOCKETS_PER_ADDRESS", &mut limits.sockets_per_address),
            ("FRONTDESK_LIMIT_SOCKETS_PER_CUSTOMER", &mut limits.sockets_per_customer),
            ("FRONTDESK_LIMIT_SOCKETS_OPENING", &mut limits.sockets_opening),
            ("FRONTDESK_LIMIT_SOCKETS_WAITING", &mut limits.sockets_waiting),
            ("FRONTDESK_LIMIT_CUSTOMER_SESSIONS_PER_MINUTE", &mut limits.customer_sessions_per_minute),
            ("FRONTDESK_LIMIT_CONVERSATIONS_PER_MINUTE", &mut limits.conversations_per_minute),
            ("FRONTDESK_LIMIT_SIGN_IN_FAILURES_PER_ACCOUNT", &mut limits.sign_in_failures_per_account),
            ("FRONTDESK_LIMIT_SIGN_IN_FAILURES_PER_ADDRESS", &mut limits.sign_in_failures_per_address),
        ] {
            if let Some(text) = env(name) {
                *limit = text.parse().ok().filter(|limit| *limit > 0).ok_or_else(|| {
                    format!("{name}: write a whole number above 0, not {text}; FRONTDESK_RATE_LIMITS=off lifts all")
                })?;
            }
        }
        Ok(limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_can_be_set() {
        let set = |name: &str| name.starts_with("FRONTDESK_LIMIT_").then(|| "7".to_owned());
        let limits = LimitsConfig::from_env(&set).unwrap();
        assert_eq!((limits.sockets_opening, limits.sockets_waiting), (7, 7));
        assert_eq!((limits.messages_per_second, limits.sign_in_failures_per_address), (7, 7));
        assert!(limits.enabled);
        let off = LimitsConfig::from_env(&|name| (name == "FRONTDESK_RATE_LIMITS").then(|| "off".into()));
        assert!(!off.unwrap().enabled);
        for wrong in ["0", "-1", "many"] {
            let env = |name: &str| (name == "FRONTDESK_LIMIT_MESSAGES_BURST").then(|| wrong.to_owned());
            assert!(LimitsConfig::from_env(&env).unwrap_err().contains("FRONTDESK_LIMIT_MESSAGES_BURST"));
        }
    }
}
