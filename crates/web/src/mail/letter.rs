//! What the e-mail says. Nothing anybody typed stands in it: an address may have been mistyped, or somebody else's.

use crate::texts::{Text, say};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use store::MAIL_LINK_LIFETIME;

/// The subject.
pub(super) const SUBJECT: Text = say("mail-subject");

/// The body, with the link that opens the conversation.
pub(super) fn body(link: &str) -> String {
    let days = MAIL_LINK_LIFETIME.as_secs() / (24 * 60 * 60);
    format!("{}\n", say("mail-body").with("link", link).with("days", days))
}

/// The e-mail; none when the address cannot be written to.
pub(super) fn letter(from: &Mailbox, to: &str, link: &str) -> Option<Message> {
    let to = Mailbox::new(None, to.parse().ok()?);
    let letter = Message::builder().from(from.clone()).to(to).subject(SUBJECT.to_string());
    let mut letter = letter.header(ContentType::TEXT_PLAIN).body(body(link)).ok()?;
    // Out-of-office replies are not answered to (RFC 3834, section 5).
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    letter.headers_mut().insert_raw(HeaderValue::new(name, "auto-generated".into()));
    Some(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_holds_the_link_and_says_what_it_is_for() {
        let from = "Support <support@example.com>".parse().unwrap();
        let letter = letter(&from, "ada@example.com", "https://help.example.com/x").unwrap();
        let text = String::from_utf8(letter.formatted()).unwrap();
        for part in ["To: ada@example.com", "https://help.example.com/x", "within 7 days", "Auto-Submitted"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn a6_an_address_adds_no_header() {
        let from = "support@example.com".parse().unwrap();
        for address in ["ada@example.com\r\nBcc: eve@example.com", "ada@example.com, eve@example.com", ""] {
            assert!(letter(&from, address, "link").is_none(), "{address}");
        }
    }
}
