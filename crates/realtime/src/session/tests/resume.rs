//! D4 and D3 in any order of events, reads and lost connections.

use super::world::{Client, Database};
use super::*;
use proptest::prelude::*;

/// What may happen next.
#[derive(Debug, Clone)]
enum Step {
    /// A message is committed.
    Add,
    /// A message is edited: one of those there are.
    Edit(usize),
    /// A note is committed.
    Note,
    /// The session gets the n-th of the events that wait: on PostgreSQL two commits may be told in either order.
    Deliver(usize),
    /// The read that is under way looks at the database.
    Look,
    /// The read that is under way is answered with what it saw.
    Answer,
    /// The connection is lost with everything in it; the client resumes.
    Reconnect,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Add),
        2 => (0..100usize).prop_map(Step::Edit),
        2 => Just(Step::Note),
        6 => prop_oneof![4 => Just(0), 1 => 0..3usize].prop_map(Step::Deliver),
        3 => Just(Step::Look),
        3 => Just(Step::Answer),
        1 => Just(Step::Reconnect),
    ]
}

/// The database, the hub's mailbox and the client around one session.
struct World {
    session: Session,
    database: Database,
    waiting: Vec<Arc<Event>>,
    read: Option<Read>,
    seen_by_read: Option<Page>,
    client: Client,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            session: owner(Instant::now()),
            database: Database::default(),
            waiting: Vec::new(),
            read: None,
            seen_by_read: None,
            client: Client::default(),
        };
        world.connect();
        world
    }

    fn connect(&mut self) {
        (self.waiting, self.read, self.seen_by_read) = (Vec::new(), None, None);
        self.session = self.client.resume(&self.database.conversation());
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Add => {
                let last_rev = self.database.last_rev;
                let message = self.database.add();
                self.waiting.push(event(What::Message { message, last_rev }));
            }
            Step::Edit(which) if !self.database.messages.is_empty() => {
                let message = self.database.edit(*which);
                self.waiting.push(event(What::MessageChanged(message)));
            }
            Step::Note => {
                let note = self.database.note();
                self.waiting.push(event(What::Note(note)));
            }
            Step::Deliver(which) if !self.waiting.is_empty() => {
                let event = self.waiting.remove(which % self.waiting.len());
                self.session.on_event(&event, Instant::now());
            }
            Step::Look => self.seen_by_read = self.read.map(|read| self.database.page(read)),
            Step::Answer => {
                if let Some(page) = self.seen_by_read.take() {
                    self.read = None;
                    self.session.on_page(Ok(page));
                }
            }
            Step::Reconnect => self.connect(),
            Step::Edit(_) | Step::Deliver(_) => {}
        }
        self.transmit();
    }

    fn transmit(&mut self) {
        let (frames, effects) = drain(&mut self.session);
        for effect in effects {
            if let Effect::Read(read) = effect {
                assert_eq!(self.read.replace(read), None, "one read at a time");
                self.seen_by_read = None;
            }
        }
        for frame in frames {
            self.client.take(&frame);
        }
    }

    /// Lets everything that is under way happen.
    fn settle(&mut self) {
        while !self.waiting.is_empty() || self.read.is_some() {
            self.step(&Step::Deliver(0));
            self.step(&Step::Look);
            self.step(&Step::Answer);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// D3, D4: whatever commits, is told, is read and is lost in whatever order, the client ends with every message
    /// and note once, in order, and with the newest text of each.
    #[test]
    fn every_message_change_and_note_arrives_once_in_order(steps in prop::collection::vec(step(), 1..120)) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
        }
        world.settle();
        world.client.assert_has_all_of(&world.database);
        prop_assert!(!world.session.is_behind());
    }
}

#[test]
fn d4_a_long_history_is_read_page_by_page() {
    let mut world = World::new();
    world.database.messages = (1..=450).map(message).collect();
    world.connect();
    world.transmit();
    let mut reads = 0;
    while world.read.is_some() {
        reads += 1;
        world.step(&Step::Look);
        world.step(&Step::Answer);
    }
    assert_eq!((world.client.messages.len(), reads), (450, 3));
}

#[test]
fn while_behind_only_the_newest_state_waits() {
    let now = Instant::now();
    let conversation = Conversation { last_seq: 1, ..conversation() };
    let mut session = Session::open(&opening(&conversation, &customer()), now);
    drain(&mut session);
    for version in 1..=100 {
        let newer = Conversation { version, ..conversation.clone() };
        session.on_event(&event(What::Conversation(Arc::new(newer))), now);
        session.on_event(&event(What::Seen { side: Side::Agent, seq: 1 }), now);
    }
    assert_eq!(drain(&mut session).0, [] as [Value; 0]);
    session.on_page(Ok(Page::Messages(vec![message(1)])));
    assert_eq!(types(&drain(&mut session).0), ["message", "conversation", "seen"]);
}
