//! The excerpt shown with a result: a piece of the original text with what was found marked.

use crate::search::{Normaliser, Query, Word};
use serde::Serialize;

/// How much of a text an excerpt shows at most, in Unicode scalar values, ellipses not counted.
pub const SNIPPET_CHARS: usize = 160;

/// How much of that stands before the first mark.
const LEAD_CHARS: usize = 40;

/// A stretch of an excerpt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// The original text, exactly.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// The stretch of `text` with most of what was looked for, or its beginning when there is nothing of it. An ellipsis
/// stands where text is left out.
pub fn snippet(text: &str, query: &Query, normaliser: Normaliser) -> Vec<Segment> {
    let words = normaliser.words(text);
    let hits = hits(&words, query);
    let (start, end) = window(text, &words, &hits);
    let mut segments = Segments::default();
    segments.push(if start > 0 { "…" } else { "" }, false);
    let mut at = start;
    for hit in hits.iter().map(|hit| &hit.range).filter(|hit| hit.start >= start && hit.end <= end) {
        segments.push(&text[at..hit.start], false);
        segments.push(&text[hit.clone()], true);
        at = hit.end;
    }
    segments.push(&text[at..end], false);
    segments.push(if end < text.len() { "…" } else { "" }, false);
    segments.0
}

/// The words that were looked for.
fn hits<'a>(words: &'a [Word], query: &Query) -> Vec<&'a Word> {
    let mut marked = 0;
    let mut hits = Vec::new();
    for (start, word) in words.iter().enumerate() {
        let length = query.required.iter().map(|pattern| pattern.match_length(&words[start..])).max();
        marked = marked.max(start + length.unwrap_or(0));
        if start < marked {
            hits.push(word);
        }
    }
    hits
}

/// From which byte to which: where most hits are close together, begun a little before them and cut between words.
fn window(text: &str, words: &[Word], hits: &[&Word]) -> (usize, usize) {
    let bytes: Vec<usize> = text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect();
    let length = bytes.len() - 1;
    if length <= SNIPPET_CHARS {
        return (0, text.len());
    }
    let before = |char: usize| {
        let byte = bytes[char.min(length)];
        hits.partition_point(|hit| hit.range.start < byte)
    };
    let count = |char: usize| before(char + SNIPPET_CHARS - LEAD_CHARS) - before(char);
    let chars = hits.iter().filter_map(|hit| bytes.binary_search(&hit.range.start).ok());
    let first = chars.rev().max_by_key(|char| count(*char)).unwrap_or(0);
    let start = first.saturating_sub(LEAD_CHARS).min(length - SNIPPET_CHARS);
    let (start, end) = (bytes[start], bytes[start + SNIPPET_CHARS]);
    let first_whole = words.iter().map(|word| word.range.start).find(|at| *at >= start && *at < end);
    let last_whole = words.iter().rev().map(|word| word.range.end).find(|at| *at <= end && *at > start);
    (
        if start == 0 { 0 } else { first_whole.unwrap_or(start) },
        if end == text.len() { end } else { last_whole.unwrap_or(end) },
    )
}

#[derive(Default)]
struct Segments(Vec<Segment>);

impl Segments {
    /// Adds to the last segment when it is of the same kind.
    fn push(&mut self, text: &str, hit: bool) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if !hit && !last.hit => last.text.push_str(text),
            _ => self.0.push(Segment { text: text.into(), hit }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Language;
    use proptest::prelude::*;

    fn marked(text: &str, typed: &str) -> String {
        let normaliser = Normaliser::new(Language::English);
        snippet(text, &Query::parse(typed, normaliser).unwrap(), normaliser)
            .into_iter()
            .map(|segment| if segment.hit { format!("[{}]", segment.text) } else { segment.text })
            .collect()
    }

    #[test]
    fn s1_matches_are_marked_in_the_original() {
        assert_eq!(marked("My LOANS: Straße!", "loan strass"), "My [LOANS]: [Straße]!");
        assert_eq!(marked("a batch number, a batch", "\"batch number\""), "a [batch] [number], a batch");
        assert_eq!(marked("<b>noor@example.com</b>", "noor@ex"), "<b>[noor]@[example].com</b>");
        assert_eq!(marked("nothing here", "refund"), "nothing here");
    }

    #[test]
    fn shows_the_best_window_of_a_long_text() {
        let text = format!("refund {}my refund of the refund{}", "word ".repeat(100), " word".repeat(100));
        let shown = marked(&text, "refund");
        assert!(shown.starts_with("…word") && shown.ends_with("word…"), "{shown}");
        assert!(shown.contains("my [refund] of the [refund]"), "{shown}");
    }

    proptest! {
        #[test]
        fn is_a_stretch_of_the_original(text in "(\\PC| |loan){0,400}") {
            let normaliser = Normaliser::default();
            let query = Query::parse("loan", normaliser).unwrap();
            let segments = snippet(&text, &query, normaliser);
            let all: String = segments.iter().map(|segment| &*segment.text).collect();
            prop_assert!(all.chars().count() <= SNIPPET_CHARS + 2);
            let stretch = all.strip_prefix('…').filter(|_| !text.starts_with('…')).unwrap_or(&all);
            let stretch = stretch.strip_suffix('…').filter(|_| !text.ends_with('…')).unwrap_or(stretch);
            prop_assert!(text.contains(stretch));
            let found = normaliser.words(&text).iter().any(|word| word.word.starts_with("loan"));
            prop_assert_eq!(found, segments.iter().any(|segment| segment.hit));
        }
    }
}
