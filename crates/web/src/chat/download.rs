//! `GET /chat/<external_id>/transcript.txt` and `….html`: the messages of a conversation as a file to keep. No notes, for
//! whoever asks.

use super::text::{TextHtml, to_html};
use crate::AppState;
use crate::auth::Reached;
use crate::texts::say;
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::{Conversation, Message, Timestamp};
use futures_util::{StreamExt, stream};
use std::fmt::Write;

/// Messages read at once.
const PAGE: u32 = 200;
/// The file is opened from a disk, where it has its own style and nothing else.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; sandbox");

/// The beginning of a transcript as a page.
#[derive(Template)]
#[template(path = "chat/download_head.html")]
struct Head<'a> {
    customer: &'a str,
    began: String,
    saved: String,
}

/// A message in a transcript as a page.
#[derive(Template)]
#[template(path = "chat/download_message.html")]
struct Item<'a> {
    role: &'static str,
    author: &'a str,
    at: String,
    body: Option<TextHtml>,
    edited: bool,
}

pub(super) async fn as_text(
    State(state): State<AppState>,
    Reached { conversation, .. }: Reached,
) -> Response {
    let head = format!(
        "{}\n{}\n{}\n",
        say("transcript-title").with("customer", &conversation.customer.name),
        say("transcript-began").with("time", exact(conversation.created_at)),
        say("transcript-saved").with("time", exact(state.store.clock().now()))
    );
    file(state, &conversation, "txt", "text/plain; charset=utf-8", head, text_of, "")
}

pub(super) async fn as_page(
    State(state): State<AppState>,
    Reached { conversation, .. }: Reached,
) -> Response {
    let head = Head {
        customer: &conversation.customer.name,
        began: exact(conversation.created_at),
        saved: exact(state.store.clock().now()),
    };
    let head = head.to_string();
    file(state, &conversation, "html", "text/html; charset=utf-8", head, html_of, "</ol>\n</main>\n</html>\n")
}

/// Sends the file as it is read, page by page: a long conversation is never in memory as a whole.
fn file(
    state: AppState,
    conversation: &Conversation,
    extension: &str,
    kind: &'static str,
    head: String,
    entry: fn(&Message) -> String,
    tail: &'static str,
) -> Response {
    let name = file_name(conversation, extension);
    let key = conversation.key;
    let pages = stream::unfold(Some(0), move |after| {
        let store = state.store.clone();
        async move {
            let messages = match store.messages(key, after?, PAGE).await {
                Ok(messages) => messages,
                Err(error) => return Some((Err(error), None)),
            };
            let last = messages.last()?.seq;
            Some((Ok(messages.iter().map(entry).collect::<String>()), Some(last)))
        }
    });
    let once = |text: String| stream::iter([Ok::<_, store::Error>(text)]);
    let body = Body::from_stream(once(head).chain(pages).chain(once(tail.to_owned())));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CONTENT_DISPOSITION, name),
    ];
    (headers, body).into_response()
}

/// `frontdesk-<day>-<end of the id>`: nothing anybody typed, so that it is a file's name everywhere.
fn file_name(conversation: &Conversation, extension: &str) -> HeaderValue {
    let (day, id) = (exact(conversation.created_at), conversation.id.to_string());
    let (day, id) = (day.get(..10).unwrap_or("unknown"), id.rsplit('-').next().unwrap_or_default());
    let name = format!(r#"attachment; filename="frontdesk-{day}-{id}.{extension}""#);
    HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("attachment"))
}

/// The text stands indented, so that no message can look like another's heading.
fn text_of(message: &Message) -> String {
    let mut text = format!("\n{}  {}", exact(message.created_at), message.author.name);
    let said = message.text.clone().unwrap_or_else(|| say("message-deleted").into());
    // Writing to a String cannot fail.
    if is_edited(message) {
        let _ = write!(text, " ({})", say("chat-edited"));
    }
    text.push('\n');
    for line in said.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']) {
        let _ = writeln!(text, "    {line}");
    }
    text
}

fn html_of(message: &Message) -> String {
    Item {
        role: message.author.role.as_str(),
        author: &message.author.name,
        at: exact(message.created_at),
        body: message.text.as_deref().map(to_html),
        edited: is_edited(message),
    }
    .to_string()
}

fn is_edited(message: &Message) -> bool {
    message.edited_at.is_some() && !message.deleted
}

/// A time with its zone.
fn exact(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Author, ClientId, MessageId, Side};

    #[test]
    fn a6_no_message_looks_like_anothers_heading() {
        let at = "2026-03-03T14:05:09Z".parse().unwrap();
        let text = "Hi\r2026-03-03 14:06:00 UTC  Grace\n\u{2028}I give it all back";
        let message = Message {
            id: MessageId::new(),
            seq: 1,
            author: Author { role: Side::Customer, name: "Ada".into() },
            author_key: 1,
            text: Some(text.into()),
            client_id: ClientId::new(),
            created_at: at,
            rev: 0,
            edited_at: None,
            deleted: false,
        };
        let shown = text_of(&message);
        assert!(shown.starts_with("\n2026-03-03 14:05:09 UTC  Ada\n    Hi\n    2026-03-03"), "{shown}");
        assert_eq!(shown.lines().filter(|line| line.starts_with("2026")).count(), 1);
    }
}
