//! C1–C5: two agents never answer the same customer, and the customer is never locked out.

use serde_json::{Value, json};
use testkit::{TestApp, both_databases};
use uuid::Uuid;

both_databases! {
    /// C1: 64 agents claim one conversation at once: one wins, the others hear who.
    async fn c1_of_64_agents_one_wins_and_63_hear_who(app: TestApp) {
        let customer = app.customer("Ada").await;
        let conversation = customer.open_conversation("Help").await;
        let mut agents = Vec::new();
        for number in 0..64 {
            agents.push(app.agent(&format!("Agent {number}")).await);
        }

        let mut claims = tokio::task::JoinSet::new();
        for agent in agents.clone() {
            let path = format!("/conversations/{conversation}/claim");
            claims.spawn(async move { (agent.name.clone(), agent.put_empty(&path).await) });
        }
        let (won, lost): (Vec<_>, Vec<_>) =
            claims.join_all().await.into_iter().partition(|(_, answer)| answer.status == 200);
        assert_eq!((won.len(), lost.len()), (1, 63));
        let winner = won[0].0.clone();
        for (_, answer) in lost {
            let problem = answer.expect_problem(409, "already_claimed");
            assert_eq!(problem["holder"]["name"], winner);
        }
        assert_eq!(customer.conversation(&conversation).await["claim"], json!({"agent": {"name": winner}}));
    }

    /// C2: a token of an earlier claim is refused, though its owner holds the conversation again.
    async fn c2_a_stale_token_is_refused(app: TestApp) {
        let (customer, grace, linus) = (app.customer("Ada").await, app.agent("Grace").await, app.agent("Linus").await);
        let conversation = customer.open_conversation("Help").await;
        let path = format!("/conversations/{conversation}/messages");
        let with_token = |token: &Value| json!({"client_id": Uuid::new_v4(), "text": "Hi", "claim_token": token});

        let first = grace.claim(&conversation).await["token"].clone();
        assert_eq!(grace.claim(&conversation).await["token"], first, "renewing keeps the token");
        grace.post(&path, with_token(&first)).await.expect(201);
        grace.release(&conversation).await;
        linus.claim(&conversation).await;
        grace.post(&path, with_token(&first)).await.expect_problem(409, "claim_lost");
        grace.send(&conversation, Uuid::new_v4(), "Hi").await.expect_problem(409, "not_claimed");
        linus.release(&conversation).await;
        let second = grace.claim(&conversation).await["token"].clone();
        assert_ne!(first, second);
        grace.post(&path, with_token(&first)).await.expect_problem(409, "claim_lost");
        grace.post(&path, with_token(&second)).await.expect(201);
    }

    /// C2: a `work` socket keeps the token it opened with and writes nothing after its claim went.
    async fn c2_a_socket_whose_claim_went_writes_nothing(app: TestApp) {
        let (customer, grace, linus) = (app.customer("Ada").await, app.agent("Grace").await, app.agent("Linus").await);
        let conversation = customer.open_conversation("Help").await;
        let mut socket = grace.chat(&conversation).await;
        socket.say("Hello").await;
        grace.release(&conversation).await;
        linus.claim(&conversation).await;
        socket.send(json!({"type": "send", "client_id": Uuid::new_v4(), "text": "Still here?"})).await;
        let rejected = socket.frame("rejected").await;
        assert!(matches!(rejected["code"].as_str(), Some("not_claimed" | "claim_lost")), "{rejected}");
        assert_eq!(customer.messages(&conversation).await.len(), 2);
    }

    /// C3: when nothing comes from the holder past the grace time, the conversation is back in the queue with its
    /// old waiting time.
    async fn c3_a_silent_holder_loses_the_claim(app: TestApp) {
        let (customer, grace, linus) = (app.customer("Ada").await, app.agent("Grace").await, app.agent("Linus").await);
        let conversation = customer.open_conversation("Help").await;
        let waiting_since = customer.conversation(&conversation).await["waiting_since"].clone();
        let mut watching = linus.chat_with(&conversation, "mode=view").await;
        grace.claim(&conversation).await;
        app.clock().advance(std::time::Duration::from_secs(61));
        let back = watching.frame_where("open again", |frame| frame["conversation"]["status"] == "open").await;
        assert_eq!(back["conversation"]["claim"], Value::Null);
        assert_eq!(back["conversation"]["waiting_since"], waiting_since);
    }

    /// C3: an open inbox keeps all its agent holds, for as long as its peer is heard of.
    async fn c3_an_open_inbox_keeps_the_claims(app: TestApp) {
        let (customer, grace) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        grace.claim(&conversation).await;
        for _ in 0..3 {
            app.clock().advance(std::time::Duration::from_secs(40));
            let mut inbox = testkit::Socket::open(app.url(), "/ws/agent/", grace.token()).await;
            inbox.frames_until_now().await;
        }
        app.store().expire_claims().await.unwrap();
        assert_eq!(customer.conversation(&conversation).await["status"], "ongoing");
        app.clock().advance(std::time::Duration::from_secs(61));
        let mut inbox = testkit::Socket::open(app.url(), "/ws/agent/", grace.token()).await;
        inbox.frames_until_now().await;
        app.store().expire_claims().await.unwrap();
        assert_eq!(customer.conversation(&conversation).await["status"], "open");
    }

    /// C3: a holder who does nothing while the customer waits hears of it in inbox and conversation; typing keeps the
    /// conversation, silence returns it to the queue.
    async fn c3_an_idle_holder_is_warned(app: TestApp) {
        let (customer, grace) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        let mut inbox = testkit::Socket::open(app.url(), "/ws/agent/", grace.token()).await;
        let mut chat = grace.chat(&conversation).await;
        chat.frame("welcome").await;
        let session = app.store().authenticate(grace.token()).await.unwrap().unwrap();
        let connected_for = async |minutes: u64| {
            for _ in 0..minutes * 2 {
                app.clock().advance(std::time::Duration::from_secs(30));
                app.store().renew_claims(&session).await.unwrap();
            }
        };
        connected_for(15).await;
        let news = inbox.frame("notification").await;
        assert_eq!((&news["kind"], &news["conversation"]), (&json!("warned"), &json!(conversation)));
        let warned = |frame: &Value| frame["conversation"]["claim"]["returns_at"].is_string();
        chat.frame_where("the warning", warned).await;

        grace.put_empty(&format!("/conversations/{conversation}/claim")).await.expect(200);
        chat.frame_where("the warning gone", |frame| frame["type"] == "conversation" && !warned(frame)).await;
        app.store().return_idle_claims().await.unwrap();
        assert_eq!(customer.conversation(&conversation).await["status"], "ongoing");

        connected_for(15).await;
        chat.frame_where("another warning", warned).await;
        connected_for(2).await;
        chat.frame_where("the end of the claim", |frame| frame["conversation"]["status"] == "open").await;
    }

    /// C4: another agent who opens a claimed conversation sees who holds it; their `work` socket closes with 4000.
    async fn c4_no_forced_entry(app: TestApp) {
        let (customer, grace, linus) = (app.customer("Ada").await, app.agent("Grace").await, app.agent("Linus").await);
        let conversation = customer.open_conversation("Help").await;
        let mut holder = grace.chat(&conversation).await;
        holder.frame("welcome").await;

        let mut intruder = linus.chat(&conversation).await;
        let rejected = intruder.frame("rejected").await;
        assert_eq!(rejected["code"], "already_claimed");
        assert_eq!(rejected["holder"]["name"], "Grace");
        assert_eq!(intruder.closed().await, 4000);

        linus.send(&conversation, Uuid::new_v4(), "Let me").await.expect_problem(409, "not_claimed");
        linus.delete(&format!("/conversations/{conversation}/claim")).await.expect_problem(409, "not_claimed");
        linus.put_empty(&format!("/conversations/{conversation}/resolution")).await.expect_problem(409, "not_claimed");
        let mut reading = linus.chat_with(&conversation, "mode=view").await;
        let welcome = reading.frame("welcome").await;
        assert_eq!(welcome["you"]["mode"], "view");
        assert_eq!(welcome["conversation"]["claim"]["agent"]["name"], "Grace");
        holder.say("Only I answer").await;
    }

    /// C5: a customer with five tabs stays welcome in all of them.
    async fn c5_five_tabs_of_a_customer_all_work(app: TestApp) {
        let customer = app.customer("Ada").await;
        let conversation = customer.open_conversation("Help").await;
        let mut tabs = Vec::new();
        for _ in 0..5 {
            tabs.push(customer.chat_with(&conversation, "after=1").await);
        }
        for (number, tab) in tabs.iter_mut().enumerate() {
            tab.say(&format!("from tab {number}")).await;
        }
        for tab in &mut tabs {
            tab.frame_where("the last message", |frame| frame["message"]["text"] == "from tab 4").await;
        }
    }

    /// "Next" gives the first of the queue, then nothing.
    async fn next_claims_the_longest_waiting(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let first = customer.open_conversation("first").await;
        let second = customer.open_conversation("second").await;
        for expected in [first, second] {
            let claimed = agent.post("/claims", json!({})).await.expect(201);
            assert_eq!(claimed["id"], expected);
            assert_eq!(claimed["status"], "ongoing");
        }
        agent.post("/claims", json!({})).await.expect(204);
    }
}
