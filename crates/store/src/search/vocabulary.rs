//! The vocabulary: the words of the index, of which a misspelt one may be another (S3).
//!
//! It is filled after the commit and apart from it, so that no message waits for it. In the database it is a table that only
//! grows, save where the last text with a word is gone; every node keeps a copy of it in memory to look for similar
//! words.

use crate::db::{Conn, Tx};
use crate::dialect::vocabulary::{forget_words, learn_words, unknown_words, words_after};
use crate::search::normaliser;
use crate::{Result, Store};
use domain::search::{STEM_MARK, Similar, Spelling, is_correctable};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Texts whose words may wait to be learnt; those of more are not (D8).
const MAX_WAITING: usize = 16_384;
/// Words in one look-up.
const LOOK_UP: usize = 5_000;
/// Words learnt in one commit, short enough that messages do not wait for it.
const BATCH: usize = 100;

/// What was indexed lately, as index words: the next to be learnt.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewlyIndexed(Arc<Mutex<Vec<String>>>);

impl NewlyIndexed {
    /// Adds what a commit has indexed.
    pub fn add(&self, words: Vec<String>) {
        let mut waiting = self.lock();
        let room = MAX_WAITING - waiting.len();
        waiting.extend(words.into_iter().take(room));
    }

    /// All of it, each word once.
    fn take(&self) -> Vec<String> {
        let waiting = std::mem::take(&mut *self.lock());
        let words =
            waiting.iter().flat_map(|words| words.split(' ')).filter(|word| !word.starts_with(STEM_MARK));
        let words: BTreeSet<&str> = words.collect();
        words.into_iter().filter(|word| is_correctable(word)).map(str::to_owned).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// This node's copy of the vocabulary.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary(Arc<Mutex<Copied>>);

#[derive(Debug, Default)]
struct Copied {
    /// The key of the newest word in it.
    newest: i64,
    spelling: Spelling,
}

impl Vocabulary {
    /// The words that may be meant by one that is not found, those with the fewest slips first.
    pub fn similar(&self, word: &str) -> Vec<Similar> {
        self.lock().spelling.similar(word)
    }

    /// Copies what others have learnt.
    pub async fn refresh(&self, conn: &mut Conn) -> Result<()> {
        let newest = self.lock().newest;
        let Some((newest, words)) = words_after(conn, newest).await? else { return Ok(()) };
        let mut copied = self.lock();
        copied.spelling.add(words.split(' '));
        copied.newest = copied.newest.max(newest);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Copied> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Learns the words of what was committed since the last time (S3). To be called every second; whatever was
    /// committed before is corrected to afterwards.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn learn_words(&self) -> Result<()> {
        for words in self.db.newly_indexed().take().chunks(LOOK_UP) {
            let unknown = unknown_words(&mut self.db.read().await?, words).await?;
            for words in unknown.chunks(BATCH) {
                let mut tx = self.db.begin().await?;
                learn_words(&mut tx, words).await?;
                tx.commit().await?;
            }
        }
        self.vocabulary.refresh(&mut self.db.read().await?).await
    }
}

/// Forgets the words of texts that were taken out of the index, unless others have them too (A8).
pub(crate) async fn forget(tx: &mut Tx, texts: impl IntoIterator<Item = impl AsRef<str>>) -> Result<()> {
    let mut gone = BTreeSet::new();
    for text in texts {
        let words = normaliser().words(text.as_ref()).into_iter().map(|word| word.word);
        gone.extend(words.filter(|word| is_correctable(word)));
    }
    let gone: Vec<String> = gone.into_iter().collect();
    if gone.is_empty() { Ok(()) } else { forget_words(tx, &gone).await }
}
