//! Clients that read too slowly, or send too fast.

use crate::server::{Server, Somebody, append};
use domain::ClientId;
use domain::Conversation;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use testkit::{Kind, Socket, both_databases, run};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};
use tokio_tungstenite::{WebSocketStream, client_async};

both_databases! {
    /// D5: who never reads is closed with 4008, and the others go on.
    async fn d5_a_slow_reader_is_closed_and_nobody_waits(server: Server) {
        let noor = server.customer().await;
        let conversation = server.conversation(&noor).await;
        let mut slow = slow_reader(&server, &noor, &conversation).await;
        let mut reader = server.chat(&noor, &conversation, "").await;
        reader.frame("queue").await;
        let sockets = server.hub().sockets();
        // Long, with little to index.
        let text = format!("x{}", " ".repeat(9_000));
        // What the system buffers between server and client is full before anybody notices.
        let mut sent = 0;
        while server.hub().sockets() == sockets {
            let appends = (0..250).map(|_| append(&server, &noor, &conversation, &text));
            futures_util::future::join_all(appends).await;
            reader.messages(250).await;
            sent += 250;
            assert!(sent < 20_000, "the slow reader is still there");
        }
        let mut last = 0;
        while let Some(Ok(message)) = slow.next().await {
            match message {
                Message::Text(text) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    last = frame["message"]["seq"].as_u64().unwrap_or(last);
                }
                // Seen only by who reads again before the server gives up on telling them.
                Message::Close(close) => assert_eq!(u16::from(close.unwrap().code), 4008),
                _ => {}
            }
        }
        let mut resumed = server.chat(&noor, &conversation, &format!("after={last}")).await;
        assert_eq!(resumed.messages(1).await[0]["seq"], last + 1);
    }

    /// D8: a customer who sends too fast is told which messages were not taken; sent again, they are.
    async fn d8_too_many_messages_are_refused_by_name(server: Server) {
        let noor = server.customer().await;
        let conversation = server.conversation(&noor).await;
        let mut socket = server.chat(&noor, &conversation, "after=1").await;
        let ids: Vec<_> = (0..150).map(|_| ClientId::new()).collect();
        for id in &ids {
            socket.send(json!({"type": "send", "client_id": id, "text": "quick"})).await;
        }
        let mut refused = Vec::new();
        for _ in &ids {
            let answer = socket.frame_where("an answer", |f| f["type"] == "ack" || f["type"] == "rejected").await;
            if answer["type"] == "rejected" {
                assert_eq!(answer["code"], "rate_limited");
                refused.push(answer["client_id"].as_str().unwrap().to_owned());
            }
        }
        assert!((1..=50).contains(&refused.len()), "{}", refused.len());
        let stored = server.store().conversation(&noor.session.actor, conversation.id).await.unwrap();
        assert_eq!(stored.last_seq as usize, 1 + ids.len() - refused.len());
    }
}

/// A socket that nobody reads from, whose system holds little on its behalf.
async fn slow_reader(
    server: &Server,
    who: &Somebody,
    conversation: &Conversation,
) -> WebSocketStream<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let stream = socket.connect(server.url().socket_addrs(|| None).unwrap()[0]).await.unwrap();
    let address = format!("ws://{}/ws/chat/{}/", server.url().authority(), conversation.id);
    let mut request = address.into_client_request().unwrap();
    let token = format!("Bearer {}", who.token);
    request.headers_mut().insert("authorization", token.parse().unwrap());
    let mut socket = client_async(request, stream).await.unwrap().0;
    // Once it has its history, it is a reader like any other: replaying never counts as slow.
    while !socket.next().await.unwrap().unwrap().to_text().unwrap().contains(r#""type":"message""#) {}
    socket
}

/// D8: ten thousand sockets from one address are refused past the limit, and the server is unharmed.
#[test]
fn d8_ten_thousand_sockets_from_one_address() {
    run(Kind::Sqlite, async |server: Server| {
        let kim = server.agent("Kim").await;
        let protocols = format!("frontdesk.v1, bearer.{}", kim.token);
        let attempts = stream::iter(0..10_000).map(|_| {
            let headers = [("sec-websocket-protocol", protocols.as_str())];
            let url = server.url().clone();
            async move { Socket::try_open(&url, "/ws/agent/", &headers).await }
        });
        let results: Vec<_> = attempts.buffer_unordered(100).collect().await;
        let (open, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!((open.len(), refused.len()), (200, 9_800));
        assert!(refused.into_iter().all(|refused| refused.err() == Some(429)));
        let noor = server.customer().await;
        let conversation = server.conversation(&noor).await;
        append(&server, &noor, &conversation, "Still here").await;
        for socket in open {
            let mut socket = socket.unwrap();
            socket.frame("facets").await;
        }
        // Their places come back as they close.
        let headers = [("sec-websocket-protocol", protocols.as_str())];
        while Socket::try_open(server.url(), "/ws/agent/", &headers).await.is_err() {}
    });
}
