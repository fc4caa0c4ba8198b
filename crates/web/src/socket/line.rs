//! The line to one client: frames out in order, frames in, signs of life, and an orderly end.

use super::FRAME_BYTES;
use crate::limits::{OpeningPlace, SocketPlace};
use crate::metrics::Closings;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures_util::{Sink, Stream};
use realtime::wire::CloseCode;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Error;
use tokio_util::bytes::Bytes;

/// How often the client is pinged.
const PING_EVERY: Duration = Duration::from_secs(25);
/// For how long a client may be silent, not even answering pings.
const SILENCE: Duration = Duration::from_secs(60);
/// Frames that wait for a slow client before events wait for them (D5).
const OUT_LIMIT: usize = 64;
/// For how long a close waits for the client to take it and answer.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// For how long a connection that cannot be read any more stays, so that the client can read why.
const LINGER: Duration = Duration::from_secs(1);

/// What comes from the client.
#[derive(Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A text frame.
    Text(Utf8Bytes),
    /// A ping or pong: the client lives.
    Alive,
    /// Everything sent is on its way.
    Drained,
    /// What the client sent ends the socket.
    Refused(CloseCode),
    /// The connection is over.
    Closed,
}

/// The line to one client.
#[derive(Debug)]
pub struct Line {
    socket: WebSocket,
    /// Empty, it holds no memory.
    out: VecDeque<Message>,
    /// Something was sent since [`Incoming::Drained`].
    is_draining: bool,
    heard_at: Instant,
    pinged_at: Instant,
    timer: Pin<Box<Sleep>>,
    /// The connection's place among its address's sockets.
    _place: SocketPlace,
    /// Its turn to open, until it has.
    opening: Option<OpeningPlace>,
    /// What it was closed with.
    closed: Option<CloseCode>,
    closings: Closings,
}

impl Line {
    /// A line over an open socket.
    pub(super) fn new(
        socket: WebSocket,
        place: SocketPlace,
        opening: OpeningPlace,
        closings: Closings,
    ) -> Self {
        let now = Instant::now();
        Self {
            socket,
            out: VecDeque::new(),
            is_draining: false,
            heard_at: now,
            pinged_at: now,
            timer: Box::pin(sleep(PING_EVERY)),
            _place: place,
            opening: Some(opening),
            closed: None,
            closings,
        }
    }

    /// What opening takes of the database is done: it is another socket's turn.
    pub fn opened(&mut self) {
        self.opening = None;
    }

    /// Puts a text frame in line; it goes out while [`next`](Self::next) waits.
    pub fn send(&mut self, frame: Bytes) {
        #[expect(clippy::expect_used, reason = "frames are JSON our own serialiser made")]
        let text = Utf8Bytes::try_from(frame).expect("frames are UTF-8");
        self.out.push_back(Message::Text(text));
        self.is_draining = true;
    }

    /// Whether so much waits that nothing more should be put in line for now.
    pub fn is_full(&self) -> bool {
        self.out.len() >= OUT_LIMIT
    }

    /// Whether everything sent is on its way.
    pub fn is_drained(&self) -> bool {
        !self.is_draining
    }

    /// Sends what waits, and gives what comes. Reads nothing while much waits: a client that does not read is not
    /// read either. Safe to drop and call again.
    pub async fn next(&mut self) -> Incoming {
        poll_fn(|context| self.poll(context, true)).await
    }

    /// As [`next`](Self::next), without reading: text frames stay where they are.
    pub async fn only_send(&mut self) -> Incoming {
        poll_fn(|context| self.poll(context, false)).await
    }

    fn poll(&mut self, context: &mut Context<'_>, reads: bool) -> Poll<Incoming> {
        if self.poll_timer(context).is_ready() || self.poll_out(context).is_err() {
            return Poll::Ready(Incoming::Closed);
        }
        if self.is_draining && self.out.is_empty() && self.poll_flushed(context) {
            self.is_draining = false;
            return Poll::Ready(Incoming::Drained);
        }
        if reads && !self.is_full() { self.poll_in(context) } else { Poll::Pending }
    }

    /// Ready when the client was silent for too long. Pings when it is time to.
    fn poll_timer(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while self.timer.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            if now >= self.heard_at + SILENCE {
                return Poll::Ready(());
            }
            if now >= self.pinged_at + PING_EVERY {
                self.pinged_at = now;
                self.out.push_back(Message::Ping(Bytes::new()));
                self.is_draining = true;
            }
            self.timer.as_mut().reset((self.heard_at + SILENCE).min(self.pinged_at + PING_EVERY));
        }
        Poll::Pending
    }

    fn poll_out(&mut self, context: &mut Context<'_>) -> Result<(), axum::Error> {
        let mut socket = Pin::new(&mut self.socket);
        while !self.out.is_empty() {
            match socket.as_mut().poll_ready(context) {
                Poll::Ready(ready) => ready?,
                Poll::Pending => break,
            }
            if let Some(message) = self.out.pop_front() {
                socket.as_mut().start_send(message)?;
            }
        }
        if self.out.is_empty() {
            self.out = VecDeque::new();
        }
        Ok(())
    }

    /// A failing flush shows when reading.
    fn poll_flushed(&mut self, context: &mut Context<'_>) -> bool {
        Pin::new(&mut self.socket).poll_flush(context).is_ready()
    }

    fn poll_in(&mut self, context: &mut Context<'_>) -> Poll<Incoming> {
        loop {
            let Poll::Ready(message) = Pin::new(&mut self.socket).poll_next(context) else {
                return Poll::Pending;
            };
            self.heard_at = Instant::now();
            return Poll::Ready(match message {
                Some(Ok(Message::Text(text))) if text.len() > FRAME_BYTES => {
                    Incoming::Refused(CloseCode::TooBig)
                }
                Some(Ok(Message::Text(text))) => Incoming::Text(text),
                Some(Ok(Message::Binary(_))) => Incoming::Refused(CloseCode::Binary),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Incoming::Alive,
                // Its answer is under way: read on until the end.
                Some(Ok(Message::Close(_))) => continue,
                Some(Err(error)) => refusal(error).map_or(Incoming::Closed, Incoming::Refused),
                None => Incoming::Closed,
            });
        }
    }

    /// Sends what waits (unless the client reads too slowly for it), closes, and waits for the client to do so.
    pub async fn close(mut self: Box<Self>, code: CloseCode) {
        self.closed = Some(code);
        if code == CloseCode::TooSlow {
            self.out.clear();
        }
        let frame = CloseFrame { code: code.code(), reason: Utf8Bytes::from_static(code.reason()) };
        self.out.push_back(Message::Close(Some(frame)));
        self.is_draining = true;
        let ended = timeout(CLOSE_TIMEOUT, async { while self.next().await != Incoming::Closed {} });
        // Without a reader the client's answer cannot be seen, only waited for.
        if ended.await.is_ok() && matches!(code, CloseCode::TooBig | CloseCode::NotUtf8 | CloseCode::Protocol)
        {
            sleep_until(Instant::now() + LINGER).await;
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.closings.count(self.closed);
    }
}

/// The close code for what tungstenite could not read; none when there is nobody to tell.
pub fn refusal(error: axum::Error) -> Option<CloseCode> {
    match error.into_inner().downcast_ref::<Error>()? {
        Error::Utf8(_) => Some(CloseCode::NotUtf8),
        Error::Capacity(_) => Some(CloseCode::TooBig),
        Error::Protocol(
            tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        ) => None,
        Error::Protocol(_) => Some(CloseCode::Protocol),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client_address::Client;
    use crate::limits::{LimitsConfig, SocketCounts, SocketOpenings};
    use axum::Router;
    use axum::extract::WebSocketUpgrade;
    use axum::routing::any;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    const HANDSHAKE: &[u8] =
        b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    /// D8: a peer that has gone without a word is pinged and then dropped, though its connection stands.
    #[tokio::test(start_paused = true)]
    async fn d8_a_silent_peer_is_dropped_after_a_minute() {
        let talk = async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(read_to_the_end);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, Router::new().route("/", any(talk))).into_future());
        let began = Instant::now();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(HANDSHAKE).await.unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.unwrap();
        assert!(heard.starts_with(b"HTTP/1.1 101"), "{heard:?}");
        assert!(heard.ends_with(b"\r\n\r\n\x89\0\x89\0"), "two pings: {heard:?}");
        assert_eq!(began.elapsed().as_secs(), SILENCE.as_secs());
    }

    async fn read_to_the_end(socket: WebSocket) {
        let limits = LimitsConfig::default();
        let place = SocketCounts::new(&limits).admit(Client::of([127, 0, 0, 1].into())).unwrap();
        let opening = SocketOpenings::new(&limits).admit().await.unwrap();
        let mut line = Line::new(socket, place, opening, Closings::default());
        while line.next().await != Incoming::Closed {}
    }
}
