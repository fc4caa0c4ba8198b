//! Guessing passwords: only failures count, by account and address, and by address. An account is never locked for
//! other addresses.

use super::LimitsConfig;
use crate::client_address::Client;
use crate::error::Problem;
use domain::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// For how long a failure counts.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Past so many keys the ones that count no more are forgotten, so that memory stays bounded (D8).
const TIDY_ABOVE: usize = 10_000;

/// Counts failed sign-ins, on this node.
#[derive(Debug, Clone)]
pub struct SignInThrottle {
    enabled: bool,
    per_account: usize,
    per_address: usize,
    failures: Arc<Mutex<HashMap<Key, Vec<Timestamp>>>>,
}

/// Whose failures: an address', and of those the ones to an account, by a hash of what was typed: a long address takes
/// no more memory than a short one.
type Key = (Client, Option<[u8; 32]>);

impl SignInThrottle {
    /// No failures yet.
    pub fn new(config: &LimitsConfig) -> Self {
        Self {
            enabled: config.enabled,
            per_account: config.sign_in_failures_per_account as usize,
            per_address: config.sign_in_failures_per_address as usize,
            failures: Arc::default(),
        }
    }

    /// Begins an attempt. It counts as failed unless it [succeeds](SignInAttempt::succeed), so that many at once
    /// are no way around the limit.
    ///
    /// # Errors
    /// `rate_limited`, with when to try again, when there were too many failures.
    pub fn begin(&self, client: Client, email: &str, now: Timestamp) -> Result<SignInAttempt<'_>, Problem> {
        let account = Sha256::digest(email.trim().to_lowercase().as_bytes()).into();
        let keys = [(client, None), (client, Some(account))];
        if self.enabled {
            let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
            if failures.len() > TIDY_ABOVE {
                failures.retain(|_, times| times.last().is_some_and(|last| now.since(*last) < WINDOW));
            }
            for (key, limit) in keys.iter().zip([self.per_address, self.per_account]) {
                let Some(times) = failures.get_mut(key) else { continue };
                times.retain(|time| now.since(*time) < WINDOW);
                if let Some(oldest) = times.len().checked_sub(limit).and_then(|first| times.get(first)) {
                    return Err(Problem::rate_limited((*oldest + WINDOW).since(now)));
                }
            }
            for key in &keys {
                failures.entry(*key).or_default().push(now);
            }
        }
        Ok(SignInAttempt { throttle: self, keys, at: now })
    }
}

/// An attempt to sign in that was let through.
#[derive(Debug)]
pub struct SignInAttempt<'a> {
    throttle: &'a SignInThrottle,
    keys: [Key; 2],
    at: Timestamp,
}

impl SignInAttempt<'_> {
    /// The password was right: it does not count as a failure.
    pub fn succeed(self) {
        let mut failures = self.throttle.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &self.keys {
            let Some(times) = failures.get_mut(key) else { continue };
            if let Some(place) = times.iter().rposition(|time| *time == self.at) {
                times.remove(place);
            }
            if times.is_empty() {
                failures.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};

    fn client(last: u8) -> Client {
        Client::of(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)))
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(0) + Duration::from_secs(seconds)
    }

    #[test]
    fn ten_failures_close_an_account_to_one_address_for_15_minutes() {
        let throttle = SignInThrottle::new(&LimitsConfig::default());
        for second in 0..10 {
            throttle.begin(client(1), "ann@example.com", at(second)).unwrap();
        }
        let refused = throttle.begin(client(1), " ANN@example.com", at(10)).unwrap_err();
        assert_eq!(refused.retry_after(), Some(890));
        assert!(throttle.begin(client(2), "ann@example.com", at(10)).is_ok());
        assert!(throttle.begin(client(1), "bob@example.com", at(10)).is_ok());
        assert!(throttle.begin(client(1), "ann@example.com", at(900)).is_ok());
    }

    #[test]
    fn fifty_failures_close_all_to_one_address() {
        let throttle = SignInThrottle::new(&LimitsConfig::default());
        for account in 0..50 {
            throttle.begin(client(1), &format!("{account}@example.com"), at(0)).unwrap();
        }
        assert!(throttle.begin(client(1), "ann@example.com", at(1)).is_err());
        assert!(throttle.begin(client(2), "ann@example.com", at(1)).is_ok());
    }

    #[test]
    fn d8_refused_attempts_take_no_memory() {
        let throttle = SignInThrottle::new(&LimitsConfig::default());
        for account in 0..1_000 {
            let _ = throttle.begin(client(1), &format!("{account}@example.com"), at(0));
        }
        assert_eq!(throttle.failures.lock().unwrap().len(), 51, "fifty accounts and the address");
    }

    #[test]
    fn right_passwords_never_count() {
        let throttle = SignInThrottle::new(&LimitsConfig::default());
        for _ in 0..100 {
            throttle.begin(client(1), "ann@example.com", at(0)).unwrap().succeed();
        }
        assert!(throttle.failures.lock().unwrap().is_empty());
    }
}
