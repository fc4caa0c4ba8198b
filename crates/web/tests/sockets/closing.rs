//! Why sockets close, or do not open.

use crate::server::{Server, send};
use domain::{ClaimToken, ConversationId};
use serde_json::json;
use std::time::Duration;
use testkit::{Socket, both_databases};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::protocol::frame::{
    Frame,
    coding::{Data, OpCode},
};
use tokio_tungstenite::tungstenite::{Bytes, Message};

both_databases! {
    async fn c4_another_agent_hears_who_holds_it(server: Server) {
        let (noor, kim, lee) = (server.customer().await, server.agent("Kim").await, server.agent("Lee").await);
        let conversation = server.conversation(&noor).await;
        let mut first = server.chat(&kim, &conversation, "").await;
        first.frame("welcome").await;
        let mut second = server.chat(&lee, &conversation, "").await;
        let rejected = second.frame_where("a first frame", |_| true).await;
        assert_eq!((&rejected["code"], &rejected["holder"]["name"]), (&json!("already_claimed"), &json!("Kim")));
        assert_eq!(second.closed().await, 4000);
        let mut reader = server.chat(&lee, &conversation, "mode=view").await;
        assert_eq!(reader.frame("welcome").await["you"]["mode"], "view");
        first.say("Still here").await;
        assert_eq!(reader.messages(2).await[1]["text"], "Still here");
    }

    async fn a1_what_is_not_yours_is_not_there(server: Server) {
        let (noor, other) = (server.customer().await, server.customer().await);
        let conversation = server.conversation(&noor).await;
        assert_eq!(server.chat(&other, &conversation, "").await.closed().await, 4004);
        for id in [ConversationId::new().to_string(), "7".into()] {
            let mut socket = Socket::open(server.url(), &format!("/ws/chat/{id}/"), &noor.token).await;
            assert_eq!(socket.closed().await, 4004);
        }
        assert_eq!(server.inbox(&noor).await.closed().await, 4004);
    }

    /// A2: signing out closes every socket of the session, and a token that is none opens nothing.
    async fn a2_signed_out_is_4001(server: Server) {
        let (noor, kim) = (server.customer().await, server.agent("Kim").await);
        let conversation = server.conversation(&noor).await;
        let mut sockets = vec![server.inbox(&kim).await, server.chat(&kim, &conversation, "").await];
        sockets[1].frame("welcome").await;
        sockets[0].frame("facets").await;
        let mut customer = server.chat(&noor, &conversation, "").await;
        server.store().end_session(&kim.session).await.unwrap();
        let signed_out = Instant::now();
        for socket in &mut sockets {
            assert_eq!(socket.closed().await, 4001);
        }
        assert!(signed_out.elapsed() < Duration::from_secs(1));
        customer.say("Still here").await;
        for path in [format!("/ws/chat/{}/", conversation.id), "/ws/agent/".into()] {
            assert_eq!(Socket::open(server.url(), &path, &kim.token).await.closed().await, 4001);
            let mut nobody = Socket::try_open(server.url(), &path, &[]).await.unwrap();
            assert_eq!(nobody.closed().await, 4001);
        }
    }

    async fn frames_that_are_none_close_with_their_code(server: Server) {
        let noor = server.customer().await;
        let conversation = server.conversation(&noor).await;
        let not_utf8 = Frame::message(Bytes::from_static(&[0xff, 0xfe]), OpCode::Data(Data::Text), true);
        for (message, code) in [
            (Message::binary(vec![1]), 1003),
            (Message::Frame(not_utf8), 1007),
            (Message::text("x".repeat(128 * 1024 + 1)), 1009),
            (Message::text("x".repeat(250 * 1024)), 1009),
        ] {
            let mut socket = server.chat(&noor, &conversation, "").await;
            socket.send_raw(message).await;
            assert_eq!(socket.closed().await, code);
        }
        let mut socket = server.chat(&noor, &conversation, "").await;
        socket.send_raw(Message::text("x".repeat(128 * 1024))).await;
        assert_eq!(socket.frame("rejected").await["code"], "malformed");
    }

    /// C5: a customer's own tabs never lock them out; past 50 the oldest closes.
    async fn c5_the_oldest_of_too_many_tabs_closes(server: Server) {
        let noor = server.customer().await;
        let conversation = server.conversation(&noor).await;
        let mut tabs = Vec::new();
        for _ in 0..52 {
            let mut tab = server.chat(&noor, &conversation, "").await;
            tab.frame("welcome").await;
            tabs.push(tab);
        }
        assert_eq!(tabs[0].closed().await, 4008);
        assert_eq!(tabs[1].closed().await, 4008);
        tabs[2].say("the third still works").await;
        tabs[51].say("and the last").await;
    }

    /// C2, C3: after the release the socket is a view, whose writing is refused.
    async fn c2_a_released_claim_makes_a_view(server: Server) {
        let (noor, kim) = (server.customer().await, server.agent("Kim").await);
        let conversation = server.conversation(&noor).await;
        let mut socket = server.chat(&kim, &conversation, "").await;
        socket.frame("welcome").await;
        server.store().release_claim(&kim.session, conversation.id).await.unwrap();
        let released = socket.frame("conversation").await["conversation"].take();
        assert_eq!((&released["status"], &released["claim"]), (&json!("open"), &json!(null)));
        socket.send(send("Too late")).await;
        assert_eq!(socket.frame("rejected").await["code"], "claim_lost");
        let stored = server.store().conversation(&kim.session.actor, conversation.id).await.unwrap();
        assert_eq!((stored.last_seq, stored.claim_token), (1, ClaimToken(1)));
    }

    /// D7: a server that stops says so to everybody, spread over its drain, and takes no new sockets.
    async fn d7_the_drain_closes_everybody_with_1012(server: Server) {
        let noor = server.customer().await;
        let conversation = server.conversation(&noor).await;
        let mut sockets = Vec::new();
        for _ in 0..4 {
            let mut socket = server.chat(&noor, &conversation, "").await;
            socket.frame("welcome").await;
            sockets.push(socket);
        }
        let hub = server.hub().clone();
        let drain = tokio::spawn(async move { hub.drain(Duration::from_millis(400)).await });
        for socket in &mut sockets {
            assert_eq!(socket.closed().await, 1012);
        }
        assert_eq!(server.chat(&noor, &conversation, "").await.closed().await, 1012);
        drop(sockets);
        timeout(Duration::from_secs(5), drain).await.expect("over when the last socket is gone").unwrap();
    }
}
