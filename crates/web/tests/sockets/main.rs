//! The sockets of a whole server, on both databases.
#![cfg(test)]

mod chat;
mod closing;
mod flood;
mod inbox;
mod server;
