//! Sends back whatever comes over a WebSocket that is opened as Frontdesk opens its own: what the RFC 6455 suite of
//! `./test websocket` talks to. Never part of the program.
//!
//! `echo raised` reads messages up to 32 MiB, as the suite sends them; `echo limited` up to what Frontdesk reads;
//! `echo broken` answers with other words than it was sent, which the suite has to notice. Each prints its address.

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use axum::extract::{State, WebSocketUpgrade};
use axum::routing::any;
use axum::{Router, serve};
use realtime::wire::CloseCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::sleep;
use web::socket::{FRAME_BYTES, READ_BYTES, refusal, tuned};

const RAISED_BYTES: usize = 32 << 20;

/// How an echo departs from Frontdesk's own sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Raised,
    Limited,
    Broken,
}

#[tokio::main]
async fn main() -> Result<(), String> {
    let mode = match std::env::args().nth(1).as_deref() {
        Some("raised") => Mode::Raised,
        Some("limited") => Mode::Limited,
        Some("broken") => Mode::Broken,
        _ => return Err("usage: echo raised|limited|broken".to_owned()),
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(|error| error.to_string())?;
    println!("{}", listener.local_addr().map_err(|error| error.to_string())?);
    let router = Router::new().fallback(any(open)).with_state(mode);
    serve(listener, router).await.map_err(|error| error.to_string())
}

async fn open(State(mode): State<Mode>, upgrade: WebSocketUpgrade) -> axum::response::Response {
    let bytes = if mode == Mode::Limited { READ_BYTES } else { RAISED_BYTES };
    tuned(upgrade, bytes).on_upgrade(move |socket| echo(socket, mode))
}

async fn echo(mut socket: WebSocket, mode: Mode) {
    let refused = loop {
        match socket.recv().await {
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                let is_too_big = mode == Mode::Limited && message_bytes(&message) > FRAME_BYTES;
                if is_too_big {
                    break CloseCode::TooBig;
                }
                let answer =
                    if mode == Mode::Broken { Message::Text("not what was sent".into()) } else { message };
                if socket.send(answer).await.is_err() {
                    return;
                }
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => match refusal(error) {
                Some(code) => break code,
                None => return,
            },
            None => return,
        }
    };
    let frame = CloseFrame { code: refused.code(), reason: Utf8Bytes::from_static(refused.reason()) };
    if socket.send(Message::Close(Some(frame))).await.is_ok() {
        // As Frontdesk does: what cannot be read any more stays open for a while, so that the peer can read why.
        while let Some(Ok(_)) = socket.recv().await {}
        sleep(Duration::from_secs(1)).await;
    }
}

fn message_bytes(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) => bytes.len(),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => 0,
    }
}
