use crate::*;
use proptest::prelude::*;
use std::time::Duration;

const LEASE: Duration = Duration::from_secs(60);

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(0) + Duration::from_secs(seconds)
}

fn agent(number: i64, role: AgentRole) -> Agent {
    Agent {
        key: AgentKey(number),
        id: AgentId(uuid::Uuid::from_u128(number.unsigned_abs().into())),
        name: format!("Agent {number}"),
        email: format!("agent{number}@example.com"),
        role,
    }
}

fn customer() -> Customer {
    Customer {
        key: CustomerKey(1),
        id: CustomerId(uuid::Uuid::from_u128(1)),
        name: "Noor".into(),
        email: None,
        email_verified: false,
    }
}

/// One nobody has written in yet.
pub fn conversation() -> Conversation {
    Conversation {
        key: ConversationKey(1),
        id: ConversationId(uuid::Uuid::from_u128(1)),
        customer: customer(),
        state: State::Open,
        claim_token: ClaimToken(0),
        last_seq: 0,
        first_seq: 1,
        last_rev: 0,
        last_note_seq: 0,
        opened_seq: 0,
        last_customer_seq: 0,
        last_agent_seq: 0,
        customer_seen_seq: 0,
        agent_seen_seq: 0,
        urgency: Urgency::default(),
        urgency_due_at: None,
        words: None,
        rules_version: 0,
        earlier: 0,
        tags: Vec::new(),
        created_at: at(0),
        last_message_at: at(0),
        waiting_since: None,
        rating: None,
        version: 0,
    }
}

#[test]
fn c1_a_held_conversation_is_refused_to_others_with_the_holder() {
    let (first, second) = (agent(1, AgentRole::Agent), agent(2, AgentRole::Administrator));
    let mut conversation = conversation();
    conversation.claim(&first, at(0), LEASE).unwrap();
    assert_eq!(
        conversation.claim(&second, at(59), LEASE),
        Err(Refusal::AlreadyClaimed(first.reference())),
        "an administrator claims no differently (C4)"
    );
    conversation.claim(&second, at(60), LEASE).unwrap();
    assert!(conversation.is_held_by(second.key, at(60)));
}

#[test]
fn c2_a_new_claim_raises_the_token_and_renewing_does_not() {
    let holder = agent(1, AgentRole::Agent);
    let mut conversation = conversation();
    conversation.claim(&holder, at(0), LEASE).unwrap();
    let token = conversation.claim_token;
    conversation.claim(&holder, at(30), LEASE).unwrap();
    assert_eq!(conversation.claim_token, token);
    assert_eq!(conversation.current_claim().unwrap().expires_at, at(90));
    conversation.release(&holder).unwrap();
    conversation.claim(&holder, at(31), LEASE).unwrap();
    assert!(conversation.claim_token > token);
    assert_eq!(conversation.agent_writes(&holder, Some(token), at(32), LEASE), Err(Refusal::ClaimLost));
    assert_eq!(conversation.agent_writes(&holder, None, at(32), LEASE), Ok(1));
}

#[test]
fn c2_resolving_raises_the_token() {
    let holder = agent(1, AgentRole::Agent);
    let mut conversation = conversation();
    conversation.claim(&holder, at(0), LEASE).unwrap();
    let token = conversation.claim_token;
    conversation.resolve(&Actor::Customer(customer()), at(1)).unwrap();
    assert!(conversation.claim_token > token);
    assert_eq!(conversation.agent_writes(&holder, Some(token), at(2), LEASE), Err(Refusal::ClaimLost));
    assert_eq!(conversation.agent_writes(&holder, None, at(2), LEASE), Err(Refusal::NotClaimed));
}

#[test]
fn c3_an_ended_lease_returns_to_the_queue_with_its_waiting_time() {
    let mut conversation = conversation();
    conversation.customer_writes(at(5));
    conversation.claim(&agent(1, AgentRole::Agent), at(10), LEASE).unwrap();
    assert_eq!(conversation.expire(at(69)), None);
    assert!(conversation.expire(at(70)).is_some());
    assert_eq!((conversation.status(), conversation.waiting_since), (Status::Open, Some(at(5))));
}

#[test]
fn c3_an_idle_holder_is_warned_then_loses_a_waiting_customer() {
    let (idle, notice) = (Duration::from_secs(900), Duration::from_secs(120));
    let holder = agent(1, AgentRole::Agent);
    let mut conversation = conversation();
    conversation.customer_writes(at(5));
    conversation.claim(&holder, at(10), Duration::from_secs(9000)).unwrap();
    assert_eq!(
        conversation.warn_idle(at(909), idle, notice),
        None,
        "idle since the claim, not since the request"
    );
    assert!(conversation.warn_idle(at(910), idle, notice).is_some());
    assert_eq!(conversation.warn_idle(at(911), idle, notice), None, "once");
    assert_eq!(conversation.return_idle(at(1029)), None);

    let mut typed = conversation.clone();
    typed.renew(&holder, None, false, at(1000), LEASE).unwrap();
    assert!(typed.current_claim().unwrap().returns_at.is_some(), "an open page is no activity");
    typed.renew(&holder, None, true, at(1000), LEASE).unwrap();
    assert_eq!(typed.return_idle(at(1030)), None);
    assert!(typed.warn_idle(at(1900), idle, notice).is_some(), "and warned anew");

    let mut answered = conversation.clone();
    answered.agent_writes(&holder, None, at(1000), LEASE).unwrap();
    assert_eq!(answered.return_idle(at(1030)), None);
    assert_eq!(answered.warn_idle(at(5000), idle, notice), None, "nobody waits");
    answered.customer_writes(at(5000));
    assert_eq!(answered.warn_idle(at(5899), idle, notice), None, "they wait since a moment only");

    assert!(conversation.return_idle(at(1030)).is_some());
    assert_eq!((conversation.status(), conversation.waiting_since), (Status::Open, Some(at(5))));
}

#[test]
fn undoing_a_resolution_gives_the_claim_back_to_a_connected_holder() {
    let holder = agent(1, AgentRole::Agent);
    let owner = Actor::Customer(customer());
    let resolved = || {
        let mut conversation = conversation();
        conversation.claim(&holder, at(0), LEASE).unwrap();
        conversation.resolve(&owner, at(10)).unwrap();
        conversation
    };
    let status_after = |seconds, connected| {
        let mut conversation = resolved();
        conversation.reopen(&owner, at(seconds), LEASE, |_| connected).unwrap();
        conversation.status()
    };
    assert_eq!(status_after(40, true), Status::Ongoing);
    assert_eq!(status_after(40, false), Status::Open);
    assert_eq!(status_after(41, true), Status::Open);
}

#[test]
fn only_owner_holder_and_administrator_resolve() {
    let (holder, other) = (agent(1, AgentRole::Agent), agent(2, AgentRole::Agent));
    let administrator = agent(3, AgentRole::Administrator);
    let mut held = conversation();
    held.claim(&holder, at(0), LEASE).unwrap();
    assert_eq!(held.resolve(&Actor::Agent(other), at(1)), Err(Refusal::NotClaimed));
    for actor in [Actor::Agent(holder), Actor::Agent(administrator), Actor::Customer(customer())] {
        let mut conversation = held.clone();
        assert!(conversation.resolve(&actor, at(1)).unwrap().is_some());
        assert_eq!(conversation.resolve(&actor, at(2)), Ok(None), "repeating changes nothing");
    }
}

#[test]
fn a_customer_message_reopens_and_keeps_the_first_waiting_time() {
    let holder = agent(1, AgentRole::Agent);
    let mut conversation = conversation();
    conversation.customer_writes(at(1));
    conversation.customer_writes(at(2));
    assert_eq!(conversation.waiting_since, Some(at(1)));
    conversation.claim(&holder, at(3), LEASE).unwrap();
    conversation.agent_writes(&holder, None, at(4), LEASE).unwrap();
    assert_eq!(conversation.waiting_since, None);
    conversation.resolve(&Actor::Agent(holder), at(5)).unwrap();
    let (seq, event) = conversation.customer_writes(at(6));
    assert_eq!((seq, event.unwrap().kind), (4, EventKind::Reopened));
    assert_eq!((conversation.status(), conversation.opened_seq), (Status::Open, 3));
}

#[derive(Debug, Clone)]
enum Step {
    Claim(i64),
    Release(i64),
    HandOver(i64, i64),
    AgentWrites(i64),
    CustomerWrites,
    Resolve(i64),
    Reopen(i64),
    Snooze(i64),
    Expire,
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..4i64).prop_map(Step::Claim),
        (1..4i64).prop_map(Step::Release),
        (1..4i64, 1..4i64).prop_map(|(by, to)| Step::HandOver(by, to)),
        (1..4i64).prop_map(Step::AgentWrites),
        Just(Step::CustomerWrites),
        (0..4i64).prop_map(Step::Resolve),
        (0..4i64).prop_map(Step::Reopen),
        (1..4i64).prop_map(Step::Snooze),
        Just(Step::Expire),
        (0..90u64).prop_map(Step::Pass),
    ]
}

proptest! {
    /// C1, C2, D3: whatever happens in whatever order, tokens only rise, numbers have no gaps, only the holder
    /// writes, and a refusal changes nothing.
    #[test]
    fn no_order_of_steps_breaks_the_rules(steps in prop::collection::vec(step(), 1..60)) {
        let who = |n: i64| agent(n, if n == 3 { AgentRole::Administrator } else { AgentRole::Agent });
        let actor = |n: i64| if n == 0 { Actor::Customer(customer()) } else { Actor::Agent(who(n)) };
        let mut now = at(0);
        let mut conversation = conversation();
        for step in steps {
            let before = conversation.clone();
            let refused = match step {
                Step::Claim(n) => conversation.claim(&who(n), now, LEASE).is_err(),
                Step::Release(n) => conversation.release(&who(n)).is_err(),
                Step::HandOver(by, to) => conversation.hand_over(&who(by), &who(to), now, LEASE).is_err(),
                Step::AgentWrites(n) => {
                    let held = conversation.is_held_by(AgentKey(n), now);
                    let written = conversation.agent_writes(&who(n), None, now, LEASE);
                    prop_assert_eq!(written.is_ok(), held);
                    written.is_err()
                }
                Step::CustomerWrites => {
                    conversation.customer_writes(now);
                    prop_assert!(matches!(conversation.status(), Status::Open | Status::Ongoing));
                    false
                }
                Step::Resolve(n) => conversation.resolve(&actor(n), now).is_err(),
                Step::Reopen(n) => conversation.reopen(&actor(n), now, LEASE, |_| true).is_none(),
                Step::Snooze(n) => conversation.snooze(&who(n), now + LEASE, now).is_err(),
                Step::Expire => conversation.expire(now).is_none(),
                Step::Pass(seconds) => {
                    now = now + Duration::from_secs(seconds);
                    false
                }
            };
            if refused {
                prop_assert_eq!(&conversation, &before);
            }
            let holder = |c: &Conversation| c.current_claim().map(|claim| claim.holder.key);
            prop_assert!(conversation.claim_token >= before.claim_token);
            if holder(&conversation).is_some() && holder(&conversation) != holder(&before) {
                prop_assert!(conversation.claim_token > before.claim_token);
            }
            prop_assert!(conversation.last_seq - before.last_seq <= 1);
        }
    }
}

#[test]
fn k1_the_stage_moves_both_ways() {
    let holder = agent(1, AgentRole::Agent);
    let mut conversation = conversation();
    let stage = |conversation: &Conversation, said: &str| Stage::of(conversation, Some(said));
    conversation.customer_writes(at(0));
    assert_eq!(stage(&conversation, "thanks"), Stage::Greeting, "nobody has answered yet");
    conversation.claim(&holder, at(1), LEASE).unwrap();
    conversation.agent_writes(&holder, None, at(2), LEASE).unwrap();
    assert_eq!(stage(&conversation, "It is broken"), Stage::Ongoing);
    assert_eq!(stage(&conversation, "Thanks, solved"), Stage::Resolved);
    assert_eq!(stage(&conversation, "Thanks, but it is back"), Stage::Ongoing);
    conversation.resolve(&Actor::Agent(holder), at(3)).unwrap();
    assert_eq!(stage(&conversation, "It is broken"), Stage::Resolved);
    conversation.customer_writes(at(4));
    assert_eq!(stage(&conversation, "It is broken again"), Stage::Greeting, "reopened");
}
