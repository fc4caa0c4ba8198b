//! The chat socket: seen, typing, close codes, limits.

use serde_json::json;
use testkit::{Message, TestApp, both_databases};
use uuid::Uuid;

both_databases! {
    /// Typing and seen reach the other side, the queue place and the claim the customer.
    async fn typing_and_seen_reach_the_other_side(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        let mut theirs = customer.chat(&conversation).await;
        assert_eq!(theirs.frame("queue").await["ahead"], 0);
        let mut mine = agent.chat(&conversation).await;
        mine.frame("welcome").await;
        theirs.frame_where("the claim", |frame| frame["conversation"]["claim"]["agent"]["name"] == "Grace").await;

        mine.send(json!({"type": "typing", "on": true})).await;
        let typing = theirs.frame("typing").await;
        assert_eq!(typing, json!({"type": "typing", "role": "agent", "name": "Grace", "on": true}));
        mine.send(json!({"type": "seen", "seq": 1})).await;
        assert_eq!(theirs.frame("seen").await, json!({"type": "seen", "role": "agent", "seq": 1}));
        theirs.send(json!({"type": "typing", "on": true})).await;
        assert_eq!(mine.frame("typing").await["role"], "customer");
    }

    /// Only the holder's reading counts as seen.
    async fn a_reader_by_the_way_has_not_seen(app: TestApp) {
        let (customer, grace, linus) = (app.customer("Ada").await, app.agent("Grace").await, app.agent("Linus").await);
        let conversation = customer.open_conversation("Help").await;
        let mut theirs = customer.chat(&conversation).await;
        let mut holder = grace.chat(&conversation).await;
        holder.frame("welcome").await;
        let mut reader = linus.chat_with(&conversation, "mode=view").await;
        reader.send(json!({"type": "seen", "seq": 1})).await;
        reader.frames_until_now().await;
        holder.say("Hello").await;
        theirs.frame_where("the answer", |frame| {
            assert_ne!(frame["type"], "seen", "{frame}");
            frame["message"]["text"] == "Hello"
        })
        .await;
    }

    /// `view` reads along: no text, but notes.
    async fn a_view_socket_sends_no_text_but_notes(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        let mut socket = agent.chat_with(&conversation, "mode=view").await;
        socket.send(json!({"type": "send", "client_id": Uuid::new_v4(), "text": "Hi"})).await;
        assert_eq!(socket.frame("rejected").await["code"], "read_only");
        socket.send(json!({"type": "note", "client_id": Uuid::new_v4(), "text": "odd"})).await;
        assert_eq!(socket.frame("note").await["note"]["text"], "odd");
        assert_eq!(customer.conversation(&conversation).await["status"], "open");
    }

    /// Malformed frames are each rejected; the tenth closes with 1008. Nobody else notices.
    async fn ten_malformed_frames_close_the_socket_and_no_other(app: TestApp) {
        let customer = app.customer("Ada").await;
        let conversation = customer.open_conversation("Help").await;
        let (mut bad, mut good) = (customer.chat(&conversation).await, customer.chat(&conversation).await);
        for frame in ["{", "[]", "null", "\"send\"", "{}", r#"{"type":"resolved"}"#, r#"{"type":"send"}"#] {
            bad.send_raw(Message::text(frame)).await;
            assert_eq!(bad.frame("rejected").await["code"], "malformed", "{frame}");
        }
        bad.say("A good one in between").await;
        for _ in 0..3 {
            bad.send_raw(Message::text(r#"{"type":"send","client_id":7,"text":"x"}"#)).await;
        }
        assert_eq!(bad.closed().await, 1008);
        good.say("I am still here").await;
    }

    /// What the protocol forbids closes with the code that says so.
    async fn forbidden_frames_close_with_their_code(app: TestApp) {
        let customer = app.customer("Ada").await;
        let conversation = customer.open_conversation("Help").await;
        let mut socket = customer.chat(&conversation).await;
        socket.send_raw(Message::binary(vec![1, 2, 3])).await;
        assert_eq!(socket.closed().await, 1003);
        let mut socket = customer.chat(&conversation).await;
        socket.send_raw(Message::text("x".repeat(128 * 1024 + 1))).await;
        assert_eq!(socket.closed().await, 1009);
        customer.chat(&conversation).await.say("Still fine").await;
    }

    /// A malformed parameter is refused before the upgrade.
    async fn malformed_parameters_are_refused(app: TestApp) {
        let customer = app.customer("Ada").await;
        let conversation = customer.open_conversation("Help").await;
        for parameters in ["after=x", "after=-1", "mode=steal", "rev=1.5", "nonsense=1"] {
            let path = format!("/ws/chat/{conversation}/?{parameters}");
            let bearer = format!("Bearer {}", customer.token());
            let refused = testkit::Socket::try_open(app.url(), &path, &[("authorization", &bearer)]).await;
            assert_eq!(refused.map(|_| ()), Err(422), "{parameters}");
        }
    }
}
