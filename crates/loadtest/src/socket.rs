//! A chat socket that may break at any moment.

use futures_util::{SinkExt, StreamExt};
use rustix::net::sockopt;
use serde::Deserialize;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use uuid::Uuid;

/// How long opening may take.
const OPENS_WITHIN: Duration = Duration::from_secs(5);
/// What may wait for a [narrow](Socket::narrow) socket to be read, in bytes.
const NARROW: usize = 4096;

/// An open socket.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
}

/// What the server sends, as far as clients here care.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The first frame.
    Welcome {
        /// Who the server takes the client for.
        you: You,
        /// The number of the newest message.
        last_seq: u32,
    },
    /// A message.
    Message {
        /// The message.
        message: MessageFrame,
    },
    /// A message that was edited or deleted.
    MessageChanged {
        /// As it is now.
        message: MessageFrame,
    },
    /// A note or event.
    Note {
        /// The note.
        note: NoteFrame,
    },
    /// What the client sent is durable.
    Ack {
        /// Its `client_id`.
        client_id: Uuid,
        /// Its number.
        seq: u32,
        /// Its id.
        id: Uuid,
    },
    /// What the client sent was refused, or the socket is.
    Rejected {
        /// Of what was sent.
        client_id: Option<Uuid>,
        /// Why.
        code: String,
        /// Who holds the conversation.
        holder: Option<Holder>,
    },
    /// Answers `ping`.
    Pong,
    /// What is not looked at.
    #[serde(other)]
    Other,
}

/// Who the server takes the client for.
#[derive(Debug, Deserialize)]
pub struct You {
    /// What an agent's socket may do: `work` or `view`.
    pub mode: Option<String>,
}

/// Who holds a conversation.
#[derive(Debug, Deserialize)]
pub struct Holder {
    /// Their id.
    pub id: Uuid,
}

/// A message on the wire.
#[derive(Debug, Deserialize)]
pub struct MessageFrame {
    /// Its number.
    pub seq: u32,
    /// Its sender's id of it.
    pub client_id: Uuid,
    /// What it says; none when deleted.
    pub text: Option<String>,
    /// Its last change.
    pub rev: u32,
}

/// A note or event on the wire.
#[derive(Debug, Deserialize)]
pub struct NoteFrame {
    /// Its number.
    pub note_seq: u32,
    /// Its sender's id of it; none for an event.
    pub client_id: Option<Uuid>,
    /// What it says.
    pub text: Option<String>,
}

impl Socket {
    /// Opens a path of a server with a bearer token, from this address of this computer if one is named.
    ///
    /// # Errors
    /// When the server is not there, refuses, or takes too long.
    pub async fn open(
        server: SocketAddr,
        from: Option<SocketAddr>,
        path: &str,
        token: &str,
    ) -> Result<Self, Error> {
        match timeout(OPENS_WITHIN, Self::handshake(server, from, path, token)).await {
            Ok(opened) => opened,
            Err(_) => Err(Error::Io(std::io::ErrorKind::TimedOut.into())),
        }
    }

    async fn handshake(
        server: SocketAddr,
        from: Option<SocketAddr>,
        path: &str,
        token: &str,
    ) -> Result<Self, Error> {
        let socket = TcpSocket::new_v4()?;
        if let Some(from) = from {
            // So that two servers' addresses may share a port on this side.
            socket.set_reuseaddr(true)?;
            socket.bind(from)?;
        }
        let stream = socket.connect(server).await?;
        stream.set_nodelay(true)?;
        let mut request = format!("ws://{server}{path}").into_client_request()?;
        let protocols = HeaderValue::try_from(format!("frontdesk.v1, bearer.{token}"))?;
        request.headers_mut().insert("sec-websocket-protocol", protocols);
        // Thousands of these are open at once.
        let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
        let (stream, _) = client_async_with_config(request, stream, Some(config)).await?;
        Ok(Self { stream })
    }

    /// Lets little of what the server sends wait on this side, as on a phone: on loopback the kernel would take megabytes.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn narrow(&self) -> std::io::Result<()> {
        Ok(sockopt::set_socket_recv_buffer_size(self.stream.get_ref(), NARROW)?)
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn send(&mut self, frame: &Value) -> Result<(), Error> {
        self.stream.send(Message::text(frame.to_string())).await
    }

    /// The next frame; none once the connection is gone, however it went.
    pub async fn next(&mut self) -> Option<ServerFrame> {
        loop {
            match self.stream.next().await? {
                Ok(Message::Text(text)) => match serde_json::from_str(&text) {
                    Ok(frame) => return Some(frame),
                    Err(_) => return None,
                },
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}
