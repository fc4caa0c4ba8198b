//! A PostgreSQL and a Redis of the run's own, so that they, too, may be killed.

use super::Clock;
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, getuid, kill_process};
use std::fs::{File, Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::timeout;
use url::Url;

/// How long a service may take until it answers.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// How often it is asked meanwhile.
const ASKS_EVERY: Duration = Duration::from_millis(20);

/// A running PostgreSQL or Redis; killed when dropped.
#[derive(Debug)]
pub struct Service {
    process: Child,
    command: Vec<String>,
    log: PathBuf,
    url: Url,
    /// What stops it at once, as a crash would.
    crash: Signal,
}

impl Service {
    /// Makes a PostgreSQL cluster in the directory and starts it, by a clock that is not the computer's if one is given.
    ///
    /// # Errors
    /// When PostgreSQL is not installed, or does not start.
    pub async fn postgres(directory: &Path, clock: Option<&Clock>) -> Result<Self> {
        let home = directory.join("postgres");
        std::fs::create_dir(&home)?;
        // PostgreSQL refuses to run as root: its own user must reach its directory then.
        set_permissions(directory, Permissions::from_mode(0o711))?;
        if getuid().is_root() {
            run(&["chown".into(), "postgres".into(), home.display().to_string()]).await?;
        }
        let (data, port) =
            (home.join("data").display().to_string(), super::node::free_port().await?.to_string());
        let initdb = ["initdb", "-D", &data, "-U", "frontdesk", "-A", "trust", "-E", "UTF8", "--no-locale"];
        run(&unprivileged(&initdb)).await?;
        let settings = [
            format!("unix_socket_directories={}", home.display()),
            "listen_addresses=127.0.0.1".into(),
            "max_connections=300".into(),
        ];
        let environment = clock.map(Clock::environment);
        let variables: Vec<String> =
            environment.iter().flatten().map(|(name, value)| format!("{name}={value}")).collect();
        let program = ["env".to_owned()].into_iter().chain(variables);
        let program: Vec<String> =
            program.chain(["postgres", "-D", &data, "-p", &port].map(str::to_owned)).collect();
        let mut command = unprivileged(&program.iter().map(String::as_str).collect::<Vec<_>>());
        command.extend(settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]));
        let url = format!("postgres://frontdesk@127.0.0.1:{port}/postgres").parse()?;
        Self::start(command, directory.join("postgres.log"), url, Signal::QUIT).await
    }

    /// Starts a Redis that keeps nothing.
    ///
    /// # Errors
    /// When Redis is not installed, or does not start.
    pub async fn redis(directory: &Path) -> Result<Self> {
        let port = super::node::free_port().await?.to_string();
        let home = directory.display().to_string();
        let command = ["redis-server", "--port", &port, "--bind", "127.0.0.1", "--save", "", "--dir", &home];
        let url = format!("redis://127.0.0.1:{port}").parse()?;
        Self::start(command.map(str::to_owned).to_vec(), directory.join("redis.log"), url, Signal::KILL).await
    }

    async fn start(command: Vec<String>, log: PathBuf, url: Url, crash: Signal) -> Result<Self> {
        let process = spawn(&command, &log)?;
        let service = Self { process, command, log, url, crash };
        service.answers().await?;
        Ok(service)
    }

    /// Where it is.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Its process.
    ///
    /// # Errors
    /// When it is gone.
    pub fn pid(&self) -> Result<Pid> {
        let id = self.process.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        id.context("the service is gone")
    }

    /// Waits until it answers; one that has ended is started again. Whether that was necessary.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn revive(&mut self) -> Result<bool> {
        let has_ended = self.process.try_wait()?.is_some();
        if has_ended {
            self.process = spawn(&self.command, &self.log)?;
        }
        self.answers().await?;
        Ok(has_ended)
    }

    /// Crashes it, leaves it away for a while, starts it again and waits until it answers.
    ///
    /// # Errors
    /// When it does not come back.
    pub async fn crash(&mut self, away: Duration) -> Result<()> {
        kill_process(self.pid()?, self.crash)?;
        timeout(READY_WITHIN, self.process.wait()).await.context("it does not end")??;
        tokio::time::sleep(away).await;
        self.process = spawn(&self.command, &self.log)?;
        self.answers().await
    }

    async fn answers(&self) -> Result<()> {
        let answers = async {
            while !self.is_there().await {
                tokio::time::sleep(ASKS_EVERY).await;
            }
        };
        let what = || format!("{} does not start; see {}", self.command.join(" "), self.log.display());
        timeout(READY_WITHIN, answers).await.with_context(what)
    }

    async fn is_there(&self) -> bool {
        if self.url.scheme() == "postgres" {
            return super::database::on_server(&self.url, "SELECT 1".into()).await.is_ok();
        }
        let Ok(address) = super::address_of(&self.url, 6379).await else { return false };
        tokio::net::TcpStream::connect(address).await.is_ok()
    }
}

/// The command as PostgreSQL's own user, when this is root.
fn unprivileged(command: &[&str]) -> Vec<String> {
    let drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"];
    let drop = if getuid().is_root() { &drop[..] } else { &[] };
    drop.iter().chain(command).map(|&word| word.to_owned()).collect()
}

fn spawn(command: &[String], log: &Path) -> Result<Child> {
    let log = File::options().create(true).append(true).open(log)?;
    Command::new(&command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {}: is it installed and on the PATH?", command[0]))
}

async fn run(command: &[String]) -> Result<()> {
    let output = Command::new(&command[0]).args(&command[1..]).output().await;
    let output = output.with_context(|| format!("cannot run {}: is it on the PATH?", command[0]))?;
    if !output.status.success() {
        bail!("{}: {}", command.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
