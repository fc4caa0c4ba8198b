//! The program under test: its nodes, its database, the people who use it.

mod clock;
mod database;
mod node;
mod people;
mod services;

pub use clock::Clock;
pub use database::{Database, DatabaseArgs, DatabaseKind, address_of, redirect};
pub use node::{Node, NodeSettings};
pub use people::{Person, Role, add_agent, new_customer, open_conversation, sign_in};
pub use services::Service;
