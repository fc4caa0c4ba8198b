//! More like this: earlier resolved conversations, and the replies that closed them.

use serde_json::json;
use testkit::{TestApp, both_databases};

const LOST: &str = "The courier lost my parcel";
const REPLY: &str = "I have sent a second parcel by another courier today.";

both_databases! {
    /// An agent is told what was answered to the same before, as it was sent.
    async fn similar_conversations_come_with_the_reply_that_closed_them(app: TestApp) {
        let (sam, bo, agent) = (app.customer("Sam").await, app.customer("Bo").await, app.agent("Grace").await);
        let closed = sam.open_conversation(LOST).await;
        agent.claim(&closed).await;
        agent.say(&closed, REPLY).await;
        sam.say(&closed, "thank you").await;
        agent.say(&closed, "You're welcome, have a nice day").await;
        let later = bo.open_conversation("my parcel was lost by the courier").await;
        let path = format!("/conversations/{later}/similar");
        assert_eq!(agent.get(&path).await.expect(200), json!({ "items": [] }), "not while it is open");
        agent.resolve(&closed).await;
        let answer = agent.get(&path).await.expect(200);
        let item = &answer["items"][0];
        assert_eq!((&item["conversation"]["id"], &item["reply"]), (&json!(closed), &json!(REPLY)));
        assert_eq!((&item["names_another"], &answer["items"][1]), (&json!(false), &json!(null)));
        assert!(item["snippet"].as_array().unwrap().contains(&json!({ "text": "parcel", "hit": true })), "{item}");
    }

    /// A1: it is the agents' alone, and a conversation that is not there has none.
    async fn a1_similar_conversations_are_the_agents_alone(app: TestApp) {
        let (sam, agent) = (app.customer("Sam").await, app.agent("Grace").await);
        let own = sam.open_conversation(LOST).await;
        sam.get(&format!("/conversations/{own}/similar")).await.expect_problem(403, "forbidden");
        app.api().get(&format!("/conversations/{own}/similar")).await.expect_problem(401, "not_signed_in");
        let missing = "/conversations/0198aaaa-0000-7000-8000-000000000000/similar";
        agent.get(missing).await.expect_problem(404, "not_found");
        agent.get(&format!("/conversations/{own}/similar?limit=1")).await.expect_problem(422, "invalid");
    }
}
