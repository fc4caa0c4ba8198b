//! What a customer sent and what they were answered, whatever happened, held against what is there.

use super::stage::Stage;
use crate::cluster::Person;
use crate::history::Body;
use crate::random;
use crate::rest::Rest;
use crate::socket::{ServerFrame, Socket};
use anyhow::{Context, Result};
use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

/// How long any answer may take, good or bad (D8).
pub const ANSWERED_WITHIN: Duration = Duration::from_secs(15);

/// What a sender hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is in the log, at this number.
    Acknowledged(u64),
    /// It is not taken, for this reason.
    Refused(String),
    /// Nothing, in all that time.
    Silence,
}

/// One customer's conversation.
pub struct Ledger {
    rest: Rest,
    node: SocketAddr,
    customer: Person,
    /// Its id.
    pub conversation: Uuid,
    sent: Vec<(Uuid, Option<u64>)>,
    rng: StdRng,
}

impl Ledger {
    /// A new customer with a conversation on the stage's first node.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn open(stage: &Stage, number: usize) -> Result<Self> {
        let (customer, conversation) = stage.conversation(number).await?;
        let rng = random::source(stage.seed(), "ledger", number);
        let (rest, node) = (Rest::patient(ANSWERED_WITHIN)?, stage.nodes[0].address());
        Ok(Self { rest, node, customer, conversation, sent: Vec::new(), rng })
    }

    /// A socket of the customer's that shows what comes from now on.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn socket(&self) -> Result<Socket> {
        let path = format!("/ws/chat/{}/?after=1000000", self.conversation);
        let mut socket = Socket::open(self.node, None, &path, &self.customer.token).await?;
        socket.next().await.context("closed before it was welcomed")?;
        Ok(socket)
    }

    /// Sends something new, by REST.
    pub async fn send(&mut self) -> (Uuid, Answer) {
        let client_id = random::client_id(&mut self.rng);
        self.sent.push((client_id, None));
        (client_id, self.send_again(client_id).await)
    }

    /// Sends something new over a socket.
    pub async fn send_over(&mut self, socket: &mut Socket) -> (Uuid, Answer) {
        let client_id = random::client_id(&mut self.rng);
        self.sent.push((client_id, None));
        let frame = json!({"type": "send", "client_id": client_id, "text": Body::original(client_id)});
        let answered = async {
            if socket.send(&frame).await.is_err() {
                return Answer::Refused("closed".into());
            }
            loop {
                match socket.next().await {
                    Some(ServerFrame::Ack { client_id: this, seq, .. }) if this == client_id => {
                        return Answer::Acknowledged(seq.into());
                    }
                    Some(ServerFrame::Rejected { client_id: Some(this), code, .. }) if this == client_id => {
                        return Answer::Refused(code);
                    }
                    Some(_) => {}
                    None => return Answer::Refused("closed".into()),
                }
            }
        };
        let answer = timeout(ANSWERED_WITHIN, answered).await.unwrap_or(Answer::Silence);
        self.note(client_id, &answer);
        (client_id, answer)
    }

    async fn send_again(&mut self, client_id: Uuid) -> Answer {
        let path = format!("/conversations/{}/messages", self.conversation);
        let body = json!({"client_id": client_id, "text": Body::original(client_id)});
        let reply =
            self.rest.ask(self.node, Some(&self.customer.token), Method::POST, &path, Some(&body)).await;
        let answer = match reply {
            Some((200 | 201, body)) => Answer::Acknowledged(body["seq"].as_u64().unwrap_or_default()),
            Some((status, body)) => {
                Answer::Refused(format!("{status} {}", body["code"].as_str().unwrap_or_default()))
            }
            None => Answer::Silence,
        };
        self.note(client_id, &answer);
        answer
    }

    fn note(&mut self, client_id: Uuid, answer: &Answer) {
        let Answer::Acknowledged(seq) = answer else { return };
        let entry = self.sent.iter_mut().find(|(sent, _)| *sent == client_id);
        if let Some((_, acknowledged)) = entry {
            *acknowledged = Some(*seq);
        }
    }

    /// How many messages were acknowledged.
    pub fn acknowledged(&self) -> usize {
        self.sent.iter().filter(|(_, acknowledged)| acknowledged.is_some()).count()
    }

    /// Sends again what was never acknowledged; what is refused still is broken.
    pub async fn send_the_rest(&mut self) -> Vec<String> {
        let open: Vec<Uuid> =
            self.sent.iter().filter(|(_, seq)| seq.is_none()).map(|(client_id, _)| *client_id).collect();
        let mut wrong = Vec::new();
        for client_id in open {
            let answer = self.send_again(client_id).await;
            if !matches!(answer, Answer::Acknowledged(_)) {
                wrong.push(format!("{client_id}, sent again when all is well, is answered {answer:?}"));
            }
        }
        wrong
    }

    /// Reads everything and compares: what was acknowledged is there, once, at its number, without gaps (D1–D3).
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn compare(&self) -> Result<Vec<String>> {
        let stored = self.read().await?;
        let mut wrong = Vec::new();
        if !stored.iter().map(|(seq, _)| *seq).eq(1..=stored.len() as u64) {
            wrong.push(format!("the messages are not numbered without gaps: {stored:?}"));
        }
        let places: HashMap<&str, u64> = stored.iter().map(|(seq, id)| (id.as_str(), *seq)).collect();
        if places.len() != stored.len() {
            wrong.push("a message is there twice".into());
        }
        for (client_id, acknowledged) in &self.sent {
            let place = places.get(client_id.to_string().as_str()).copied();
            if acknowledged.is_some() && place != *acknowledged {
                wrong.push(format!("{client_id} was acknowledged as {acknowledged:?} and is at {place:?}"));
            }
        }
        Ok(wrong)
    }

    /// All messages: number and `client_id`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn read(&self) -> Result<Vec<(u64, String)>> {
        let mut messages = Vec::new();
        loop {
            let after = messages.last().map_or(0, |(seq, _)| *seq);
            let path = format!("/conversations/{}/messages?limit=100&after={after}", self.conversation);
            let page =
                self.rest.expect(self.node, Some(&self.customer.token), Method::GET, &path, None).await?;
            let items = page["items"].as_array().context("no items")?;
            if items.is_empty() {
                return Ok(messages);
            }
            messages.extend(items.iter().map(entry));
        }
    }
}

fn entry(message: &Value) -> (u64, String) {
    (
        message["seq"].as_u64().unwrap_or_default(),
        message["client_id"].as_str().unwrap_or_default().to_owned(),
    )
}
