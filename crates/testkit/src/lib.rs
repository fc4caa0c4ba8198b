//! What the tests share: databases of their own, a store or a whole server on one, and those who talk to it.
//!
//! A test body is written once and runs on both databases:
//!
//! ```text
//! both_databases! {
//!     /// D3: messages are numbered without gaps.
//!     async fn numbers_are_dense(store: TestStore) { … }
//! }
//! ```

#![expect(clippy::expect_used, reason = "a test's helper panics where the test would")]

#[cfg(feature = "app")]
mod api;
#[cfg(feature = "app")]
mod app;
mod databases;
#[cfg(feature = "app")]
mod person;
#[cfg(feature = "app")]
mod program;
mod queries;
#[cfg(feature = "app")]
mod redis;
mod run;
#[cfg(feature = "app")]
mod smtp;
#[cfg(feature = "app")]
mod socket;
mod store;

#[cfg(feature = "app")]
pub use api::{Answer, Api};
#[cfg(feature = "app")]
pub use app::TestApp;
pub use databases::{Kind, TestDatabase, count, execute};
#[cfg(feature = "app")]
pub use person::Person;
#[cfg(feature = "app")]
pub use program::{Outcome, Program, run_command};
pub use queries::queries;
#[cfg(feature = "app")]
pub use redis::{RedisCluster, RedisServer};
pub use run::{Fixture, run};
#[cfg(feature = "app")]
pub use smtp::{Letter, SmtpServer};
#[cfg(feature = "app")]
pub use socket::Socket;
pub use store::TestStore;
#[cfg(feature = "app")]
pub use tokio_tungstenite::tungstenite::Message;
