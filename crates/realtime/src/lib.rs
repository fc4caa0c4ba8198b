//! How messages move: the wire format, the chat socket's protocol, the hub that tells sockets of changes, and the bus
//! between nodes.

pub mod bus;
pub mod event;
pub mod hub;
pub mod mailbox;
mod metrics;
pub mod repair;
pub mod session;
pub mod sweeper;
pub mod wire;

pub use bus::Bus;
pub use event::{Event, Person, Render};
pub use hub::{Attachment, BusState, Hub, Place, Told};
pub use mailbox::{Mail, Mailbox};
pub use metrics::Metrics;
pub use session::Session;

use store::Store;
use tokio::task::JoinSet;

/// Starts all that a node does by itself: hearing the other nodes, repairing what was missed, telling inboxes, and
/// returning to the queue what is due. It stops when the set is dropped.
pub fn start(hub: &Hub, store: &Store, bus: Bus) -> JoinSet<()> {
    hub.expect_unheard(matches!(bus, Bus::Memory) && store.may_be_shared());
    let mut tasks = JoinSet::new();
    tasks.spawn(sweeper::run_sweeper(store.clone()));
    tasks.spawn(hub::run_inbox(hub.clone(), store.clone()));
    tasks.spawn(repair::run_repair(hub.clone(), store.clone()));
    tasks.spawn(bus.run(hub.clone(), store.installation()));
    tasks
}
