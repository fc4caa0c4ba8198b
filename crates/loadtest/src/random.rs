//! Chance that can be repeated: everything random in a run follows from its seed.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;
use uuid::{Builder, Uuid};

/// A source of chance of one's own, named so that no two parts of a run share one.
pub fn source(seed: u64, name: &str, number: usize) -> StdRng {
    let mut hasher = DefaultHasher::new();
    (seed, name, number).hash(&mut hasher);
    StdRng::seed_from_u64(hasher.finish())
}

/// A new `client_id`.
pub fn client_id(rng: &mut StdRng) -> Uuid {
    Builder::from_random_bytes(rng.random()).into_uuid()
}

/// A time up to this long.
pub fn up_to(rng: &mut StdRng, longest: Duration) -> Duration {
    longest.mul_f64(rng.random())
}

/// Waits between attempts as clients of Frontdesk do, `random(0, min(cap, base·2ⁿ))`, but faster.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    const BASE: Duration = Duration::from_millis(50);
    const CAP: Duration = Duration::from_secs(1);

    /// Something worked: the next wait is short again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// Something failed: waits before the next attempt.
    pub async fn wait(&mut self, rng: &mut StdRng) {
        let longest = Self::BASE.saturating_mul(1 << self.failures.min(10)).min(Self::CAP);
        self.failures += 1;
        tokio::time::sleep(up_to(rng, longest)).await;
    }
}
