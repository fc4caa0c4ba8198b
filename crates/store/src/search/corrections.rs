//! Correcting misspelt words (S3).

use crate::db::{Conn, fetch_all};
use crate::dialect::vocabulary::hits;
use crate::search::normaliser;
use crate::{Result, Store};
use domain::search::{Correction, Pattern, Query, Similar, Spelling, Word, is_correctable};
use domain::{Actor, Customer};
use std::collections::BTreeMap;

/// Words of one search that are looked at (D8).
const MAX_WORDS: usize = 6;
/// Words that may be meant by one, of which the database is asked how common they are.
const MAX_SIMILAR: usize = 12;
/// A customer's newest messages, whose words theirs are corrected to.
const OWN_MESSAGES: i64 = 2_000;

impl Store {
    /// What may be meant by the words of a search that found nothing: for each that is nowhere found by itself the word
    /// with the fewest slips, the most common of those. At `any_time` a single word was searched for by itself already.
    pub(super) async fn corrections(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        query: &Query,
        any_time: bool,
    ) -> Result<Vec<Correction>> {
        let is_whole = any_time && query.required.len() == 1 && query.excluded.is_empty();
        let misspelt = query.required.iter().filter(|pattern| match pattern {
            Pattern::Word { word, .. } => is_correctable(word),
            Pattern::Phrase { .. } => false,
        });
        let misspelt = misspelt.take(MAX_WORDS);
        match actor {
            Actor::Agent(_) => self.by_vocabulary(conn, misspelt, is_whole).await,
            Actor::Customer(customer) => Ok(by_own_words(&own_texts(conn, customer).await?, misspelt)),
        }
    }

    async fn by_vocabulary(
        &self,
        conn: &mut Conn,
        misspelt: impl Iterator<Item = &Pattern>,
        is_whole: bool,
    ) -> Result<Vec<Correction>> {
        let mut corrections = Vec::new();
        for pattern in misspelt {
            let Pattern::Word { word, .. } = pattern else { continue };
            if !is_whole && hits(conn, &[alone(pattern)]).await?[0] > 0 {
                continue;
            }
            if corrections.is_empty() {
                self.vocabulary.refresh(conn).await?;
            }
            let with_query = |similar: Similar| {
                let query = Query::of_word(&similar.word, normaliser())?;
                Some((similar, query))
            };
            let similar = likeliest(word, self.vocabulary.similar(word)).filter_map(with_query);
            let (similar, queries): (Vec<_>, Vec<_>) = similar.unzip();
            let counted = similar.into_iter().zip(hits(conn, &queries).await?).filter(|(_, hits)| *hits > 0);
            corrections.extend(most_common(word, fewest_slips(counted)));
        }
        Ok(corrections)
    }
}

fn alone(pattern: &Pattern) -> Query {
    Query { required: vec![pattern.clone()], excluded: Vec::new() }
}

/// Whoever has more slips than the first is no better, however common.
fn fewest_slips(counted: impl Iterator<Item = (Similar, i64)>) -> Vec<(Similar, i64)> {
    let mut counted = counted.peekable();
    let fewest = counted.peek().map_or(0, |(similar, _)| similar.slips);
    counted.take_while(|(similar, _)| similar.slips == fewest).collect()
}

/// Those with the fewest slips first, then those that begin alike.
fn likeliest(word: &str, mut similar: Vec<Similar>) -> impl Iterator<Item = Similar> {
    let begins_otherwise = |similar: &Similar| similar.word.chars().next() != word.chars().next();
    similar.sort_by_cached_key(|similar| (similar.slips, begins_otherwise(similar), similar.word.clone()));
    similar.into_iter().take(MAX_SIMILAR)
}

/// The first of the most common ones.
fn most_common(word: &str, counted: Vec<(Similar, i64)>) -> Option<Correction> {
    let best = counted.into_iter().rev().max_by_key(|(_, hits)| *hits)?;
    Some(Correction { word: word.to_owned(), instead: best.0.word })
}

async fn own_texts(conn: &mut Conn, customer: &Customer) -> Result<Vec<Vec<Word>>> {
    let sql = "SELECT m.text FROM conversations c JOIN messages m ON m.conversation_id = c.id
               WHERE c.customer_id = $1 AND m.text IS NOT NULL ORDER BY m.id DESC LIMIT $2";
    let texts = fetch_all!(conn, (String,), sql, customer.key.0, OWN_MESSAGES)?;
    Ok(texts.into_iter().map(|(text,)| normaliser().words(&text)).collect())
}

fn by_own_words<'p>(texts: &[Vec<Word>], misspelt: impl Iterator<Item = &'p Pattern>) -> Vec<Correction> {
    let mut counts = BTreeMap::<&str, i64>::new();
    for word in texts.iter().flatten() {
        *counts.entry(&word.word).or_default() += 1;
    }
    let mut spelling = Spelling::default();
    spelling.add(counts.keys().copied());
    let mut corrections = Vec::new();
    for pattern in misspelt {
        let Pattern::Word { word, .. } = pattern else { continue };
        let is_found = |text: &Vec<Word>| (0..text.len()).any(|at| pattern.match_length(&text[at..]) > 0);
        if texts.iter().any(is_found) {
            continue;
        }
        let similar = spelling.similar(word);
        let fewest = similar.first().map_or(0, |similar| similar.slips);
        let similar = likeliest(word, similar).filter(|similar| similar.slips == fewest);
        let counted = similar.map(|similar| {
            let count = counts.get(&*similar.word).copied().unwrap_or_default();
            (similar, count)
        });
        corrections.extend(most_common(word, counted.collect()));
    }
    corrections
}
