//! The states of a conversation: who may resolve it, and what opens it again.

use serde_json::{Value, json};
use testkit::{TestApp, both_databases};
use uuid::Uuid;

both_databases! {
    /// open → ongoing → resolved, as both sides see it.
    async fn a_conversation_goes_its_way(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        assert_eq!(customer.conversation(&conversation).await["status"], "open");
        let mut theirs = customer.chat(&conversation).await;
        agent.claim(&conversation).await;
        theirs.frame_where("ongoing", |frame| frame["conversation"]["status"] == "ongoing").await;
        let resolved = agent.resolve(&conversation).await;
        assert_eq!((&resolved["status"], &resolved["claim"]), (&json!("resolved"), &Value::Null));
        assert_eq!(agent.resolve(&conversation).await["status"], "resolved", "repeating changes nothing");
        theirs.frame_where("resolved", |frame| frame["conversation"]["status"] == "resolved").await;
        agent.put_empty(&format!("/conversations/{conversation}/claim")).await.expect_problem(409, "resolved");
    }

    /// A customer's message on a resolved conversation opens it again, in the queue.
    async fn a_customers_message_reopens(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        agent.claim(&conversation).await;
        agent.resolve(&conversation).await;
        customer.say(&conversation, "It is broken again").await;
        let reopened = customer.conversation(&conversation).await;
        assert_eq!((&reopened["status"], &reopened["claim"]), (&json!("open"), &Value::Null));
    }

    /// D2: a resend of an old `client_id` after the resolution answers 200 and opens nothing.
    async fn d2_a_late_resend_reopens_nothing(app: TestApp) {
        let customer = app.customer("Ada").await;
        let conversation = customer.open_conversation("Help").await;
        let client_id = Uuid::new_v4();
        let first = customer.send(&conversation, client_id, "Thanks").await.expect(201);
        customer.resolve(&conversation).await;
        assert_eq!(customer.send(&conversation, client_id, "Thanks").await.expect(200), first);
        assert_eq!(customer.conversation(&conversation).await["status"], "resolved");
    }

    /// The owner reopens to the queue, an agent to themselves.
    async fn reopening_gives_it_to_the_queue_or_the_agent(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        let resolution = format!("/conversations/{conversation}/resolution");
        customer.resolve(&conversation).await;
        assert_eq!(customer.delete(&resolution).await.expect(200)["status"], "open");
        customer.resolve(&conversation).await;
        let reopened = agent.delete(&resolution).await.expect(200);
        assert_eq!(reopened["status"], "ongoing");
        assert_eq!(reopened["claim"]["agent"]["name"], "Grace");
    }

    /// The customer rates what is resolved, and may change it; agents see it in the conversation and in its log, live.
    async fn a_customer_rates_the_help(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        let path = format!("/conversations/{conversation}/rating");
        customer.put(&path, json!({"score": 4})).await.expect_problem(409, "not_resolved");
        let mut desk = agent.chat(&conversation).await;
        agent.resolve(&conversation).await;

        let rated = customer.put(&path, json!({"score": 2, "comment": " Slow <b> "})).await.expect(200);
        assert_eq!((&rated["rating"]["score"], &rated["rating"]["comment"]), (&json!(2), &json!("Slow <b>")));
        let live = desk.frame_where("the rating", |frame| frame["conversation"]["rating"]["score"] == 2).await;
        assert_eq!(live["conversation"]["rating"], rated["rating"]);
        let note = desk.frame_where("its event", |frame| frame["note"]["data"]["event"] == "rated").await;
        assert_eq!(note["note"]["text"], "rated the help 2 of 5: Slow <b>");

        let again = customer.put(&path, json!({"score": 2, "comment": "Slow <b>"})).await.expect(200);
        assert_eq!(again["rating"], rated["rating"], "repeating changes nothing");
        customer.put(&path, json!({"score": 5})).await.expect(200);
        let seen = agent.conversation(&conversation).await;
        assert_eq!((&seen["rating"]["score"], &seen["rating"]["comment"]), (&json!(5), &Value::Null));
        let notes = agent.get(&format!("/conversations/{conversation}/notes")).await.expect(200);
        let rated = notes["items"].as_array().expect("items").iter().filter(|note| note["data"]["event"] == "rated");
        assert_eq!(rated.count(), 2);

        // It is kept when the conversation goes on.
        customer.say(&conversation, "One more thing").await;
        assert_eq!(customer.conversation(&conversation).await["rating"]["score"], 5);
    }

    /// A1: only its customer rates a conversation; nonsense is refused.
    async fn a1_only_the_customer_rates(app: TestApp) {
        let (customer, stranger) = (app.customer("Ada").await, app.customer("Eve").await);
        let agent = app.agent("Grace").await;
        let conversation = customer.open_conversation("Help").await;
        customer.resolve(&conversation).await;
        let path = format!("/conversations/{conversation}/rating");
        stranger.put(&path, json!({"score": 1})).await.expect_problem(404, "not_found");
        agent.put(&path, json!({"score": 1})).await.expect_problem(403, "forbidden");
        app.api().put(&path, json!({"score": 1})).await.expect_problem(401, "not_signed_in");
        for wrong in [json!({}), json!({"score": 0}), json!({"score": 6}), json!({"score": 1.5}),
            json!({"score": 1, "comment": "x".repeat(2001)}), json!({"score": 1, "stars": 2})] {
            customer.put(&path, wrong).await.expect_problem(422, "invalid");
        }
        assert_eq!(customer.conversation(&conversation).await["rating"], Value::Null);
    }

    /// K1: the stage, and with it what is suggested, moves with the conversation, over REST and on the open socket.
    async fn k1_suggestions_follow_the_conversation(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("My parcel did not come").await;
        let path = format!("/conversations/{conversation}/suggestions");
        let mut desk = agent.chat(&conversation).await;
        let mut suggested = Vec::new();
        for stage in ["greeting", "ongoing", "resolved"] {
            match stage {
                "ongoing" => drop(desk.say("Let me look").await),
                "resolved" => drop(agent.resolve(&conversation).await),
                _ => {}
            }
            let shown = desk.frame_where(stage, |frame| frame["type"] == "suggestions" && frame["stage"] == stage).await;
            let answer = agent.get(&path).await.expect(200);
            assert_eq!((&answer["stage"], &answer["items"]), (&json!(stage), &shown["items"]));
            let items = answer["items"].as_array().expect("items").clone();
            assert!(!items.is_empty(), "{answer}");
            assert!(items.iter().all(|item| !item["text"].as_str().unwrap_or("{{").contains("{{")), "{answer}");
            suggested.push(items);
        }
        assert_ne!(suggested[0], suggested[1]);
        assert_ne!(suggested[1], suggested[2]);
    }
}
