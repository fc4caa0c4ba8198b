//! D1–D5: nothing is lost, doubled or out of order.

use serde_json::{Value, json};
use std::collections::HashMap;
use testkit::{Person, TestApp, both_databases};
use uuid::Uuid;

/// The `seq` of each message, in the order given.
fn numbers(messages: &[Value]) -> Vec<i64> {
    messages.iter().map(|message| message["seq"].as_i64().unwrap_or_default()).collect()
}

fn dense(count: usize) -> Vec<i64> {
    (1..).take(count).collect()
}

/// Sends over a socket of its own and gives the number the ack names.
async fn send_on_a_socket(sender: &Person, conversation: &str, client_id: Uuid, text: &str) -> i64 {
    let mut socket = sender.chat(conversation).await;
    socket.send(json!({"type": "send", "client_id": client_id, "text": text})).await;
    let is_answer = |frame: &Value| frame["client_id"] == client_id.to_string();
    let answer = socket.frame_where("an answer", is_answer).await;
    assert_eq!(answer["type"], "ack", "{answer}");
    answer["seq"].as_i64().unwrap_or_default()
}

async fn send_over_rest(sender: &Person, conversation: &str, client_id: Uuid, text: &str) -> i64 {
    let answer = sender.send(conversation, client_id, text).await;
    let status = answer.status;
    assert!(matches!(status, 200 | 201), "{status} {}", answer.text);
    answer.expect(status)["seq"].as_i64().unwrap_or_default()
}

both_databases! {
    /// D1: the sender gets an ack, every socket the message, REST the same.
    async fn d1_a_message_is_acked_and_reaches_both_sides(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("My printer is on fire").await;
        let (mut theirs, mut mine) = (customer.chat(&conversation).await, agent.chat(&conversation).await);

        let ack = theirs.say("Still burning").await;
        assert_eq!(ack["seq"], 2);
        let seen_by_agent = mine.messages(2).await;
        assert_eq!(seen_by_agent[1]["text"], "Still burning");
        assert_eq!(seen_by_agent[1]["id"], ack["id"]);
        assert_eq!(seen_by_agent[1]["author"], json!({"role": "customer", "name": "Ada"}));

        mine.say("Please use the extinguisher").await;
        let seen_by_customer = theirs.messages(3).await;
        assert_eq!(seen_by_customer[2]["text"], "Please use the extinguisher");
        assert_eq!(seen_by_customer[2]["author"], json!({"role": "agent", "name": "Grace"}));
        assert_eq!(customer.messages(&conversation).await, seen_by_customer);
    }

    /// D2: the same `client_id` gives the first result again; with another text it is refused.
    async fn d2_a_resend_gives_the_first_result_and_another_text_is_refused(app: TestApp) {
        let customer = app.customer("Ada").await;
        let conversation = customer.open_conversation("Hello").await;
        let client_id = Uuid::new_v4();
        let first = customer.send(&conversation, client_id, "once").await.expect(201);
        let again = customer.send(&conversation, client_id, "once").await.expect(200);
        assert_eq!(first, again);
        customer.send(&conversation, client_id, "twice").await.expect_problem(409, "client_id_reused");

        let mut socket = customer.chat_with(&conversation, "after=2").await;
        socket.send(json!({"type": "send", "client_id": client_id, "text": "once"})).await;
        assert_eq!(socket.frame("ack").await["seq"], 2);
        socket.send(json!({"type": "send", "client_id": client_id, "text": "twice"})).await;
        assert_eq!(socket.frame("rejected").await["code"], "client_id_reused");
        assert_eq!(customer.messages(&conversation).await.len(), 2);
    }

    /// D2: a new conversation is repeatable too.
    async fn d2_a_repeated_request_opens_one_conversation(app: TestApp) {
        let customer = app.customer("Ada").await;
        let body = json!({"text": "Hello", "client_id": Uuid::new_v4()});
        let first = customer.post("/conversations", body.clone()).await.expect(201);
        let again = customer.post("/conversations", body).await.expect(200);
        assert_eq!(first["id"], again["id"]);
        assert_eq!(customer.get("/conversations").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
    }

    /// D2, D3: 200 tasks send 100 messages twice over, by socket and REST at once: each is there once, numbered
    /// without gaps, and every reader sees the same order.
    async fn d2_d3_repeated_sends_from_200_tasks_store_every_message_once(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Hello").await;
        let (mut theirs, mut mine) = (customer.chat(&conversation).await, agent.chat(&conversation).await);

        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..50 {
            for sender in [&customer, &agent] {
                let (client_id, text) = (Uuid::new_v4(), format!("{} says {number}", sender.name));
                for over_socket in [number < 40, false] {
                    let (sender, conversation, text) = (sender.clone(), conversation.clone(), text.clone());
                    tasks.spawn(async move {
                        let seq = if over_socket {
                            send_on_a_socket(&sender, &conversation, client_id, &text).await
                        } else {
                            send_over_rest(&sender, &conversation, client_id, &text).await
                        };
                        (client_id, seq)
                    });
                }
            }
        }
        let mut answers: HashMap<Uuid, Vec<i64>> = HashMap::new();
        for (client_id, seq) in tasks.join_all().await {
            answers.entry(client_id).or_default().push(seq);
        }

        assert_eq!(answers.len(), 100);
        assert!(answers.values().all(|seqs| seqs.len() == 2 && seqs[0] == seqs[1]), "{answers:?}");
        let stored = customer.messages(&conversation).await;
        assert_eq!(numbers(&stored), dense(101));
        assert_eq!(theirs.messages(101).await, stored);
        assert_eq!(mine.messages(101).await, stored);
        assert_eq!(agent.messages(&conversation).await, stored);
    }

    /// D4: a socket opened with `after=n` gets what came later, once and in order, then what comes live.
    async fn d4_a_reopened_socket_resumes_where_it_was(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("one").await;
        let mut working = agent.chat(&conversation).await;
        working.frame("message").await;
        let mut reading = customer.chat(&conversation).await;
        assert_eq!(reading.messages(1).await[0]["text"], "one");
        reading.close().await;

        for text in ["two", "three", "four"] {
            working.say(text).await;
        }
        let mut resumed = customer.chat_with(&conversation, "after=1").await;
        let welcome = resumed.frame("welcome").await;
        assert_eq!((&welcome["last_seq"], &welcome["first_seq"]), (&json!(4), &json!(1)));
        assert_eq!(numbers(&resumed.messages(3).await), [2, 3, 4]);
        working.say("five").await;
        assert_eq!(numbers(&resumed.messages(1).await), [5]);
    }

    /// D4: there is no window between the replay and what is live, however busy the conversation is.
    async fn d4_sockets_opened_during_a_burst_miss_nothing(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Hello").await;
        let mut working = agent.chat(&conversation).await;
        let mut readers = tokio::task::JoinSet::new();
        for _ in 0..20 {
            working.say("another one").await;
            let (agent, conversation) = (agent.clone(), conversation.clone());
            readers.spawn(async move { agent.chat_with(&conversation, "mode=view").await.messages(41).await });
        }
        for _ in 0..20 {
            working.say("and another").await;
        }
        for messages in readers.join_all().await {
            assert_eq!(numbers(&messages), dense(41));
        }
    }

    /// A position past the end gets the welcome and nothing else.
    async fn a_position_past_the_end_gets_nothing(app: TestApp) {
        let customer = app.customer("Ada").await;
        let conversation = customer.open_conversation("Hello").await;
        let mut socket = customer.chat_with(&conversation, "after=99").await;
        let frames = socket.frames_until_now().await;
        assert_eq!(frames[0]["type"], "welcome");
        assert!(frames.iter().all(|frame| frame["type"] != "message"), "{frames:?}");
    }
}
