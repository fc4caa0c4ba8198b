//! A Redis of the test's own, to be stopped and started again.

use std::process::Stdio;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{interval, timeout};

/// How long Redis may take to start.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// A running `redis-server` that keeps nothing; killed when dropped.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    server: Child,
}

impl RedisServer {
    /// Starts one on a free port.
    ///
    /// # Panics
    /// When there is no `redis-server`: a test without it fails, it is never left out.
    pub async fn start() -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        drop(listener);
        Self { port, server: start(port).await }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Kills it.
    ///
    /// # Panics
    /// When it is not running.
    pub async fn stop(&mut self) {
        self.server.kill().await.expect("it runs");
    }

    /// Starts it again, on the same port.
    pub async fn restart(&mut self) {
        self.server = start(self.port).await;
    }
}

async fn start(port: u16) -> Child {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
    let server = command.stdout(Stdio::null()).kill_on_drop(true).spawn().expect("redis-server is installed");
    let mut attempts = interval(Duration::from_millis(20));
    let answering = async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            attempts.tick().await;
        }
    };
    timeout(READY_WITHIN, answering).await.expect("redis-server answers in time");
    server
}
