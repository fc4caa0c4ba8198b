//! C1, U1: "next" gives each agent another conversation, the most urgent one first.

use domain::{ClientId, ConversationId};
use futures_util::{StreamExt, stream};
use std::collections::{HashMap, HashSet};
use std::time::Instant;
use testkit::{Person, TestApp, both_databases};
use tokio::task::JoinSet;

const AGENTS: usize = 50;
const CLICKS: usize = 20;
const WAITING: usize = AGENTS * CLICKS;
/// One of each level of urgency.
const TEXTS: [&str; 3] = ["Are you open?", "I can't log in", "thank you"];

/// What one click was given, and between which moments.
struct Click {
    asked: Instant,
    answered: Instant,
    given: ConversationId,
}

both_databases! {
    /// C1: "next" clicked 1,000 times by 50 agents at once on two nodes gives no conversation twice and skips none. Who
    /// clicked after another was answered is given one that stands further back in the queue (U1).
    async fn c1_a_thousand_nexts_give_each_conversation_once(app: TestApp) {
        let other = app.second_node().await;
        let queue = fill_queue(&app).await;
        let agents = sign_in(&app).await;

        let mut clicking = JoinSet::new();
        for (number, agent) in agents.iter().enumerate() {
            let node = if number % 2 == 0 { &app } else { &other };
            clicking.spawn(click(agent.at(&node.api())));
        }
        let clicks: Vec<_> = clicking.join_all().await.into_iter().flatten().collect();

        let given: HashSet<_> = clicks.iter().map(|click| click.given).collect();
        assert_eq!((clicks.len(), given.len()), (WAITING, WAITING), "no conversation is given twice");
        assert_eq!(given, queue.iter().copied().collect(), "none is skipped");
        for agent in [&agents[0], &agents[1].at(&other.api())] {
            agent.post_empty("/claims").await.expect(204);
        }
        assert_in_order(&clicks, &queue);
    }
}

/// Has 1,000 customers' conversations wait; gives them in queue order.
async fn fill_queue(app: &TestApp) -> Vec<ConversationId> {
    let ada = app.customer("Ada").await;
    let session = app.store().authenticate(ada.token()).await.unwrap().unwrap();
    let texts = stream::iter(TEXTS).cycle().take(WAITING);
    let open = async |text| app.store().create_conversation(&session, ClientId::new(), text).await.unwrap();
    texts.for_each_concurrent(8, async |text| drop(open(text).await)).await;
    let queue = app.store().queue_head(u32::MAX).await.unwrap();
    assert_eq!(queue.len(), WAITING);
    queue
}

async fn sign_in(app: &TestApp) -> Vec<Person> {
    let mut signing_in = JoinSet::new();
    for number in 0..AGENTS {
        let app = app.clone();
        signing_in.spawn(async move { app.agent(&format!("Agent {number}")).await });
    }
    signing_in.join_all().await
}

async fn click(agent: Person) -> Vec<Click> {
    let mut clicks = Vec::new();
    for _ in 0..CLICKS {
        let asked = Instant::now();
        let conversation = agent.post_empty("/claims").await.expect(201);
        let given = conversation["id"].as_str().expect("an id").parse().expect("an id");
        clicks.push(Click { asked, answered: Instant::now(), given });
    }
    clicks
}

/// Of two clicks of which one was answered before the other was made, the first one was given the more urgent
/// conversation. Those that overlap may have come in either order.
fn assert_in_order(clicks: &[Click], queue: &[ConversationId]) {
    let places: HashMap<_, _> = queue.iter().zip(0..).map(|(id, place)| (*id, place)).collect();
    for later in clicks {
        let earlier = clicks.iter().filter(|earlier| earlier.answered < later.asked);
        let furthest: Option<i32> = earlier.map(|earlier| places[&earlier.given]).max();
        assert!(furthest < Some(places[&later.given]), "a conversation is given after a less urgent one");
    }
}
