//! How many sockets may be opening at once (D8). Opening one costs authentication and reads of the database; when a
//! thousand clients come back together, pages, REST and health still have to get through.

use super::LimitsConfig;
use crate::error::Problem;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a socket may wait for its turn to open.
const PATIENCE: Duration = Duration::from_secs(2);
/// When it is worth trying again for whoever does not get a turn. Clients add a random wait of their own.
const RETRY: Duration = Duration::from_secs(2);

/// The sockets of this node that are opening, and those that wait for it. Cheap to clone; clones count together.
#[derive(Debug, Clone)]
pub struct SocketOpenings {
    opening: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// A turn to open a socket, given back when this is dropped.
#[derive(Debug)]
pub struct OpeningPlace(
    #[expect(dead_code, reason = "held, and given back by being dropped")] OwnedSemaphorePermit,
);

impl SocketOpenings {
    /// Nothing opening yet.
    pub fn new(config: &LimitsConfig) -> Self {
        let places = |limit: u32| {
            Arc::new(Semaphore::new(if config.enabled { limit as usize } else { Semaphore::MAX_PERMITS }))
        };
        Self { opening: places(config.sockets_opening), waiting: places(config.sockets_waiting) }
    }

    /// Waits for a turn, in order of arrival and not for long.
    ///
    /// # Errors
    /// `overloaded` when too many wait already, or the turn does not come in time.
    pub async fn admit(&self) -> Result<OpeningPlace, Problem> {
        let opening = Arc::clone(&self.opening);
        let place = match Arc::clone(&opening).try_acquire_owned() {
            Ok(place) => place,
            Err(_) => {
                let _waiting = self.waiting.try_acquire().map_err(|_| too_many())?;
                let turn = timeout(PATIENCE, opening.acquire_owned()).await;
                turn.ok().and_then(Result::ok).ok_or_else(too_many)?
            }
        };
        Ok(OpeningPlace(place))
    }
}

fn too_many() -> Problem {
    Problem::overloaded("too many sockets are opening: try again shortly", RETRY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;
    use futures_util::FutureExt;

    fn openings(opening: u32, waiting: u32) -> SocketOpenings {
        SocketOpenings::new(&LimitsConfig {
            sockets_opening: opening,
            sockets_waiting: waiting,
            ..LimitsConfig::default()
        })
    }

    #[tokio::test]
    async fn d8_so_many_open_so_many_wait_and_the_rest_is_refused() {
        let openings = openings(1, 1);
        let first = openings.admit().await.unwrap();
        let mut second = Box::pin(openings.admit());
        assert!(second.as_mut().now_or_never().is_none());
        let third = openings.admit().await.unwrap_err();
        assert_eq!((third.code(), third.retry_after()), (Code::Overloaded, Some(2)));
        drop(first);
        let second = second.await.unwrap();
        drop(second);
        assert!(openings.admit().await.is_ok(), "the places come back");
    }

    #[tokio::test(start_paused = true)]
    async fn d8_a_turn_that_does_not_come_is_refused() {
        let openings = openings(1, 1);
        let _first = openings.admit().await.unwrap();
        assert_eq!(openings.admit().await.unwrap_err().code(), Code::Overloaded);
        let off = SocketOpenings::new(&LimitsConfig {
            enabled: false,
            sockets_opening: 1,
            ..LimitsConfig::default()
        });
        let _both = (off.admit().await.unwrap(), off.admit().await.unwrap());
    }
}
