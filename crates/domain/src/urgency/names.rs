//! The names in braces: words that stand for each other in phrases.

use super::language;
use super::phrase::Classes;
use super::scorer::key;
use crate::search::{Language, Normaliser, Word};
use std::collections::HashMap;

/// As many names as a [`Classes`] has bits.
const MAX_NAMES: usize = 64;
/// A month or weekday may be cut down to this many letters.
const MIN_ABBREVIATION: usize = 3;

/// What the words of a language are called.
#[derive(Debug, Clone)]
pub(super) struct Names {
    names: Vec<&'static str>,
    words: HashMap<String, Classes>,
    months: Vec<&'static str>,
    weekdays: Vec<&'static str>,
}

impl Names {
    pub fn of(language: Language, normaliser: Normaliser) -> Self {
        let list = language::list(language);
        let mut names = Self {
            names: vec!["not", "soon", "number", "break", "by", "question"],
            words: HashMap::new(),
            months: Vec::new(),
            weekdays: Vec::new(),
        };
        for (name, words) in language::classes(list) {
            match name {
                "month" => names.months.clone_from(&words),
                "weekday" => names.weekdays.clone_from(&words),
                _ => {}
            }
            if !names.names.contains(&name) && names.names.len() < MAX_NAMES {
                names.names.push(name);
            }
            let class = names.class(name).unwrap_or_default();
            for word in words.into_iter().flat_map(|word| normaliser.words(word)) {
                *names.words.entry(key(word)).or_default() |= class;
            }
        }
        names
    }

    /// The bit of a name.
    pub fn class(&self, name: &str) -> Option<Classes> {
        self.names.iter().position(|known| *known == name).map(|bit| 1 << bit)
    }

    pub fn not(&self) -> Classes {
        self.class("not").unwrap_or_default()
    }

    pub fn question(&self) -> Classes {
        self.class("question").unwrap_or_default()
    }

    pub fn clause_breaks(&self) -> Classes {
        self.class("break").unwrap_or_default()
    }

    pub fn of_key(&self, key: &str) -> Classes {
        self.words.get(key).copied().unwrap_or_default()
    }

    /// What a word of a text is called; `is_near` when a date that is near begins with it.
    pub fn of_word(&self, word: &Word, is_near: bool) -> Classes {
        let if_so = |is: bool, name: &str| if is { self.class(name).unwrap_or_default() } else { 0 };
        self.of_key(word.stem.as_ref().unwrap_or(&word.word))
            | if_so(is_near, "soon")
            | if_so(word.word.chars().all(|c| c.is_ascii_digit()), "number")
    }

    pub fn is_by(&self, word: &Word) -> bool {
        self.of_word(word, false) & self.class("by").unwrap_or_default() != 0
    }

    /// The number of a month, from 1.
    pub fn month(&self, word: &str) -> Option<i16> {
        place(&self.months, word).and_then(|place| i16::try_from(place + 1).ok())
    }

    /// The number of a weekday, from 0 on Monday.
    pub fn weekday(&self, word: &str) -> Option<i8> {
        place(&self.weekdays, word).and_then(|place| place.try_into().ok())
    }
}

fn place(names: &[&str], word: &str) -> Option<usize> {
    let is_long_enough = word.chars().count() >= MIN_ABBREVIATION;
    names.iter().position(|name| is_long_enough && name.starts_with(word))
}
