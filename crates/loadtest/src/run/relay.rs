//! The bare relay, a yardstick: a WebSocket server that answers each frame with an ack and passes a copy to both sides
//! of the conversation, and keeps nothing. No server that does more can be faster than it.

use anyhow::{Context, Result};
use clap::Args;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio_tungstenite::accept_hdr_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use uuid::Uuid;

/// Run the bare relay, the yardstick of `run saturate`, which starts it by itself
#[derive(Debug, Clone, Args)]
pub struct RelayArgs {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", env = "LOADTEST_RELAY_LISTEN", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
}

/// A relay in a process of its own, as the server is; killed when dropped.
#[derive(Debug)]
pub struct Relay {
    /// Where it listens.
    pub address: SocketAddr,
    _process: Child,
}

impl Relay {
    /// Starts this program again, as a relay.
    ///
    /// # Errors
    /// When that fails.
    pub async fn start() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("relay").stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().context("cannot start the relay")?;
        let output = process.stdout.take().context("no standard output")?;
        let line = BufReader::new(output).lines().next_line().await?.context("the relay did not start")?;
        Ok(Self { address: line.parse()?, _process: process })
    }
}

/// Both sides of each conversation, by path.
type Rooms = Arc<Mutex<HashMap<String, Vec<mpsc::UnboundedSender<Message>>>>>;

/// A frame that is sent on.
#[derive(Debug, Deserialize)]
struct Send {
    client_id: Uuid,
    text: String,
}

/// Relays until it is killed.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn run(args: RelayArgs) -> Result<bool> {
    let listener = TcpListener::bind(args.listen).await?;
    println!("{}", listener.local_addr()?);
    let rooms = Rooms::default();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(talk(stream, Arc::clone(&rooms)));
    }
}

/// Serves one socket until it ends.
async fn talk(stream: TcpStream, rooms: Rooms) {
    let mut path = String::new();
    #[expect(clippy::result_large_err, reason = "the handshake's callback is typed so")]
    let answer = |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        path = request.uri().path().to_owned();
        response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("frontdesk.v1"));
        Ok(response)
    };
    let config = WebSocketConfig::default().read_buffer_size(4096);
    let Ok(socket) = accept_hdr_async_with_config(stream, answer, Some(config)).await else { return };
    let (mut sink, mut frames) = socket.split();
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let _ = sender.send(Message::text(r#"{"type":"welcome","you":{},"last_seq":0}"#));
    rooms
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(path.clone())
        .or_default()
        .push(sender.clone());
    let mut seq = 0_u32;
    loop {
        tokio::select! {
            Some(message) = receiver.recv() => {
                // What waits is written at once, as the server does.
                let mut written = sink.feed(message).await;
                while let Ok(message) = receiver.try_recv() {
                    written = written.and(sink.feed(message).await);
                }
                if written.and(sink.flush().await).is_err() {
                    break;
                }
            }
            frame = frames.next() => {
                let Some(Ok(Message::Text(text))) = frame else { break };
                let Ok(Send { client_id, text }) = serde_json::from_str(&text) else { break };
                seq += 1;
                let ack = format!(r#"{{"type":"ack","client_id":"{client_id}","seq":{seq},"id":"{client_id}"}}"#);
                let _ = sender.send(Message::text(ack));
                let text = serde_json::Value::String(text);
                let message = Message::text(format!(
                    r#"{{"type":"message","message":{{"id":"{client_id}","seq":{seq},"client_id":"{client_id}","text":{text},"rev":0}}}}"#
                ));
                let rooms = rooms.lock().unwrap_or_else(PoisonError::into_inner);
                for member in rooms.get(&path).into_iter().flatten() {
                    let _ = member.send(message.clone());
                }
            }
        }
    }
    rooms.lock().unwrap_or_else(PoisonError::into_inner).remove(&path);
}
