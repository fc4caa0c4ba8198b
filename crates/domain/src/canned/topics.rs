//! What canned replies and customers' messages are about (K2).

use super::meanings::Meanings;
use super::spelling::Spelling;
use super::{CannedReply, fill};
use crate::search::{Normaliser, Word};
use std::collections::{BTreeMap, HashMap, HashSet};

/// How many words of a message are looked at: its first say what it is about.
const MAX_WORDS: usize = 200;

/// How much a shared meaning counts beside a shared word.
const MEANING_WEIGHT: f64 = 0.9;

/// How much a word counts that had to be corrected.
const CORRECTED_WEIGHT: f64 = 0.7;

/// How much a word counts that by itself says little.
const COMMON_WEIGHT: f64 = 0.15;

/// How much what a reply's text says counts beside its short code.
const TEXT_WEIGHT: f64 = 0.8;

/// How much what the customer said before counts beside what they said next.
const EARLIER_WEIGHT: f64 = 0.6;

/// Added to the length of every reply, in telling words: one of two words is not twice as good as one of four.
const SPARE_LENGTH: f64 = 4.0;

/// Something a text may be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Topic {
    /// A word some reply has, by its number.
    Word(usize),
    /// What words mean, by its number in [`Meanings`].
    Meaning(usize),
}

/// The replies an agent may choose from, by what they are about.
pub(super) struct Desk {
    normaliser: Normaliser,
    meanings: &'static Meanings,
    words: HashMap<String, usize>,
    replies: HashMap<Topic, Vec<(usize, f64)>>,
    lengths: Vec<f64>,
}

/// Something a customer said, and what it may be about.
pub(super) type Said = Vec<Heard>;

/// What some words of a customer's are about.
pub(super) struct Heard {
    topic: Topic,
    /// How much it counts.
    pub(super) weight: f64,
    /// The words.
    pub(super) words: String,
    /// Whether a reply that is about it has the very words.
    pub(super) verbatim: bool,
    /// Whether it tells replies apart.
    pub(super) telling: bool,
}

impl Desk {
    pub(super) fn of(replies: &[CannedReply], normaliser: Normaliser) -> Self {
        let mut desk = Self {
            normaliser,
            meanings: Meanings::of(normaliser),
            words: HashMap::new(),
            replies: HashMap::new(),
            lengths: Vec::new(),
        };
        for (number, reply) in replies.iter().enumerate() {
            let topics = desk.topics(reply);
            let telling = |(topic, weight): &(&Topic, &f64)| matches!(topic, Topic::Word(_)) && **weight > COMMON_WEIGHT;
            desk.lengths.push(topics.iter().filter(telling).count() as f64 + SPARE_LENGTH);
            for (topic, weight) in topics {
                desk.replies.entry(topic).or_default().push((number, weight));
            }
        }
        desk
    }

    fn topics(&mut self, reply: &CannedReply) -> BTreeMap<Topic, f64> {
        let mut topics = BTreeMap::new();
        let mut add = |topic, weight| {
            let most: &mut f64 = topics.entry(topic).or_default();
            *most = most.max(weight);
        };
        let texts = fill::texts(&reply.text).map(|text| (text, TEXT_WEIGHT));
        for (text, weight) in texts.chain(reply.short_code.as_deref().map(|code| (code, 1.0))) {
            let words = self.normaliser.words(text);
            let stems: Vec<&str> = words.iter().map(stem).collect();
            for (at, stem) in stems.iter().enumerate() {
                let next = self.words.len();
                let number = *self.words.entry((*stem).to_owned()).or_insert(next);
                let common = if self.meanings.is_common(stem) { COMMON_WEIGHT } else { 1.0 };
                add(Topic::Word(number), weight * common);
                for (meaning, _) in self.meanings.at_start(&stems[at..]) {
                    add(Topic::Meaning(meaning), weight * MEANING_WEIGHT);
                }
            }
        }
        topics
    }

    /// How much longer than the mean a reply is: 1 is as long.
    pub(super) fn length(&self, reply: usize) -> f64 {
        self.lengths[reply] * self.lengths.len() as f64 / self.lengths.iter().sum::<f64>()
    }

    /// The replies that are about it, each with how much it counts there.
    pub(super) fn about(&self, heard: &Heard) -> &[(usize, f64)] {
        self.replies.get(&heard.topic).map_or(&[], Vec::as_slice)
    }

    /// What the customer's last messages, newest first, say that some reply is about. Each is there once.
    pub(super) fn said(&self, customer_texts: &[&str]) -> Vec<Said> {
        let spelling: Spelling<'_> = self.words.keys().map(String::as_str).chain(self.meanings.words()).collect();
        let mut heard = HashSet::new();
        let mut said = Vec::new();
        let mut age_weight = 1.0;
        for text in customer_texts {
            let mut words = self.normaliser.words(text);
            words.truncate(MAX_WORDS);
            let corrections: Vec<Option<&str>> = words.iter().map(|word| self.correct(word, &spelling)).collect();
            let stems: Vec<&str> =
                words.iter().zip(&corrections).map(|(word, correct)| correct.unwrap_or_else(|| stem(word))).collect();
            for at in 0..stems.len() {
                let word = self.words.get(stems[at]).map(|number| (Topic::Word(*number), 1));
                let meanings = self.meanings.at_start(&stems[at..]).map(|(meaning, count)| (Topic::Meaning(meaning), count));
                let news: Said = word
                    .into_iter()
                    .chain(meanings)
                    .filter(|(topic, _)| self.replies.contains_key(topic) && heard.insert(*topic))
                    .map(|(topic, count)| {
                        let spoken = at..at + count;
                        let corrected = corrections[spoken.clone()].iter().any(Option::is_some);
                        let is_word = matches!(topic, Topic::Word(_));
                        let common = is_word && self.meanings.is_common(stems[at]);
                        let weight = if corrected { CORRECTED_WEIGHT } else { 1.0 } * if common { COMMON_WEIGHT } else { 1.0 };
                        Heard {
                            topic,
                            weight: age_weight * weight * self.rarity(topic),
                            words: words[spoken].iter().map(|word| &*word.word).collect::<Vec<_>>().join(" "),
                            verbatim: is_word && !corrected,
                            telling: !common && 2 * self.replies[&topic].len() <= self.lengths.len(),
                        }
                    })
                    .collect();
                said.push(news);
            }
            age_weight *= EARLIER_WEIGHT;
        }
        said
    }

    fn correct<'a>(&self, word: &Word, spelling: &Spelling<'a>) -> Option<&'a str> {
        let known = self.words.contains_key(stem(word)) || self.meanings.knows(stem(word));
        if known { None } else { spelling.correct(&word.word, stem(word)) }
    }

    /// How much a topic tells replies apart: the fewer are about it, the more.
    fn rarity(&self, topic: Topic) -> f64 {
        let (all, about) = (self.lengths.len() as f64, self.replies[&topic].len() as f64);
        (1.0 + (all - about + 0.5) / (about + 0.5)).ln()
    }
}

fn stem(word: &Word) -> &str {
    word.stem.as_deref().unwrap_or(&word.word)
}
