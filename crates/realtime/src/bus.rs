//! What tells the nodes of each other's changes. It only hints: the database is the truth (D6).
//!
//! A commit is told to this node's sockets by the hub at once. The other nodes get a [`Hint`] of it, which says where
//! the conversation stands now and never what was written; whoever has it open there reads the rest from the database.

mod hint;
mod node;
mod outbox;
mod redis;
mod roll;

pub use hint::{Hint, News};
pub use node::{Heard, Node};
pub use outbox::Outbox;
pub use redis::{Redis, RedisAddressError};
pub use roll::{Roll, Standing, part_of};

use crate::Hub;
use uuid::Uuid;

/// What a node is connected to the others by.
#[derive(Debug)]
pub enum Bus {
    /// One node: its own hub is all there is to tell.
    Memory,
    /// Redis or Valkey, alone or as a cluster.
    Redis(Redis),
}

impl Bus {
    /// Joins the other nodes of an installation, for as long as it runs.
    pub async fn run(self, hub: Hub, installation: Uuid) {
        match self {
            Self::Memory => std::future::pending().await,
            Self::Redis(redis) => {
                hub.outbox().open();
                redis.run(hub, installation).await;
            }
        }
    }
}
