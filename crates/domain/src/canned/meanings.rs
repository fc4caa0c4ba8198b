//! What words mean, so that a customer who wants "my money back" is held against replies about refunds (K2).

use crate::search::{Language, Normaliser};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

static ENGLISH: LazyLock<Meanings> =
    LazyLock::new(|| Meanings::parse(include_str!("english.txt"), Normaliser::new(Language::English)));
static NONE: LazyLock<Meanings> = LazyLock::new(Meanings::default);

/// The words of a language that mean the same, and those that mean nothing by themselves.
#[derive(Default)]
pub(super) struct Meanings {
    common: HashSet<String>,
    phrases: HashMap<String, Vec<Phrase>>,
    words: HashSet<String>,
}

/// Words that follow another, and what they mean together: the number of a line.
struct Phrase {
    rest: Vec<String>,
    meaning: usize,
}

impl Meanings {
    /// Of the language the normaliser stems. None are known for others than English.
    pub(super) fn of(normaliser: Normaliser) -> &'static Self {
        match normaliser.language() {
            Language::English => &ENGLISH,
            _ => &NONE,
        }
    }

    fn parse(file: &str, normaliser: Normaliser) -> Self {
        let mut meanings = Self::default();
        let mut lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        meanings.common = stems(lines.next().unwrap_or_default(), normaliser).into_iter().collect();
        for (line, meaning) in lines.zip(0..) {
            for phrase in line.split(',') {
                let mut stems = stems(phrase, normaliser).into_iter();
                if let Some(first) = stems.next() {
                    let rest: Vec<_> = stems.collect();
                    meanings.words.extend(rest.iter().cloned().chain([first.clone()]));
                    meanings.phrases.entry(first).or_default().push(Phrase { rest, meaning });
                }
            }
        }
        meanings
    }

    /// Whether a word says nothing about what a text is about.
    pub(super) fn is_common(&self, stem: &str) -> bool {
        self.common.contains(stem)
    }

    /// Whether a word is one of those that mean something.
    pub(super) fn knows(&self, stem: &str) -> bool {
        self.words.contains(stem) || self.is_common(stem)
    }

    /// Every word that means something, in no order.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// What the words at the beginning mean, each with how many words say it.
    pub(super) fn at_start<'a>(&'a self, stems: &'a [&str]) -> impl Iterator<Item = (usize, usize)> + 'a {
        let (first, rest) = stems.split_first().map_or(("", stems), |(first, rest)| (*first, rest));
        let phrases = self.phrases.get(first).into_iter().flatten();
        phrases
            .filter(move |phrase| rest.len() >= phrase.rest.len() && phrase.rest.iter().zip(rest).all(|(a, b)| a == b))
            .map(|phrase| (phrase.meaning, phrase.rest.len() + 1))
    }
}

fn stems(text: &str, normaliser: Normaliser) -> Vec<String> {
    normaliser.words(text).into_iter().map(|word| word.stem.unwrap_or(word.word)).collect()
}
