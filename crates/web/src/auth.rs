//! Who is asking: one path for pages, REST and sockets (A1).
//!
//! [`Caller`] finds out who is signed in. [`CustomerSession`], [`AgentSession`], [`AdministratorSession`] and
//! [`AnySession`] ask for a role; [`Reached`], [`ReachedByAgent`] and [`ReachedByCustomer`] also look the conversation of
//! the address up, within the caller's reach. So the checks come in the order 401, 403, 404, before a body is read.

mod caller;
pub mod cookies;
mod origin;
mod reached;
mod roles;
mod tokens;

pub use caller::Caller;
pub use origin::{check_socket_origin, refuse_other_sites};
pub use reached::{Reached, ReachedByAgent, ReachedByCustomer};
pub use roles::{AdministratorSession, AgentSession, AnySession, CustomerSession};
pub use tokens::As;
