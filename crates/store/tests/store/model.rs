//! The store against a model of the rules, written apart from them: whatever people do in whatever order, on two nodes of
//! one database, every answer and everything kept is what the model says (D2, D3, C1, C2, C3).

use crate::{administrator, agent, customer};
use domain::{ClaimToken, ClientId, Conversation, ConversationId, Refusal, Status};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::HashMap;
use std::time::Duration;
use store::{Append, Clock, Error, Session, Settings, Store};
use testkit::{TestStore, both_databases};
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use uuid::Uuid;

const CASES: u32 = 40;
const LEASE: u64 = 60;
const SNOOZE: u64 = 100;
/// Far from every lease and snooze, so that the real time a case takes does not matter.
const STEP: u64 = 40;

/// What people may do; `who` is 0 or 1 for agents, 2 for the administrator.
#[derive(Debug, Clone)]
enum Op {
    CustomerSends { client_id: u128, text: u8 },
    AgentSends { who: usize, client_id: u128, text: u8, token: Token },
    Claim { who: usize },
    Renew { who: usize },
    Release { who: usize },
    HandOver { who: usize, to: usize },
    Resolve { who: Option<usize> },
    Reopen { who: Option<usize> },
    Snooze { who: usize },
    Wake { who: usize },
    TimePasses,
    Sweep,
}

#[derive(Debug, Clone, Copy)]
enum Token {
    None,
    Current,
    Stale,
}

fn op() -> impl Strategy<Value = Op> {
    let who = 0..3usize;
    let (client_id, text) = (0..6u128, 0..2u8);
    let token = prop_oneof![Just(Token::None), Just(Token::Current), Just(Token::Stale)];
    prop_oneof![
        4 => (client_id.clone(), text.clone()).prop_map(|(client_id, text)| Op::CustomerSends { client_id, text }),
        6 => (who.clone(), client_id, text, token)
            .prop_map(|(who, client_id, text, token)| Op::AgentSends { who, client_id, text, token }),
        5 => who.clone().prop_map(|who| Op::Claim { who }),
        2 => who.clone().prop_map(|who| Op::Renew { who }),
        2 => who.clone().prop_map(|who| Op::Release { who }),
        2 => (who.clone(), who.clone()).prop_map(|(who, to)| Op::HandOver { who, to }),
        2 => prop::option::of(who.clone()).prop_map(|who| Op::Resolve { who }),
        2 => prop::option::of(who.clone()).prop_map(|who| Op::Reopen { who }),
        1 => who.clone().prop_map(|who| Op::Snooze { who }),
        1 => who.prop_map(|who| Op::Wake { who }),
        2 => Just(Op::TimePasses),
        1 => Just(Op::Sweep),
    ]
}

/// What the caller hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Done,
    New(i64),
    Repeat(i64),
    ClientIdReused,
    AlreadyClaimed,
    NotClaimed,
    ClaimLost,
    Resolved,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Held { by: usize, until: u64 },
    Snoozed { until: u64 },
    Resolved,
}

/// Who may send what under which `client_id`: the customer is author 3.
const CUSTOMER: usize = 3;
const ADMINISTRATOR: usize = 2;

#[derive(Debug)]
struct Model {
    now: u64,
    state: State,
    token: i64,
    messages: Vec<(usize, u8)>,
    sent: HashMap<(usize, u128), (u8, i64)>,
}

impl Model {
    fn holds(&self, who: usize) -> bool {
        matches!(self.state, State::Held { by, until } if by == who && self.now < until)
    }

    fn holder(&self) -> Option<usize> {
        match self.state {
            State::Held { by, until } if self.now < until => Some(by),
            _ => None,
        }
    }

    fn give_to(&mut self, who: usize) {
        self.token += 1;
        self.state = State::Held { by: who, until: self.now + LEASE };
    }

    fn send(&mut self, author: usize, client_id: u128, text: u8) -> Answer {
        self.messages.push((author, text));
        let seq = i64::try_from(self.messages.len()).unwrap();
        self.sent.insert((author, client_id), (text, seq));
        Answer::New(seq)
    }

    fn sent_before(&self, author: usize, client_id: u128, text: u8) -> Option<Answer> {
        let (first, seq) = self.sent.get(&(author, client_id))?;
        Some(if *first == text { Answer::Repeat(*seq) } else { Answer::ClientIdReused })
    }

    fn apply(&mut self, op: &Op) -> Answer {
        match *op {
            Op::CustomerSends { client_id, text } => {
                self.sent_before(CUSTOMER, client_id, text).unwrap_or_else(|| {
                    if matches!(self.state, State::Resolved | State::Snoozed { .. }) {
                        self.state = State::Open;
                    }
                    self.send(CUSTOMER, client_id, text)
                })
            }
            Op::AgentSends { who, client_id, text, token } => {
                self.sent_before(who, client_id, text).unwrap_or_else(|| match token {
                    Token::None if !self.holds(who) => Answer::NotClaimed,
                    Token::Current | Token::Stale if !self.holds(who) => Answer::ClaimLost,
                    Token::Stale => Answer::ClaimLost,
                    Token::None | Token::Current => {
                        self.state = State::Held { by: who, until: self.now + LEASE };
                        self.send(who, client_id, text)
                    }
                })
            }
            Op::Claim { who } => match self.holder() {
                _ if self.state == State::Resolved => Answer::Resolved,
                Some(holder) if holder == who => {
                    self.state = State::Held { by: who, until: self.now + LEASE };
                    Answer::Done
                }
                Some(_) => Answer::AlreadyClaimed,
                None => {
                    self.give_to(who);
                    Answer::Done
                }
            },
            Op::Renew { who } if self.holds(who) => {
                self.state = State::Held { by: who, until: self.now + LEASE };
                Answer::Done
            }
            Op::Renew { .. } => Answer::NotClaimed,
            // Also when the lease has ended and nobody has noticed.
            Op::Release { who } => match self.state {
                State::Held { by, .. } if by == who || who == ADMINISTRATOR => {
                    self.state = State::Open;
                    Answer::Done
                }
                _ => Answer::NotClaimed,
            },
            Op::HandOver { who, to } => match self.holder() {
                _ if self.state == State::Resolved => Answer::Resolved,
                holder if holder != Some(who) && who != ADMINISTRATOR => Answer::NotClaimed,
                holder if holder == Some(to) => Answer::Done,
                _ => {
                    self.give_to(to);
                    Answer::Done
                }
            },
            Op::Resolve { .. } if self.state == State::Resolved => Answer::Done,
            Op::Resolve { who } => match who {
                Some(who) if who != ADMINISTRATOR && !self.holds(who) => Answer::NotClaimed,
                _ => {
                    (self.state, self.token) = (State::Resolved, self.token + 1);
                    Answer::Done
                }
            },
            Op::Reopen { who } => {
                if self.state == State::Resolved {
                    match who {
                        Some(who) => self.give_to(who),
                        None => self.state = State::Open,
                    }
                }
                Answer::Done
            }
            Op::Snooze { .. } if self.state == State::Resolved => Answer::Resolved,
            Op::Snooze { who } if who == ADMINISTRATOR || self.holds(who) => {
                self.state = State::Snoozed { until: self.now + SNOOZE };
                Answer::Done
            }
            Op::Snooze { .. } => Answer::NotClaimed,
            Op::Wake { .. } => {
                if matches!(self.state, State::Snoozed { .. }) {
                    self.state = State::Open;
                }
                Answer::Done
            }
            Op::TimePasses => {
                self.now += STEP;
                Answer::Done
            }
            Op::Sweep => {
                match self.state {
                    State::Held { until, .. } | State::Snoozed { until } if until <= self.now => {
                        self.state = State::Open;
                    }
                    _ => {}
                }
                Answer::Done
            }
        }
    }
}

/// The real thing: two nodes, their people, and one conversation.
struct Real {
    nodes: [Store; 2],
    clock: Clock,
    customer: Session,
    agents: Vec<Session>,
    conversation: ConversationId,
}

impl Real {
    async fn apply(&self, node: usize, op: &Op) -> Answer {
        let (store, id) = (&self.nodes[node], self.conversation);
        let person = |who: Option<usize>| who.map_or(&self.customer, |who| &self.agents[who]);
        let done = |result: store::Result<Conversation>| result.map(|_| Answer::Done);
        let answer = match *op {
            Op::CustomerSends { client_id, text } => {
                self.send(store, &self.customer, client_id, text, None).await
            }
            Op::AgentSends { who, client_id, text, token } => {
                let current = self.stored(store).await.claim_token;
                let token = match token {
                    Token::None => None,
                    Token::Current => Some(current),
                    Token::Stale => Some(ClaimToken(current.0 - 1)),
                };
                self.send(store, &self.agents[who], client_id, text, token).await
            }
            Op::Claim { who } => done(store.claim(&self.agents[who], id).await),
            Op::Renew { who } => done(store.renew_claim(&self.agents[who], id, None, false).await),
            Op::Release { who } => done(store.release_claim(&self.agents[who], id).await),
            Op::HandOver { who, to } => {
                let to = self.agents[to].actor.agent().unwrap().id;
                done(store.hand_over(&self.agents[who], id, to).await)
            }
            Op::Resolve { who } => done(store.resolve(person(who), id).await),
            Op::Reopen { who } => done(store.reopen(person(who), id, |_| false).await),
            Op::Snooze { who } => {
                let until = self.clock.now() + Duration::from_secs(SNOOZE);
                done(store.snooze(&self.agents[who], id, until).await)
            }
            Op::Wake { who } => done(store.wake(&self.agents[who], id).await),
            Op::TimePasses => {
                self.clock.advance(Duration::from_secs(STEP));
                Ok(Answer::Done)
            }
            Op::Sweep => {
                store.expire_claims().await.unwrap();
                store.wake_snoozed().await.unwrap();
                Ok(Answer::Done)
            }
        };
        answer.unwrap_or_else(|error| match error {
            Error::ClientIdReused => Answer::ClientIdReused,
            Error::Refused(Refusal::AlreadyClaimed(_)) => Answer::AlreadyClaimed,
            Error::Refused(Refusal::NotClaimed) => Answer::NotClaimed,
            Error::Refused(Refusal::ClaimLost) => Answer::ClaimLost,
            Error::Refused(Refusal::Resolved) => Answer::Resolved,
            error => panic!("{op:?}: {error}"),
        })
    }

    async fn send(
        &self,
        store: &Store,
        author: &Session,
        client_id: u128,
        text: u8,
        claim_token: Option<ClaimToken>,
    ) -> store::Result<Answer> {
        let client_id = ClientId(Uuid::from_u128(client_id));
        let append =
            Append { conversation: self.conversation, client_id, text: text.to_string(), claim_token };
        let appended = store.append(author, append).await?;
        let seq = appended.message.seq;
        Ok(if appended.is_new { Answer::New(seq) } else { Answer::Repeat(seq) })
    }

    async fn stored(&self, store: &Store) -> Conversation {
        store.conversation(&self.customer.actor, self.conversation).await.unwrap()
    }

    /// Everything kept is what the model says.
    async fn assert_is(&self, model: &Model) {
        let stored = self.stored(&self.nodes[0]).await;
        let (status, holder) = match model.state {
            State::Open => (Status::Open, None),
            State::Held { by, .. } => (Status::Ongoing, self.agents[by].actor.agent().map(|agent| agent.key)),
            State::Snoozed { .. } => (Status::Snoozed, None),
            State::Resolved => (Status::Resolved, None),
        };
        assert_eq!(stored.status(), status);
        assert_eq!(stored.current_claim().map(|claim| claim.holder.key), holder);
        assert_eq!(stored.claim_token, ClaimToken(model.token));
        let messages = self.nodes[1].messages(stored.key, 0, 1000).await.unwrap();
        let said: Vec<_> = messages.iter().map(|m| (m.seq, m.text.clone().unwrap())).collect();
        let expected: Vec<_> = (1..).zip(model.messages.iter().map(|(_, text)| text.to_string())).collect();
        assert_eq!(said, expected);
        let notes = self.nodes[1].notes(stored.key, 0, 1000).await.unwrap();
        let numbers: Vec<_> = notes.iter().map(|note| note.note_seq).collect();
        assert_eq!(numbers, (1..=stored.last_note_seq).collect::<Vec<_>>());
    }
}

both_databases! {
    /// D2, D3, C1, C2, C3: whatever is done in whatever order on two nodes, the store answers and keeps what a model of
    /// the rules says.
    async fn d2_d3_c1_c2_c3_the_store_does_what_the_model_says(store: TestStore) {
        let clock = store.clock().clone();
        let other = Store::open(store.config(), clock.clone(), Settings::default(), |_| ()).await.unwrap();
        let mut agents = vec![agent(&store, "Kim").await, agent(&store, "Lou").await];
        agents.push(administrator(&store, "Max").await);
        let people = customer(&store, "Noor").await;
        let case = async |steps: Vec<(usize, Op)>| {
            let first = ClientId::new();
            let (begun, _) = store.create_conversation(&people, first, "0").await.unwrap();
            let mut model = Model {
                now: 0,
                state: State::Open,
                token: 0,
                messages: vec![(CUSTOMER, 0)],
                sent: HashMap::from([((CUSTOMER, first.0.as_u128()), (0, 1))]),
            };
            let real = Real {
                nodes: [(*store).clone(), other.clone()],
                clock: clock.clone(),
                customer: people.clone(),
                agents: agents.clone(),
                conversation: begun.id,
            };
            for (node, op) in &steps {
                assert_eq!(real.apply(*node, op).await, model.apply(op), "{op:?}");
            }
            real.assert_is(&model).await;
        };
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let steps = prop::collection::vec((0..2usize, op()), 1..60);
        let outcome = block_in_place(|| {
            TestRunner::new(config).run(&steps, |steps| {
                Handle::current().block_on(case(steps));
                Ok(())
            })
        });
        other.close().await;
        outcome.unwrap();
    }
}
