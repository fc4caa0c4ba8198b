//! Scores a message by its words.

use super::UrgencyLevel;
use super::assess::{ORDINARY, Words, level};
use super::names::Names;
use super::near::near_dates;
use super::phrase::{Classes, Part, Phrase, Token};
use super::rules::{Rules, RulesError};
use crate::Timestamp;
use crate::search::{Language, Normaliser, Word};
use std::collections::{BTreeSet, HashMap};

/// Words of a message that are looked at; what matters stands near its beginning.
pub const MAX_SCORED_WORDS: usize = 500;
/// Reasons a message gives at most, heaviest first.
const MAX_REASONS: usize = 3;
/// What a phrase begins with when a message must have no other words.
const ONLY: &str = "{only}";

/// Rules made ready for use.
#[derive(Debug, Clone)]
pub struct Scorer {
    rules: Rules,
    normaliser: Normaliser,
    names: Names,
    /// Phrases with the number of their topic, by the word or name they begin with.
    by_word: HashMap<String, Vec<(usize, Phrase)>>,
    by_class: Vec<(Classes, usize, Phrase)>,
    only: Vec<(usize, Phrase)>,
}

impl Scorer {
    /// One for messages in this language.
    ///
    /// # Errors
    /// [`RulesError`] when the rules break a limit or a phrase cannot be read.
    pub fn new(rules: Rules, language: Language) -> Result<Self, RulesError> {
        rules.check()?;
        let normaliser = Normaliser::new(language);
        let mut scorer = Self {
            names: Names::of(language, normaliser),
            rules,
            normaliser,
            by_word: HashMap::new(),
            by_class: Vec::new(),
            only: Vec::new(),
        };
        for (number, topic) in scorer.rules.topics.iter().enumerate() {
            for written in &topic.phrases {
                let phrase = read(written, topic.weight, &scorer.names, normaliser)?;
                match phrase.first() {
                    None => scorer.only.push((number, phrase)),
                    Some(Part::Word(word)) => {
                        let word = word.clone();
                        scorer.by_word.entry(word).or_default().push((number, phrase));
                    }
                    Some(Part::Class(class)) => scorer.by_class.push((*class, number, phrase)),
                }
            }
        }
        Ok(scorer)
    }

    /// The rules it goes by.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What a message that was written at `now` says.
    pub fn words(&self, text: &str, now: Timestamp) -> Words {
        let mut topics: Vec<_> = self.topics(text, now).into_iter().map(|n| &self.rules.topics[n]).collect();
        topics.sort_by_key(|topic| -topic.weight);
        let raising: Vec<_> = topics.iter().filter(|topic| topic.weight > 0).collect();
        let raise = raising.iter().zip(0..).map(|(topic, place)| topic.weight >> i32::min(place, 31)).sum();
        let asks = topics.iter().any(|topic| topic.weight == 0);
        let calming = topics.last().filter(|topic| topic.weight < 0 && !asks && -topic.weight > raise);
        match calming {
            Some(topic) => Words { score: topic.weight, reasons: vec![topic.reason.clone()] },
            None => {
                let reasons = raising.iter().take(MAX_REASONS).map(|topic| topic.reason.clone());
                Words { score: raise, reasons: reasons.collect() }
            }
        }
    }

    /// The level of a message that says this, if nobody has waited yet.
    pub fn level(&self, words: &Words) -> UrgencyLevel {
        level(&self.rules, ORDINARY + words.score)
    }

    /// The numbers of the topics a text touches.
    fn topics(&self, text: &str, now: Timestamp) -> BTreeSet<usize> {
        let tokens = self.tokens(text, now);
        let not = self.names.not();
        let mut found = BTreeSet::new();
        let mut look_for = |topic: &usize, phrase: &Phrase, at: usize| {
            if !found.contains(topic) && phrase.is_at(&tokens, at, not) {
                found.insert(*topic);
            }
        };
        for (at, token) in tokens.iter().enumerate() {
            for (topic, phrase) in self.by_word.get(&token.key).into_iter().flatten() {
                look_for(topic, phrase, at);
            }
            for (class, topic, phrase) in &self.by_class {
                if token.classes & class != 0 {
                    look_for(topic, phrase, at);
                }
            }
        }
        for (topic, phrase) in &self.only {
            look_for(topic, phrase, 0);
        }
        found
    }

    fn tokens(&self, text: &str, now: Timestamp) -> Vec<Token> {
        let mut words = self.normaliser.words(text);
        words.truncate(MAX_SCORED_WORDS);
        let near = near_dates(&words, text, &self.names, now);
        let mut end = 0;
        let mut tokens = Vec::with_capacity(words.len() + 1);
        for (word, near) in words.into_iter().zip(near) {
            let between = text.get(end..word.range.start).unwrap_or_default();
            end = word.range.end;
            let classes = self.names.of_word(&word, near);
            let begins_clause = between.contains(CLAUSE_ENDS) || classes & self.names.clause_breaks() != 0;
            tokens.push(Token { key: key(word), classes, begins_clause });
        }
        if text.contains(['?', '？', '؟']) {
            tokens.push(Token { key: "?".into(), classes: self.names.question(), begins_clause: true });
        }
        tokens
    }
}

/// Punctuation no phrase reaches over.
const CLAUSE_ENDS: [char; 11] = ['.', ',', ';', ':', '!', '?', '(', ')', '\n', '…', '。'];

/// What words are compared by.
pub(super) fn key(word: Word) -> String {
    word.stem.unwrap_or(word.word)
}

/// Reads a phrase as it is written in a list. One of a topic without weight takes no heed of negations: "why can't I"
/// asks too.
fn read(written: &str, weight: i32, names: &Names, normaliser: Normaliser) -> Result<Phrase, RulesError> {
    let keys = |text: &str| normaliser.words(text).into_iter().map(key).collect::<Vec<_>>();
    let empty = || RulesError::Phrase(written.to_owned());
    if let Some(words) = written.trim().strip_prefix(ONLY) {
        let words = keys(words);
        return if words.is_empty() { Err(empty()) } else { Ok(Phrase::Only(words)) };
    }
    let mut parts = Vec::new();
    for piece in written.split_whitespace() {
        match piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}')) {
            Some(name) => {
                let class = names.class(name).ok_or_else(|| RulesError::Name(name.to_owned()))?;
                parts.push(Part::Class(class));
            }
            None => parts.extend(keys(piece).into_iter().map(Part::Word)),
        }
    }
    if parts.is_empty() {
        return Err(empty());
    }
    let negates = parts.iter().any(|part| match part {
        Part::Word(word) => names.of_key(word) & names.not() != 0,
        Part::Class(class) => *class == names.not(),
    });
    Ok(Phrase::Words { parts, can_be_negated: !negates && weight != 0 })
}
