//! What a language brings: words that stand for each other, and the topics it starts with.

use super::rules::{Rules, Topic};
use crate::search::Language;

/// A file of this folder for each language there are lists for. Others use the English one, which still sees figures,
/// dates and question marks.
pub(super) fn list(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("english.txt"),
        _ => include_str!("english.txt"),
    }
}

/// The names in braces and their words, in the order of the list.
pub(super) fn classes(list: &'static str) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let line = |line: &'static str| line.strip_prefix('{')?.split_once("}: ");
    let before_topics = list.lines().take_while(|line| !line.starts_with('['));
    before_topics.filter_map(line).map(|(name, words)| (name, words.split_whitespace().collect()))
}

/// The rules a language starts with.
pub(super) fn rules(list: &'static str) -> Rules {
    let mut topics: Vec<Topic> = Vec::new();
    for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some((weight, reason)) = line.strip_prefix('[').and_then(|line| line.split_once("] ")) {
            let weight = weight.parse().unwrap_or_default();
            topics.push(Topic { reason: reason.to_owned(), weight, phrases: Vec::new() });
        } else if let Some(topic) = topics.last_mut() {
            topic.phrases.push(line.to_owned());
        }
    }
    Rules { high_from: 50, low_below: 10, topics }
}
