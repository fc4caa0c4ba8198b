//! Notes are for agents: nothing a customer gets shows a word of them.

use serde_json::json;
use testkit::{Socket, TestApp, both_databases};
use uuid::Uuid;

const SECRET: &str = "zanzibar";

both_databases! {
    async fn a_notes_words_appear_nowhere_the_customer_looks(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        let mut theirs = customer.chat(&conversation).await;
        let mut mine = agent.chat(&conversation).await;
        agent.note(&conversation, &format!("{SECRET} over REST")).await;
        mine.send(json!({"type": "note", "client_id": Uuid::new_v4(), "text": format!("{SECRET} by socket")})).await;
        let is_note = |frame: &serde_json::Value| frame["note"]["text"] == format!("{SECRET} by socket");
        mine.frame_where("the note", is_note).await;
        mine.say("Hello").await;

        let mut seen: Vec<String> = theirs.frames_until_now().await.iter().map(ToString::to_string).collect();
        let mut resumed = customer.chat_with(&conversation, "after=0&rev=0&notes_after=0&html=1").await;
        let frames = resumed.frames_until_now().await;
        seen.extend(frames.iter().map(ToString::to_string));
        for path in ["", "/messages?after=0", "/notes?after=0"] {
            seen.push(customer.get(&format!("/conversations/{conversation}{path}")).await.text);
        }
        seen.push(customer.get("/conversations").await.text);
        let page = customer.page(&format!("/chat/{conversation}/?as=customer")).await;
        assert!(page.text.contains("Hello"), "{}", page.text);
        seen.push(page.text);
        for what in &seen {
            assert!(!what.contains(SECRET), "{what}");
        }
        let numbers: Vec<_> = customer.messages(&conversation).await.iter().map(|m| m["seq"].clone()).collect();
        assert_eq!(numbers, [1, 2], "the customer's numbers stay dense");
    }

    /// A mention is news to who is named, in their inbox, until they have read the note: at once where they read along.
    async fn a_mention_is_unread_until_it_is_read(app: TestApp) {
        let (customer, grace, bo) = (app.customer("Ada").await, app.agent("Grace").await, app.agent("Bo").await);
        let conversation = customer.open_conversation("Help").await;
        let mut inbox = Socket::open(app.url(), "/ws/agent/", bo.token()).await;
        grace.note(&conversation, "@Bo please look").await;
        let news = inbox.frame("notification").await;
        let told = json!({"type": "notification", "kind": "mentioned", "conversation": conversation,
                          "text": "Grace mentioned you in Ada's conversation", "customer": "Ada", "by": "Grace"});
        assert_eq!(news, told);

        let session = app.store().authenticate(bo.token()).await.unwrap().unwrap();
        let mut reading = bo.chat_with(&conversation, "mode=view").await;
        reading.frame_where("the note", |frame| frame["note"]["text"] == "@Bo please look").await;
        reading.send(json!({"type": "seen", "seq": 1})).await;
        while !app.store().mentions(session.actor.agent().unwrap()).await.unwrap().is_empty() {
            inbox.frame("facets").await;
        }
    }

    /// Notes have numbers of their own and say after which message they came.
    async fn notes_are_numbered_apart(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        let first = agent.note(&conversation, "looks angry").await;
        customer.say(&conversation, "Hello?").await;
        let second = agent.note(&conversation, "very angry").await;
        assert_eq!((&first["note_seq"], &first["after_seq"]), (&json!(1), &json!(1)));
        assert_eq!((&second["note_seq"], &second["after_seq"]), (&json!(2), &json!(2)));
        let path = format!("/conversations/{conversation}/notes");
        let later = agent.get(&format!("{path}?after=1")).await.expect(200);
        assert_eq!(later["items"][0]["text"], "very angry");
        let body = json!({"client_id": Uuid::new_v4(), "text": "mine"});
        customer.post(&path, body).await.expect_problem(403, "forbidden");
    }
}
