//! What words mean, so that a customer who wants "my money back" is held against replies about refunds (K2).

use crate::search::{Language, Normaliser};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

static ENGLISH: LazyLock<Meanings> = LazyLock::new(|| {
    Meanings::parse(include_str!("meanings_english.txt"), Normaliser::new(Language::English))
});
static NONE: LazyLock<Meanings> = LazyLock::new(Meanings::default);

/// The words of a language that mean the same, and those that say little by themselves, all by their stems.
#[derive(Default)]
pub(crate) struct Meanings {
    common: HashSet<String>,
    phrases: HashMap<String, Vec<Phrase>>,
    words: HashSet<String>,
    /// By meaning, what says it in one word.
    single_words: Vec<Vec<String>>,
    count: usize,
}

/// So many meanings, the first, are manners.
const MANNERS: usize = 2;

/// The words that follow a first one, and what they mean together.
pub(crate) struct Phrase {
    rest: Vec<String>,
    meaning: usize,
}

impl Meanings {
    /// Of the language the normaliser stems. None are known of others than English.
    pub(crate) fn of(normaliser: Normaliser) -> &'static Self {
        match normaliser.language() {
            Language::English => &ENGLISH,
            _ => &NONE,
        }
    }

    fn parse(file: &str, normaliser: Normaliser) -> Self {
        let mut meanings = Self::default();
        let mut lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        meanings.common = stems(lines.next().unwrap_or_default(), normaliser).collect();
        for line in lines {
            let mut single_words = Vec::new();
            for phrase in line.split(',') {
                let mut stems = stems(phrase, normaliser);
                if let Some(first) = stems.next() {
                    let phrase = Phrase { rest: stems.collect(), meaning: meanings.count };
                    if phrase.rest.is_empty() {
                        single_words.push(first.clone());
                    }
                    meanings.words.extend(phrase.rest.iter().cloned().chain([first.clone()]));
                    meanings.phrases.entry(first).or_default().push(phrase);
                }
            }
            meanings.single_words.push(single_words);
            meanings.count += 1;
        }
        meanings
    }

    /// How many there are. Their numbers are below.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Whether a word says little about what a text is about.
    pub(crate) fn is_common(&self, stem: &str) -> bool {
        self.common.contains(stem)
    }

    /// The words that mean this by themselves.
    pub(crate) fn single_words(&self, meaning: usize) -> &[String] {
        &self.single_words[meaning]
    }

    /// Whether a word by itself greets or thanks.
    pub(crate) fn is_manners(&self, stem: &str) -> bool {
        self.phrases(stem).iter().any(|phrase| phrase.rest.is_empty() && phrase.meaning < MANNERS)
    }

    /// Whether a word is there at all.
    pub(super) fn knows(&self, stem: &str) -> bool {
        self.words.contains(stem) || self.is_common(stem)
    }

    /// Every word that means something, in no order.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// The phrases that begin with a word.
    pub(crate) fn phrases(&self, stem: &str) -> &[Phrase] {
        self.phrases.get(stem).map_or(&[], Vec::as_slice)
    }
}

/// What a word means with those that follow it, and how many words say so.
pub(crate) fn meant<'a, I: Iterator<Item = &'a str>>(
    phrases: &[Phrase],
    following: impl Fn() -> I,
) -> impl Iterator<Item = (usize, usize)> {
    phrases
        .iter()
        .filter(move |phrase| {
            let mut following = following();
            phrase.rest.iter().all(|stem| following.next() == Some(stem))
        })
        .map(|phrase| (phrase.meaning, phrase.rest.len() + 1))
}

fn stems(text: &str, normaliser: Normaliser) -> impl Iterator<Item = String> {
    normaliser.words(text).into_iter().map(|word| word.stem.unwrap_or(word.word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meaning_is_said_in_two_ways_or_more() {
        let mut ways = vec![HashSet::new(); ENGLISH.count];
        for (first, phrases) in &ENGLISH.phrases {
            for phrase in phrases {
                ways[phrase.meaning].insert((first, &phrase.rest));
            }
        }
        let single: Vec<_> = ways.iter().filter(|ways| ways.len() < 2).collect();
        assert!(ways.len() > 100 && single.is_empty(), "{single:?}");
    }
}
