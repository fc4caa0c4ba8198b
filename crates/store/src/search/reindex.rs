//! The index made anew from the texts, some at a time, while everybody goes on searching and writing.

use super::{customer_words, index_words};
use crate::dialect::Indexed;
use crate::dialect::reindex::{TextRow, empty_damaged, pack, replace, texts_after};
use crate::dialect::vocabulary::{forget_words, next_words};
use crate::{Result, Store};

/// Texts indexed in one commit: others who write wait for it only shortly.
const BATCH: i64 = 500;
/// Words of the vocabulary looked up in one commit.
const WORDS: i64 = 50;

/// How far a [`Store::reindex_more`] has come.
#[derive(Debug, Default)]
pub struct Reindexing {
    /// Texts indexed so far: messages, notes and customers.
    pub texts: u64,
    stage: Stage,
    /// The key up to which the stage is done.
    after: i64,
}

#[derive(Debug, Default, Clone, Copy)]
enum Stage {
    #[default]
    Checking,
    Indexing(Indexed),
    Forgetting,
    Packing,
    Done,
}

impl Store {
    /// Goes on making the search index anew, in one short commit; false when all is done. To be called until then, by
    /// whoever lets others write in between. The first and the last step look through the whole index, and take as long as
    /// it is large, while others go on. Interrupted, it has to begin anew and has harmed nothing.
    ///
    /// What is indexed stays found all the while (S1), unless SQLite's index is damaged: that is emptied first.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn reindex_more(&self, so_far: &mut Reindexing) -> Result<bool> {
        let finished = match so_far.stage {
            Stage::Checking => empty_damaged(&self.db).await.map(|()| true)?,
            Stage::Indexing(what) => self.index_next(what, so_far).await?,
            Stage::Forgetting => self.forget_next(so_far).await?,
            Stage::Packing => pack(&self.db).await.map(|()| true)?,
            Stage::Done => return Ok(false),
        };
        if finished {
            so_far.stage = so_far.stage.next();
            so_far.after = 0;
        }
        Ok(true)
    }

    /// Indexes the next texts, and learns their words (S3); tells whether they were the last.
    async fn index_next(&self, what: Indexed, so_far: &mut Reindexing) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let texts = texts_after(&mut tx, what, so_far.after, BATCH).await?;
        let entries: Vec<(i64, String)> = texts.iter().map(|text| (text.id, words(what, text))).collect();
        let last = entries.last().map(|(id, _)| *id).filter(|_| entries.len() == BATCH as usize);
        replace(&mut tx, what, so_far.after, last.unwrap_or(i64::MAX), &entries).await?;
        tx.commit().await?;
        self.learn_words().await?;
        so_far.texts += entries.len() as u64;
        so_far.after = last.unwrap_or_default();
        Ok(last.is_none())
    }

    /// Takes those of the next words out of the vocabulary that no text has; tells whether there are no more.
    async fn forget_next(&self, so_far: &mut Reindexing) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let words = next_words(&mut tx, so_far.after, WORDS).await?;
        let Some((last, _)) = words.last() else { return Ok(true) };
        so_far.after = *last;
        let words: Vec<String> = words.into_iter().map(|(_, word)| word).collect();
        forget_words(&mut tx, &words).await?;
        tx.commit().await?;
        Ok(false)
    }
}

impl Stage {
    fn next(self) -> Self {
        match self {
            Self::Checking => Self::Indexing(Indexed::Messages),
            Self::Indexing(Indexed::Messages) => Self::Indexing(Indexed::Notes),
            Self::Indexing(Indexed::Notes) => Self::Indexing(Indexed::Customers),
            Self::Indexing(Indexed::Customers) => Self::Forgetting,
            Self::Forgetting => Self::Packing,
            Self::Packing | Self::Done => Self::Done,
        }
    }
}

/// The words under which a text is found (S1).
fn words(what: Indexed, row: &TextRow) -> String {
    let text = row.text.as_deref().unwrap_or_default();
    match what {
        Indexed::Messages | Indexed::Notes => index_words(text),
        Indexed::Customers => customer_words(text, row.email.as_deref()),
    }
}
