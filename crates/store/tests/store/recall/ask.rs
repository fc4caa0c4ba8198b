//! Searches made up from what was said, and what each means, told apart from how the product reads and answers it.

use super::every_row::EveryRow;
use crate::search::Numbers;
use domain::search::{Language, Normaliser, Word};
use domain::{Actor, Age, Filter, Holder, Status, Timestamp, UrgencyLevel};
use std::fmt;

/// One thing a text must have or must not have.
#[derive(Debug, Clone)]
struct Term {
    kind: Kind,
    /// As somebody wrote it.
    written: String,
    words: Vec<Word>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A word in any form.
    Word,
    /// A word that begins so, or a form of what is there so far.
    Beginning,
    /// Words, one after the other.
    Phrase,
}

/// A search.
#[derive(Debug)]
pub(super) struct Ask {
    required: Vec<Term>,
    excluded: Vec<Term>,
    pub filter: Filter,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

pub(super) fn normaliser() -> Normaliser {
    Normaliser::new(Language::English)
}

impl Ask {
    /// These words without those.
    pub(super) fn of(required: &[&str], excluded: &[&str], filter: Filter) -> Self {
        let terms = |words: &[&str]| words.iter().map(|word| Term::new(Kind::Word, word)).collect();
        Self { required: terms(required), excluded: terms(excluded), filter, from: None, to: None }
    }

    /// One whose words somebody the caller can hear said; none, where the dice fell badly.
    pub(super) fn some(numbers: &mut Numbers, rows: &EveryRow, actor: &Actor) -> Option<Self> {
        let one = rows.some_text(numbers, actor)?;
        let other = rows.some_text(numbers, actor)?;
        let third = rows.some_text(numbers, actor)?;
        let mut required: Vec<Term> = (0..numbers.below(3)).filter_map(|_| word(numbers, one)).collect();
        if numbers.below(4) == 0 {
            required.extend(phrase(numbers, one));
        }
        if numbers.below(3) == 0 {
            required.extend(word(numbers, other));
        }
        let mut excluded = Vec::new();
        if numbers.below(4) == 0 {
            excluded.extend(word(numbers, third));
        }
        if numbers.below(10) == 0 {
            excluded.extend(phrase(numbers, third));
        }
        if numbers.below(3) == 0 {
            required.extend(beginning(numbers, one));
        }
        let narrow = numbers.below(2) == 0;
        let filter = if narrow { filter(numbers, rows, actor) } else { Filter::default() };
        let (from, to) = (rows.some_time(numbers, 6), rows.some_time(numbers, 6));
        (!required.is_empty()).then_some(Self { required, excluded, filter, from, to })
    }

    /// What is typed for it: a beginning stands last, where the product takes a word for half typed.
    pub(super) fn typed(&self) -> String {
        let without: Vec<_> = self.excluded.iter().map(|term| format!("-{}", term.typed())).collect();
        let with = self.required.iter().map(Term::typed);
        let typed: Vec<_> = without.into_iter().chain(with).collect();
        let is_half_typed = self.required.last().is_some_and(|term| term.kind == Kind::Beginning);
        typed.join(" ") + if is_half_typed { "" } else { " " }
    }

    /// Whether it finds a text.
    pub(super) fn matches(&self, text: &[Word]) -> bool {
        self.required.iter().all(|term| term.is_in(text))
            && !self.excluded.iter().any(|term| term.is_in(text))
    }

    /// Whether it takes what was written then.
    pub(super) fn covers(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at < to)
    }
}

/// The same on both databases: agents' ids are left out.
impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let filter = Filter { holder: Vec::new(), ..self.filter.clone() };
        write!(f, "{:?} from {:?} to {:?}, {filter:?}", self.typed(), self.from, self.to)
    }
}

impl Term {
    fn new(kind: Kind, written: &str) -> Self {
        let words = normaliser().words(written);
        assert!(words.len() == 1 || kind == Kind::Phrase, "{written}");
        Self { kind, written: written.to_owned(), words }
    }

    fn typed(&self) -> String {
        let quote = if self.kind == Kind::Phrase { "\"" } else { "" };
        format!("{quote}{}{quote}", self.written)
    }

    fn is_in(&self, text: &[Word]) -> bool {
        let first = &self.words[0];
        match self.kind {
            Kind::Word => text.iter().any(|here| are_forms(first, here)),
            Kind::Beginning => {
                text.iter().any(|here| here.word.starts_with(&first.word) || are_forms(first, here))
            }
            Kind::Phrase => {
                let same =
                    |here: &[Word]| here.iter().zip(&self.words).all(|(here, word)| here.word == word.word);
                text.windows(self.words.len()).any(same)
            }
        }
    }
}

/// Whether two words are the same but for their endings.
fn are_forms(one: &Word, other: &Word) -> bool {
    fn root(word: &Word) -> &str {
        word.stem.as_deref().unwrap_or(&word.word)
    }
    !other.word.is_empty() && (one.word == other.word || root(one) == root(other))
}

/// A word of the text as it was written.
fn word(numbers: &mut Numbers, text: &str) -> Option<Term> {
    let words = normaliser().words(text);
    (!words.is_empty()).then(|| Term::new(Kind::Word, &text[words[numbers.below(words.len())].range.clone()]))
}

/// Up to three words that follow each other in the text.
fn phrase(numbers: &mut Numbers, text: &str) -> Option<Term> {
    let words = normaliser().words(text);
    let length = 1 + numbers.below(3);
    let start = numbers.below(words.len().checked_sub(length)? + 1);
    let written: Vec<_> = words[start..start + length].iter().map(|word| &text[word.range.clone()]).collect();
    Some(Term::new(Kind::Phrase, &written.join(" ")))
}

/// The beginning of a word of the text, of two letters at least.
fn beginning(numbers: &mut Numbers, text: &str) -> Option<Term> {
    let words = normaliser().words(text);
    let word = &words.get(numbers.below(words.len().max(1)))?.word;
    let length = 2 + numbers.below(word.chars().count().checked_sub(1).filter(|more| *more > 0)?);
    let beginning: String = word.chars().take(length).collect();
    let is_whole = |words: Vec<Word>| words.len() == 1 && words[0].word == beginning;
    let is_typed = beginning.chars().all(char::is_alphanumeric);
    (is_typed && is_whole(normaliser().words(&beginning))).then(|| Term::new(Kind::Beginning, &beginning))
}

/// Customers narrow by status and age alone.
fn filter(numbers: &mut Numbers, rows: &EveryRow, actor: &Actor) -> Filter {
    let mut filter = Filter::default();
    if numbers.below(2) == 0 {
        filter.status = some(numbers, &Status::ALL);
    }
    if numbers.below(3) == 0 {
        filter.age = some(numbers, &Age::ALL);
    }
    if actor.agent().is_some() {
        if numbers.below(3) == 0 {
            filter.urgency = some(numbers, &UrgencyLevel::ALL);
        }
        if numbers.below(4) == 0 {
            let holders: Vec<_> =
                rows.holders().map(Holder::Agent).chain([Holder::Me, Holder::Nobody]).collect();
            filter.holder = some(numbers, &holders);
        }
        if numbers.below(4) == 0 {
            filter.tag = some(numbers, &["vip", "late", "Ümlaut", "none such"].map(String::from));
        }
    }
    filter
}

/// One or two of these.
fn some<T: Clone + PartialEq>(numbers: &mut Numbers, all: &[T]) -> Vec<T> {
    let mut some: Vec<T> = (0..=numbers.below(2)).map(|_| all[numbers.below(all.len())].clone()).collect();
    some.dedup();
    some
}
