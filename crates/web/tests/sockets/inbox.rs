//! The inbox socket.

use crate::server::Server;
use serde_json::json;
use testkit::both_databases;

both_databases! {
    async fn the_inbox_hears_of_everything_that_changes(server: Server) {
        let (noor, kim) = (server.customer().await, server.agent("Kim").await);
        let mut inbox = server.inbox(&kim).await;
        inbox.frame("facets").await;
        let conversation = server.conversation(&noor).await;
        let changed = inbox.frame("queue_changed").await["conversation"].take();
        assert_eq!(changed["id"], conversation.id.to_string());
        assert!(changed["urgency"].is_object(), "{changed}");
        let facets = inbox.frame_where("fresh facets", |frame| {
            frame["facets"]["status"] == json!([{"value": "open", "label": "open", "count": 1}])
        }).await;
        assert_eq!(facets["facets"]["holder"][0], json!({"value": "none", "label": "nobody", "count": 1}));
        let mut agent = server.chat(&kim, &conversation, "").await;
        agent.frame("welcome").await;
        inbox.frame_where("the claim", |f| f["conversation"]["claim"]["agent"]["name"] == "Kim").await;
        let mut customer = server.chat(&noor, &conversation, "").await;
        customer.say("Are you there?").await;
        let notification = inbox.frame("notification").await;
        assert_eq!(notification["conversation"], conversation.id.to_string());
        inbox.frames_until_now().await;
    }

    /// Places in the queue move for those who wait.
    async fn waiting_customers_hear_of_their_place(server: Server) {
        let (noor, adil, kim) = (server.customer().await, server.customer().await, server.agent("Kim").await);
        let first = server.conversation(&noor).await;
        let second = server.conversation(&adil).await;
        let mut waiting = server.chat(&adil, &second, "").await;
        assert_eq!(waiting.frame("queue").await, json!({"type": "queue", "ahead": 1, "estimate_s": null, "agents_online": 0}));
        let _inbox = server.inbox(&kim).await;
        waiting.frame_where("the agent", |frame| frame["agents_online"] == 1).await;
        server.store().claim(&kim.session, first.id).await.unwrap();
        waiting.frame_where("the first place", |frame| frame["type"] == "queue" && frame["ahead"] == 0).await;
    }
}
