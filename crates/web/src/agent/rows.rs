//! The rows of the inbox.

use super::list::ListQuery;
use super::shared::Listed;
use crate::texts::{say, urgency_reason};
use crate::view::{StatusView, When, initials};
use domain::search::Segment;
use domain::{Conversation, ConversationId, Side, Status, Urgency, UrgencyLevel};
use store::{Found, Hit};

/// How many tags a row has room for.
const TAGS: usize = 3;

/// A conversation in the list.
pub struct Row {
    /// The conversation.
    pub id: ConversationId,
    /// The customer's name.
    pub customer: String,
    /// Two letters of it.
    pub initials: String,
    /// The last line, or the line that matched with the matches marked.
    pub line: Vec<Piece>,
    /// Where it opens, beside the same list.
    pub href: String,
    /// Where it stands; none where the whole list stands there.
    pub status: Option<StatusView>,
    /// Who holds it; none where that is the reader.
    pub holder: Option<String>,
    /// Whether the customer waits for an answer.
    pub waits: bool,
    /// How long the customer waits, or the last activity.
    pub at: When,
    /// Whether the customer wrote something no agent has read.
    pub unread: bool,
    /// Why its urgency is high, if it is.
    pub urgent: Option<String>,
    /// Its first tags.
    pub tags: Vec<String>,
    /// How many more there are.
    pub more_tags: usize,
}

/// A stretch of a line.
pub struct Piece {
    /// The words.
    pub text: String,
    /// Whether they matched.
    pub hit: bool,
}

/// What is the same for every row of a list, and said above it.
#[derive(Default)]
pub(super) struct Shown {
    pub status: Option<Status>,
    pub is_mine: bool,
}

/// Rows with the last line of each.
pub(super) fn rows(Listed { page, lines }: &Listed, query: &ListQuery) -> Vec<Row> {
    let shown = query.shown();
    let rows = page.items.iter().map(|conversation| {
        let text = lines.get(&conversation.key).cloned().unwrap_or_else(|| say("message-deleted").into());
        Row::new(conversation, vec![Piece { text, hit: false }], query.opening(conversation.id, None), &shown)
    });
    rows.collect()
}

impl Row {
    pub(super) fn found(found: Found, query: &ListQuery) -> Self {
        let hit_seq = match &found.hit {
            Hit::Message(message) => Some(message.seq),
            Hit::Note(_) | Hit::Customer => None,
        };
        let mut line: Vec<_> =
            found.snippet.into_iter().map(|Segment { text, hit }| Piece { text, hit }).collect();
        // A row is one line: what stands before the first match must not push it out of sight.
        if let [before, hit, ..] = &mut *line
            && hit.hit
        {
            before.text = ending(&before.text);
        }
        let href = query.opening(found.conversation.id, hit_seq);
        Self::new(&found.conversation, line, href, &Shown::default())
    }

    fn new(conversation: &Conversation, line: Vec<Piece>, href: String, shown: &Shown) -> Self {
        let status = conversation.status();
        let waiting = conversation.waiting_since.filter(|_| status != Status::Resolved);
        let holder = conversation.current_claim().filter(|_| !shown.is_mine);
        Self {
            id: conversation.id,
            customer: conversation.customer.name.clone(),
            initials: initials(&conversation.customer.name),
            line,
            href,
            status: Some(StatusView(status)).filter(|_| shown.status != Some(status) && !shown.is_mine),
            holder: holder.map(|claim| claim.holder.name.clone()),
            waits: waiting.is_some(),
            at: waiting.map_or_else(|| When::ago(conversation.last_message_at), When::waiting),
            unread: conversation.has_unread(Side::Agent),
            urgent: (conversation.urgency.level == UrgencyLevel::High)
                .then(|| urgency_reasons(&conversation.urgency)),
            tags: conversation.tags.iter().take(TAGS).cloned().collect(),
            more_tags: conversation.tags.len().saturating_sub(TAGS),
        }
    }
}

/// Why it is urgent, in words.
fn urgency_reasons(urgency: &Urgency) -> String {
    urgency.reasons.iter().map(|reason| urgency_reason(reason)).collect::<Vec<_>>().join(", ")
}

/// The last words of a text that is longer than a few.
fn ending(text: &str) -> String {
    const CHARS: usize = 24;
    let Some((at, _)) = text.char_indices().rev().nth(CHARS) else { return text.to_owned() };
    let tail = &text[at..];
    let words = tail.split_once(char::is_whitespace).map_or(tail, |(_, words)| words);
    format!("…{words}")
}

#[cfg(test)]
mod tests {
    use super::ending;

    #[test]
    fn a_match_keeps_a_few_words_before_it() {
        assert_eq!(ending("only a few "), "only a few ");
        assert_eq!(ending("I was charged twice for the same train "), "…for the same train ");
        assert_eq!(ending(&"é".repeat(40)), format!("…{}", "é".repeat(25)));
    }
}
