//! What starts and runs until it is told to stop: the server, the demo, and the settings they read.
#![cfg(test)]

use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use url::Url;

/// The program in this working directory, without the settings of whoever runs the tests.
fn frontdesk(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
    command.env_clear().current_dir(directory).stdin(Stdio::null()).args(arguments);
    command
}

/// A running program; killed when dropped.
struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    /// Starts it on a free port of this computer.
    fn start(mut command: Command) -> Self {
        let mut child = command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        self.lines.next().expect("another line").unwrap()
    }

    /// Sends SIGTERM and waits for the end.
    fn terminate(&mut self) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in a line.
fn address(line: &str) -> Url {
    line.split_whitespace().find(|word| word.starts_with("http")).expect("an address").parse().unwrap()
}

/// D7: told to stop, at whatever moment, the server ends well.
#[tokio::test]
async fn d7_the_server_says_where_it_is_and_stops_when_told() {
    let home = tempfile::tempdir().unwrap();
    let mut server = Running::start(frontdesk(home.path(), &["serve"]));
    server.line();
    assert_eq!(server.terminate(), Some(0), "told right after its first line");

    let mut server = Running::start(frontdesk(home.path(), &["serve"]));
    let ready = address(&server.line()).join("readyz").unwrap();
    assert_eq!(reqwest::get(ready).await.unwrap().status(), 200);
    assert_eq!(server.terminate(), Some(0));
}

/// A5: the set-up link is printed, and works, while there is no administrator; a later one replaces it.
#[tokio::test]
async fn a5_the_set_up_link_is_printed_until_there_is_an_administrator() {
    let home = tempfile::tempdir().unwrap();
    let set_up_link = |server: &mut Running| {
        let _ = (server.line(), server.line());
        address(&server.line())
    };
    let mut server = Running::start(frontdesk(home.path(), &["serve"]));
    let first = set_up_link(&mut server);
    assert_eq!(reqwest::get(first.clone()).await.unwrap().status(), 200);
    assert_eq!(server.terminate(), Some(0));

    let mut server = Running::start(frontdesk(home.path(), &["serve"]));
    let second = set_up_link(&mut server);
    assert_eq!(reqwest::get(second.clone()).await.unwrap().status(), 200);
    assert_eq!(reqwest::get(second.join(first.path()).unwrap()).await.unwrap().status(), 404);
    assert_eq!(server.terminate(), Some(0));

    let add = ["agent", "add", "--admin", "--name", "Ada", "--email", "ada@example.com"];
    assert!(frontdesk(home.path(), &add).output().unwrap().status.success());
    let mut server = Running::start(frontdesk(home.path(), &["serve"]));
    server.line();
    assert_eq!(server.terminate(), Some(0));
    assert!(server.lines.next().is_none(), "no link once there is an administrator");
}

/// A5: the demo has data of its own whatever the settings say, its sign-ins work, and it leaves nothing behind.
#[tokio::test]
async fn a5_the_demo_prints_sign_ins_that_work_and_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let room = home.path().join("tmp");
    fs::create_dir(&room).unwrap();
    fs::write(home.path().join(".env"), "DATABASE_URL=postgres://nobody@127.0.0.1:1/none\n").unwrap();
    let mut command = frontdesk(home.path(), &["demo"]);
    command.env("TMPDIR", &room);
    let mut demo = Running::start(command);

    let mut lines = vec![demo.line()];
    while !lines.last().unwrap().contains("agent7@example.com") {
        lines.push(demo.line());
    }
    let links: Vec<Url> =
        lines.iter().filter(|line| line.contains("http")).map(|line| address(line)).collect();
    let paths: Vec<&str> = links.iter().map(Url::path).collect();
    assert_eq!(paths, ["/support/customer/", "/support/agent/", "/admin/"]);
    let page = reqwest::get(links[1].clone()).await.unwrap().text().await.unwrap();
    assert!(page.contains("agent1@example.com"), "the sign-in page shows the sign-ins");

    let client = reqwest::Client::new();
    for who in ["agent1@example.com", "admin@example.com"] {
        let line = lines.iter().find(|line| line.contains(who)).unwrap();
        let password = line.split_whitespace().nth(1);
        let answer = client
            .post(links[1].join("/api/v1/agent-sessions").unwrap())
            .json(&serde_json::json!({ "email": who, "password": password }))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201, "{line}");
    }
    assert_eq!(demo.terminate(), Some(0));
    assert_eq!(fs::read_dir(&room).unwrap().count(), 0);
}

#[test]
fn a5_the_demo_listens_on_this_computer_alone() {
    let home = tempfile::tempdir().unwrap();
    let Output { status, stderr, .. } =
        frontdesk(home.path(), &["demo", "--listen", "0.0.0.0:0"]).output().unwrap();
    let line = String::from_utf8(stderr).unwrap();
    assert_eq!((status.code(), line.lines().count()), (Some(2), 1), "{line}");
}

#[test]
fn settings_come_from_dotenv_and_the_environment_goes_before_it() {
    let home = tempfile::tempdir().unwrap();
    let migrate = |dotenv: &str, variables: &[(&str, &str)]| {
        fs::write(home.path().join(".env"), dotenv).unwrap();
        let mut command = frontdesk(home.path(), &["migrate"]);
        let Output { status, stdout, stderr } = command.envs(variables.iter().copied()).output().unwrap();
        (status.code(), String::from_utf8([stdout, stderr].concat()).unwrap())
    };
    let (code, said) = migrate("FRONTDESK_DATA_DIR=from-dotenv\n", &[]);
    assert!(code == Some(0) && said.contains("from-dotenv"), "{said}");
    let (code, said) = migrate("FRONTDESK_DATA_DIR=from-dotenv\n", &[("FRONTDESK_DATA_DIR", "from-outside")]);
    assert!(code == Some(0) && said.contains("from-outside"), "{said}");
    let (code, said) = migrate("POSTGRES_DB_NAME=support\nPOSTGRES_DB_PORT=1\n", &[]);
    assert!(code == Some(1) && said.contains("cannot reach PostgreSQL"), "{said}");
    let (code, said) = migrate("the secret password\n", &[]);
    assert!(code == Some(2) && said.contains(".env") && !said.contains("secret"), "A9: {said}");
}

/// `/metrics` is on the address it is given, and then not beside everything else.
#[tokio::test]
async fn metrics_have_an_address_of_their_own() {
    let home = tempfile::tempdir().unwrap();
    let mut server = Running::start(frontdesk(home.path(), &["serve", "--metrics-listen", "127.0.0.1:0"]));
    let (base, metrics) = (address(&server.line()), address(&server.line()));
    let shown = reqwest::get(metrics).await.unwrap();
    assert_eq!(shown.status(), 200);
    assert!(shown.text().await.unwrap().contains("frontdesk_build_info"));
    assert_eq!(reqwest::get(base.join("metrics").unwrap()).await.unwrap().status(), 404);
    assert_eq!(server.terminate(), Some(0));
}
