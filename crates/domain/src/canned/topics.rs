//! What canned replies and customers' messages are about (K2).

use super::meanings::{Meanings, Phrase, meant};
use super::spelling::nearest;
use super::{CannedReply, fill};
use crate::search::Normaliser;
use std::collections::{HashMap, HashSet};

/// How many words of a message are looked at: its first say what it is about.
const MAX_WORDS: usize = 100;

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

/// A word of fewer letters is no reason that anybody could follow.
const LEAST_LETTERS: usize = 3;

/// What so few replies are about tells them apart, however few there are.
const FEW: usize = 2;

/// The replies an agent may choose from, by what they are about.
pub(super) struct Desk<'a> {
    normaliser: Normaliser,
    meanings: &'static Meanings,
    numbers: HashMap<&'a str, Option<usize>>,
    stems: HashMap<String, usize>,
    words: Vec<DeskWord>,
    about_meanings: Vec<About>,
    lengths: Vec<f64>,
}

/// A word of some reply's.
struct DeskWord {
    stem: String,
    common: bool,
    phrases: &'static [Phrase],
    about: About,
}

/// The replies that are about something, in order, each with how much it counts there.
pub(super) type About = Vec<(usize, f64)>;

/// Something a customer said, by the words and by what they mean.
pub(super) type Said<'a> = Vec<Heard<'a>>;

/// What some words of a customer's are about.
pub(super) struct Heard<'a> {
    /// The replies that are about it.
    pub(super) about: &'a About,
    /// How much it counts.
    pub(super) weight: f64,
    /// The words.
    pub(super) words: String,
    /// Whether those replies have the very word.
    pub(super) verbatim: bool,
    /// Whether it tells replies apart.
    pub(super) telling: bool,
}

/// A word of a customer's, as it was written and as it was meant.
struct CustomerWord {
    /// In small letters, with its apostrophes.
    written: String,
    stem: String,
    corrected: bool,
}

impl<'a> Desk<'a> {
    pub(super) fn of(replies: &'a [CannedReply], normaliser: Normaliser) -> Self {
        let meanings = Meanings::of(normaliser);
        let mut desk = Self {
            normaliser,
            meanings,
            numbers: HashMap::new(),
            stems: HashMap::new(),
            words: Vec::new(),
            about_meanings: vec![About::new(); meanings.count()],
            lengths: vec![SPARE_LENGTH; replies.len()],
        };
        for (reply, CannedReply { text, short_code, .. }) in replies.iter().enumerate() {
            for text in fill::texts(text) {
                desk.add(reply, text, TEXT_WEIGHT);
            }
            if let Some(short_code) = short_code {
                desk.add(reply, short_code, 1.0);
            }
        }
        desk
    }

    fn add(&mut self, reply: usize, text: &'a str, weight: f64) {
        let runs = self.normaliser.ranges(text).into_iter();
        let numbers: Vec<usize> = runs.filter_map(|range| self.number(&text[range])).collect();
        for (at, number) in numbers.iter().enumerate() {
            let rest = || numbers[at + 1..].iter().map(|number| &*self.words[*number].stem);
            for (meaning, _) in meant(self.words[*number].phrases, rest) {
                note(&mut self.about_meanings[meaning], reply, weight * MEANING_WEIGHT);
            }
            let word = &mut self.words[*number];
            let is_new =
                note(&mut word.about, reply, if word.common { weight * COMMON_WEIGHT } else { weight });
            if is_new && !word.common {
                self.lengths[reply] += 1.0;
            }
        }
    }

    /// The number of a word, however it is written. Most are there many times.
    fn number(&mut self, run: &'a str) -> Option<usize> {
        if let Some(number) = self.numbers.get(run) {
            return *number;
        }
        let number = self.normaliser.word(run).map(|(word, stem)| {
            let stem = stem.unwrap_or(word);
            *self.stems.entry(stem).or_insert_with_key(|stem| {
                self.words.push(DeskWord {
                    stem: stem.clone(),
                    common: self.meanings.is_common(stem),
                    phrases: self.meanings.phrases(stem),
                    about: About::new(),
                });
                self.words.len() - 1
            })
        });
        self.numbers.insert(run, number);
        number
    }

    /// How much longer than the mean a reply is: 1 is as long.
    pub(super) fn length(&self, reply: usize) -> f64 {
        self.lengths[reply] * self.lengths.len() as f64 / self.lengths.iter().sum::<f64>()
    }

    /// What the customer's last messages, newest first, say that some reply is about. Each is there once.
    pub(super) fn said(&self, customer_texts: &[&str]) -> Vec<Said<'_>> {
        let mut known = HashSet::new();
        let mut said = Vec::new();
        let mut age_weight = 1.0;
        for text in customer_texts {
            let words = self.customer_words(text);
            for (at, word) in words.iter().enumerate() {
                let mut heard = Said::new();
                if let Some(number) = self.stems.get(&word.stem)
                    && known.insert((true, *number))
                {
                    let desk_word = &self.words[*number];
                    let weight = age_weight * if desk_word.common { COMMON_WEIGHT } else { 1.0 };
                    let verbatim = !word.corrected;
                    let more = Heard { verbatim, ..self.heard(&desk_word.about, &words[at..=at], weight) };
                    heard.push(Heard { telling: more.telling && !desk_word.common, ..more });
                }
                let rest = || words[at + 1..].iter().map(|word| &*word.stem);
                for (meaning, count) in meant(self.meanings.phrases(&word.stem), rest) {
                    if !self.about_meanings[meaning].is_empty() && known.insert((false, meaning)) {
                        let more =
                            self.heard(&self.about_meanings[meaning], &words[at..at + count], age_weight);
                        let says_little = count == 1 && self.meanings.is_common(&word.stem);
                        heard.push(Heard { telling: more.telling && !says_little, ..more });
                    }
                }
                said.push(heard);
            }
            age_weight *= EARLIER_WEIGHT;
        }
        said
    }

    fn customer_words(&self, text: &str) -> Vec<CustomerWord> {
        let words = self.normaliser.ranges(text).into_iter().take(MAX_WORDS);
        let words = words.filter_map(|range| {
            Some((text[range.clone()].to_lowercase(), self.normaliser.word(&text[range])?))
        });
        words
            .map(|(written, (folded, stem))| {
                let stem = stem.unwrap_or_else(|| folded.clone());
                match self.correct(&folded, &stem) {
                    Some(correct) => CustomerWord { written, stem: correct.into(), corrected: true },
                    None => CustomerWord { written, stem, corrected: false },
                }
            })
            .collect()
    }

    /// The word meant by one that neither the replies nor the meanings have.
    fn correct(&self, written: &str, stem: &str) -> Option<&str> {
        let known = self.stems.contains_key(stem) || self.meanings.knows(stem);
        let words = || self.words.iter().map(|word| &*word.stem).chain(self.meanings.words());
        if known { None } else { nearest(written, stem, words()) }
    }

    fn heard<'b>(&self, about: &'b About, words: &[CustomerWord], weight: f64) -> Heard<'b> {
        let corrected = words.iter().any(|word| word.corrected);
        let tells_apart = about.len() <= FEW || 2 * about.len() <= self.lengths.len();
        let telling = tells_apart && words.iter().any(CustomerWord::is_a_reason);
        let words: Vec<&str> = words.iter().map(|word| &*word.written).collect();
        Heard {
            about,
            weight: weight * self.rarity(about) * if corrected { CORRECTED_WEIGHT } else { 1.0 },
            words: words.join(" "),
            verbatim: false,
            telling,
        }
    }

    /// How much something tells replies apart: the fewer are about it, the more.
    fn rarity(&self, about: &About) -> f64 {
        let (all, about) = (self.lengths.len() as f64, about.len() as f64);
        (1.0 + (all - about + 0.5) / (about + 0.5)).ln()
    }
}

impl CustomerWord {
    /// Whether people see what it has to do with a reply: it is neither very short nor two small words in one, such as
    /// `I'll` or `don't`; `refund's` is not.
    fn is_a_reason(&self) -> bool {
        let end = self.written.rsplit_once(['\'', '’', 'ʼ']).map(|(_, end)| end);
        let is_contraction = matches!(end, Some("ll" | "re" | "ve" | "d" | "m" | "t"));
        !is_contraction && self.written.chars().filter(|c| c.is_alphabetic()).count() >= LEAST_LETTERS
    }
}

/// Notes that a reply is about something, the highest weight counting; whether that was not known.
fn note(about: &mut About, reply: usize, weight: f64) -> bool {
    match about.last_mut() {
        Some((last, most)) if *last == reply => {
            *most = most.max(weight);
            false
        }
        _ => {
            about.push((reply, weight));
            true
        }
    }
}
