//! Sending until the fate of what was sent is known, as a good client does: with the same `client_id`, after a wait,
//! over a new connection.

use super::chronicle::{Chronicle, Draft, Sent};
use super::follower::{Follower, Mode};
use super::world::World;
use crate::cluster::Person;
use crate::history::{self, Body, ChangeKind, Log, Micros, Outcome};
use crate::random::{self, Backoff};
use crate::rest::Reply;
use crate::socket::ServerFrame;
use rand::RngExt;
use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout_at;
use uuid::Uuid;

/// Refusals that end the matter; all others ask to try again.
const FINAL: [&str; 5] = ["not_claimed", "claim_lost", "client_id_reused", "resolved", "invalid"];

/// A writer: one person in one conversation.
#[derive(Debug)]
pub struct Pen {
    world: Arc<World>,
    chronicle: Arc<Chronicle>,
    person: Person,
    /// Their own view, over which they also send.
    pub follower: Follower,
    /// The claim's token, for what an agent sends by REST.
    pub claim_token: Option<u64>,
    rng: StdRng,
    backoff: Backoff,
}

impl Pen {
    /// A writer with a source of chance of their own.
    pub fn new(
        world: &Arc<World>,
        chronicle: &Arc<Chronicle>,
        person: &Person,
        name: &str,
        rng: StdRng,
    ) -> Self {
        let follower = Follower::new(world, chronicle, person, Mode::Work, name.to_owned());
        Self {
            world: Arc::clone(world),
            chronicle: Arc::clone(chronicle),
            person: person.clone(),
            follower,
            claim_token: None,
            rng,
            backoff: Backoff::default(),
        }
    }

    /// Something new to send.
    pub fn draft(&mut self, log: Log) -> Draft {
        let client_id = random::client_id(&mut self.rng);
        self.chronicle.draft(log, self.person.author(), client_id)
    }

    /// A message of theirs from any time before; for a change, one that was not changed yet.
    pub fn earlier(&mut self, unchanged: bool) -> Option<Sent> {
        let rng = &mut self.rng;
        self.chronicle.sent(self.person.author(), unchanged, |count| rng.random_range(0..count.max(1)))
    }

    /// Sends all of these over the socket, one after the other without waiting, and over as many new connections as
    /// it takes, until each is acknowledged or refused for good. Stops when the socket cannot be had because another
    /// holds the conversation.
    pub async fn send(&mut self, drafts: &[Draft]) {
        let mut open: Vec<Draft> = drafts.to_vec();
        while !open.is_empty() && !self.world.give_up.is_cancelled() {
            if !self.follower.is_connected() {
                let node = self.world.any_node(&mut self.rng);
                if !self.follower.connect(node).await {
                    self.backoff.wait(&mut self.rng).await;
                    if self.claim_token.is_some() {
                        return self.send_rest(&open).await;
                    }
                    continue;
                }
            }
            self.send_once(&mut open).await;
            if !open.is_empty() {
                self.backoff.wait(&mut self.rng).await;
            }
        }
    }

    /// Sends these over the open connection and waits until it has answered each, or is gone, or is given up. Leaves
    /// those that have to be sent again.
    pub async fn send_once(&mut self, open: &mut Vec<Draft>) {
        let mut waiting: HashMap<Uuid, (Draft, Micros)> = HashMap::new();
        for draft in &*open {
            let kind = if draft.log == Log::Messages { "send" } else { "note" };
            let text = Body::original(draft.client_id);
            waiting.insert(draft.client_id, (*draft, self.chronicle.now()));
            self.follower.send(&json!({"type": kind, "client_id": draft.client_id, "text": text})).await;
        }
        open.clear();
        let patience = Instant::now() + Duration::from_micros(history::UNANSWERED_AFTER);
        while !waiting.is_empty() {
            match timeout_at(patience.into(), self.follower.next()).await.ok().flatten() {
                Some(ServerFrame::Ack { client_id, seq, id }) => {
                    if let Some((draft, invoked)) = waiting.remove(&client_id) {
                        self.backoff.reset();
                        self.chronicle.attempted(draft, invoked, Outcome::Acknowledged(seq), Some(id));
                    }
                }
                Some(ServerFrame::Rejected { client_id: Some(client_id), code, .. }) => {
                    if let Some((draft, invoked)) = waiting.remove(&client_id) {
                        if !FINAL.contains(&code.as_str()) {
                            open.push(draft);
                        }
                        self.chronicle.attempted(draft, invoked, Outcome::Refused(code), None);
                    }
                }
                Some(_) => {}
                None => {
                    self.follower.disconnect();
                    for (draft, invoked) in waiting.into_values() {
                        self.chronicle.attempted(draft, invoked, Outcome::Unknown, None);
                        open.push(draft);
                    }
                    return;
                }
            }
        }
    }

    /// Sends these by REST, each until its fate is known.
    pub async fn send_rest(&mut self, drafts: &[Draft]) {
        for draft in drafts {
            let log = if draft.log == Log::Messages { "messages" } else { "notes" };
            let path = format!("/conversations/{}/{log}", self.chronicle.id);
            let mut body = json!({"client_id": draft.client_id, "text": Body::original(draft.client_id)});
            if let (Some(token), Log::Messages) = (self.claim_token, draft.log) {
                body["claim_token"] = token.into();
            }
            while !self.world.give_up.is_cancelled() {
                let invoked = self.chronicle.now();
                let reply = self.call(Method::POST, &path, Some(&body)).await;
                let (outcome, id) = outcome(&reply);
                let is_known = outcome != Outcome::Unknown;
                self.chronicle.attempted(*draft, invoked, outcome, id);
                if is_known {
                    break;
                }
                self.backoff.wait(&mut self.rng).await;
            }
        }
    }

    /// Edits or deletes one of their own messages, until that is known to have happened or not.
    pub async fn change(&mut self, sent: Sent, to: ChangeKind) {
        let path = format!("/conversations/{}/messages/{}", self.chronicle.id, sent.id);
        let edit = json!({"text": Body::edited(sent.draft.client_id)});
        self.chronicle.change_begins(sent.draft, to);
        while !self.world.give_up.is_cancelled() {
            let reply = match to {
                ChangeKind::Edit => self.call(Method::PATCH, &path, Some(&edit)).await,
                ChangeKind::Delete => self.call(Method::DELETE, &path, None).await,
            };
            match reply {
                Reply::Answered(200..=299, _) => return self.chronicle.changed(sent.draft),
                Reply::Answered(..) => return,
                Reply::Lost => self.backoff.wait(&mut self.rng).await,
            }
        }
    }

    async fn call(&mut self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let node = self.world.any_node(&mut self.rng);
        self.world.rest.call(node, Some(&self.person.token), method, path, body).await
    }
}

/// What a REST answer says of a message or note.
fn outcome(reply: &Reply) -> (Outcome, Option<Uuid>) {
    let Reply::Answered(status, body) = reply else { return (Outcome::Unknown, None) };
    let number = body["seq"].as_u64().or_else(|| body["note_seq"].as_u64());
    match (status, number.and_then(|number| u32::try_from(number).ok())) {
        (200 | 201, Some(seq)) => {
            (Outcome::Acknowledged(seq), body["id"].as_str().and_then(|id| id.parse().ok()))
        }
        _ => (Outcome::Refused(body["code"].as_str().unwrap_or("without a code").to_owned()), None),
    }
}
