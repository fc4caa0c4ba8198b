//! More like this: what a conversation is about, how alike another one is, and the reply that closed that one.

mod closing_reply;
mod matter;

pub use closing_reply::{closing_reply, names};
pub use matter::Matter;
