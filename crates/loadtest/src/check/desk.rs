//! The agents of one conversation: they race for its claim, the winner works, then gives it back or resolves it, and
//! what they write afterwards must be refused.

use super::chronicle::Chronicle;
use super::customer::{Floor, act};
use super::pen::Pen;
use super::world::World;
use crate::cluster::Person;
use crate::history::{Answer, Log, Request};
use crate::random::{self, Backoff};
use crate::rest::Reply;
use futures_util::future::join_all;
use rand::RngExt;
use rand::rngs::StdRng;
use reqwest::Method;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How many things the holder does in one go, at most.
const TENURE: usize = 12;
/// The longest pause between two of them.
const PAUSE: Duration = Duration::from_millis(40);

/// The agents of one conversation.
pub struct Desk {
    /// What everybody shares.
    pub world: Arc<World>,
    /// The conversation's book.
    pub chronicle: Arc<Chronicle>,
    /// The numbers of its agents.
    pub crew: Vec<usize>,
    /// Its customer.
    pub customer: Person,
    /// The customer's permission to write.
    pub floor: Floor,
    /// Chance.
    pub rng: StdRng,
}

impl Desk {
    /// Works until the run stops, and sees to it that everything sent has an answer.
    pub async fn work(mut self) {
        for round in 0.. {
            if self.world.stop.is_cancelled() {
                return;
            }
            let Some((agent, token)) = self.race().await else { continue };
            let person = self.world.agents[agent].clone();
            let rng = self.world.random(&format!("{} holder", self.chronicle.id), round);
            let name = format!("agent {agent} as holder {round}");
            let mut pen = Pen::new(&self.world, &self.chronicle, &person, &name, rng);
            pen.claim_token = Some(token);
            for _ in 0..self.rng.random_range(2..=TENURE) {
                self.hold(&mut pen, agent).await;
            }
            self.give_up(&mut pen, agent).await;
            pen.follower.finish(false);
        }
    }

    /// Several agents claim at once, each until they know; gives who got it, with the token.
    async fn race(&mut self) -> Option<(usize, u64)> {
        let contenders = self.rng.random_range(2..=self.crew.len());
        let first = self.rng.random_range(0..self.crew.len());
        let claims = (0..contenders).map(|number| {
            let agent = self.crew[(first + number) % self.crew.len()];
            let (world, chronicle) = (Arc::clone(&self.world), Arc::clone(&self.chronicle));
            let rng = random::source(self.rng.random(), "race", number);
            async move { (agent, ask(&world, &chronicle, Request::Claim(agent), rng).await) }
        });
        let claims: Vec<_> = claims.collect();
        join_all(claims).await.into_iter().find_map(|(agent, answer)| match answer {
            Some(Answer::Granted(token)) => Some((agent, token)),
            _ => None,
        })
    }

    /// The holder does something; now and then another tries to claim meanwhile.
    async fn hold(&mut self, pen: &mut Pen, holder: usize) {
        if self.rng.random_bool(0.1) {
            let other = self.other_than(holder);
            self.ask(Request::Claim(other)).await;
        }
        if self.rng.random_bool(0.15) {
            let note = pen.draft(Log::Notes);
            if self.rng.random() { pen.send(&[note]).await } else { pen.send_rest(&[note]).await }
        } else {
            act(pen, &mut self.rng).await;
        }
        tokio::time::sleep(random::up_to(&mut self.rng, PAUSE)).await;
    }

    /// The claim ends, one way or another; what its holder still sends is refused.
    async fn give_up(&mut self, pen: &mut Pen, holder: usize) {
        match self.rng.random_range(0..10) {
            0..3 => self.resolve(pen, holder, Request::Resolve(holder)).await,
            3..5 => self.resolve(pen, holder, Request::ResolveByOwner).await,
            5..8 => {
                self.ask(Request::Release(holder)).await;
                self.write_too_late(pen).await;
            }
            _ => {
                self.ask(Request::Release(holder)).await;
                let next = self.other_than(holder);
                self.ask(Request::Claim(next)).await;
                self.write_too_late(pen).await;
                self.ask(Request::Release(next)).await;
            }
        }
    }

    /// While the customer is silent: nobody can claim, repeats open nothing, and the customer's next message does.
    async fn resolve(&mut self, pen: &mut Pen, holder: usize, request: Request) {
        let floor = Arc::clone(&self.floor);
        let silence = floor.write().await;
        self.ask(request).await;
        self.write_too_late(pen).await;
        let rng = random::source(self.rng.random(), "owner", 0);
        let mut owner = Pen::new(&self.world, &self.chronicle, &self.customer, "owner", rng);
        if let Some(sent) = owner.earlier(false) {
            owner.send_rest(&[sent.draft]).await;
        }
        let other = self.other_than(holder);
        self.ask(Request::Claim(other)).await;
        let draft = owner.draft(Log::Messages);
        let invoked = self.chronicle.now();
        owner.send_rest(&[draft]).await;
        self.chronicle.claimed(invoked, Request::Reopen, Some(Answer::Done));
        drop(silence);
    }

    /// Fresh messages of somebody whose claim is over: over the socket that had it, and by REST with its token.
    async fn write_too_late(&mut self, pen: &mut Pen) {
        if pen.follower.is_connected() {
            let mut late = vec![pen.draft(Log::Messages)];
            pen.send_once(&mut late).await;
            pen.send_rest(&late).await;
        }
        let late = pen.draft(Log::Messages);
        pen.send_rest(&[late]).await;
    }

    fn other_than(&mut self, agent: usize) -> usize {
        let others: Vec<usize> = self.crew.iter().copied().filter(|other| *other != agent).collect();
        others[self.rng.random_range(0..others.len())]
    }

    async fn ask(&mut self, request: Request) -> Option<Answer> {
        let rng = random::source(self.rng.random(), "ask", 0);
        if request == Request::ResolveByOwner {
            return ask_as(&self.world, &self.chronicle, &self.customer, request, rng).await;
        }
        ask(&self.world, &self.chronicle, request, rng).await
    }
}

/// Makes a claim request as the agent it names, again until it is answered.
async fn ask(world: &World, chronicle: &Chronicle, request: Request, rng: StdRng) -> Option<Answer> {
    let (Request::Claim(agent) | Request::Open(agent) | Request::Release(agent) | Request::Resolve(agent)) =
        request
    else {
        return None;
    };
    ask_as(world, chronicle, &world.agents[agent], request, rng).await
}

async fn ask_as(
    world: &World,
    chronicle: &Chronicle,
    person: &Person,
    request: Request,
    mut rng: StdRng,
) -> Option<Answer> {
    let (method, what) = match request {
        Request::Claim(_) => (Method::PUT, "claim"),
        Request::Release(_) => (Method::DELETE, "claim"),
        Request::Resolve(_) | Request::ResolveByOwner => (Method::PUT, "resolution"),
        Request::Open(_) | Request::Reopen => return None,
    };
    let path = format!("/conversations/{}/{what}", chronicle.id);
    let mut backoff = Backoff::default();
    while !world.give_up.is_cancelled() {
        let node = world.any_node(&mut rng);
        let invoked = chronicle.now();
        let reply = world.rest.call(node, Some(&person.token), method.clone(), &path, None).await;
        let answer = answer(world, &reply);
        chronicle.claimed(invoked, request, answer);
        if answer.is_some() {
            return answer;
        }
        backoff.wait(&mut rng).await;
    }
    None
}

fn answer(world: &World, reply: &Reply) -> Option<Answer> {
    let Reply::Answered(status, body) = reply else { return None };
    match (status, body["code"].as_str()) {
        (200, _) => Some(body["token"].as_u64().map_or(Answer::Done, Answer::Granted)),
        (204, _) => Some(Answer::Done),
        (409, Some("already_claimed")) => {
            let holder: Uuid = body["holder"]["id"].as_str()?.parse().ok()?;
            world.agent_number(holder).map(Answer::HeldBy)
        }
        (409, Some("resolved")) => Some(Answer::IsResolved),
        (409, Some("not_claimed")) => Some(Answer::NotClaimed),
        _ => None,
    }
}
