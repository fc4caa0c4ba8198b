//! The known faults of the reference system, each a test that it is not ours. Those other tests cover already:
//! five tabs and who may resolve (`claims`), "resolved" over the socket (`sockets`), ongoing at all (`lifecycle`), a missing
//! object's 404 (`bad_input`), what search finds (`search`), the unreadable room (`e2e/journeys`).

use serde_json::{Value, json};
use testkit::{Kind, Message, TestApp, both_databases};
use uuid::Uuid;

both_databases! {
    /// Fault: a message was saved once per connected socket.
    async fn a_message_is_saved_once_however_many_sockets_are_open(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("one").await;
        let mut sockets = Vec::new();
        for _ in 0..3 {
            sockets.push(customer.chat(&conversation).await);
            sockets.push(agent.chat(&conversation).await);
        }
        sockets[0].say("two").await;
        for socket in &mut sockets {
            let last = socket.messages(2).await.remove(1);
            assert_eq!((&last["seq"], &last["text"]), (&json!(2), &json!("two")));
        }
        assert_eq!(customer.messages(&conversation).await.len(), 2);
    }

    /// Fault: sender and conversation were taken from what the client wrote.
    async fn a_frame_cannot_name_another_sender_or_conversation(app: TestApp) {
        let (ada, eve, agent) = (app.customer("Ada").await, app.customer("Eve").await, app.agent("Grace").await);
        let (hers, mine) = (ada.open_conversation("Help").await, eve.open_conversation("Help").await);
        let mut socket = eve.chat(&mine).await;
        let forged = json!({
            "type": "send", "client_id": Uuid::new_v4(), "text": "forged",
            "sender": agent.id, "author": {"role": "agent", "name": "Grace"}, "conversation": hers,
        });
        socket.send(forged).await;
        assert_eq!(socket.frame("rejected").await["code"], "malformed");
        assert_eq!(ada.messages(&hers).await.len(), 1);
        assert_eq!(eve.messages(&mine).await.len(), 1);
    }

    /// Fault: whoever typed an agent's e-mail was that agent.
    async fn an_agents_address_opens_nothing(app: TestApp) {
        let agent = app.agent("Grace").await;
        let pretender = app.customer_with("Grace", &agent.email).await;
        pretender.post("/claims", json!({})).await.expect_problem(403, "forbidden");
        let no_password = app.api().post("/agent-sessions", json!({"email": agent.email})).await;
        assert_eq!(no_password.status, 422);
    }

    /// Fault: admin/admin was public.
    async fn there_is_no_default_password(app: TestApp) {
        for (email, password) in [("admin", "admin"), ("admin@example.com", "admin"), ("admin@example.com", "")] {
            let answer = app.api().post("/agent-sessions", json!({"email": email, "password": password})).await;
            assert!(matches!(answer.status, 401 | 422), "{}", answer.text);
        }
    }

    /// Fault: a message sent just before closing the tab was lost.
    async fn a_message_sent_just_before_the_tab_closes_arrives(app: TestApp) {
        let customer = app.customer("Ada").await;
        let conversation = customer.open_conversation("one").await;
        let mut agent = app.agent("Grace").await.chat(&conversation).await;
        let mut tab = customer.chat(&conversation).await;
        tab.send(json!({"type": "send", "client_id": Uuid::new_v4(), "text": "last words"})).await;
        tab.close().await;
        agent.frame_where("the last words", |frame| frame["message"]["text"] == "last words").await;
    }

    /// Faults: one malformed frame bricked a conversation; a NUL or an unknown sender killed both sockets.
    async fn a_bad_frame_harms_nobody(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        let (mut theirs, mut mine) = (customer.chat(&conversation).await, agent.chat(&conversation).await);
        theirs.send_raw(Message::text("not json")).await;
        theirs.send(json!({"type": "send", "client_id": Uuid::new_v4(), "text": "NUL \0 inside"})).await;
        theirs.send(json!({"message": "hi", "sender": 999_999})).await;
        theirs.say("fine").await;
        mine.say("fine too").await;
        mine.frame_where("the customer's", |frame| frame["message"]["text"] == "fine").await;
        theirs.frame_where("the agent's", |frame| frame["message"]["text"] == "fine too").await;
    }

    /// Fault: the same e-mail under two names broke both.
    async fn one_address_under_two_names_works_for_both(app: TestApp) {
        let ada = app.customer("Ada").await;
        let other = app.customer_with("Ada Lovelace", &ada.email).await;
        for person in [&ada, &other] {
            let conversation = person.open_conversation("Help").await;
            person.chat(&conversation).await.say("works").await;
        }
    }

    /// Fault: bursts over 100 messages were lost without a word. Here each is acked or refused by name, and a
    /// refused one goes through later.
    async fn a_burst_is_acked_or_refused_but_never_dropped(app: TestApp) {
        let customer = app.customer("Ada").await;
        let conversation = customer.open_conversation("Help").await;
        let mut socket = customer.chat(&conversation).await;
        let ids: Vec<String> = (0..150).map(|_| Uuid::new_v4().to_string()).collect();
        for id in &ids {
            socket.send(json!({"type": "send", "client_id": id, "text": format!("burst {id}")})).await;
        }
        let mut acked = 0;
        let mut answered = 0;
        while answered < ids.len() {
            let is_answer = |frame: &Value| matches!(frame["type"].as_str(), Some("ack" | "rejected"));
            let answer = socket.frame_where("an answer", is_answer).await;
            answered += 1;
            match answer["type"].as_str() {
                Some("ack") => acked += 1,
                _ => assert_eq!(answer["code"], "rate_limited", "{answer}"),
            }
        }
        assert!(acked >= 99, "the burst of 100 passes, less the opening message: {acked}");
        assert_eq!(customer.messages(&conversation).await.len(), acked + 1);
    }

    /// Fault: 1.5 MB of text broke the index.
    async fn a_huge_text_is_refused_and_breaks_nothing(app: TestApp) {
        let customer = app.customer("Ada").await;
        let conversation = customer.open_conversation("Help").await;
        let huge = "wombat ".repeat(215_000);
        customer.send(&conversation, Uuid::new_v4(), &huge).await.expect_problem(413, "too_large");
        customer.say(&conversation, "a small wombat").await;
    }

    /// Fault: after a crash a conversation stayed taken and no agent saw it.
    async fn a_conversation_of_a_crashed_node_returns_to_the_queue(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        agent.claim(&conversation).await;
        let restarted = app.crash_and_restart().await;
        restarted.clock().advance(std::time::Duration::from_secs(61));
        let linus = restarted.agent("Linus").await;
        linus.claim(&conversation).await;
    }
}

/// Fault: two workers admitted four parties and stored a message four times.
#[test]
fn two_nodes_admit_one_agent_and_store_a_message_once() {
    testkit::run(Kind::Postgres, |app: TestApp| async move {
        let other_node = app.second_node().await;
        let (customer, grace) = (app.customer("Ada").await, app.agent("Grace").await);
        let linus = other_node.agent("Linus").await;
        let conversation = customer.open_conversation("Help").await;
        let mut holder = grace.chat(&conversation).await;
        holder.frame("welcome").await;
        assert_eq!(linus.chat(&conversation).await.closed().await, 4000);
        let client_id = Uuid::new_v4();
        let elsewhere = customer.at(&other_node.api());
        let (here, there) = tokio::join!(
            customer.send(&conversation, client_id, "once"),
            elsewhere.send(&conversation, client_id, "once")
        );
        let mut statuses = [here.status, there.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201]);
        assert_eq!(customer.messages(&conversation).await.len(), 2);
    });
}
