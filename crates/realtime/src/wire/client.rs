//! Frames clients send.

use domain::ClientId;
use serde::Deserialize;

/// A frame from a client.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// A message for both sides.
    Send {
        /// The sender's own id of it (D2).
        client_id: ClientId,
        /// The text.
        text: String,
    },
    /// A note for agents.
    Note {
        /// The sender's own id of it (D2).
        client_id: ClientId,
        /// The text.
        text: String,
    },
    /// The sender began or stopped typing.
    Typing {
        /// Whether they type.
        on: bool,
    },
    /// The sender has read up to a message.
    Seen {
        /// That message's number.
        seq: i64,
    },
    /// Asks for a `pong`.
    Ping {},
}

/// A frame that is none of [`ClientFrame`].
#[derive(Debug, PartialEq, Eq)]
pub struct MalformedFrame {
    /// Its `client_id`, as far as one can be made out.
    pub client_id: Option<ClientId>,
    /// What is wrong with it.
    pub detail: String,
}

impl ClientFrame {
    /// Reads a frame's text.
    ///
    /// # Errors
    /// When it is not exactly one of the frames: unknown type, missing or unknown field, wrong type.
    pub fn parse(text: &str) -> Result<Self, MalformedFrame> {
        serde_json::from_str(text).map_err(|error| MalformedFrame {
            client_id: client_id_of(text),
            detail: format!("the frame cannot be read: {error}"),
        })
    }
}

fn client_id_of(text: &str) -> Option<ClientId> {
    let frame: serde_json::Value = serde_json::from_str(text).ok()?;
    frame.get("client_id")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0198c6a5-7f3e-7a52-9f0e-3d7d3f1b2c4d";

    #[test]
    fn every_frame_of_the_protocol_is_read() {
        let client_id: ClientId = ID.parse().unwrap();
        for (text, frame) in [
            (
                format!(r#"{{"type":"send","client_id":"{ID}","text":"Hi"}}"#),
                ClientFrame::Send { client_id, text: "Hi".into() },
            ),
            (
                format!(r#"{{"text":"Hi","client_id":"{ID}","type":"note"}}"#),
                ClientFrame::Note { client_id, text: "Hi".into() },
            ),
            (r#"{"type":"typing","on":true}"#.into(), ClientFrame::Typing { on: true }),
            (r#"{"type":"seen","seq":3}"#.into(), ClientFrame::Seen { seq: 3 }),
            (r#"{"type":"ping"}"#.into(), ClientFrame::Ping {}),
        ] {
            assert_eq!(ClientFrame::parse(&text), Ok(frame), "{text}");
        }
    }

    #[test]
    fn anything_else_is_malformed() {
        for text in [
            "",
            "nonsense",
            "[]",
            "{}",
            "\"send\"",
            r#"{"type":"shout","text":"Hi"}"#,
            r#"{"type":"ping","extra":1}"#,
            r#"{"type":"typing","on":"yes"}"#,
            r#"{"type":"typing","on":true,"name":"Mallory"}"#,
            r#"{"type":"seen","seq":1.5}"#,
            r#"{"type":"send","client_id":"7","text":"Hi"}"#,
            r#"{"type":"ping"} {"type":"ping"}"#,
            r#"{"type":"send","client_id":"0198c6a5-7f3e-7a52-9f0e-3d7d3f1b2c4d","text":"\ud800"}"#,
        ] {
            assert!(ClientFrame::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_malformed_frame_is_answered_by_its_client_id() {
        let text = format!(r#"{{"type":"send","client_id":"{ID}","text":7}}"#);
        assert_eq!(ClientFrame::parse(&text).unwrap_err().client_id, ID.parse().ok());
        assert_eq!(ClientFrame::parse(r#"{"client_id":7}"#).unwrap_err().client_id, None);
    }
}
