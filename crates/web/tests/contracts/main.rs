//! The rules of the outside contract, proven on the whole server over REST and WebSocket, on both databases.
//! A test names the rule it proves (D3, C2 …).
#![cfg(test)]

mod bad_input;
mod claims;
mod delivery;
mod lifecycle;
mod metrics;
mod next;
mod nodes;
mod notes;
mod reference_faults;
mod search;
mod search_words;
mod sessions;
mod similar;
mod sockets;
mod tags;
