//! One process of the real program, which is killed, stopped and started again on the same port.

use super::{Clock, Database};
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;
use url::Url;

/// How long the program may take until it is ready, before the run gives up on it.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How long its threads may take to stop; those of a program that ended by itself never do.
const STOPPED_WITHIN: Duration = Duration::from_secs(10);
/// What the program prints before its address when it is ready.
const READY: &str = "Frontdesk is at ";

/// How a node is started.
#[derive(Debug, Clone)]
pub struct NodeSettings {
    /// The program.
    pub program: PathBuf,
    /// Its data.
    pub database: Database,
    /// The proxy it reaches PostgreSQL by, if any.
    pub database_proxy: Option<SocketAddr>,
    /// The Redis between nodes.
    pub redis: Option<Url>,
    /// What it complains of goes here.
    pub log: PathBuf,
    /// Seconds until a silent agent loses their claim.
    pub claim_grace: u32,
    /// A clock that is not the computer's.
    pub clock: Option<Clock>,
}

/// Shows a node's `/metrics`.
const METRICS_TOKEN: &str = "loadtest";

/// A running `frontdesk serve`; killed when dropped.
#[derive(Debug)]
pub struct Node {
    settings: NodeSettings,
    address: SocketAddr,
    child: Child,
    /// Kept open, so that the program may go on printing.
    _output: BufReader<ChildStdout>,
}

impl Node {
    /// Starts the program on a free port and waits until it is ready.
    ///
    /// # Errors
    /// When it does not become ready.
    pub async fn start(settings: NodeSettings) -> Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port().await?));
        let (child, output) = spawn(&settings, address).await?;
        Ok(Self { settings, address, child, _output: output })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    ///
    /// # Errors
    /// When it is gone.
    pub fn pid(&self) -> Result<Pid> {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        id.context("the program is gone: its log says why")
    }

    /// Kills it with SIGKILL and starts it again on the same port; gives the time until it was ready.
    ///
    /// # Errors
    /// When it was gone before, or does not become ready.
    pub async fn kill_and_restart(&mut self) -> Result<Duration> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the program ended by itself ({status}): its log says why");
        }
        self.child.kill().await.context("cannot kill the program")?;
        let began = Instant::now();
        let (child, output) = spawn(&self.settings, self.address).await?;
        let took = began.elapsed();
        (self.child, self._output) = (child, output);
        Ok(took)
    }

    /// Stops it with SIGSTOP for this long, then lets it go on.
    ///
    /// # Errors
    /// When it is gone.
    pub async fn pause(&self, how_long: Duration) -> Result<()> {
        self.freeze().await?;
        tokio::time::sleep(how_long).await;
        self.thaw()
    }

    /// Stops it with SIGSTOP, and waits until none of its threads does anything any more.
    ///
    /// # Errors
    /// When it is gone.
    pub async fn freeze(&self) -> Result<()> {
        let pid = self.pid()?;
        kill_process(pid, Signal::STOP)?;
        let stopped = async {
            while !is_stopped(pid)? {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            Ok(())
        };
        timeout(STOPPED_WITHIN, stopped).await.context("the program does not stop: its log may say why")?
    }

    /// Lets it go on (SIGCONT).
    ///
    /// # Errors
    /// When it is gone.
    pub fn thaw(&self) -> Result<()> {
        Ok(kill_process(self.pid()?, Signal::CONT)?)
    }

    /// The memory it has resident, in bytes.
    ///
    /// # Errors
    /// When it is gone.
    pub async fn resident_memory(&self) -> Result<u64> {
        let status = tokio::task::spawn_blocking({
            let path = format!("/proc/{}/status", self.pid()?.as_raw_nonzero());
            move || std::fs::read_to_string(path)
        });
        let status = status.await??;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib * 1024)
    }

    /// How many sockets it closed with this code, as its `/metrics` say.
    ///
    /// # Errors
    /// When it does not say.
    pub async fn closed_sockets(&self, code: u16) -> Result<usize> {
        let request =
            reqwest::Client::builder().no_proxy().build()?.get(format!("http://{}/metrics", self.address));
        let metrics = request.bearer_auth(METRICS_TOKEN).send().await?.error_for_status()?.text().await?;
        let counter = format!("frontdesk_sockets_closed_total{{code=\"{code}\"}} ");
        let count = metrics.lines().find_map(|line| line.strip_prefix(&counter)).unwrap_or("0");
        Ok(count.parse()?)
    }

    /// Lets it end by itself (SIGTERM), and waits for that.
    ///
    /// # Errors
    /// When it does not end well.
    pub async fn stop(mut self) -> Result<()> {
        kill_process(self.pid()?, Signal::TERM)?;
        let status = timeout(READY_WITHIN, self.child.wait()).await.context("it does not end")??;
        if !status.success() {
            bail!("it ended badly: {status}");
        }
        Ok(())
    }
}

/// Whether all threads of a process are stopped.
fn is_stopped(pid: Pid) -> Result<bool> {
    for thread in std::fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero()))? {
        // A thread may have ended meanwhile.
        let Ok(status) = std::fs::read_to_string(thread?.path().join("stat")) else { continue };
        if status.rsplit(") ").next().is_some_and(|state| !state.starts_with('T')) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Starts the program and reads what it prints until it is ready.
async fn spawn(settings: &NodeSettings, address: SocketAddr) -> Result<(Child, BufReader<ChildStdout>)> {
    let log = File::options().create(true).append(true).open(&settings.log)?;
    let mut command = std::process::Command::new(&settings.program);
    command.args(["serve", "--listen", &address.to_string()]).stdout(Stdio::piped()).stderr(log);
    command.env("FRONTDESK_RATE_LIMITS", "off").env("RUST_LOG", "warn");
    command.env("FRONTDESK_METRICS_TOKEN", METRICS_TOKEN);
    command.env("FRONTDESK_CLAIM_GRACE_SECONDS", settings.claim_grace.to_string());
    settings.database.apply(&mut command, settings.database_proxy);
    if let Some(clock) = &settings.clock {
        clock.apply(&mut command);
    }
    match &settings.redis {
        Some(redis) => command.env("REDIS_URL", redis.as_str()),
        None => command.env_remove("REDIS_URL"),
    };
    let mut child = Command::from(command)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {}", settings.program.display()))?;
    let mut output = BufReader::new(child.stdout.take().context("no standard output")?);
    let ready = async {
        let mut line = String::new();
        while output.read_line(&mut line).await? > 0 {
            if line.starts_with(READY) {
                return Ok(());
            }
            line.clear();
        }
        bail!("the program ended before it was ready; see {}", settings.log.display())
    };
    timeout(READY_WITHIN, ready).await.context("the program is not ready in time")??;
    Ok((child, output))
}

/// A port nobody uses now. A program keeps it over its restarts.
pub(super) async fn free_port() -> Result<u16> {
    Ok(tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()?.port())
}
