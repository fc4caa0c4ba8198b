//! More like this: earlier resolved conversations about the same, and the reply that closed each.

use crate::{agent, customer, message};
use domain::{ClientId, Conversation, ConversationId, CustomerId, Refusal, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Error, Past, PastDeed, PastStep, Session, Similar};
use testkit::{TestStore, both_databases};

/// A conversation in which a customer asks, an agent answers, and it is resolved.
async fn resolved(
    store: &TestStore,
    customer: &Session,
    agent: &Session,
    asked: &str,
    reply: &str,
) -> Conversation {
    let begun = says(store, customer, asked).await;
    store.claim(agent, begun.id).await.unwrap();
    store.append(agent, message(&begun, reply)).await.unwrap();
    store.resolve(agent, begun.id).await.unwrap()
}

async fn says(store: &TestStore, customer: &Session, text: &str) -> Conversation {
    store.create_conversation(customer, ClientId::new(), text).await.unwrap().0
}

async fn similar(store: &TestStore, agent: &Session, conversation: &Conversation) -> Vec<Similar> {
    let now = store.conversation(&agent.actor, conversation.id).await.unwrap();
    store.similar(agent, &now).await.unwrap()
}

const LOST: &str = "The courier lost my parcel, it never arrived";
const REPLY: &str = "I have opened a search with the courier and send a second parcel today.";

both_databases! {
    /// What was resolved with an answer is found by what its customer said, with that answer.
    async fn resolved_conversations_come_with_the_reply_that_closed_them(store: TestStore) {
        let (noor, bo, ada) = (customer(&store, "Noor").await, customer(&store, "Bo").await, agent(&store, "Ada").await);
        let closed = resolved(&store, &noor, &ada, LOST, REPLY).await;
        resolved(&store, &noor, &ada, "How do I change my password?", "Choose Password under Settings.").await;
        let open = says(&store, &noor, LOST).await;
        let asked = says(&store, &bo, "hi, my parcel is lost at the courier").await;
        let found = similar(&store, &ada, &asked).await;
        assert_eq!(found.iter().map(|similar| similar.conversation.id).collect::<Vec<_>>(), [closed.id]);
        assert_eq!((&*found[0].reply, found[0].names_another()), (REPLY, false));
        let marked: Vec<_> = found[0].snippet.iter().filter(|segment| segment.hit).map(|segment| &*segment.text).collect();
        assert_eq!(marked, ["courier", "lost", "parcel"]);
        let itself: Vec<_> = similar(&store, &ada, &closed).await.into_iter().map(|it| it.conversation.id).collect();
        assert!(itself.is_empty(), "neither itself nor {}, which is open", open.id);
    }

    /// Rather nothing than what shares one word that says little.
    async fn a_word_that_says_little_finds_nothing(store: TestStore) {
        let (noor, bo, ada) = (customer(&store, "Noor").await, customer(&store, "Bo").await, agent(&store, "Ada").await);
        resolved(&store, &noor, &ada, "Is the blue enamel mug coming back?", "It is, in May.").await;
        let asked = says(&store, &bo, "My blender is broken, I want my money back").await;
        assert_eq!(similar(&store, &ada, &asked).await, []);
    }

    /// What nobody said, only agents noted, plays no part; nor does what was deleted, or a customer's own name.
    async fn notes_names_and_what_is_gone_play_no_part(store: TestStore) {
        let (noor, ada) = (customer(&store, "Noor Zebra").await, agent(&store, "Ada").await);
        let closed = resolved(&store, &noor, &ada, "My name is Zebra and I am here", REPLY).await;
        store.add_note(&ada, closed.id, ClientId::new(), "the courier lost the parcel").await.unwrap();
        let zebra = customer(&store, "Zebra Ali").await;
        assert_eq!(similar(&store, &ada, &says(&store, &noor, LOST).await).await, []);
        assert_eq!(similar(&store, &ada, &says(&store, &zebra, "Zebra here, hello").await).await, []);
        let other = resolved(&store, &noor, &ada, LOST, REPLY).await;
        let asked = says(&store, &zebra, LOST).await;
        assert_eq!(similar(&store, &ada, &asked).await.len(), 1);
        let said = store.messages(other.key, 0, 1).await.unwrap().remove(0);
        store.delete_message(&noor, other.id, said.id).await.unwrap();
        assert_eq!(similar(&store, &ada, &asked).await, []);
    }

    /// A reply that names another customer says so; one to the same customer need not.
    async fn another_customers_name_is_marked(store: TestStore) {
        let (noor, bo, ada) = (customer(&store, "Noor Ali").await, customer(&store, "Bo").await, agent(&store, "Ada").await);
        let reply = format!("Hello NOOR, {REPLY}");
        resolved(&store, &noor, &ada, LOST, &reply).await;
        let [found] = &similar(&store, &ada, &says(&store, &bo, LOST).await).await[..] else { panic!("not one") };
        assert!(found.names_another());
        let marked: Vec<_> = found.marked_reply.iter().filter(|segment| segment.hit).map(|segment| &*segment.text).collect();
        assert_eq!(marked, ["NOOR"]);
        assert_eq!(found.reply, reply);
        let [own] = &similar(&store, &ada, &says(&store, &noor, LOST).await).await[..] else { panic!("not one") };
        assert!(!own.names_another());
    }

    /// A1: it is the agents' alone.
    async fn a1_customers_are_shown_nothing_similar(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let asked = says(&store, &noor, LOST).await;
        let refused = store.similar(&noor, &asked).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::Forbidden))), "{refused:?}");
    }

    /// The right one of 40 resolved conversations of five trades is among the first three for four in five of others who ask
    /// the same in their own words, also for those the ranking was not tuned with.
    async fn the_right_one_is_among_the_first_three(store: TestStore) {
        let ada = agent(&store, "Ada").await;
        let exchanges = Exchange::all();
        let now = store.clock().now();
        let past: Vec<_> = exchanges.iter().map(|exchange| exchange.past(&ada, now)).collect();
        store.add_past(&past).await.unwrap();
        let ids: HashMap<ConversationId, usize> = past.iter().map(|past| past.conversation).zip(0..).collect();
        let asks = customer(&store, "Somebody").await;
        let mut places = HashMap::<char, Vec<Option<usize>>>::new();
        for (right, exchange) in exchanges.iter().enumerate() {
            for (kind, text) in &exchange.later {
                let found = similar(&store, &ada, &says(&store, &asks, text).await).await;
                let place = found.iter().position(|similar| ids[&similar.conversation.id] == right);
                if place.is_none_or(|place| place >= 3) {
                    println!("{kind} {text}: {place:?}");
                }
                if let Some(place) = place {
                    assert_eq!(found[place].reply, exchange.reply);
                }
                places.entry(*kind).or_default().push(place);
            }
        }
        for (kind, places) in places {
            let within = |first: usize| places.iter().flatten().filter(|place| **place < first).count();
            println!("{kind} first {} of {}, among three {}", within(1), places.len(), within(3));
            assert!(within(3) * 5 >= places.len() * 4, "{kind}: {} of {}", within(3), places.len());
        }
    }
}

/// A resolved conversation of the set, and what others wrote later.
struct Exchange {
    lines: Vec<(bool, String)>,
    reply: String,
    later: Vec<(char, String)>,
}

impl Exchange {
    fn all() -> Vec<Self> {
        let blocks = include_str!("similar/exchanges.txt").split("\n\n");
        let exchanges: Vec<Self> = blocks.filter(|block| block.starts_with("> ")).map(Self::read).collect();
        assert_eq!(exchanges.len(), 40);
        exchanges
    }

    fn read(block: &str) -> Self {
        let mut exchange = Self { lines: Vec::new(), reply: String::new(), later: Vec::new() };
        for line in block.lines() {
            let (kind, text) = line.split_once(' ').unwrap();
            match kind {
                ">" | "<" => exchange.lines.push((kind == ">", text.to_owned())),
                "*" => {
                    exchange.lines.push((false, text.to_owned()));
                    text.clone_into(&mut exchange.reply);
                }
                _ => exchange.later.push((kind.chars().next().unwrap(), text.to_owned())),
            }
        }
        exchange
    }

    fn past(&self, agent: &Session, now: Timestamp) -> Past {
        let agent = Arc::new(agent.actor.agent().unwrap().clone());
        let mut at = now - Duration::from_secs(24 * 60 * 60);
        let mut steps = Vec::new();
        let mut step = |deed| {
            at = at + Duration::from_secs(20);
            steps.push(PastStep { at, deed });
        };
        for (number, (is_customers, text)) in self.lines.iter().enumerate() {
            if number == 1 {
                step(PastDeed::Claimed(Arc::clone(&agent)));
            }
            step(if *is_customers {
                PastDeed::CustomerWrote(text.clone())
            } else {
                PastDeed::AgentWrote(Arc::clone(&agent), text.clone())
            });
        }
        step(PastDeed::Resolved(agent));
        Past {
            conversation: ConversationId::new(),
            customer: CustomerId::new(),
            name: "Sam Miller".into(),
            email: None,
            earlier: 0,
            tags: Vec::new(),
            steps,
        }
    }
}
