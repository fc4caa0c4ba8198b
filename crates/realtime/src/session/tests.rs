//! The protocol by itself; what it is driven by stands in for store, hub and client.

mod nodes;
mod resume;
mod world;

use super::*;
use crate::event::{Event, What};
use crate::wire::{Rejection, SuggestionView};
use domain::*;
use serde_json::{Value, json};
use store::Appended;

const ID: &str = "0198c6a5-7f3e-7a52-9f0e-3d7d3f1b2c4d";
const LEASE: Duration = Duration::from_secs(60);

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(0) + Duration::from_secs(seconds)
}

fn customer() -> Actor {
    let id = CustomerId(uuid::Uuid::from_u128(1));
    Actor::Customer(Customer {
        key: CustomerKey(1),
        id,
        name: "Noor".into(),
        email: None,
        email_verified: false,
    })
}

fn agent() -> Agent {
    Agent {
        key: AgentKey(1),
        id: AgentId(uuid::Uuid::from_u128(1)),
        name: "Kim".into(),
        email: "kim@example.com".into(),
        role: AgentRole::Agent,
    }
}

fn conversation() -> Conversation {
    let Actor::Customer(customer) = customer() else { unreachable!() };
    Conversation {
        key: ConversationKey(1),
        id: ConversationId(uuid::Uuid::from_u128(1)),
        customer,
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

fn message(seq: i64) -> Message {
    Message {
        id: MessageId(uuid::Uuid::from_u128(seq.unsigned_abs().into())),
        seq,
        author: Author { role: Side::Customer, name: "Noor".into() },
        author_key: 1,
        text: Some(format!("message {seq}")),
        client_id: ID.parse().unwrap(),
        created_at: at(0),
        rev: 0,
        edited_at: None,
        deleted: false,
    }
}

fn note(note_seq: i64) -> Note {
    Note {
        id: NoteId(uuid::Uuid::from_u128(note_seq.unsigned_abs().into())),
        note_seq,
        after_seq: 0,
        kind: NoteKind::Note,
        author: None,
        text: format!("note {note_seq}"),
        data: None,
        client_id: None,
        created_at: at(0),
    }
}

fn event(what: What) -> Arc<Event> {
    Arc::new(Event::new(what))
}

fn added(seq: i64) -> Arc<Event> {
    event(What::Message { message: Arc::new(message(seq)), last_rev: 0 })
}

fn opening<'a>(conversation: &'a Conversation, actor: &'a Actor) -> Opening<'a> {
    Opening { conversation, actor, claim: None, after: None, rev: None, notes_after: None, html: None }
}

/// What a session did since it was last asked: frames as JSON, the rest as it is.
fn drain(session: &mut Session) -> (Vec<Value>, Vec<Effect>) {
    let (mut frames, mut rest) = (Vec::new(), Vec::new());
    while let Some(effect) = session.next_effect() {
        match effect {
            Effect::Send(frame) => frames.push(serde_json::from_slice(&frame).unwrap()),
            other => rest.push(other),
        }
    }
    (frames, rest)
}

fn types(frames: &[Value]) -> Vec<&str> {
    frames.iter().map(|frame| frame["type"].as_str().unwrap()).collect()
}

fn send(text: &str) -> String {
    json!({"type": "send", "client_id": ID, "text": text}).to_string()
}

/// A conversation the agent holds, and their `work` socket on it, its opening done.
fn holder(now: Instant) -> (Conversation, Session) {
    let (mut conversation, agent) = (conversation(), agent());
    conversation.claim(&agent, at(0), LEASE).unwrap();
    let actor = Actor::Agent(agent);
    let claim = Some(conversation.claim_token);
    let mut session = Session::open(&Opening { claim, ..opening(&conversation, &actor) }, now);
    drain(&mut session);
    (conversation, session)
}

/// A customer's socket on an empty conversation, its opening done.
fn owner(now: Instant) -> Session {
    let mut session = Session::open(&opening(&conversation(), &customer()), now);
    drain(&mut session);
    session
}

#[test]
fn welcome_comes_first_and_shows_customers_only_what_is_theirs() {
    let (mut conversation, holder) = (conversation(), agent());
    conversation.claim(&holder, at(0), LEASE).unwrap();
    let mut session = Session::open(&opening(&conversation, &customer()), Instant::now());
    let (frames, effects) = drain(&mut session);
    assert_eq!(types(&frames), ["welcome"]);
    assert_eq!(frames[0]["you"], json!({"role": "customer", "name": "Noor"}));
    let shown = &frames[0]["conversation"];
    assert_eq!(shown["claim"], json!({"agent": {"name": "Kim"}}));
    for secret in ["urgency", "tags", "last_note_seq"] {
        assert_eq!(shown.get(secret), None, "{secret}");
    }
    assert_eq!(effects, []);
}

#[test]
fn after_beyond_the_end_is_welcome_and_nothing_else() {
    let mut conversation = conversation();
    (conversation.last_seq, conversation.last_note_seq, conversation.last_rev) = (3, 2, 1);
    for actor in [customer(), Actor::Agent(agent())] {
        let opening = Opening { after: Some(9), rev: Some(9), ..opening(&conversation, &actor) };
        let mut session = Session::open(&opening, Instant::now());
        let (frames, effects) = drain(&mut session);
        assert_eq!((types(&frames), effects), (vec!["welcome"], vec![]));
    }
}

#[test]
fn d4_changes_to_earlier_messages_come_before_later_messages_and_notes_last() {
    let (mut conversation, actor) = (conversation(), Actor::Agent(agent()));
    (conversation.last_seq, conversation.last_note_seq, conversation.last_rev) = (3, 1, 2);
    let opening = Opening { after: Some(2), rev: Some(0), ..opening(&conversation, &actor) };
    let mut session = Session::open(&opening, Instant::now());
    let mut read = |page: Option<Page>| {
        page.into_iter().for_each(|page| session.on_page(Ok(page)));
        let (frames, effects) = drain(&mut session);
        let reads = effects.into_iter().filter(|effect| matches!(effect, Effect::Read(_)));
        (types(&frames).join(" "), reads.collect::<Vec<_>>())
    };
    let changed = Message { rev: 2, ..message(1) };
    assert_eq!(read(None), ("welcome".into(), vec![Effect::Read(Read::Changes { up_to: 2, since: 0 })]));
    assert_eq!(
        read(Some(Page::Messages(vec![changed]))),
        ("message_changed".into(), vec![Effect::Read(Read::Messages { after: 2 })])
    );
    assert_eq!(
        read(Some(Page::Messages(vec![message(3)]))),
        ("message".into(), vec![Effect::Read(Read::Notes { after: 0 })])
    );
    assert_eq!(read(Some(Page::Notes(vec![note(1)]))), ("note".into(), vec![]));
}

#[test]
fn html_comes_only_to_those_who_asked() {
    let (conversation, actor) = (conversation(), customer());
    let html = Some(Render {
        message: |m, _| format!("<p>{}</p>", m.seq),
        note: |n| format!("<i>{}</i>", n.note_seq),
    });
    let now = Instant::now();
    let mut plain = Session::open(&opening(&conversation, &actor), now);
    let mut page = Session::open(&Opening { html, ..opening(&conversation, &actor) }, now);
    let event = added(1);
    plain.on_event(&event, now);
    page.on_event(&event, now);
    assert_eq!(drain(&mut plain).0[1].get("html"), None);
    assert_eq!(drain(&mut page).0[1]["html"], "<p>1</p>");
}

#[test]
fn html_says_which_messages_are_the_reading_agents_own() {
    let (conversation, now) = (conversation(), Instant::now());
    let html = Some(Render { message: |_, own| own.to_string(), note: |_| String::new() });
    let agents = [agent(), Agent { key: AgentKey(2), ..agent() }].map(Actor::Agent);
    let mut pages: Vec<_> = agents
        .iter()
        .map(|agent| Session::open(&Opening { html, ..opening(&conversation, agent) }, now))
        .collect();
    let author = Author { role: Side::Agent, name: "Kim".into() };
    let event = event(What::Message { message: Arc::new(Message { author, ..message(1) }), last_rev: 0 });
    let own = pages.iter_mut().map(|page| {
        drain(page);
        page.on_event(&event, now);
        drain(page).0[0]["html"].clone()
    });
    assert_eq!(own.collect::<Vec<_>>(), ["true", "false"]);
}

#[test]
fn d1_the_ack_comes_with_the_commit() {
    let now = Instant::now();
    let mut session = owner(now);
    session.on_text(&send("Hello"), now);
    let (frames, effects) = drain(&mut session);
    let client_id: ClientId = ID.parse().unwrap();
    assert_eq!((frames.len(), effects.len()), (0, 1));
    assert_eq!(effects[0], Effect::Append { client_id, text: "Hello".into(), claim_token: None });
    let appended =
        Appended { conversation: Arc::new(conversation()), message: Arc::new(message(1)), is_new: true };
    session.on_appended(client_id, Ok(appended));
    let (frames, _) = drain(&mut session);
    assert_eq!(frames[0], json!({"type": "ack", "client_id": ID, "seq": 1, "id": message(1).id}));
}

#[test]
fn unfit_texts_are_refused_by_name_and_close_nothing() {
    let now = Instant::now();
    let mut session = owner(now);
    for (text, code) in
        [("", "blank"), (" \u{200b}\n", "blank"), ("a\0b", "nul"), (&"é".repeat(10_001), "too_long")]
    {
        for _ in 0..MALFORMED_LIMIT {
            session.on_text(&send(text), now);
        }
        let (frames, effects) = drain(&mut session);
        assert_eq!((frames[0]["code"].as_str(), frames[0]["client_id"].as_str()), (Some(code), Some(ID)));
        assert_eq!(effects, []);
    }
    session.on_text(&send(&"é".repeat(10_000)), now);
    assert_eq!(drain(&mut session).1.len(), 1);
}

#[test]
fn the_tenth_malformed_frame_closes() {
    let now = Instant::now();
    let mut session = owner(now);
    for _ in 1..MALFORMED_LIMIT {
        session.on_text("{", now);
    }
    let (frames, effects) = drain(&mut session);
    assert!(frames.iter().all(|frame| frame["code"] == "malformed"));
    assert_eq!(effects, []);
    session.on_text("{", now);
    assert_eq!(drain(&mut session).1, [Effect::Close(CloseCode::Malformed)]);
}

#[test]
fn refusals_of_the_store_are_told_with_the_client_id() {
    let now = Instant::now();
    let client_id: ClientId = ID.parse().unwrap();
    let (_, mut session) = holder(now);
    for (error, code) in [
        (store::Error::ClientIdReused, "client_id_reused"),
        (store::Error::Overloaded, "overloaded"),
        (Refusal::ClaimLost.into(), "claim_lost"),
        (Refusal::NotClaimed.into(), "not_claimed"),
    ] {
        session.on_appended(client_id, Err(error.into()));
        let (frames, _) = drain(&mut session);
        assert_eq!((frames[0]["code"].as_str(), frames[0]["client_id"].as_str()), (Some(code), Some(ID)));
    }
    session.on_appended(client_id, Err(Failure::RateLimited));
    assert_eq!(drain(&mut session).0[0]["code"], "rate_limited");
    session.on_appended(client_id, Err(store::Error::SignedOut.into()));
    assert_eq!(drain(&mut session).1, [Effect::Close(CloseCode::SignedOut)]);
}

#[test]
fn a_view_notes_but_does_not_send() {
    let (conversation, actor, now) = (conversation(), Actor::Agent(agent()), Instant::now());
    let mut session = Session::open(&opening(&conversation, &actor), now);
    assert_eq!(drain(&mut session).0[0]["you"]["mode"], "view");
    session.on_text(&send("Hello"), now);
    let (_, effects) = drain(&mut session);
    // It reaches the store, which answers a repeat (D2) and refuses the rest by a token no claim ever has.
    let Effect::Append { client_id, claim_token, .. } = &effects[0] else { panic!("{effects:?}") };
    assert_eq!(*claim_token, Some(ClaimToken(0)));
    session.on_appended(*client_id, Err(store::Error::from(Refusal::ClaimLost).into()));
    assert_eq!(drain(&mut session).0[0]["code"], "read_only");
    session.on_text(&json!({"type": "note", "client_id": ID, "text": "n"}).to_string(), now);
    assert!(matches!(drain(&mut session).1[0], Effect::AddNote { .. }));
}

#[test]
fn customers_write_no_notes() {
    let now = Instant::now();
    let mut session = owner(now);
    session.on_text(&json!({"type": "note", "client_id": ID, "text": "n"}).to_string(), now);
    let (frames, effects) = drain(&mut session);
    assert_eq!((frames[0]["code"].as_str(), effects), (Some("forbidden"), vec![]));
}

#[test]
fn customers_never_hear_of_notes() {
    let now = Instant::now();
    let mut session = owner(now);
    session.on_event(&event(What::Note(Arc::new(note(1)))), now);
    session.on_event(&event(What::Note(Arc::new(note(7)))), now);
    assert_eq!(drain(&mut session), (vec![], vec![]));
}

#[test]
fn c2_a_claim_that_ended_makes_a_view_that_keeps_its_token() {
    let now = Instant::now();
    let (mut conversation, mut session) = holder(now);
    let token = conversation.claim_token;
    conversation.resolve(&customer(), at(1)).unwrap();
    conversation.version += 1;
    session.on_event(&event(What::Conversation(Arc::new(conversation.clone()))), now);
    assert_eq!(types(&drain(&mut session).0), ["conversation"]);
    // Claimed by the same agent elsewhere, it is another claim: this socket stays a view.
    conversation.reopen(&Actor::Agent(agent()), at(2), LEASE, |_| true).unwrap();
    conversation.version += 1;
    session.on_event(&event(What::Conversation(Arc::new(conversation))), now);
    session.on_text(&send("Hello"), now + LEASE);
    let (_, effects) = drain(&mut session);
    let appends: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Append { claim_token, .. } => Some(*claim_token),
            _ => None,
        })
        .collect();
    assert_eq!(appends, [Some(token)]);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Renew { .. })));
}

#[test]
fn c3_signs_of_life_renew_and_silence_does_not() {
    let start = Instant::now();
    let (conversation, mut session) = holder(start);
    let renewals = |session: &mut Session| {
        drain(session)
            .1
            .into_iter()
            .filter(|effect| matches!(effect, Effect::Renew { .. }))
            .collect::<Vec<_>>()
    };
    session.on_text(r#"{"type":"ping"}"#, start + RENEW_INTERVAL - Duration::from_millis(1));
    assert_eq!(renewals(&mut session), []);
    session.on_tick(start + RENEW_INTERVAL);
    session.on_event(&added(1), start + RENEW_INTERVAL);
    assert_eq!(renewals(&mut session), []);
    session.on_sign_of_life(start + RENEW_INTERVAL);
    session.on_sign_of_life(start + RENEW_INTERVAL);
    assert_eq!(renewals(&mut session), [Effect::Renew { token: conversation.claim_token, is_active: false }]);
    session.on_renewed(Err(Refusal::ClaimLost.into()));
    session.on_sign_of_life(start + 4 * RENEW_INTERVAL);
    assert_eq!(renewals(&mut session), []);
}

#[test]
fn c3_a_holder_who_types_is_told_of_at_once_and_not_too_often() {
    let start = Instant::now();
    let (conversation, mut session) = holder(start);
    let typing = r#"{"type":"typing","on":true}"#;
    let mut told = Vec::new();
    for second in 0..=12 {
        session.on_text(typing, start + Duration::from_secs(second));
        let token = conversation.claim_token;
        if drain(&mut session).1.contains(&Effect::Renew { token, is_active: true }) {
            told.push(second);
        }
    }
    assert_eq!(told, [5, 10]);
    let mut customer = owner(start);
    customer.on_text(typing, start + Duration::from_secs(60));
    assert!(!drain(&mut customer).1.iter().any(|effect| matches!(effect, Effect::Renew { .. })));
}

#[test]
fn typing_is_told_on_change_and_ends_by_itself() {
    let start = Instant::now();
    let mut session = owner(start);
    let on = r#"{"type":"typing","on":true}"#;
    session.on_text(on, start);
    session.on_text(on, start + Duration::from_secs(3));
    assert_eq!(drain(&mut session).1, [Effect::TellTyping(true)]);
    session.on_tick(start + TYPING_LASTS);
    assert_eq!(drain(&mut session).1, []);
    let end = session.deadline().unwrap();
    assert_eq!(end, start + Duration::from_secs(3) + TYPING_LASTS);
    session.on_tick(end);
    assert_eq!(drain(&mut session).1, [Effect::TellTyping(false)]);
    assert_eq!(session.deadline(), None);
}

#[test]
fn typing_is_not_told_to_whoever_types() {
    let now = Instant::now();
    let mut session = owner(now);
    let typing = |by| event(What::Typing { by, name: "Kim".into(), on: true });
    session.on_event(&typing(Person::Customer(CustomerKey(1))), now);
    assert_eq!(drain(&mut session).0, [] as [Value; 0]);
    session.on_event(&typing(Person::Agent(AgentKey(1))), now);
    let (frames, _) = drain(&mut session);
    assert_eq!(frames, [json!({"type": "typing", "role": "agent", "name": "Kim", "on": true})]);
}

#[test]
fn reading_is_remembered_at_most_once_a_second_and_never_beyond_the_end() {
    let start = Instant::now();
    let mut session = owner(start);
    (1..=3).for_each(|seq| session.on_event(&added(seq), start));
    drain(&mut session);
    for seq in [1, 2, 99] {
        session.on_text(&json!({"type": "seen", "seq": seq}).to_string(), start);
    }
    assert_eq!(drain(&mut session).1, [Effect::MarkSeen(1)]);
    session.on_tick(session.deadline().unwrap());
    assert_eq!(drain(&mut session).1, [Effect::MarkSeen(3)]);
}

#[test]
fn an_agent_who_looks_has_read_the_notes_once() {
    let (now, reader) = (Instant::now(), Actor::Agent(agent()));
    let before = Conversation { last_seq: 1, last_note_seq: 2, ..conversation() };
    let mut session =
        Session::open(&Opening { after: Some(1), notes_after: Some(2), ..opening(&before, &reader) }, now);
    session.on_event(&event(What::Note(Arc::new(note(3)))), now);
    drain(&mut session);
    let seen = json!({"type": "seen", "seq": 1}).to_string();
    session.on_text(&seen, now);
    session.on_text(&seen, now);
    assert_eq!(drain(&mut session).1, [Effect::MarkNotesSeen(3)]);
}

fn place(ahead: i64, agents_online: usize) -> QueuePlace {
    QueuePlace { ahead, estimate_s: None, agents_online }
}

#[test]
fn the_place_in_the_queue_is_told_when_it_changes_and_only_while_open() {
    let now = Instant::now();
    let mut session = owner(now);
    session.on_queue(place(3, 1));
    session.on_queue(place(3, 1));
    session.on_queue(place(2, 1));
    let ahead: Vec<_> = drain(&mut session).0.iter().map(|frame| frame["ahead"].as_i64()).collect();
    assert_eq!(ahead, [Some(3), Some(2)]);
    let mut claimed = conversation();
    claimed.claim(&agent(), at(0), LEASE).unwrap();
    claimed.version += 1;
    session.on_event(&event(What::Conversation(Arc::new(claimed))), now);
    session.on_queue(place(1, 1));
    assert_eq!(types(&drain(&mut session).0), ["conversation"]);
}

#[test]
fn suggestions_are_told_when_they_change() {
    let (_, mut session) = holder(Instant::now());
    let reply = |text: &str| SuggestionView {
        canned_reply: CannedReplyId(uuid::Uuid::from_u128(1)),
        text: text.into(),
        reason: "fits".into(),
    };
    for (stage, text) in [("greeting", "Hello"), ("greeting", "Hello"), ("ongoing", "Hello")] {
        session.on_suggestions(stage, vec![reply(text)]);
    }
    let stages: Vec<_> = drain(&mut session).0.iter().map(|frame| frame["stage"].to_string()).collect();
    assert_eq!(stages, [r#""greeting""#, r#""ongoing""#]);
}

#[test]
fn an_older_state_is_not_told_after_a_newer_one() {
    let now = Instant::now();
    let mut session = owner(now);
    let of = |version| event(What::Conversation(Arc::new(Conversation { version, ..conversation() })));
    for version in [2, 1, 2, 3] {
        session.on_event(&of(version), now);
    }
    assert_eq!(drain(&mut session).0.len(), 2);
}

#[test]
fn who_holds_it_is_said_to_the_agent_who_may_not_enter() {
    let frame = ServerFrame::Rejected(Rejection::already_claimed(&agent().reference())).to_json();
    let frame: Value = serde_json::from_str(&frame).unwrap();
    assert_eq!(frame["code"], "already_claimed");
    assert_eq!(frame["holder"], json!({"id": agent().id, "name": "Kim"}));
}

/// D8: what was refused because too much waits says when to send it again.
#[test]
fn d8_an_overload_says_when_to_try_again() {
    let client_id = ClientId::new();
    let refused = refusals::of_store(client_id, &store::Error::Overloaded, false);
    let frame: Value = serde_json::from_str(&ServerFrame::Rejected(refused).to_json()).unwrap();
    assert_eq!((&frame["code"], &frame["retry_after_ms"]), (&json!("overloaded"), &json!(1000)));
    assert_eq!(frame["client_id"], client_id.to_string());
}
