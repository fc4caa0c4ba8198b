//! D6 by simulation: sessions, hubs and a bus that loses, doubles and reorders, on several nodes. Nothing here waits or
//! sleeps: what happens when is what the steps say, so a failure is the same each time.

use super::world::{Client, Database};
use super::*;
use crate::bus::Node;
use crate::hub::{Attachment, Behind};
use crate::{Hub, Mail, Place};
use futures_util::FutureExt;
use proptest::prelude::*;
use std::collections::HashMap;
use store::{Change, Position, Stand};

const NODES: usize = 3;

/// What may happen next; numbers choose a node, a reader or a packet.
#[derive(Debug, Clone)]
enum Step {
    Commit(usize, Write),
    /// A node tells its hub of one of its commits.
    Tell(usize),
    /// A node says on the bus what waits in its outbox, and that it lives.
    Say(usize),
    /// One of the packets under way arrives; doubled, it stays under way too.
    Arrive {
        packet: usize,
        doubled: bool,
    },
    /// One of the packets under way is lost.
    Lose(usize),
    /// A node begins to read what it heard has moved.
    CatchUp(usize),
    /// A node begins to compare what it has open with the database.
    Look(usize),
    /// A node has read, and tells its sockets.
    Told(usize),
    /// A reader gets the next of what waits for it.
    Deliver(usize),
    /// A reader's page is read from the database, or comes.
    Page(usize),
    /// A reader's connection is lost; it comes back to a node …
    Attach(usize, usize),
    /// … and resumes.
    Open(usize),
}

#[derive(Debug, Clone)]
enum Write {
    Message,
    Edit(usize),
    Note,
    State,
    Seen,
}

fn step() -> impl Strategy<Value = Step> {
    let write = prop_oneof![
        4 => Just(Write::Message),
        2 => (0..100usize).prop_map(Write::Edit),
        1 => Just(Write::Note),
        1 => Just(Write::State),
        1 => Just(Write::Seen),
    ];
    prop_oneof![
        5 => (0..NODES, write).prop_map(|(node, write)| Step::Commit(node, write)),
        5 => (0..3usize).prop_map(Step::Tell),
        5 => (0..NODES).prop_map(Step::Say),
        8 => (0..9usize, prop::bool::weighted(0.1))
            .prop_map(|(packet, doubled)| Step::Arrive { packet, doubled }),
        1 => (0..9usize).prop_map(Step::Lose),
        4 => (0..NODES).prop_map(Step::CatchUp),
        1 => (0..NODES).prop_map(Step::Look),
        4 => (0..NODES).prop_map(Step::Told),
        9 => (0..NODES).prop_map(Step::Deliver),
        6 => (0..NODES).prop_map(Step::Page),
        1 => (0..NODES, 0..NODES).prop_map(|(reader, node)| Step::Attach(reader, node)),
        2 => (0..NODES).prop_map(Step::Open),
    ]
}

struct World {
    database: Database,
    nodes: Vec<Machine>,
    /// Commits whose node has not told of them yet.
    untold: Vec<(usize, Change)>,
    /// Packets under way: to which node, on which channel.
    network: Vec<(usize, u16, Vec<u8>)>,
    readers: Vec<Reader>,
}

struct Machine {
    hub: Hub,
    bus: Node,
    /// What it is reading, as the conversation was when it began.
    reading: Option<(HashMap<ConversationKey, Behind>, Conversation)>,
    missed: bool,
}

struct Reader {
    attachment: Attachment,
    session: Option<Session>,
    read: Option<Read>,
    page: Option<Page>,
    client: Client,
}

impl World {
    fn new() -> Self {
        let machine = |number| {
            let hub = Hub::default();
            hub.outbox().open();
            let id = uuid::Uuid::from_u128(number);
            Machine { hub, bus: Node::new(id, Instant::now()), reading: None, missed: false }
        };
        let nodes: Vec<_> = (0..NODES as u128).map(machine).collect();
        let reader = |node: &Machine| Reader {
            attachment: attach(&node.hub),
            session: None,
            read: None,
            page: None,
            client: Client::default(),
        };
        let readers = nodes.iter().map(reader).collect();
        Self { database: Database::default(), nodes, untold: Vec::new(), network: Vec::new(), readers }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Commit(node, write) => self.commit(*node, write),
            Step::Tell(which) if !self.untold.is_empty() => {
                let (node, change) = self.untold.remove(which % self.untold.len());
                self.nodes[node].hub.publish(change);
            }
            Step::Say(node) => self.say(*node),
            Step::Arrive { packet, doubled } if !self.network.is_empty() => {
                let packet = packet % self.network.len();
                let (to, channel, bytes) = self.network[packet].clone();
                if !doubled {
                    self.network.remove(packet);
                }
                self.nodes[to].hear(channel, &bytes);
            }
            Step::Lose(packet) if !self.network.is_empty() => {
                self.network.remove(packet % self.network.len());
            }
            Step::CatchUp(node) => {
                let node = &mut self.nodes[*node];
                if node.reading.is_none() {
                    node.reading = Some((node.hub.take_moved(), self.database.conversation()));
                }
            }
            Step::Look(node) => self.look(*node),
            Step::Told(node) => self.told(*node),
            Step::Deliver(reader) => self.readers[*reader].deliver(),
            Step::Page(reader) => self.readers[*reader].turn_page(&self.database),
            Step::Attach(reader, node) => {
                let reader = &mut self.readers[*reader];
                (reader.session, reader.read, reader.page) = (None, None, None);
                reader.attachment = attach(&self.nodes[*node].hub);
            }
            Step::Open(reader) => self.readers[*reader].open(&self.database),
            Step::Tell(_) | Step::Arrive { .. } | Step::Lose(_) => {}
        }
        // A missing number makes a node look at once.
        for node in 0..NODES {
            if self.nodes[node].missed {
                self.look(node);
            }
        }
        self.readers.iter_mut().for_each(Reader::transmit);
    }

    fn commit(&mut self, node: usize, write: &Write) {
        let database = &mut self.database;
        database.version += 1;
        let change = match write {
            Write::Message => {
                let message = database.add();
                Change::Message { conversation: Arc::new(database.conversation()), message }
            }
            Write::Edit(which) if !database.messages.is_empty() => {
                let message = database.edit(*which);
                Change::MessageChanged { conversation: Arc::new(database.conversation()), message }
            }
            Write::Note => {
                let note = database.note();
                Change::Note { conversation: Arc::new(database.conversation()), note }
            }
            Write::Seen => {
                let seq = database.conversation().last_seq;
                database.customer_seen = seq;
                Change::Seen { conversation: conversation().id, side: Side::Customer, seq }
            }
            Write::State | Write::Edit(_) => {
                database.state += 1;
                Change::Conversation(Arc::new(database.conversation()))
            }
        };
        self.untold.push((node, change));
    }

    fn say(&mut self, node: usize) {
        let Machine { hub, bus, .. } = &mut self.nodes[node];
        let hints = hub.outbox().take(usize::MAX).now_or_never().unwrap_or_default();
        let mut packets: Vec<_> = hints.into_iter().map(|hint| bus.say(hint)).collect();
        let mine = packets.first().map_or(0, |(channel, _)| *channel);
        packets.extend(bus.beats(&[]).into_iter().filter(|(channel, _)| *channel == mine));
        for (channel, packet) in packets {
            let others = (0..NODES).filter(|other| *other != node);
            self.network.extend(others.map(|other| (other, channel, packet.clone())));
        }
    }

    fn look(&mut self, node: usize) {
        let node = &mut self.nodes[node];
        if node.reading.is_none() {
            node.missed = false;
            let conversation = self.database.conversation();
            let at = Position::of(&conversation);
            let stand = Stand { key: conversation.key, id: conversation.id, at };
            node.reading = Some((node.hub.behind(&[stand]), conversation));
        }
    }

    fn told(&mut self, node: usize) {
        let Machine { hub, reading, .. } = &mut self.nodes[node];
        let Some((behind, conversation)) = reading.take() else { return };
        let key = conversation.key;
        let after = behind.get(&key).and_then(|behind| behind.after);
        let messages =
            after.into_iter().flat_map(|after| self.database.messages.iter().filter(move |m| m.seq > after));
        let messages = messages.take(3).map(|message| (key, message.clone())).collect();
        let conversations = behind.contains_key(&key).then_some(conversation);
        hub.catch_up(&behind, conversations.into_iter().collect(), messages);
    }

    /// The trouble ends: what is under way is lost, and every node looks once more.
    fn settle(&mut self) {
        while !self.untold.is_empty() {
            self.step(&Step::Tell(0));
        }
        self.network.clear();
        for node in 0..NODES {
            self.step(&Step::Told(node));
            self.step(&Step::Look(node));
            self.step(&Step::Told(node));
        }
        for reader in 0..NODES {
            self.step(&Step::Open(reader));
            while self.readers[reader].is_busy() {
                self.step(&Step::Deliver(reader));
                self.step(&Step::Page(reader));
            }
        }
    }
}

fn attach(hub: &Hub) -> Attachment {
    let session = store::Session { key: SessionKey(1), actor: Actor::Agent(agent()), address: None };
    let conversation = conversation();
    hub.attach(&session, Place::Conversation(conversation.id, conversation.key, conversation.customer.key))
}

impl Machine {
    fn hear(&mut self, channel: u16, packet: &[u8]) {
        let heard = self.bus.hear(channel, packet, Instant::now());
        self.missed |= heard.missed;
        if let Some((node, hint)) = heard.hint {
            self.hub.hear(node, hint);
        }
    }
}

impl Reader {
    fn open(&mut self, database: &Database) {
        if self.session.is_none() {
            let conversation = database.conversation();
            self.attachment.opened(&conversation);
            self.session = Some(self.client.resume(&conversation));
            self.transmit();
        }
    }

    fn deliver(&mut self) {
        let Some(session) = &mut self.session else { return };
        if let Some(Mail::Event(event)) = self.attachment.mailbox().next().now_or_never() {
            session.on_event(&event, Instant::now());
        }
    }

    fn turn_page(&mut self, database: &Database) {
        match (self.read, self.page.take()) {
            (Some(read), None) => self.page = Some(database.page(read)),
            (Some(_), Some(page)) => {
                self.read = None;
                self.session.as_mut().expect("it reads").on_page(Ok(page));
            }
            (None, _) => {}
        }
    }

    fn transmit(&mut self) {
        let Some(session) = &mut self.session else { return };
        let (frames, effects) = drain(session);
        for effect in effects {
            if let Effect::Read(read) = effect {
                assert_eq!(self.read.replace(read), None, "one read at a time");
                self.page = None;
            }
        }
        frames.iter().for_each(|frame| self.client.take(frame));
    }

    fn is_busy(&self) -> bool {
        self.read.is_some() || self.attachment.mailbox().waits()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// D3, D4, D6: whatever the bus loses, doubles and reorders, and whenever readers come and go, once the trouble
    /// ends every reader on every node has every message and note once, in order, the newest text and the newest state.
    #[test]
    fn d6_every_node_ends_up_right_whatever_the_bus_does(steps in prop::collection::vec(step(), 1..200)) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
        }
        world.settle();
        for reader in &world.readers {
            reader.client.assert_has_all_of(&world.database);
            prop_assert_eq!(reader.client.shows, world.database.state);
            prop_assert_eq!(reader.client.customer_seen, world.database.customer_seen);
        }
    }
}

/// D4: what another node says between a socket's arrival and its opening is not forgotten.
#[test]
fn d4_a_hint_heard_while_a_socket_opens_is_kept() {
    let (hub, mut database) = (Hub::default(), Database::default());
    let attachment = attach(&hub);
    let read = database.conversation();
    let message = database.add();
    let now = Arc::new(database.conversation());
    let change = Change::Message { conversation: now, message };
    hub.hear(uuid::Uuid::nil(), crate::bus::Hint::of(&change));
    assert!(hub.take_moved().is_empty());
    attachment.opened(&read);
    assert!(!hub.take_moved().is_empty(), "the hint is gone, the socket waits for the next look");
}
