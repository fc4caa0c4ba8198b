//! Refusals in the protocol's words: a stable code and what to do.

use crate::wire::{HolderView, MalformedFrame, Rejection};
use domain::text::{TextError, check_text};
use domain::{AgentRef, ClientId, Refusal};
use store::{Error, OVERLOAD_RETRY};

impl Rejection {
    /// A `work` socket's answer when another agent holds the conversation (C4).
    pub fn already_claimed(holder: &AgentRef) -> Self {
        let detail = Refusal::AlreadyClaimed(holder.clone()).to_string();
        Self {
            client_id: None,
            code: "already_claimed",
            detail,
            holder: Some(HolderView::new(holder)),
            retry_after_ms: None,
        }
    }
}

/// Why a text is not fit to be sent, if it is not.
pub(super) fn of_text(client_id: ClientId, text: &str) -> Option<Rejection> {
    let error = check_text(text).err()?;
    let code = match error {
        TextError::Blank(_) => "blank",
        TextError::TooLong(..) => "too_long",
        TextError::Nul(_) => "nul",
        TextError::Control(_) | TextError::Comma(_) => "malformed",
    };
    Some(refusal(client_id, code, error.to_string()))
}

pub(super) fn of_malformed(frame: MalformedFrame) -> Rejection {
    Rejection {
        client_id: frame.client_id,
        code: "malformed",
        detail: frame.detail,
        holder: None,
        retry_after_ms: None,
    }
}

pub(super) fn of_note_by_customer(client_id: ClientId) -> Rejection {
    refusal(client_id, "forbidden", Refusal::Forbidden.to_string())
}

pub(super) fn of_rate(client_id: ClientId) -> Rejection {
    let refusal = refusal(client_id, "rate_limited", "you send too fast: send it again in a second".into());
    Rejection { retry_after_ms: Some(1_000), ..refusal }
}

/// What the store refused. An agent who `only_reads` never had a claim to lose.
pub(super) fn of_store(client_id: ClientId, error: &Error, only_reads: bool) -> Rejection {
    if only_reads && matches!(error, Error::Refused(Refusal::ClaimLost)) {
        let detail = "you only read along: claim the conversation and open it with mode=work to write";
        return refusal(client_id, "read_only", detail.into());
    }
    let code = match error {
        Error::Refused(Refusal::AlreadyClaimed(_)) => "already_claimed",
        Error::Refused(Refusal::NotClaimed) => "not_claimed",
        Error::Refused(Refusal::ClaimLost) => "claim_lost",
        Error::Refused(Refusal::Resolved) => "resolved",
        Error::Refused(Refusal::Forbidden) => "forbidden",
        Error::ClientIdReused => "client_id_reused",
        Error::Overloaded => {
            let refusal = refusal(client_id, "overloaded", error.to_string());
            let wait = u64::try_from(OVERLOAD_RETRY.as_millis()).ok();
            return Rejection { retry_after_ms: wait, ..refusal };
        }
        _ => {
            return refusal(
                client_id,
                "unavailable",
                "this could not be stored now: try again shortly".into(),
            );
        }
    };
    refusal(client_id, code, error.to_string())
}

fn refusal(client_id: ClientId, code: &'static str, detail: String) -> Rejection {
    Rejection { client_id: Some(client_id), code, detail, holder: None, retry_after_ms: None }
}
