//! Rates: so many in a time, with bursts.

use super::LimitsConfig;
use crate::client_address::Client;
use crate::error::Problem;
use domain::{Actor, SessionKey};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::Session;

/// How often one client may do what, on this node.
#[derive(Debug)]
pub struct RateLimits {
    messages: Rate<SessionKey>,
    agent_changes: Rate<SessionKey>,
    customer_sessions: Rate<Client>,
    conversations: Rate<Client>,
}

impl RateLimits {
    /// Fresh counters.
    pub fn new(config: &LimitsConfig) -> Self {
        let per_second =
            |limit, burst| Quota::per_second(at_least_one(limit)).allow_burst(at_least_one(burst));
        let per_minute = |limit| Quota::per_minute(at_least_one(limit));
        let messages = per_second(config.messages_per_second, config.messages_burst);
        let agent_changes = per_second(config.agent_changes_per_second, config.agent_changes_burst);
        Self {
            messages: Rate::new(config.enabled, messages),
            agent_changes: Rate::new(config.enabled, agent_changes),
            customer_sessions: Rate::new(config.enabled, per_minute(config.customer_sessions_per_minute)),
            conversations: Rate::new(config.enabled, per_minute(config.conversations_per_minute)),
        }
    }

    /// A session sends, edits or deletes a message; agents may as they like.
    ///
    /// # Errors
    /// `rate_limited`, with when to try again.
    pub fn write(&self, session: &Session) -> Result<(), Problem> {
        match session.actor {
            Actor::Customer(_) => self.messages.check(&session.key),
            Actor::Agent(_) => Ok(()),
        }
    }

    /// A session changes something else: resolves, reopens, rates, makes a link; an agent claims, hands over, snoozes, tags,
    /// leaves a note, keeps canned replies and views.
    ///
    /// # Errors
    /// `rate_limited`, with when to try again.
    pub fn change(&self, session: &Session) -> Result<(), Problem> {
        match session.actor {
            Actor::Customer(_) => self.messages.check(&session.key),
            Actor::Agent(_) => self.agent_changes.check(&session.key),
        }
    }

    /// A new customer comes from an address.
    ///
    /// # Errors
    /// `rate_limited`, with when to try again.
    pub fn customer_session(&self, client: Client) -> Result<(), Problem> {
        self.customer_sessions.check(&client)
    }

    /// A new conversation comes from an address.
    ///
    /// # Errors
    /// `rate_limited`, with when to try again.
    pub fn conversation(&self, client: Client) -> Result<(), Problem> {
        self.conversations.check(&client)
    }
}

fn at_least_one(limit: u32) -> NonZeroU32 {
    NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN)
}

/// After how many checks the keys that are idle are forgotten, so that memory stays bounded (D8).
const TIDY_EVERY: usize = 4096;

#[derive(Debug)]
struct Rate<K: Hash + Eq + Clone> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    checks: AtomicUsize,
}

impl<K: Hash + Eq + Clone> Rate<K> {
    fn new(enabled: bool, quota: Quota) -> Self {
        Self { limiter: enabled.then(|| RateLimiter::keyed(quota)), checks: AtomicUsize::new(0) }
    }

    fn check(&self, key: &K) -> Result<(), Problem> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.checks.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            limiter.retain_recent();
        }
        limiter
            .check_key(key)
            .map_err(|until| Problem::rate_limited(until.wait_time_from(DefaultClock::default().now())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Agent, AgentId, AgentKey, AgentRole, Customer, CustomerId, CustomerKey};

    fn agent() -> Session {
        let (key, id) = (AgentKey(1), AgentId::new());
        let (name, email, role) = ("Kim".into(), "kim@example.com".into(), AgentRole::Agent);
        let actor = Actor::Agent(Agent { key, id, name, email, role });
        Session { key: SessionKey(9), actor, address: None }
    }

    fn customer(session: i64) -> Session {
        let id = CustomerId::new();
        let (key, name) = (CustomerKey(1), "Noor".into());
        let actor = Actor::Customer(Customer { key, id, name, email: None, email_verified: false });
        Session { key: SessionKey(session), actor, address: None }
    }

    #[test]
    fn a_session_has_its_burst_and_then_waits() {
        let limits = RateLimits::new(&LimitsConfig::default());
        for sent in 0..100 {
            assert!(limits.write(&customer(1)).is_ok(), "{sent}");
        }
        assert!((0..50).any(|_| limits.write(&customer(1)).is_err()));
        assert!(limits.write(&customer(2)).is_ok());
    }

    #[test]
    fn agents_write_as_they_like_and_change_far_more_than_people_do() {
        let limits = RateLimits::new(&LimitsConfig::default());
        assert!((0..1000).all(|_| limits.write(&agent()).is_ok()));
        assert!((0..200).all(|_| limits.change(&agent()).is_ok()));
        assert!((0..100).any(|_| limits.change(&agent()).is_err()));
    }

    #[test]
    fn off_means_none() {
        let limits = RateLimits::new(&LimitsConfig { enabled: false, ..LimitsConfig::default() });
        assert!((0..1000).all(|_| limits.write(&customer(1)).is_ok()));
    }
}
