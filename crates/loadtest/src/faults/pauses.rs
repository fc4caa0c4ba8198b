//! A node is stopped for longer than its agents' leases; another agent takes over on another node; then the first node
//! goes on, with writes of the former holders in its hands. None may go in (C2).

use super::stage::Stage;
use super::{FaultsArgs, Verdict};
use crate::cluster::{Node, Person};
use crate::history::Body;
use crate::random;
use crate::rest::Reply;
use crate::socket::{ServerFrame, Socket};
use anyhow::{Context, Result, bail};
use futures_util::future::{join_all, try_join_all};
use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// Nodes that are stopped, each in a lane of its own. One more goes on.
const LANES: u8 = 12;
/// Conversations whose holder is stopped at once.
const HOLDS: usize = 2;
/// What each of them sends meanwhile, over the socket they have open.
const LATE: usize = 3;
/// Seconds after which a claim ends of whom nothing is heard: as few as the program allows.
const CLAIM_GRACE: u32 = 5;
/// How often the other agent asks whether it is free.
const ASKS_EVERY: Duration = Duration::from_millis(100);
/// The longest an answer may take after the node goes on.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// Stops nodes until there were pauses enough.
///
/// # Errors
/// When the program does not start, or does not answer while nothing is broken.
pub async fn run(args: &FaultsArgs, verdict: &mut Verdict) -> Result<()> {
    if args.nodes() < 2 {
        bail!("a pause needs a second node: use --database postgres");
    }
    let stage = Stage::shared(args, LANES + 1, CLAIM_GRACE).await?;
    let left = AtomicUsize::new(args.pauses);
    let mut lanes = Vec::new();
    for number in 0..usize::from(LANES) {
        let mut conversations = Vec::new();
        for hold in 0..HOLDS {
            conversations.push(stage.conversation(number * HOLDS + hold).await?.1);
        }
        let (holder, other) = (stage.agent(2 * number).await?, stage.agent(2 * number + 1).await?);
        let rng = random::source(args.seed, "lane", number);
        lanes.push(Lane { stage: &stage, node: &stage.nodes[number + 1], holder, other, conversations, rng });
    }
    let results = try_join_all(lanes.iter_mut().map(|lane| lane.pause_on(&left))).await?;
    let tried: usize = results.iter().map(|(tried, _)| tried).sum();
    let accepted: Vec<String> = results.into_iter().flat_map(|(_, accepted)| accepted).collect();
    stage.end().await?;
    verdict.say(format!(
        "{} pauses; {tried} writes with a stale claim, {} accepted",
        args.pauses,
        accepted.len()
    ));
    verdict.find(accepted);
    Ok(())
}

/// A node that is stopped again and again, and two agents: one on it, one on the node that goes on.
struct Lane<'a> {
    stage: &'a Stage,
    node: &'a Node,
    holder: Person,
    other: Person,
    conversations: Vec<Uuid>,
    rng: StdRng,
}

/// A conversation held by way of the node that is stopped.
struct Hold {
    conversation: Uuid,
    socket: Socket,
    token: u64,
    late: Vec<Uuid>,
}

impl Lane<'_> {
    /// Pauses while there are any left; how many stale writes were tried, and those that were accepted.
    async fn pause_on(&mut self, left: &AtomicUsize) -> Result<(usize, Vec<String>)> {
        let (mut tried, mut accepted) = (0, Vec::new());
        let take = |left: usize| left.checked_sub(1);
        while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
            let mut holds = Vec::new();
            for conversation in self.conversations.clone() {
                holds.push(self.hold_in_the_end(conversation).await?);
            }
            self.node.freeze().await?;
            let paused = self.meanwhile(&mut holds).await;
            self.node.thaw()?;
            paused?;
            for found in try_join_all(holds.into_iter().map(|hold| self.judge(hold))).await? {
                tried += found.0;
                accepted.extend(found.1);
            }
        }
        Ok((tried, accepted))
    }

    /// A node that has just gone on may have to connect to its database anew: the holder tries again, as clients do.
    async fn hold_in_the_end(&mut self, conversation: Uuid) -> Result<Hold> {
        let began = Instant::now();
        loop {
            match self.hold(conversation).await {
                Err(_) if began.elapsed() < ANSWERS_WITHIN => sleep(ASKS_EVERY).await,
                held => return held,
            }
        }
    }

    /// The holder opens a `work` socket on the node and is told the token by REST.
    async fn hold(&mut self, conversation: Uuid) -> Result<Hold> {
        let path = format!("/ws/chat/{conversation}/?after=1000000&mode=work");
        let mut socket = Socket::open(self.node.address(), None, &path, &self.holder.token).await?;
        match socket.next().await {
            Some(ServerFrame::Welcome { you, .. }) if you.mode.as_deref() == Some("work") => {}
            other => bail!("the holder is not let in: {other:?}"),
        }
        let claim = claim_path(conversation);
        let rest = &self.stage.rest;
        let claim =
            rest.expect(self.node.address(), Some(&self.holder.token), Method::PUT, &claim, None).await?;
        let token = claim["token"].as_u64().context("a claim without a token")?;
        let late = (0..LATE).map(|_| random::client_id(&mut self.rng)).collect();
        Ok(Hold { conversation, socket, token, late })
    }

    /// The node is stopped: the holder writes, the lease ends, and the other takes over and answers.
    async fn meanwhile(&self, holds: &mut [Hold]) -> Result<()> {
        let taking_over = holds.iter_mut().map(|hold| async move {
            for client_id in &hold.late {
                let text = Body::original(*client_id);
                hold.socket.send(&json!({"type": "send", "client_id": client_id, "text": text})).await?;
            }
            while !self.take_over(hold.conversation).await {
                sleep(ASKS_EVERY).await;
            }
            anyhow::Ok(())
        });
        let taking_over = try_join_all(taking_over);
        timeout(ANSWERS_WITHIN, taking_over).await.context("the claims of a silent node do not end")??;
        Ok(())
    }

    /// The other agent claims, on the node that goes on, and answers; whether both worked.
    async fn take_over(&self, conversation: Uuid) -> bool {
        let (claim, messages) = (claim_path(conversation), messages_path(conversation));
        let answer = write(Uuid::new_v4(), None);
        for (method, path, body) in [(Method::PUT, claim, None), (Method::POST, messages, Some(&answer))] {
            let (node, token) = (self.stage.nodes[0].address(), Some(self.other.token.as_str()));
            let reply = self.stage.rest.call(node, token, method, &path, body).await;
            if !matches!(reply, Reply::Answered(200..=201, _)) {
                return false;
            }
        }
        true
    }

    /// The node goes on: what the former holder sent, and sends by REST with the old token to both nodes, must be
    /// refused. Gives how much was tried and what was accepted.
    async fn judge(&self, mut hold: Hold) -> Result<(usize, Vec<String>)> {
        let path = messages_path(hold.conversation);
        let by_rest: Vec<Value> = (0..2).map(|_| write(Uuid::new_v4(), Some(hold.token))).collect();
        let nodes = [self.node.address(), self.stage.nodes[0].address()];
        let calls = nodes.iter().zip(&by_rest).map(async |(node, body)| {
            let token = Some(self.holder.token.as_str());
            let mut reply = Reply::Lost;
            // Sent again until its fate is known, as clients do.
            while matches!(reply, Reply::Lost) {
                reply = self.stage.rest.call(*node, token, Method::POST, &path, Some(body)).await;
            }
            reply
        });
        let mut accepted: Vec<String> = Vec::new();
        for reply in join_all(calls).await {
            if !matches!(reply, Reply::Answered(409, _)) {
                accepted.push(format!("{}: by REST {reply:?}", hold.conversation));
            }
        }
        let mut waiting = hold.late.clone();
        let answers = async {
            while !waiting.is_empty() {
                let Some(frame) = hold.socket.next().await else { break };
                match frame {
                    ServerFrame::Ack { client_id, .. } => {
                        waiting.retain(|waits| *waits != client_id);
                        accepted.push(format!("{client_id} is acknowledged"));
                    }
                    ServerFrame::Rejected { client_id: Some(client_id), .. } => {
                        waiting.retain(|waits| *waits != client_id);
                    }
                    _ => {}
                }
            }
        };
        let answered = timeout(ANSWERS_WITHIN, answers).await;
        answered.with_context(|| {
            format!("of {:?} the node that went on does not answer {waiting:?}", hold.late)
        })?;
        let running = nodes[1];
        let last =
            format!("{path}?limit=100&after={}", self.last_seq(hold.conversation).await?.saturating_sub(100));
        let stored =
            self.stage.rest.expect(running, Some(&self.other.token), Method::GET, &last, None).await?;
        let stored = stored["items"].to_string();
        let stale = hold.late.iter().map(Uuid::to_string);
        let stale =
            stale.chain(by_rest.iter().filter_map(|body| body["client_id"].as_str().map(str::to_owned)));
        let stale: Vec<String> = stale.collect();
        accepted.extend(stale.iter().filter(|id| stored.contains(*id)).map(|id| format!("{id} is stored")));
        // It may have ended by itself: nothing is heard of the other agent, either.
        let claim = claim_path(hold.conversation);
        self.stage.rest.call(running, Some(&self.other.token), Method::DELETE, &claim, None).await;
        Ok((stale.len(), accepted))
    }

    async fn last_seq(&self, conversation: Uuid) -> Result<u64> {
        let path = format!("/conversations/{conversation}");
        let node = self.stage.nodes[0].address();
        let conversation =
            self.stage.rest.expect(node, Some(&self.other.token), Method::GET, &path, None).await?;
        conversation["last_seq"].as_u64().context("a conversation without last_seq")
    }
}

fn claim_path(conversation: Uuid) -> String {
    format!("/conversations/{conversation}/claim")
}

fn messages_path(conversation: Uuid) -> String {
    format!("/conversations/{conversation}/messages")
}

fn write(client_id: Uuid, token: Option<u64>) -> Value {
    let mut body = json!({"client_id": client_id, "text": Body::original(client_id)});
    if let Some(token) = token {
        body["claim_token"] = token.into();
    }
    body
}
