//! Every template, with data somebody made to break it.

use domain::*;
use std::time::Duration;
use store::FormKey;
use web::DemoSignIn;
use web::agent::desk::Desk;
use web::agent::list::List;
use web::agent::replies::{Draft, Replies, Reply};
use web::agent::rows::{Piece, Row};
use web::agent::set_password::SetPassword;
use web::agent::sign_in::SignIn;
use web::agent::views::{Choice, Facet};
use web::chat::closing::{RatingForm, Reach};
use web::chat::panel::{CustomerPanel, OtherConversation};
use web::chat::room::{AgentRoom, CustomerRoom, Holder, Room};
use web::chat::transcript::Transcript;
use web::customer::{Entrance, Home, RequestRow};
use web::page::{ErrorPage, Landing};
use web::say;
use web::view::{Field, HowMany, StatusView, When, initials};

const ATTACK: &str = r#""><script>alert(1)</script><img src=x onerror=alert(2)>"#;
const LONG_NAME: &str =
    "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh the Younger of Somewhere Far Away";

fn at(minutes: u64) -> Timestamp {
    const EVENING: Timestamp = Timestamp::from_micros(1_795_383_600_000_000);
    EVENING + Duration::from_secs(60 * minutes)
}

fn message(seq: i64, role: Side, name: &str, text: &str, minutes: u64) -> Message {
    Message {
        id: MessageId::new(),
        seq,
        author: Author { role, name: name.into() },
        author_key: 1,
        text: Some(text.into()),
        client_id: ClientId::new(),
        created_at: at(minutes),
        rev: 0,
        edited_at: None,
        deleted: false,
    }
}

fn note(note_seq: i64, after_seq: i64, kind: NoteKind, text: &str, minutes: u64) -> Note {
    Note {
        id: NoteId::new(),
        note_seq,
        after_seq,
        kind,
        author: Some(Author { role: Side::Agent, name: "Mira Okafor".into() }),
        text: text.into(),
        data: None,
        client_id: None,
        created_at: at(minutes),
    }
}

fn messages() -> Vec<Message> {
    use Side::{Agent, Customer};
    let mut deleted = message(8, Customer, LONG_NAME, "", 181);
    deleted.text = None;
    deleted.deleted = true;
    vec![
        message(
            1,
            Customer,
            LONG_NAME,
            "Hello, my standing order of the 15th went out twice.\n\nOne of them should come back, I think?",
            0,
        ),
        message(2, Customer, LONG_NAME, "The reference is 4471-B.", 0),
        message(
            3,
            Agent,
            "Mira Okafor",
            "Good evening! Thank you for the reference, I am looking at it now.",
            3,
        ),
        message(
            4,
            Agent,
            "Mira Okafor",
            "You can follow it here: https://status.example.com/orders/4471-B?lang=en&full=1",
            3,
        ),
        message(5, Customer, LONG_NAME, ATTACK, 160),
        message(6, Customer, LONG_NAME, "مرحبا، هل وصلت الحوالة؟ شكرا جزيلا", 161),
        message(7, Agent, "Mira Okafor", &"averyverylongwordwithoutanyplacetobreakit".repeat(6), 180),
        deleted,
        message(
            9,
            Agent,
            "Mira Okafor",
            "The second one was returned this morning; it shows tomorrow. Is there anything else I can do for you?",
            182,
        ),
        message(10, Customer, LONG_NAME, "No, that was all. Thanks!", 183),
    ]
}

fn notes() -> Vec<Note> {
    vec![
        note(1, 2, NoteKind::Event, "claimed the conversation", 2),
        note(
            2,
            4,
            NoteKind::Note,
            "Checked with payments: the duplicate is theirs, see 88-12. Call back before noon.",
            5,
        ),
    ]
}

fn room(viewer: &'static str, status: Status, messages: &[Message], notes: &[Note]) -> Room {
    Room {
        id: ConversationId::new(),
        viewer,
        viewer_name: if viewer == "agent" { "Mira Okafor" } else { LONG_NAME }.into(),
        status: StatusView(status),
        mode: "view",
        last_seq: 10,
        last_rev: 0,
        last_note_seq: 2,
        other_seen_seq: 9,
        transcript: Transcript::new(None, messages, notes, Some(1)),
    }
}

fn customer_room(status: Status, agent: Option<&str>, queue: &str, messages: &[Message]) -> String {
    CustomerRoom {
        room: room("customer", status, messages, &[]),
        agent_name: agent.map(Into::into),
        queue: queue.into(),
        client_id: ClientId::new(),
        draft: String::new(),
        error: None,
        is_earlier: false,
        reach: Reach::Mail(ATTACK.into()),
        rating: RatingForm { score: Some(4), comment: ATTACK.into(), error: None },
    }
    .to_string()
}

fn agent_room(status: Status, holder: Holder, name: &str) -> String {
    let other = |customer: &str, first_line: &str| OtherConversation {
        id: ConversationId::new(),
        customer: customer.into(),
        first_line: first_line.into(),
        status: StatusView(Status::Resolved),
        last_activity: When::ago(at(20)),
    };
    let room = AgentRoom {
        room: room("agent", status, &messages(), &notes()),
        agent_id: AgentId::new(),
        holder,
        is_administrator: true,
        customer: CustomerPanel {
            initials: initials(name),
            name: name.into(),
            email: Some("a.very.long.address.indeed@mail.department.example.com".into()),
            email_verified: false,
            since: When::ago(at(0)),
            is_here: Some(true),
            gets_mail: true,
            note: ATTACK.into(),
            note_version: 3,
            noted: Some((ATTACK.into(), When::ago(at(9)))),
            earlier: vec![other(name, ATTACK)],
            same_address: vec![other(ATTACK, "Was it sent?")],
        },
        waiting_since: Some(When::waiting(at(160))),
        snoozed_until: None,
        created_at: When::ago(at(0)),
        urgency: Some((UrgencyLevel::High, vec![ATTACK.into()])),
        tags: vec!["payments".into(), ATTACK.into()],
    };
    desk(list(14), Some(room))
}

fn requests() -> Vec<RequestRow> {
    let request = |first_line: &str, status, minutes, unread| RequestRow {
        id: ConversationId::new(),
        first_line: first_line.into(),
        status: StatusView(status),
        last_activity: When::ago(at(minutes)),
        unread,
    };
    vec![
        request("My standing order of the 15th went out twice", Status::Ongoing, 183, 2),
        request(ATTACK, Status::Open, 20, 0),
        request(
            "The card arrived but the code in the letter cannot be read at all, and the branch says to write here",
            Status::Open,
            0,
            0,
        ),
    ]
}

fn list(rows: usize) -> List {
    let names = [
        "Noor van den Berg",
        LONG_NAME,
        "عائشة الهاشمي",
        ATTACK,
        "Jo",
        "Tomáš Dvořák",
        "李小龙",
        "Ana-María Fernández",
    ];
    let lines = [
        "The app says my device is not known and will not let me in since this morning",
        "Ok",
        "هل وصلت الحوالة؟",
        "Where is my refund?",
        "I was charged twice for the same train ticket, once on Monday and once again today",
        "Thanks!",
    ];
    let statuses =
        [Status::Open, Status::Open, Status::Ongoing, Status::Open, Status::Snoozed, Status::Resolved];
    let choice = |label: &str, count: i64, current| Choice {
        label: label.into(),
        href: "?status=open".into(),
        count: Some(HowMany(count)),
        current,
        deletable: current.then(|| ATTACK.into()),
    };
    List {
        title: "Queue".into(),
        total: format!("{rows} conversations"),
        facets: vec![
            Facet {
                label: say("facet-status"),
                choices: vec![
                    choice("Queue", 31, true),
                    choice("Ongoing", 12, false),
                    choice("Snoozed", 2, false),
                    choice("Resolved", 1204, false),
                    choice("All", 1249, false),
                ],
            },
            Facet {
                label: say("facet-holder"),
                choices: vec![
                    choice("Anybody", 31, false),
                    choice("Me", 3, false),
                    choice("Nobody", 28, false),
                    choice(LONG_NAME, 3, false),
                ],
            },
        ],
        rows: (0..rows)
            .map(|n| Row {
                id: ConversationId::new(),
                customer: names[n % names.len()].into(),
                initials: initials(names[n % names.len()]),
                line: vec![
                    Piece { text: lines[n % lines.len()].into(), hit: false },
                    Piece { text: "refund".into(), hit: n == 3 },
                ],
                href: format!("/chat/{n}/?q={ATTACK}"),
                status: (n % 7 != 0).then(|| StatusView(statuses[n % statuses.len()])),
                holder: (n % 6 == 2).then(|| "Mira Okafor".into()),
                waits: n % 2 == 0,
                at: When::waiting(at(150 + n as u64)),
                unread: n % 3 == 0,
                urgent: (n % 5 == 0).then(|| ATTACK.into()),
                more_tags: n % 2,
                tags: if n % 4 == 1 { vec!["payments".into()] } else { vec![] },
            })
            .collect(),
        mentions: vec![choice(ATTACK, 1, false)],
        sorts: vec![choice("Urgency", 0, true)],
        unsaved: Some(format!("tag={ATTACK}")),
        unread: 2,
        more: (rows > 10).then(|| "?cursor=abc".into()),
        ..List::default()
    }
}

fn replies() -> String {
    let reply = |is_changeable| Reply {
        id: CannedReplyId::new(),
        stage: Stage::Ongoing,
        short_code: "moment".into(),
        text: ATTACK.into(),
        uses: 12,
        is_changeable,
        error: is_changeable.then(|| ATTACK.into()),
    };
    Replies {
        agent_name: LONG_NAME.into(),
        is_administrator: true,
        groups: [(say("replies-own"), vec![reply(true)]), (say("replies-shared"), vec![reply(false)])],
        draft: Draft { text: ATTACK.into(), error: Some(ATTACK.into()), ..Draft::default() },
    }
    .to_string()
}

fn desk(list: List, room: Option<AgentRoom>) -> String {
    let (agent_name, agent_id) = ("Mira Okafor".into(), AgentId::new());
    Desk { agent_name, agent_id, is_administrator: true, list, room }.to_string()
}

fn pages() -> Vec<(&'static str, String)> {
    let wrong = |value: &str, error: &str| Field { value: value.into(), error: Some(error.into()) };
    let mut long = messages();
    long.truncate(2);
    long.push(message(3, Side::Customer, LONG_NAME, &"a word and another ".repeat(526), 4));
    vec![
        ("landing", Landing { is_demo: true }.to_string()),
        ("entrance", Entrance::default().to_string()),
        (
            "entrance-wrong",
            Entrance {
                name: wrong(ATTACK, "Write your name."),
                email: wrong("noor@", "This is not an e-mail address. It looks like name@example.com."),
                text: wrong(ATTACK, "Write at least a word."),
                error: Some("Too many new conversations from here. Wait a minute and send again.".into()),
                ..Entrance::default()
            }
            .to_string(),
        ),
        (
            "home",
            Home {
                name: LONG_NAME.into(),
                ongoing: requests(),
                resolved: requests()
                    .into_iter()
                    .map(|row| RequestRow { status: StatusView(Status::Resolved), unread: 0, ..row })
                    .collect(),
                key: FormKey::new(),
                text: Field::default(),
            }
            .to_string(),
        ),
        (
            "home-empty",
            Home {
                name: ATTACK.into(),
                ongoing: vec![],
                resolved: vec![],
                key: FormKey::new(),
                text: Field::default(),
            }
            .to_string(),
        ),
        ("customer", customer_room(Status::Ongoing, Some("Mira Okafor"), "", &messages())),
        (
            "customer-waiting",
            customer_room(Status::Open, None, "About 2 ahead of you, about 4 minutes", &messages()[..2]),
        ),
        ("customer-resolved", customer_room(Status::Resolved, None, "", &messages())),
        ("customer-long", customer_room(Status::Open, None, "You are next", &long)),
        ("agent", agent_room(Status::Ongoing, Holder::Me, LONG_NAME)),
        ("agent-free", agent_room(Status::Open, Holder::Nobody, ATTACK)),
        (
            "agent-held",
            agent_room(
                Status::Ongoing,
                Holder::Other { name: ATTACK.into(), since: When::clock(at(2)) },
                "Noor van den Berg",
            ),
        ),
        ("agent-resolved", agent_room(Status::Resolved, Holder::Nobody, "Noor van den Berg")),
        ("inbox", desk(list(14), None)),
        ("inbox-empty", desk(list(0), None)),
        ("inbox-no-match", desk(List { query: ATTACK.into(), ..list(0) }, None)),
        (
            "sign-in",
            SignIn {
                demo_accounts: vec![DemoSignIn {
                    name: "Ann".into(),
                    email: "agent1@example.com".into(),
                    password: "demo".into(),
                    is_administrator: false,
                }],
                ..SignIn::default()
            }
            .to_string(),
        ),
        (
            "sign-in-wrong",
            SignIn {
                email: ATTACK.into(),
                error: Some("E-mail or password is wrong.".into()),
                next: Some(ATTACK.into()),
                ..SignIn::default()
            }
            .to_string(),
        ),
        (
            "set-password",
            SetPassword {
                agent_name: Some(ATTACK.into()),
                password_error: Some("Use at least 10 characters.".into()),
                ..SetPassword::default()
            }
            .to_string(),
        ),
        ("replies", replies()),
        ("first-administrator", SetPassword::default().to_string()),
        ("error-404", ErrorPage::new(404).to_string()),
        ("error-503", ErrorPage::new(503).to_string()),
    ]
}

#[test]
fn a6_what_somebody_typed_is_never_markup() {
    for (name, html) in pages() {
        assert!(!html.contains("<script>") && !html.contains("<img src=x"), "{name}");
        assert!(!html.contains(r#"value=""><"#), "{name}");
    }
}

#[test]
fn a4_nothing_inline_and_nothing_from_elsewhere() {
    for (name, html) in pages() {
        for start in ["style=", "<style", "onclick=", "javascript:"] {
            assert!(!html.contains(start), "{name} has {start}");
        }
        for (at, _) in html.match_indices("<script") {
            assert!(
                html[at..].starts_with(r#"<script src="/assets/"#)
                    || html[at..].starts_with(r#"<script type="module" src="/assets/"#),
                "{name}"
            );
        }
        for (at, _) in
            html.match_indices("src=\"").chain(html.match_indices("<link rel=\"stylesheet\" href=\""))
        {
            let address =
                html[at..].split('"').nth(if html[at..].starts_with("src") { 1 } else { 3 }).unwrap();
            assert!(
                ["/assets/", "/chat/"].iter().any(|ours| address.starts_with(ours)),
                "{name} asks {address}"
            );
        }
    }
}

/// A line break right after `<textarea>` is none of what was typed: one of ours stands there.
#[test]
fn what_is_typed_again_into_a_field_keeps_its_first_lines() {
    let typed = pages().into_iter().flat_map(|(name, html)| {
        let fields: Vec<_> =
            html.split("<textarea").skip(1).map(|field| field.split("</textarea>").next()).collect();
        fields.into_iter().flatten().map(|field| (name, field.to_owned())).collect::<Vec<_>>()
    });
    for (name, field) in typed {
        let text = field.split_once('>').unwrap().1;
        assert!(text.is_empty() || text.starts_with('\n'), "{name}: {field}");
    }
}

#[test]
fn every_page_says_what_it_is() {
    for (name, html) in pages() {
        assert_eq!(html.matches("<h1").count(), 1, "{name}: one main heading");
        assert!(html.contains("<title>") && html.contains(r#"<html lang="en" dir="ltr">"#), "{name}");
        assert!(
            html.contains(r#"<main id="main""#) && html.contains(r##"class="skip" href="#main""##),
            "{name}"
        );
    }
}

#[test]
fn a_transcript_merges_notes_groups_minutes_and_parts_days() {
    let mira = Agent {
        key: AgentKey(1),
        id: AgentId::new(),
        name: "Mira Okafor".into(),
        email: "mira@example.com".into(),
        role: AgentRole::Agent,
    };
    let namesake = Agent { key: AgentKey(2), ..mira.clone() };
    let html = Transcript::new(Some(&namesake), &messages(), &notes(), None).to_string();
    assert!(!html.contains("from-agent own"), "not by the name");
    let html = Transcript::new(Some(&mira), &messages(), &notes(), None).to_string();
    assert_eq!(html.matches("from-agent own").count(), 4);
    let place = |needle: &str| html.find(needle).unwrap_or_else(|| panic!("{needle} is not there"));
    assert!(
        place("id=\"m2\"") < place("claimed the conversation"),
        "an event stands after the message it followed"
    );
    assert!(place("claimed the conversation") < place("id=\"m3\""));
    assert!(html.contains(r#"class="message from-customer continues" id="m2""#));
    assert!(html.contains(r#"class="message from-agent own" id="m3""#));
    assert_eq!(html.matches(r#"class="day""#).count(), 2);
}
