//! D6 and what must hold on every node: with a bus at once, without one within seconds.

use futures_util::future::join_all;
use realtime::bus::Redis;
use realtime::{Bus, BusState};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testkit::{Kind, Person, RedisCluster, RedisServer, Socket, TestApp, both_databases, run};
use uuid::Uuid;

/// Within which every open view is right although nothing was heard (D6).
const REPAIRED_WITHIN: Duration = Duration::from_secs(10);
/// Within which a node hears of another's change while the bus works; well below the time a repair takes.
const HEARD_WITHIN: Duration = Duration::from_secs(2);

async fn within<T>(limit: Duration, what: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let done = what.await;
    assert!(began.elapsed() <= limit, "took {:?}, more than {limit:?}", began.elapsed());
    done
}

/// A customer on one node and an agent on another, in one conversation with sockets open on both.
struct Pair {
    customer: Person,
    agent: Person,
    conversation: String,
    theirs: Socket,
    mine: Socket,
}

impl Pair {
    async fn on(here: &TestApp, there: &TestApp) -> Self {
        Self::of("Ada", "Grace", here, there).await
    }

    async fn of(customer: &str, agent: &str, here: &TestApp, there: &TestApp) -> Self {
        let (customer, agent) = (here.customer(customer).await, here.agent(agent).await);
        let agent = agent.at(&there.api());
        let conversation = customer.open_conversation("Help").await;
        let theirs = customer.chat(&conversation).await;
        let mut mine = agent.chat(&conversation).await;
        mine.messages(1).await;
        let mut pair = Self { customer, agent, conversation, theirs, mine };
        pair.theirs.messages(1).await;
        pair
    }

    /// Both write; each sees what the other wrote.
    async fn talk(&mut self, limit: Duration) {
        self.theirs.say("Are you there?").await;
        within(limit, self.mine.frame_where("the question", |f| f["message"]["text"] == "Are you there?"))
            .await;
        self.mine.say("I am").await;
        within(limit, self.theirs.frame_where("the answer", |f| f["message"]["text"] == "I am")).await;
    }

    /// Each kind of change, made on one node, shows on the other; all but typing, which is not promised without a bus.
    async fn see_every_change(&mut self, limit: Duration) {
        self.talk(limit).await;
        let last = self.customer.messages(&self.conversation).await.pop().expect("a message");
        let seq = last["seq"].clone();
        self.theirs.send(json!({"type": "seen", "seq": seq})).await;
        let is_seen = |f: &Value| f["type"] == "seen" && f["role"] == "customer" && f["seq"] == seq;
        within(limit, self.mine.frame_where("seen", is_seen)).await;

        let path =
            format!("/conversations/{}/messages/{}", self.conversation, last["id"].as_str().expect("an id"));
        self.agent.patch(&path, json!({"text": "I am here"})).await.expect(200);
        let is_edit = |f: &Value| f["type"] == "message_changed" && f["message"]["text"] == "I am here";
        within(limit, self.theirs.frame_where("the edit", is_edit)).await;

        self.agent.note(&self.conversation, "odd").await;
        let mut colleague = self.agent.chat_with(&self.conversation, "mode=view").await;
        colleague.frame_where("the note", |f| f["note"]["text"] == "odd").await;
        self.agent.resolve(&self.conversation).await;
        let is_resolved =
            |f: &Value| f["type"] == "conversation" && f["conversation"]["status"] == "resolved";
        within(limit, self.theirs.frame_where("the resolution", is_resolved)).await;
        self.customer.say(&self.conversation, "One more thing").await;
        let is_open = |f: &Value| f["type"] == "conversation" && f["conversation"]["status"] == "open";
        within(limit, self.mine.frame_where("open again", is_open)).await;
        let is_reopened = |f: &Value| f["note"]["data"]["event"] == "reopened";
        within(limit, colleague.frame_where("the event", is_reopened)).await;
    }
}

both_databases! {
    /// D6: without a bus, every view is right within ten seconds; a command that works on the same data is such a node.
    async fn d6_without_a_bus_every_change_shows(app: TestApp) {
        let other = app.second_node().await;
        Pair::on(&app, &other).await.see_every_change(REPAIRED_WITHIN).await;
    }

    /// A2: without a bus, a session ended on one node has no sockets on another within ten seconds.
    async fn a2_without_a_bus_signing_out_closes_everywhere(app: TestApp) {
        let other = app.second_node().await;
        let mut pair = Pair::on(&app, &other).await;
        pair.agent.at(&app.api()).delete("/sessions/current").await.expect(204);
        assert_eq!(within(REPAIRED_WITHIN, pair.mine.closed()).await, 4001);
    }

    /// D6: an inbox learns what happened on another node without a bus.
    async fn d6_without_a_bus_inboxes_learn_of_new_conversations(app: TestApp) {
        let other = app.second_node().await;
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await.at(&other.api()));
        customer.open_conversation("Before").await;
        let mut inbox = Socket::open(agent.server(), "/ws/agent/", agent.token()).await.answered().await;
        for text in ["first", "second"] {
            let conversation = customer.open_conversation(text).await;
            let is_it = |f: &Value| f["type"] == "queue_changed" && f["conversation"]["id"] == conversation;
            within(REPAIRED_WITHIN, inbox.frame_where("the conversation", is_it)).await;
        }
    }

    /// A conversation erased elsewhere closes here.
    async fn d6_without_a_bus_what_is_erased_closes(app: TestApp) {
        let other = app.second_node().await;
        let mut pair = Pair::on(&app, &other).await;
        let admin = app.administrator("Barbara").await;
        let session = app.store().authenticate(admin.token()).await.unwrap().unwrap();
        let records = app.store().records(&session).unwrap();
        let id = pair.conversation.parse().unwrap();
        records.delete_conversation(id).await.unwrap();
        assert_eq!(within(REPAIRED_WITHIN, pair.mine.closed()).await, 4004);
    }
}

/// Runs a test with two nodes on one PostgreSQL, joined by a Redis of their own.
fn with_bus(test: impl AsyncFnOnce(TestApp, TestApp, &mut RedisServer)) {
    run(Kind::Postgres, |app: TestApp| async move {
        let mut redis = RedisServer::start().await;
        let (here, there) = (node(&app, &redis).await, node(&app, &redis).await);
        for node in [&here, &there] {
            until(node, BusState::Up).await;
        }
        test(here, there, &mut redis).await;
    });
}

async fn node(app: &TestApp, redis: &RedisServer) -> TestApp {
    app.node_on(Bus::Redis(Redis::at(&redis.url()).unwrap())).await
}

/// Waits until a node says this of its bus, where operators look.
async fn until(node: &TestApp, bus: BusState) {
    let began = Instant::now();
    loop {
        let ready = node.api().page("/readyz").await.expect(200);
        if ready["bus"] == bus.as_str() {
            return;
        }
        assert!(began.elapsed() < REPAIRED_WITHIN, "the bus is not {bus:?}: {ready}");
    }
}

/// D6: with a bus every change shows at once on the other node.
#[test]
fn d6_with_a_bus_every_change_shows_at_once() {
    with_bus(async |here, there, _| {
        let mut pair = Pair::on(&here, &there).await;
        pair.mine.send(json!({"type": "typing", "on": true})).await;
        within(HEARD_WITHIN, pair.theirs.frame_where("typing", |f| f["type"] == "typing" && f["on"] == true))
            .await;
        pair.see_every_change(HEARD_WITHIN).await;
    });
}

/// A2: with a bus, signing out on one node closes the session's sockets on the other within a second.
#[test]
fn a2_with_a_bus_signing_out_closes_everywhere() {
    with_bus(async |here, there, _| {
        let mut pair = Pair::on(&here, &there).await;
        pair.agent.at(&here.api()).delete("/sessions/current").await.expect(204);
        assert_eq!(within(Duration::from_secs(1), pair.mine.closed()).await, 4001);
    });
}

/// Who is there is known on every node, and a holder's inbox hears of their customer wherever it is open.
#[test]
fn presence_and_notifications_cross_nodes() {
    with_bus(async |here, there, _| {
        let (customer, agent) = (here.customer("Ada").await, here.agent("Grace").await.at(&there.api()));
        let conversation = customer.open_conversation("Help").await;
        let mut theirs = customer.chat(&conversation).await;
        theirs.frame_where("nobody", |f| f["type"] == "queue" && f["agents_online"] == 0).await;
        let mut inbox = Socket::open(agent.server(), "/ws/agent/", agent.token()).await;
        theirs.frame_where("an agent", |f| f["type"] == "queue" && f["agents_online"] == 1).await;
        agent.claim(&conversation).await;
        customer.say(&conversation, "Hello?").await;
        let is_it = |f: &Value| f["type"] == "notification" && f["conversation"] == conversation;
        inbox.frame_where("a notification", is_it).await;
        let colleague = here.agent("Barbara").await;
        colleague.note(&conversation, "@Grace, this one is odd").await;
        let told = |f: &Value| f["text"] == "Barbara mentioned you in Ada's conversation";
        inbox.frame_where("the mention", told).await;
    });
}

/// A customer who is on another node is there for agents on every node, also when they come later, and leaves them all.
#[test]
fn a_customers_presence_crosses_nodes() {
    with_bus(async |here, there, _| {
        let (customer, agent) = (here.customer("Ada").await, here.agent("Grace").await.at(&there.api()));
        let conversation = customer.open_conversation("Help").await;
        let presence = |online| move |f: &Value| f["type"] == "presence" && f["online"] == json!(online);
        let mut mine = agent.chat_with(&conversation, "mode=view").await;
        for _ in 0..2 {
            let theirs = customer.chat(&conversation).await;
            within(HEARD_WITHIN, mine.frame_where("their coming", presence(true))).await;
            drop(theirs);
            within(HEARD_WITHIN, mine.frame_where("their leaving", presence(false))).await;
        }
        let _theirs = customer.chat(&conversation).await;
        within(HEARD_WITHIN, mine.frame_where("their coming", presence(true))).await;
        let mut later = agent.chat_with(&conversation, "mode=view").await;
        later.frame_where("that they are there", presence(true)).await;
    });
}

/// Without a bus nobody knows who is on another node, and says so.
#[test]
fn without_a_bus_presence_is_unknown() {
    run(Kind::Postgres, |app: TestApp| async move {
        let other = app.second_node().await;
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        let _theirs = customer.chat(&conversation).await;
        for (node, online) in [(&app, json!(true)), (&other, Value::Null)] {
            let mut mine = agent.at(&node.api()).chat_with(&conversation, "mode=view").await;
            assert_eq!(mine.frame("presence").await["online"], online);
        }
    });
}

/// D6: Redis goes and comes back in the middle of a conversation over two nodes. Both sides keep up, nothing is lost or
/// doubled, health says so, and recovery is by itself.
#[test]
fn d6_losing_the_bus_costs_seconds_and_nothing_else() {
    with_bus(async |here, there, redis| {
        let mut pair = Pair::on(&here, &there).await;
        pair.talk(HEARD_WITHIN).await;
        redis.stop().await;
        for node in [&here, &there] {
            until(node, BusState::Down).await;
        }
        pair.talk(REPAIRED_WITHIN).await;
        redis.restart().await;
        for node in [&here, &there] {
            until(node, BusState::Up).await;
        }
        pair.talk(HEARD_WITHIN).await;
        let stored = pair.customer.messages(&pair.conversation).await;
        let numbers: Vec<_> = stored.iter().filter_map(|message| message["seq"].as_i64()).collect();
        assert_eq!(numbers, (1..=7).collect::<Vec<_>>());
    });
}

/// D6: with a Redis Cluster for a bus every change shows at once too; one of its shards gone costs seconds.
#[test]
fn d6_a_cluster_is_a_bus_and_may_lose_a_shard() {
    run(Kind::Postgres, |app: TestApp| async move {
        let mut cluster = RedisCluster::start().await;
        let bus = || Bus::Redis(Redis::at(&cluster.url()).unwrap());
        let (here, there) = (app.node_on(bus()).await, app.node_on(bus()).await);
        for node in [&here, &there] {
            until(node, BusState::Up).await;
        }
        // Enough of them to be told of on every shard.
        let mut pairs = Vec::new();
        for number in 0..8 {
            pairs.push(Pair::of(&format!("Ada {number}"), &format!("Grace {number}"), &here, &there).await);
        }
        for pair in &mut pairs {
            pair.talk(HEARD_WITHIN).await;
        }
        cluster.stop_one().await;
        join_all(pairs.iter_mut().map(|pair| pair.talk(REPAIRED_WITHIN))).await;
    });
}

/// Installations that share a Redis do not hear each other: their keys mean other things.
#[test]
fn installations_on_one_redis_keep_apart() {
    run(Kind::Postgres, |app: TestApp| async move {
        let redis = RedisServer::start().await;
        let url = redis.url();
        let here = node(&app, &redis).await;
        until(&here, BusState::Up).await;
        let (customer, _agent) = (here.customer("Ada").await, here.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        let mut socket = customer.chat(&conversation).await;
        run_other(url).await;
        socket.say("I am still here").await;
    });
}

/// On another database the first session of all has the same key, and ends.
async fn run_other(redis: String) {
    let database = testkit::TestDatabase::create(Kind::Sqlite).await;
    let app = <TestApp as testkit::Fixture>::set_up(&database).await;
    let other = app.node_on(Bus::Redis(Redis::at(&redis).unwrap())).await;
    until(&other, BusState::Up).await;
    let customer = other.customer("Ada").await;
    let conversation = customer.open_conversation(&Uuid::new_v4().to_string()).await;
    let mut socket = customer.chat(&conversation).await;
    customer.delete("/sessions/current").await.expect(204);
    assert_eq!(socket.closed().await, 4001);
    testkit::Fixture::tear_down(app).await;
    database.remove().await;
}
