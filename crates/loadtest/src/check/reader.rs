//! A reader: keeps a conversation open on one node, over as many connections as it takes.

use super::follower::Follower;
use super::world::World;
use crate::random::Backoff;
use rand::RngExt;
use rand::rngs::StdRng;
use std::net::SocketAddr;
use std::sync::Arc;

/// How likely a reader is to drop the connection by itself, at each frame.
const DROPS: f64 = 0.001;

/// Reads until the run stops; gives the view back, which goes on.
pub async fn read(world: Arc<World>, mut follower: Follower, node: SocketAddr, mut rng: StdRng) -> Follower {
    let mut backoff = Backoff::default();
    while !world.stop.is_cancelled() {
        if !follower.is_connected() {
            if follower.connect(node).await {
                backoff.reset();
            } else {
                backoff.wait(&mut rng).await;
            }
            continue;
        }
        tokio::select! {
            _ = follower.next() => {}
            () = world.stop.cancelled() => {}
        }
        if rng.random_bool(DROPS) {
            follower.disconnect();
        }
    }
    follower
}
