//! What a customer's messages are about, and how alike others are.

use crate::canned::meanings::{Meanings, meant};
use crate::search::{Normaliser, Pattern, Query, Word};
use std::collections::{BTreeSet, HashSet};

/// How many telling words are kept of a conversation: its first say what it is about.
const MAX_TELLING_WORDS: usize = 24;

/// How many other words for the same are given of one.
const MAX_SYNONYMS: usize = 8;

/// How many are given of all.
const MAX_SYNONYMS_OF_ALL: usize = 64;

/// How much of one text is looked at, in characters.
const MAX_CHARS: usize = 2_000;

/// How much another word for the same counts beside the word itself.
const MEANING_WEIGHT: f64 = 0.7;

/// How much each telling word that is not shared holds a text back, beside an average one that is: long texts share
/// words by chance.
const LENGTH_WEIGHT: f64 = 0.15;

/// What a conversation is about, by the words that tell.
#[derive(Debug, Clone)]
pub struct Matter {
    normaliser: Normaliser,
    words: Vec<TellingWord>,
}

/// A word that says more than most.
#[derive(Debug, Clone)]
struct TellingWord {
    word: Word,
    /// What it means, by itself or with those that follow it.
    meanings: BTreeSet<usize>,
}

/// The telling words of a text, and what they mean.
struct Told {
    roots: HashSet<String>,
    meanings: BTreeSet<usize>,
}

impl Matter {
    /// What these texts are about. The customer's `names` are not what they write about.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>, names: &[&str], normaliser: Normaliser) -> Self {
        let names: HashSet<String> =
            names.iter().flat_map(|name| normaliser.words(name)).map(|word| word.word).collect();
        let meanings = Meanings::of(normaliser);
        let mut words: Vec<TellingWord> = Vec::new();
        for text in texts {
            let said = said(text, normaliser);
            for (at, word) in said.iter().enumerate() {
                if !is_telling(word, meanings) || names.contains(&word.word) {
                    continue;
                }
                let meanings = meanings_at(&said, at, meanings);
                let known = words.iter().position(|telling| root(&telling.word) == root(word));
                match known {
                    Some(known) => words[known].meanings.extend(meanings),
                    None if words.len() < MAX_TELLING_WORDS => {
                        words.push(TellingWord { word: word.clone(), meanings: meanings.collect() });
                    }
                    None => {}
                }
            }
        }
        Self { normaliser, words }
    }

    /// Its telling words, as what to look for in the index.
    pub fn patterns(&self) -> Vec<Pattern> {
        let pattern = |TellingWord { word, .. }: &TellingWord| Pattern::Word {
            word: word.word.clone(),
            stem: word.stem.clone(),
            prefix: false,
        };
        self.words.iter().map(pattern).collect()
    }

    /// Of each of the [`patterns`](Self::patterns), other words for the same.
    pub fn synonyms(&self) -> Vec<Vec<Pattern>> {
        let known = Meanings::of(self.normaliser);
        let mut left = MAX_SYNONYMS_OF_ALL;
        let mut synonyms = |TellingWord { word, meanings }: &TellingWord| {
            let others = meanings.iter().flat_map(|meaning| known.single_words(*meaning));
            let others = others.filter(|other| *other != root(word) && !known.is_common(other));
            let pattern = |other: &String| Pattern::Word { word: other.clone(), stem: None, prefix: false };
            let synonyms: Vec<_> = others.take(MAX_SYNONYMS.min(left)).map(pattern).collect();
            left -= synonyms.len();
            synonyms
        };
        self.words.iter().map(&mut synonyms).collect()
    }

    /// What to mark in what is alike; none without telling words.
    pub fn query(&self) -> Option<Query> {
        let required = self.patterns();
        (!required.is_empty()).then_some(Query { required, excluded: Vec::new() })
    }

    /// How alike other texts are, from 0 to 1, when each of the [`patterns`](Self::patterns) weighs what `weights` says.
    pub fn likeness<'a>(&self, weights: &[f64], texts: impl IntoIterator<Item = &'a str>) -> f64 {
        let told = Told::by(texts, self.normaliser);
        let whole: f64 = weights.iter().sum();
        let mut shared = 0.0;
        let mut count = 0.0;
        for (TellingWord { word, meanings }, weight) in self.words.iter().zip(weights) {
            if told.roots.contains(root(word)) {
                shared += weight;
                count += 1.0;
            } else if !meanings.is_disjoint(&told.meanings) {
                shared += weight * MEANING_WEIGHT;
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of words")]
        let (own, others) = (self.words.len() as f64, told.roots.len() as f64);
        if whole > 0.0 { shared / (whole + whole / own * LENGTH_WEIGHT * (others - count)) } else { 0.0 }
    }
}

impl Told {
    fn by<'a>(texts: impl IntoIterator<Item = &'a str>, normaliser: Normaliser) -> Self {
        let known = Meanings::of(normaliser);
        let mut told = Self { roots: HashSet::new(), meanings: BTreeSet::new() };
        for text in texts {
            let said = said(text, normaliser);
            for (at, word) in said.iter().enumerate() {
                told.meanings.extend(meanings_at(&said, at, known));
                if is_telling(word, known) {
                    told.roots.insert(root(word).to_owned());
                }
            }
        }
        told
    }
}

fn said(text: &str, normaliser: Normaliser) -> Vec<Word> {
    let end = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(end, _)| end);
    normaliser.words(&text[..end])
}

fn meanings_at<'a>(
    said: &'a [Word],
    at: usize,
    meanings: &'static Meanings,
) -> impl Iterator<Item = usize> + 'a {
    meant(meanings.phrases(root(&said[at])), move || said[at + 1..].iter().map(root))
        .map(|(meaning, _)| meaning)
}

/// The words of a text that tell what it is about.
pub(super) fn telling_words(text: &str, normaliser: Normaliser) -> impl Iterator<Item = Word> {
    let meanings = Meanings::of(normaliser);
    said(text, normaliser).into_iter().filter(move |word| is_telling(word, meanings))
}

fn is_telling(word: &Word, meanings: &Meanings) -> bool {
    let root = root(word);
    let says_little = |word: &str| meanings.is_common(word) || meanings.is_manners(word);
    word.word.chars().nth(1).is_some() && !says_little(root) && !says_little(&word.word)
}

fn root(word: &Word) -> &str {
    word.stem.as_deref().unwrap_or(&word.word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Language;

    fn english() -> Normaliser {
        Normaliser::new(Language::English)
    }

    fn likeness(one: &str, other: &str) -> f64 {
        let matter = Matter::of([one], &[], english());
        matter.likeness(&vec![1.0; matter.patterns().len()], [other])
    }

    #[test]
    fn a_matter_is_its_telling_words_and_nobodys_name() {
        let matter = Matter::of(
            ["Hello, I am Noor: my invoices are wrong, the invoice of May"],
            &["Noor Ali"],
            english(),
        );
        let words: Vec<_> = matter.words.iter().map(|telling| &*telling.word.word).collect();
        assert!(
            words.contains(&"invoices") && !words.contains(&"noor") && !words.contains(&"invoice"),
            "{words:?}"
        );
        assert!(Matter::of(["Hello! ok, thanks, and?"], &[], english()).query().is_none());
    }

    #[test]
    fn the_same_words_are_more_alike_than_some_and_others_for_the_same() {
        let asked = "The courier lost my parcel";
        let (same, synonyms, some, none) = (
            likeness(asked, "my parcel was lost by the courier"),
            likeness(asked, "the package is missing"),
            likeness(asked, "can the courier come on Friday with the printer and the invoice"),
            likeness(asked, "I cannot sign in"),
        );
        assert!(same > synonyms && synonyms > some && some > none, "{same} {synonyms} {some} {none}");
        assert!(none.abs() < f64::EPSILON);
    }

    #[test]
    fn a_word_that_says_little_makes_nothing_alike() {
        let alike = likeness(
            "My blender is broken, I want my money back",
            "Is the blue enamel mug coming back? When exactly?",
        );
        assert!(alike.abs() < f64::EPSILON, "{alike}");
    }

    #[test]
    fn without_telling_words_nothing_is_alike() {
        assert!(likeness("ok", "ok").abs() < f64::EPSILON);
    }
}
