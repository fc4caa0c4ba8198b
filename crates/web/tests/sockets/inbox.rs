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
        let first = waiting.frame_where("the first place", |frame| frame["type"] == "queue" && frame["ahead"] == 0).await;
        assert_eq!(first["estimate_s"], json!(null), "one departure says nothing yet");
    }

    /// Who waits hears for how long, by how fast the queue has moved, and nothing of it while no agent is there.
    async fn waiting_customers_hear_for_how_long(server: Server) {
        let (noor, adil, kim) = (server.customer().await, server.customer().await, server.agent("Kim").await);
        for _ in 0..3 {
            server.conversation(&noor).await;
        }
        let last = server.conversation(&adil).await;
        let mut waiting = server.chat(&adil, &last, "").await;
        for _ in 0..3 {
            server.store().clock().advance(std::time::Duration::from_secs(5 * 60));
            let claimed = server.store().claim_next(&kim.session).await.unwrap().unwrap();
            server.store().resolve(&kim.session, claimed.id).await.unwrap();
        }
        let place = waiting.frame_where("the first place", |frame| frame["type"] == "queue" && frame["ahead"] == 0).await;
        assert_eq!((&place["estimate_s"], &place["agents_online"]), (&json!(null), &json!(0)));
        let _inbox = server.inbox(&kim).await;
        waiting.frame_where("an estimate", |frame| frame["estimate_s"] == 5 * 60 && frame["agents_online"] == 1).await;
    }
}
