//! The system calls of running programs, watched, delayed and failed by `strace`.

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long it may take until it has hold of a program, or has let go.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running `strace`; the programs go on without it when it is dropped.
#[derive(Debug)]
pub struct Strace(Child);

impl Strace {
    /// Takes hold of these processes and of whatever they start, with the arguments that say what to do.
    ///
    /// # Errors
    /// When it is not installed, or this computer does not let it trace.
    pub async fn attach(processes: &[Pid], arguments: &[&str]) -> Result<Self> {
        let mut command = Command::new("strace");
        command.args(["-f", "-e", "signal=none"]).args(arguments);
        for process in processes {
            command.args(["-p", &process.as_raw_nonzero().to_string()]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("cannot start strace: is the package installed?")?;
        let mut lines = BufReader::new(child.stderr.take().context("no standard error")?).lines();
        let attaching = async {
            let mut missing = processes.len();
            while missing > 0 {
                match lines.next_line().await? {
                    Some(line) if line.contains("attached") => missing -= 1,
                    Some(line) if line.contains("ptrace") => {
                        bail!("{line}: a container may need --cap-add=SYS_PTRACE")
                    }
                    Some(_) => {}
                    None => bail!("strace ended at once"),
                }
            }
            Ok(())
        };
        timeout(PATIENCE, attaching).await.context("strace does not get hold of the program")??;
        // It goes on saying what it does, and would wait for ever if nobody took it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self(child))
    }

    /// Lets go: from here on the programs run as if nothing had been.
    ///
    /// # Errors
    /// When it does not let go.
    pub async fn detach(mut self) -> Result<()> {
        let id = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(id) = id {
            kill_process(id, Signal::TERM)?;
        }
        timeout(PATIENCE, self.0.wait()).await.context("strace does not let go")??;
        Ok(())
    }
}

/// A process and those it has started, which are still there.
///
/// # Errors
/// When it is gone.
pub fn family(process: Pid) -> Result<Vec<Pid>> {
    let id = process.as_raw_nonzero();
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"))?;
    let children = children.split_whitespace().filter_map(|id| Pid::from_raw(id.parse().ok()?));
    Ok(std::iter::once(process).chain(children).collect())
}
