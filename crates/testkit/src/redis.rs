//! A Redis of the test's own, to be stopped and started again; alone or as a cluster.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
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
        let port = free_port();
        Self { port, server: start(port, &[]).await }
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
        self.server = start(self.port, &[]).await;
    }
}

/// The highest number of a cluster's slots.
const LAST_SLOT: usize = 16_383;
/// How many nodes a cluster has.
const CLUSTER: usize = 3;

/// A running Redis Cluster of three masters without replicas, each with a third of the slots; killed when dropped.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<RedisServer>,
    _directory: TempDir,
}

impl RedisCluster {
    /// Starts one on free ports.
    ///
    /// # Panics
    /// When there is no `redis-server` or `redis-cli`, or the nodes do not find each other in time.
    pub async fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let mut nodes = Vec::new();
        let mut buses = Vec::new();
        for _ in 0..CLUSTER {
            let (port, bus) = (free_port(), free_port());
            nodes.push(RedisServer { port, server: start_in_cluster(port, bus, directory.path()).await });
            buses.push(bus);
        }
        let first = nodes[0].port;
        for (number, (node, bus)) in nodes.iter().zip(buses).enumerate() {
            let slots = [number * (LAST_SLOT + 1) / CLUSTER, (number + 1) * (LAST_SLOT + 1) / CLUSTER - 1];
            tell(node.port, &format!("CLUSTER ADDSLOTSRANGE {} {}", slots[0], slots[1])).await;
            tell(first, &format!("CLUSTER MEET 127.0.0.1 {} {bus}", node.port)).await;
        }
        for node in &nodes {
            let whole = async {
                let mut attempts = interval(Duration::from_millis(50));
                while !is_whole(&tell(node.port, "CLUSTER INFO").await) {
                    attempts.tick().await;
                }
            };
            timeout(READY_WITHIN, whole).await.expect("the cluster finds itself in time");
        }
        Self { nodes, _directory: directory }
    }

    /// The addresses of all its nodes, by comma.
    pub fn url(&self) -> String {
        self.nodes.iter().map(RedisServer::url).collect::<Vec<_>>().join(",")
    }

    /// Kills one node, and with it a third of the slots.
    ///
    /// # Panics
    /// When none runs any more.
    pub async fn stop_one(&mut self) {
        self.nodes.pop().expect("a node").stop().await;
    }
}

fn is_whole(info: &str) -> bool {
    info.contains("cluster_state:ok") && info.contains(&format!("cluster_known_nodes:{CLUSTER}"))
}

async fn start_in_cluster(port: u16, bus: u16, directory: &Path) -> Child {
    let (bus, nodes, directory) =
        (bus.to_string(), format!("nodes-{port}.conf"), directory.display().to_string());
    let cluster = ["--cluster-enabled", "yes", "--cluster-port", &bus, "--cluster-config-file", &nodes];
    let rest = ["--cluster-require-full-coverage", "no", "--dir", &directory];
    start(port, &[&cluster[..], &rest[..]].concat()).await
}

/// A command's answer.
async fn tell(port: u16, command: &str) -> String {
    let mut cli = Command::new("redis-cli");
    cli.args(["-h", "127.0.0.1", "-p", &port.to_string()]).args(command.split(' '));
    let answer = cli.output().await.expect("redis-cli is installed");
    String::from_utf8_lossy(&answer.stdout).into_owned()
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

async fn start(port: u16, settings: &[&str]) -> Child {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
    command.args(settings);
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
