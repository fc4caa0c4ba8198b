//! Which conversations to look at: those that share the most telling words, by the search index.

use crate::Result;
use crate::db::{Conn, fetch_one};
use crate::dialect::similar;
use domain::ConversationKey;
use domain::search::{Pattern, Query};
use domain::similar::Matter;
use std::collections::{BTreeSet, HashMap};

/// A word that more messages have is looked for among the newest only: reading all of them would take too long.
const RARE: i64 = 500;

/// How many of the newest messages common words are looked for in.
const RECENT: i64 = 10_000;

/// How many common words are looked for.
const COMMON_WORDS: usize = 3;

/// How many matches of a probe are read, newest first.
const PROBE_MATCHES: i64 = 150;

/// After how many matches no more probes are sent.
const ENOUGH_MATCHES: i64 = 1_500;

/// How many conversations that share the most telling words are read.
const CANDIDATES: usize = 60;

/// A word that tells what a conversation is about.
struct Word {
    pattern: Pattern,
    /// Other words for the same, rarest first, and about how many messages have each.
    synonyms: Vec<(Pattern, i64)>,
    /// About how many messages have it.
    frequency: i64,
}

/// A look into the index.
struct Probe {
    /// The places of the words it is about.
    words: Vec<usize>,
    /// What one message has to have: any of these.
    any: Vec<Query>,
    /// About how many do.
    expected: i64,
    /// Above which key it is looked for.
    above: i64,
}

/// What each telling word weighs, by how few messages have it, and the conversations that share the most.
pub(super) async fn candidates(
    conn: &mut Conn,
    own: ConversationKey,
    matter: &Matter,
) -> Result<(Vec<f64>, Vec<i64>)> {
    let (newest,): (i64,) = fetch_one!(conn, (i64,), "SELECT COALESCE(MAX(id), 0) FROM messages")?;
    let mut words = words(conn, matter, newest).await?;
    let mut matches = Vec::new();
    let mut read = 0;
    for probe in probes(&words, newest) {
        if read >= ENOUGH_MATCHES {
            break;
        }
        let rows = similar::probe(conn, &probe.any, probe.above, PROBE_MATCHES, own).await?;
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        read += if count < PROBE_MATCHES { count } else { count.max(probe.expected) };
        if let ([word], 0) = (&probe.words[..], probe.above) {
            words[*word].frequency = words[*word].frequency.max(count);
        }
        let resolved: BTreeSet<i64> =
            rows.into_iter().filter(|(_, fits)| *fits).map(|(key, _)| key).collect();
        matches.push((probe.words, resolved));
    }
    let weights: Vec<f64> = words.iter().map(|word| rarity(word.frequency, newest)).collect();
    let mut shared = HashMap::<i64, BTreeSet<usize>>::new();
    for (words, conversations) in matches {
        for key in conversations {
            shared.entry(key).or_default().extend(&words);
        }
    }
    let score = |words: &BTreeSet<usize>| words.iter().map(|word| weights[*word]).sum::<f64>();
    let mut best: Vec<_> = shared.iter().map(|(key, words)| (score(words), *key)).collect();
    best.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(other.1.cmp(&one.1)));
    best.truncate(CANDIDATES);
    Ok((weights, best.into_iter().map(|(_, key)| key).collect()))
}

/// The telling words, with what the index knows of them. Other words for a common one are not asked for.
async fn words(conn: &mut Conn, matter: &Matter, newest: i64) -> Result<Vec<Word>> {
    let (patterns, mut synonyms) = (matter.patterns(), matter.synonyms());
    let frequencies = similar::frequencies(conn, &patterns, newest).await?;
    for (synonyms, frequency) in synonyms.iter_mut().zip(&frequencies) {
        if *frequency > RARE {
            synonyms.clear();
        }
    }
    let mut of_synonyms = similar::frequencies(conn, &synonyms.concat(), newest).await?.into_iter();
    let mut words = Vec::new();
    for ((pattern, frequency), synonyms) in patterns.into_iter().zip(frequencies).zip(synonyms) {
        let mut synonyms: Vec<_> = synonyms.into_iter().zip(of_synonyms.by_ref()).collect();
        synonyms.sort_by_key(|(_, frequency)| *frequency);
        words.push(Word { pattern, synonyms, frequency });
    }
    Ok(words)
}

/// The rare words, each by itself or by others for the same; then the rarest of the common ones, by itself and in pairs,
/// among the newest messages.
fn probes(words: &[Word], newest: i64) -> Vec<Probe> {
    let mut places: Vec<usize> = (0..words.len()).collect();
    places.sort_by_key(|place| words[*place].frequency);
    let (rare, common) = places.split_at(places.partition_point(|place| words[*place].frequency <= RARE));
    let mut probes: Vec<Probe> = rare.iter().map(|place| rare_word(*place, &words[*place])).collect();
    let common = &common[..common.len().min(COMMON_WORDS)];
    let recent = |places: &[usize], any| {
        let (words, above) = (places.to_vec(), (newest - RECENT).max(0));
        Probe { words, any, expected: PROBE_MATCHES, above }
    };
    let pattern = |place: &usize| &words[*place].pattern;
    probes.extend(common.first().map(|place| recent(&[*place], vec![all_of([pattern(place)])])));
    let pairs =
        common.iter().enumerate().flat_map(|(at, one)| common[..at].iter().map(move |other| [one, other]));
    let pairs: Vec<_> = pairs.map(|pair| all_of(pair.map(pattern))).collect();
    if !pairs.is_empty() {
        probes.push(recent(&common[..2], pairs));
    }
    probes
}

fn rare_word(place: usize, word: &Word) -> Probe {
    let mut any = vec![all_of([&word.pattern])];
    let mut expected = word.frequency;
    for (synonym, frequency) in &word.synonyms {
        if expected + frequency <= RARE {
            any.push(all_of([synonym]));
            expected += frequency;
        }
    }
    Probe { words: vec![place], any, expected, above: 0 }
}

fn all_of<'a>(patterns: impl IntoIterator<Item = &'a Pattern>) -> Query {
    Query { required: patterns.into_iter().cloned().collect(), excluded: Vec::new() }
}

/// How much a word tells that so many of all messages have.
fn rarity(frequency: i64, of: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of messages")]
    let share = (frequency + 1) as f64 / (of + 2) as f64;
    1.0 - share.min(1.0).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(name: &str, frequency: i64, synonyms: &[(&str, i64)]) -> Word {
        let pattern = |name: &str| Pattern::Word { word: name.into(), stem: None, prefix: false };
        let synonyms = synonyms.iter().map(|(name, frequency)| (pattern(name), *frequency)).collect();
        Word { pattern: pattern(name), synonyms, frequency }
    }

    #[test]
    fn rare_words_are_looked_for_alone_and_common_ones_together_among_the_newest() {
        let words = [
            word("parcel", 90_000, &[("package", 3)]),
            word("zebra", 3, &[("okapi", 400), ("horse", 300)]),
            word("courier", 70_000, &[]),
            word("poster", 400, &[]),
            word("late", 200_000, &[]),
        ];
        let probes = probes(&words, 1_000_000);
        let shape: Vec<_> =
            probes.iter().map(|probe| (&*probe.words, probe.any.len(), probe.above)).collect();
        let recent = 990_000;
        let expected = [(&[1][..], 2, 0), (&[3], 1, 0), (&[2], 1, recent), (&[2, 0], 3, recent)];
        assert_eq!(shape, expected);
        assert!(probes.iter().all(|probe| probe.expected <= RARE));
        assert!(probes[3].any.iter().all(|query| query.required.len() == 2));
    }

    #[test]
    fn the_rarer_a_word_the_more_it_tells() {
        assert!(rarity(1, 1_000) > rarity(2, 1_000) && rarity(2, 1_000) > rarity(900, 1_000));
        assert!(rarity(5, 0) >= 1.0);
    }
}
