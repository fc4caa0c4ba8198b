//! The real program as a process of its own, for tests of what only a process has: being killed, signals, the
//! command line.

use crate::{Api, Person};
use std::fs::File;
use std::process::Stdio;
use std::time::Duration;
use store::DatabaseConfig;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;
use url::Url;

/// How long the program may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(20);
/// The password of every agent made here.
const PASSWORD: &str = "correct horse battery";

/// What the program prints before its address.
const READY: &str = "Frontdesk is at ";

/// What a command came to.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

/// Runs one command on this database to its end, with this standard input.
pub async fn run_command(
    binary: &str,
    database: &DatabaseConfig,
    arguments: &[&str],
    input: &str,
) -> Outcome {
    let mut command = command(binary, database);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("its standard input");
    // A command that reads nothing may be gone by now.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = child.wait_with_output().await.expect("the program ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Outcome { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A running `frontdesk serve`; killed when dropped.
#[derive(Debug)]
pub struct Program {
    running: Running,
    binary: String,
    database: DatabaseConfig,
}

#[derive(Debug)]
struct Running {
    child: Child,
    url: Url,
    /// Kept open, so that the program may go on printing.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts it on a free port and waits until it is ready. `binary` is `env!("CARGO_BIN_EXE_frontdesk")`. Rate
    /// limits are off.
    ///
    /// # Panics
    /// When it does not become ready.
    pub async fn serve(binary: &str, database: &DatabaseConfig) -> Self {
        let running = start(command(binary, database), 0).await;
        Self { running, binary: binary.to_owned(), database: database.clone() }
    }

    /// As [`serve`](Self::serve), with a log of this level (`RUST_LOG`) in a file.
    ///
    /// # Panics
    /// When it does not become ready.
    pub async fn serve_logging(binary: &str, database: &DatabaseConfig, level: &str, log: File) -> Self {
        let mut command = command(binary, database);
        command.env("RUST_LOG", level).stderr(log);
        let running = start(command, 0).await;
        Self { running, binary: binary.to_owned(), database: database.clone() }
    }

    /// Where it listens.
    pub fn url(&self) -> &Url {
        &self.running.url
    }

    /// The process's number.
    ///
    /// # Panics
    /// When it has ended.
    pub fn id(&self) -> u32 {
        self.running.child.id().expect("the program runs")
    }

    /// Kills it with SIGKILL: it gets no chance to save anything.
    pub async fn kill(&mut self) {
        self.running.child.kill().await.expect("the program runs");
    }

    /// Starts it again, on the same port and data.
    pub async fn restart(&mut self) {
        let port = self.url().port().expect("a port");
        self.running = start(command(&self.binary, &self.database), port).await;
    }

    /// Starts a customer's session.
    pub async fn customer(&self, name: &str) -> Person {
        Person::new_customer(&Api::anonymous(self.url()), name, &format!("{name}@example.com")).await
    }

    /// Adds an agent on the command line, while the server runs, and signs them in.
    pub async fn agent(&self, name: &str) -> Person {
        let email = format!("{name}@example.com");
        let arguments = ["agent", "add", "--name", name, "--email", &email, "--password-stdin"];
        let added = run_command(&self.binary, &self.database, &arguments, &format!("{PASSWORD}\n")).await;
        assert_eq!(added.code, Some(0), "{added:?}");
        Person::sign_in(&Api::anonymous(self.url()), &email, PASSWORD).await
    }
}

/// Starts the program on this port, 0 for any, and reads the address it prints when it is ready.
async fn start(mut command: Command, port: u16) -> Running {
    command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut output = BufReader::new(child.stdout.take().expect("its standard output")).lines();
    let address = async {
        loop {
            let line = output
                .next_line()
                .await
                .expect("lines of text")
                .expect("the program is ready before it ends");
            if let Some(address) = line.strip_prefix(READY) {
                return address.parse().expect("an address");
            }
        }
    };
    let url = timeout(READY_WITHIN, address).await.expect("the program is ready in time");
    Running { child, url, _output: output }
}

/// The program with its database, and nothing of the environment that could name another.
fn command(binary: &str, database: &DatabaseConfig) -> Command {
    let mut command = Command::new(binary);
    command.kill_on_drop(true).env("FRONTDESK_RATE_LIMITS", "off").env("RUST_LOG", "error");
    match database {
        DatabaseConfig::Sqlite { directory } => {
            command.env_remove("DATABASE_URL").env("FRONTDESK_DATA_DIR", directory)
        }
        DatabaseConfig::Postgres { url } => command.env("DATABASE_URL", url),
    };
    command
}
