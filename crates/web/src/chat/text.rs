//! A message's text as HTML: everything escaped (A6), web and mail addresses clickable.

use askama::filters::{Escaper, Html, HtmlSafe};
use linkify::{LinkFinder, LinkKind};
use std::fmt;

/// Text made safe for a page. Line breaks stay line breaks: the style sheet keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextHtml(String);

impl HtmlSafe for TextHtml {}

impl fmt::Display for TextHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Escapes `text` and links what is an `http`, `https` or `mailto` address; other schemes stay text.
pub fn to_html(text: &str) -> TextHtml {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for span in LinkFinder::new().spans(text) {
        let shown = escape(span.as_str());
        match span.kind() {
            Some(LinkKind::Url) if is_safe(span.as_str()) => html.push_str(&link("", &shown)),
            Some(LinkKind::Email) => html.push_str(&link("mailto:", &shown)),
            _ => html.push_str(&shown),
        }
    }
    TextHtml(html)
}

fn is_safe(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, _)| {
        ["http", "https", "mailto"].iter().any(|safe| scheme.eq_ignore_ascii_case(safe))
    })
}

fn link(scheme: &str, escaped: &str) -> String {
    format!(r#"<a href="{scheme}{escaped}" rel="noopener noreferrer nofollow" target="_blank">{escaped}</a>"#)
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    // Writing to a String cannot fail.
    let _ = Html.write_escaped_str(&mut escaped, text);
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        to_html(text).to_string()
    }

    #[test]
    fn a6_markup_is_text() {
        assert_eq!(
            html(r#"<script>alert("1 & 2")</script>"#),
            "&#60;script&#62;alert(&#34;1 &#38; 2&#34;)&#60;/script&#62;"
        );
        assert_eq!(html("<img src=x onerror='x'>"), "&#60;img src=x onerror=&#39;x&#39;&#62;");
    }

    #[test]
    fn a6_a_link_cannot_leave_its_attribute() {
        let html = html(r#"https://example.com/"onmouseover="alert(1) https://example.com/?a=1&b=<2>"#);
        assert!(!html.contains(r#""onmouseover"#), "{html}");
        assert!(html.contains(r#"href="https://example.com/?a=1&#38;b="#), "{html}");
    }

    #[test]
    fn only_safe_schemes_are_clickable() {
        for text in [
            "javascript:alert(1)",
            "javascript://example.com/%0aalert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "vbscript://x.example/",
        ] {
            assert!(!html(text).contains("<a"), "{text}");
        }
        for text in ["http://example.com", "HTTPS://example.com/ä?x#y"] {
            assert!(html(text).starts_with("<a href="), "{text}");
        }
        assert!(
            html("write to me@example.com.").contains(r#"<a href="mailto:me@example.com" rel="noopener"#)
        );
    }

    #[test]
    fn line_breaks_and_every_script_stay_as_sent() {
        assert_eq!(html("one\n\ntwo\tمرحبا 👋"), "one\n\ntwo\tمرحبا 👋");
    }
}
