//! A WebSocket client that speaks the frames of the protocol and waits for them.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message, client::IntoClientRequest, http};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use url::Url;
use uuid::Uuid;

/// How long a frame may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open socket. What comes while something else is awaited is kept, and found when it is awaited in turn.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    kept: VecDeque<Value>,
    /// The code the server closed with, once it came.
    close_code: Option<u16>,
}

impl Socket {
    /// Opens `path` with a bearer token in the subprotocol, as browsers' scripts and programs do.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn open(server: &Url, path: &str, token: &str) -> Self {
        let protocols = format!("frontdesk.v1, bearer.{token}");
        Self::try_open(server, path, &[("sec-websocket-protocol", &protocols)])
            .await
            .expect("the server upgrades")
    }

    /// Opens `path` with these headers.
    ///
    /// # Errors
    /// The status the server refused with.
    pub async fn try_open(server: &Url, path: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let mut address = server.join(path).expect("a path");
        address.set_scheme("ws").expect("a server without TLS");
        let mut request = address.as_str().into_client_request().expect("an address");
        for (name, value) in headers {
            request.headers_mut().insert(*name, http::HeaderValue::from_str(value).expect("a header"));
        }
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Self { stream, kept: VecDeque::new(), close_code: None }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("the socket does not open: {error}"),
        }
    }

    /// Waits for the server's first word, which it has when the socket's opening is done: `welcome`, or why not. It is
    /// found when it is awaited.
    #[must_use]
    pub async fn answered(mut self) -> Self {
        if let Some(frame) = self.read().await {
            self.kept.push_back(frame);
        }
        self
    }

    /// Sends one frame.
    ///
    /// # Panics
    /// When the socket is closed.
    pub async fn send(&mut self, frame: Value) {
        self.send_raw(Message::text(frame.to_string())).await;
    }

    /// Sends one frame; false when the connection is gone.
    pub async fn try_send(&mut self, frame: Value) -> bool {
        self.stream.send(Message::text(frame.to_string())).await.is_ok()
    }

    /// Sends anything, also what the protocol forbids.
    ///
    /// # Panics
    /// When the socket is closed.
    pub async fn send_raw(&mut self, message: Message) {
        self.stream.send(message).await.expect("the socket is open");
    }

    /// Sends a message and waits for its ack.
    ///
    /// # Panics
    /// When it is rejected.
    pub async fn say(&mut self, text: &str) -> Value {
        let client_id = Uuid::new_v4();
        self.send(json!({"type": "send", "client_id": client_id, "text": text})).await;
        let answer = self.frame_where("an answer", |frame| frame["client_id"] == client_id.to_string()).await;
        assert_eq!(answer["type"], "ack", "{answer}");
        answer
    }

    /// The first frame of this type that was not awaited before.
    ///
    /// # Panics
    /// When none comes in time or the socket closes.
    pub async fn frame(&mut self, kind: &str) -> Value {
        self.frame_where(kind, |frame| frame["type"] == kind).await
    }

    /// The first frame that is meant and was not awaited before.
    ///
    /// # Panics
    /// When none comes in time or the socket closes; `what` says what was awaited.
    pub async fn frame_where(&mut self, what: &str, mut meant: impl FnMut(&Value) -> bool) -> Value {
        if let Some(at) = self.kept.iter().position(&mut meant) {
            return self.kept.remove(at).expect("a position in it");
        }
        loop {
            let Some(frame) = self.read().await else {
                panic!("closed before {what}, after {:?}", self.kept)
            };
            if meant(&frame) {
                return frame;
            }
            self.kept.push_back(frame);
        }
    }

    /// Every frame up to the answer to a ping sent now: what the server had to say.
    ///
    /// # Panics
    /// When the pong does not come in time.
    pub async fn frames_until_now(&mut self) -> Vec<Value> {
        self.send(json!({"type": "ping"})).await;
        self.frame("pong").await;
        self.kept.drain(..).collect()
    }

    /// The next frame; none once the connection is gone, however it went.
    ///
    /// # Panics
    /// When nothing happens in time.
    pub async fn next_frame(&mut self) -> Option<Value> {
        match self.kept.pop_front() {
            Some(frame) => Some(frame),
            None => self.read().await,
        }
    }

    async fn read(&mut self) -> Option<Value> {
        let next = timeout(PATIENCE, async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).ok(),
                    Some(Ok(Message::Close(close))) => {
                        self.close_code = close.map(|close| close.code.into());
                        return None;
                    }
                    Some(Err(_)) | None => return None,
                    Some(Ok(_)) => {}
                }
            }
        })
        .await;
        next.unwrap_or_else(|_| panic!("nothing within {PATIENCE:?}, after {:?}", self.kept))
    }

    /// The next messages, this many, in the order they come.
    ///
    /// # Panics
    /// As [`frame`](Self::frame).
    pub async fn messages(&mut self, count: usize) -> Vec<Value> {
        let mut messages = Vec::with_capacity(count);
        while messages.len() < count {
            messages.push(self.frame("message").await["message"].take());
        }
        messages
    }

    /// The code the server closes with; frames before it are passed over.
    ///
    /// # Panics
    /// When it does not close in time, or without a code.
    pub async fn closed(&mut self) -> u16 {
        while self.close_code.is_none() && self.read().await.is_some() {}
        self.close_code.expect("a code to close with")
    }

    /// Closes as a browser does and waits until the server has let go.
    pub async fn close(mut self) {
        let _ = self.stream.close(None).await;
        while let Some(Ok(_)) = self.stream.next().await {}
    }
}
