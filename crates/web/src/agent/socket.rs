//! `/ws/agent/`: the inbox, live.

use crate::AppState;
use crate::auth::Caller;
use crate::error::Problem;
use crate::socket::{Incoming, Line, Upgrade};
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use domain::Side;
use realtime::event::What;
use realtime::session::{MALFORMED_LIMIT, RENEW_INTERVAL};
use realtime::wire::{ClientFrame, CloseCode, Rejection, ServerFrame};
use realtime::{Attachment, Mail, Place};
use std::time::Instant;

/// The route.
pub fn routes() -> Router<AppState> {
    Router::new().route("/ws/agent/", any(open))
}

async fn open(upgrade: Upgrade, State(state): State<AppState>) -> Result<Response, Problem> {
    Ok(upgrade.open(move |line, caller| talk(line, caller, state)))
}

async fn talk(mut line: Box<Line>, caller: Caller, state: AppState) {
    // Attached until the line is closed: a drain waits for that (D7).
    let inbox = caller.on(Side::Agent).map(|session| (session, state.hub.attach(session, Place::Inbox)));
    let code = match &inbox {
        Some((session, attachment)) => run(&mut line, session, attachment, &state).await,
        None if caller.sessions().is_empty() => Some(CloseCode::SignedOut),
        None => Some(CloseCode::NotFound),
    };
    if let Some(code) = code {
        line.opened();
        Box::pin(line.close(code)).await;
    }
}

/// Passes on what happens until the end; gives the code to close with, if there is still somebody to tell.
async fn run(
    line: &mut Line,
    session: &store::Session,
    attachment: &Attachment,
    state: &AppState,
) -> Option<CloseCode> {
    // Who signed out before the socket was attached is not told by the hub (A2).
    let checked = Box::pin(state.store.check_session(session)).await;
    line.opened();
    match checked {
        Ok(()) => {}
        Err(store::Error::SignedOut) => return Some(CloseCode::SignedOut),
        Err(_) => return Some(CloseCode::Failed),
    }
    let (mut malformed, mut renewed_at) = (0, None::<Instant>);
    loop {
        let (mailbox, is_full) = (attachment.mailbox(), line.is_full());
        let mail = async { if is_full { Mail::Close(mailbox.closed().await) } else { mailbox.next().await } };
        tokio::select! {
            biased;
            mail = mail => match mail {
                Mail::Close(code) => return Some(code),
                Mail::Event(event) => {
                    if let What::Inbox(frames) = &event.what {
                        frames.iter().for_each(|frame| line.send(frame.clone()));
                    }
                }
            },
            incoming = line.next() => {
                let is_alive = matches!(incoming, Incoming::Text(_) | Incoming::Alive);
                if is_alive && renewed_at.is_none_or(|at| at.elapsed() >= RENEW_INTERVAL) {
                    renewed_at = Some(Instant::now());
                    renew(session, state).await;
                }
                match incoming {
                Incoming::Text(text) if ClientFrame::parse(&text) == Ok(ClientFrame::Ping {}) => {
                    line.send(ServerFrame::Pong.to_json().into());
                }
                Incoming::Text(_) => {
                    malformed += 1;
                    line.send(ServerFrame::Rejected(not_understood()).to_json().into());
                    if malformed >= MALFORMED_LIMIT {
                        return Some(CloseCode::Malformed);
                    }
                }
                Incoming::Alive | Incoming::Drained => {}
                Incoming::Refused(code) => return Some(code),
                Incoming::Closed => return None,
                }
            }
        }
    }
}

/// Who has their inbox open is there for all they hold (C3).
async fn renew(session: &store::Session, state: &AppState) {
    if let Err(error) = Box::pin(state.store.renew_claims(session)).await {
        tracing::warn!(%error, "cannot renew an agent's claims");
    }
}

fn not_understood() -> Rejection {
    let detail = "this socket understands ping and nothing else".to_owned();
    Rejection { client_id: None, code: "malformed", detail, holder: None, retry_after_ms: None }
}
