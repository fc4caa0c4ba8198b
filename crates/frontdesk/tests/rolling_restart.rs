//! What people notice of an upgrade: two nodes behind the proxy of `deploy/`, restarted one after the other while
//! customers and agents write.
#![cfg(test)]

use serde_json::json;
use std::collections::HashSet;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::DatabaseConfig;
use testkit::{Api, Person, Socket, run_command};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Barrier, watch};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};
use url::Url;
use uuid::Uuid;

const BINARY: &str = env!("CARGO_BIN_EXE_frontdesk");
const TWO_NODES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/two-nodes");
/// How often both nodes are restarted; `FRONTDESK_ROLLING_RESTARTS` sets another number.
const ROUNDS: u32 = 3;
const CONVERSATIONS: usize = 6;
const PASSWORD: &str = "correct horse battery";
const DRAIN: Duration = Duration::from_secs(4);
/// How often each person writes, over the socket and over REST.
const PACE: Duration = Duration::from_millis(40);
/// How long one message may take with all its repetitions before it counts as refused.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the script may take for one order.
const ORDER_TAKES: Duration = Duration::from_secs(60);

/// `deploy/two-nodes`, which stops everything when its input ends.
struct TwoNodes {
    script: Child,
    orders: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    addresses: Vec<(String, String)>,
}

impl TwoNodes {
    async fn start() -> Self {
        let mut command = Command::new(TWO_NODES);
        command.env("FRONTDESK_BIN", BINARY).env("FRONTDESK_RATE_LIMITS", "off").env("RUST_LOG", "warn");
        command.env("FRONTDESK_DRAIN_SECONDS", DRAIN.as_secs().to_string());
        let mut script = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(script.stdout.take().unwrap()).lines();
        let mut nodes = Self { orders: script.stdin.take().unwrap(), script, lines, addresses: Vec::new() };
        loop {
            let line = nodes.line().await;
            if line == "ready" {
                return nodes;
            }
            if let ["up", name, _, url] = *line.split(' ').collect::<Vec<_>>() {
                nodes.addresses.push((name.to_owned(), url.trim_start_matches("url=").to_owned()));
            }
        }
    }

    fn url(&self, name: &str) -> Url {
        let (_, url) = self.addresses.iter().find(|(of, _)| of == name).unwrap();
        url.parse().unwrap()
    }

    async fn order(&mut self, order: &str) {
        self.orders.write_all(format!("{order}\n").as_bytes()).await.unwrap();
    }

    async fn line(&mut self) -> String {
        let line = timeout(ORDER_TAKES, self.lines.next_line()).await.expect("an answer in time");
        line.unwrap().expect("the script runs")
    }

    /// Stops a node, which says "not ready" before it goes, and starts it again.
    async fn restart(&mut self, node: &str) {
        let began = Instant::now();
        self.order(&format!("stop {node}")).await;
        let (api, mut polls) = (Api::anonymous(&self.url(node)), interval(Duration::from_millis(50)));
        while api.page("/readyz").await.status == 200 {
            polls.tick().await;
        }
        assert_eq!(self.line().await, format!("down {node} status=0"));
        let took = began.elapsed();
        assert!(took < DRAIN + Duration::from_secs(1), "{node} took {took:?} to stop");
        self.order(&format!("start {node}")).await;
        assert!(self.line().await.starts_with("up "));
    }

    async fn stop(mut self) {
        drop(self.orders);
        timeout(ORDER_TAKES, self.script.wait()).await.expect("the script ends").unwrap();
    }
}

/// Waits as clients do: a random time below a bound that doubles (full jitter).
async fn back_off(failures: &mut u32) {
    let bound = (0.5 * 2_f64.powi(*failures as i32)).min(30.0);
    *failures += 1;
    let random = f64::from(Uuid::new_v4().as_fields().0) / f64::from(u32::MAX);
    sleep(Duration::from_secs_f64(bound * random)).await;
}

/// The answers a proxy gives when it finds no node, or lost the one it had found.
fn says_try_again(status: u16) -> bool {
    matches!(status, 502..=504)
}

/// One conversation, seen by one person: what they sent and what they saw.
struct Writer {
    person: Person,
    conversation: String,
    /// Whether to go on writing.
    goes_on: watch::Receiver<bool>,
    /// Passed once nobody in this conversation writes any more.
    all_written: Arc<Barrier>,
}

impl Writer {
    /// Sends over REST until told to stop; gives what was acknowledged.
    async fn write_over_rest(self) -> Vec<String> {
        let mut acknowledged = Vec::new();
        let mut pace = interval(PACE);
        while *self.goes_on.borrow() {
            pace.tick().await;
            let client_id = Uuid::new_v4();
            let (began, mut failures) = (Instant::now(), 0);
            loop {
                let answer = self.person.send(&self.conversation, client_id, &client_id.to_string()).await;
                if matches!(answer.status, 200 | 201) {
                    break;
                }
                assert!(says_try_again(answer.status), "refused: {} {}", answer.status, answer.text);
                assert!(began.elapsed() < PATIENCE, "refused for {PATIENCE:?}");
                back_off(&mut failures).await;
            }
            acknowledged.push(client_id.to_string());
        }
        self.all_written.wait().await;
        acknowledged
    }

    /// Sends over a socket until told to stop, and reads to the end; gives what was acknowledged, and how often the
    /// socket was closed.
    async fn write_over_a_socket(self) -> (Vec<String>, u32) {
        let (mut acknowledged, mut seen) = (Vec::new(), 0);
        let (mut closed, mut failures) = (0, 0);
        let mut unsent = None;
        let mut end = None;
        let mut pace = interval(PACE);
        loop {
            let Some(mut socket) = self.open(seen, &mut failures).await else { continue };
            let mut welcomed = false;
            while end.is_none_or(|end| seen < end) {
                tokio::select! {
                    _ = pace.tick(), if welcomed && unsent.is_none() && end.is_none() => {
                        if *self.goes_on.borrow() {
                            let message = *unsent.insert((Uuid::new_v4(), Instant::now()));
                            send(&mut socket, message).await;
                        } else {
                            self.all_written.wait().await;
                            let conversation = self.person.conversation(&self.conversation).await;
                            end = conversation["last_seq"].as_i64();
                        }
                    }
                    frame = socket.next_frame() => {
                        let Some(frame) = frame else { break };
                        match frame["type"].as_str().unwrap() {
                            "welcome" => {
                                (welcomed, failures) = (true, 0);
                                if let Some(message) = unsent {
                                    send(&mut socket, message).await;
                                }
                            }
                            "message" => {
                                seen += 1;
                                assert_eq!(frame["message"]["seq"], seen, "each once, in order");
                            }
                            "ack" => {
                                let (client_id, began) = unsent.take().expect("an ack for what is unsent");
                                assert!(began.elapsed() < PATIENCE, "refused for {PATIENCE:?}");
                                assert_eq!(frame["client_id"], client_id.to_string());
                                acknowledged.push(client_id.to_string());
                            }
                            "rejected" => panic!("refused: {frame}"),
                            _ => {}
                        }
                    }
                }
            }
            if end.is_some_and(|end| seen >= end) {
                return (acknowledged, closed);
            }
            assert_eq!(socket.closed().await, 1012, "told to come back, not cut off");
            closed += 1;
            back_off(&mut failures).await;
        }
    }

    async fn open(&self, after: i64, failures: &mut u32) -> Option<Socket> {
        let path = format!("/ws/chat/{}/?after={after}", self.conversation);
        let protocols = format!("frontdesk.v1, bearer.{}", self.person.token());
        match Socket::try_open(self.person.server(), &path, &[("sec-websocket-protocol", &protocols)]).await {
            Ok(socket) => Some(socket),
            Err(status) => {
                assert!(says_try_again(status), "refused with {status}");
                back_off(failures).await;
                None
            }
        }
    }
}

/// When the connection is gone, the message is sent again on the next.
async fn send(socket: &mut Socket, (client_id, _): (Uuid, Instant)) {
    socket.try_send(json!({"type": "send", "client_id": client_id, "text": client_id})).await;
}

/// D7: restarted one after the other under load, nothing is lost, doubled, or refused after retry.
#[tokio::test(flavor = "multi_thread")]
async fn d7_rolling_restarts_lose_nothing() {
    let rounds = std::env::var("FRONTDESK_ROLLING_RESTARTS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let mut nodes = TwoNodes::start().await;
    let nobody = Api::anonymous(&nodes.url("proxy"));
    let database = DatabaseConfig::Postgres { url: nodes.url("postgres").into() };
    let add = ["agent", "add", "--name", "Grace", "--email", "grace@example.com", "--password-stdin"];
    let added = run_command(BINARY, &database, &add, &format!("{PASSWORD}\n")).await;
    assert_eq!(added.code, Some(0), "{added:?}");
    let agent = Person::sign_in(&nobody, "grace@example.com", PASSWORD).await;

    let (stop, goes_on) = watch::channel(true);
    let (mut conversations, mut over_rest, mut over_sockets) = (Vec::new(), JoinSet::new(), JoinSet::new());
    for number in 0..CONVERSATIONS {
        let customer = Person::new_customer(&nobody, &format!("Ada {number}"), "ada@example.com").await;
        let conversation = customer.open_conversation("Help").await;
        agent.claim(&conversation).await;
        let all_written = Arc::new(Barrier::new(3));
        let writer = |person: &Person| Writer {
            person: person.clone(),
            conversation: conversation.clone(),
            goes_on: goes_on.clone(),
            all_written: Arc::clone(&all_written),
        };
        over_sockets.spawn(writer(&customer).write_over_a_socket());
        over_sockets.spawn(writer(&agent).write_over_a_socket());
        over_rest.spawn(writer(&customer).write_over_rest());
        conversations.push((customer, conversation));
    }

    for _ in 0..rounds {
        nodes.restart("node-1").await;
        nodes.restart("node-2").await;
    }
    stop.send(false).unwrap();

    let mut acknowledged: Vec<String> = over_rest.join_all().await.concat();
    let (of_sockets, closed): (Vec<_>, Vec<u32>) = over_sockets.join_all().await.into_iter().unzip();
    acknowledged.extend(of_sockets.concat());
    assert!(
        closed.iter().all(|&times| times <= 2 * rounds),
        "nobody is sent to a node that stops: {closed:?}"
    );
    let mut stored = Vec::new();
    for (customer, conversation) in &conversations {
        let messages = customer.messages(conversation).await;
        let sent = messages.iter().skip(1).map(|message| message["client_id"].as_str().unwrap().to_owned());
        stored.extend(sent);
        assert!(messages.iter().zip(1..).all(|(message, seq)| message["seq"] == seq));
    }
    assert_eq!(stored.iter().collect::<HashSet<_>>().len(), stored.len(), "nothing is doubled");
    acknowledged.sort_unstable();
    stored.sort_unstable();
    assert!(acknowledged == stored, "{} acknowledged, {} stored", acknowledged.len(), stored.len());
    println!(
        "{rounds} rolling restarts: {} messages, each acknowledged once and stored once; sockets told to come back: {}",
        stored.len(),
        closed.iter().sum::<u32>()
    );
    nodes.stop().await;
}
