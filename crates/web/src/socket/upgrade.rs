//! From request to socket: origin, session and address are looked at before the upgrade.

use super::Line;
use crate::AppState;
use crate::auth::{Caller, check_socket_origin};
use crate::client_address::ClientAddress;
use crate::error::{Code, Problem};
use crate::limits::{OpeningPlace, SocketPlace};
use crate::metrics::Closings;
use axum::extract::{FromRequestParts, WebSocketUpgrade};
use axum::http::request::Parts;
use axum::response::Response;
use std::future::ready;

/// The largest frame or message a client may send, in bytes.
pub const FRAME_BYTES: usize = 128 * 1024;
/// Larger ones up to this are still read, so that the client learns why it is closed; beyond it the connection ends
/// at once.
pub const READ_BYTES: usize = 2 * FRAME_BYTES;
/// An idle socket holds a read buffer of this size, so that ten thousand of them stay small. Most frames fit.
const READ_BUFFER_BYTES: usize = 1024;
/// How much is collected for one write.
const WRITE_BUFFER_BYTES: usize = 4096;
/// The one subprotocol; the token that comes beside it is not repeated in the answer.
const SUBPROTOCOL: &str = "frontdesk.v1";

/// A request to open a socket that may be granted.
#[derive(Debug)]
pub struct Upgrade {
    /// Who asks; nobody when not signed in, which the socket says by its close code.
    pub caller: Caller,
    upgrade: WebSocketUpgrade,
    place: SocketPlace,
    opening: OpeningPlace,
    closings: Closings,
}

impl Upgrade {
    /// Answers with the socket's opening and runs `talk` on its line, in a task of its own: the one that opened it has
    /// room for all the opening needs, and would keep it.
    pub fn open<F: Future<Output = ()> + Send + 'static>(
        self,
        talk: impl FnOnce(Box<Line>, Caller) -> F + Send + 'static,
    ) -> Response {
        let Self { caller, upgrade, place, opening, closings } = self;
        tuned(upgrade, READ_BYTES).protocols([SUBPROTOCOL]).on_upgrade(move |socket| {
            tokio::spawn(talk(Box::new(Line::new(socket, place, opening, closings)), caller));
            ready(())
        })
    }
}

/// Every WebSocket's settings: small buffers, and the most bytes that are read of a frame or message.
pub fn tuned(upgrade: WebSocketUpgrade, read_bytes: usize) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_frame_size(read_bytes)
        .max_message_size(read_bytes)
}

impl FromRequestParts<AppState> for Upgrade {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        // Cheap refusals first: what comes after them costs the database.
        let Ok(address) = ClientAddress::from_request_parts(parts, state).await;
        let place = state.sockets.admit(address.client())?;
        let opening = state.openings.admit().await?;
        let caller = match Caller::from_request_parts(parts, state).await {
            Err(problem) if problem.code() == Code::NotSignedIn => Caller::default(),
            caller => caller?,
        };
        check_socket_origin(&parts.headers, &caller, &state.config)?;
        let upgrade = WebSocketUpgrade::from_request_parts(parts, state).await;
        let upgrade = upgrade.map_err(|error| Problem::new(Code::Malformed, error.body_text()))?;
        Ok(Self { caller, upgrade, place, opening, closings: state.metrics.closings.clone() })
    }
}
