//! How messages move: the wire format, the chat socket's protocol, and the hub that tells sockets of changes.

pub mod event;
pub mod hub;
pub mod mailbox;
pub mod session;
pub mod sweeper;
pub mod wire;

pub use event::{Event, Person, Render};
pub use hub::{Attachment, Hub, Place};
pub use mailbox::{Mail, Mailbox};
pub use session::Session;
