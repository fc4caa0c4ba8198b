//! What others keep of a customer's words: searches saved as views (A8).

use crate::Result;
use crate::db::{Tx, execute, fetch_all};
use crate::dialect::vocabulary::words_not_in_use;
use crate::search::normaliser;
use domain::fold_tag;
use domain::search::{FilterWord, STEM_MARK, Typed, Word};
use std::collections::BTreeSet;
use url::form_urlencoded;

/// What an erased customer left behind, outside the index by now.
pub(super) struct Traces {
    /// Their name, and e-mail address if there is one.
    pub who: Vec<String>,
    /// What they said, and what was said of them.
    pub said: Vec<String>,
    /// The tags that went with them.
    pub tags: Vec<String>,
}

/// What a saved view looks for.
struct Wanted {
    key: i64,
    /// The words of its name.
    name: Vec<Word>,
    /// The words it searches for.
    query: Vec<Word>,
    /// The tags it is narrowed to, folded.
    tags: Vec<String>,
}

impl Wanted {
    fn read((key, name, parameters): &(i64, String, String)) -> Self {
        let (mut query, mut tags) = (String::new(), Vec::new());
        for (parameter, value) in form_urlencoded::parse(parameters.as_bytes()) {
            let (words, tag) = match &*parameter {
                "tag" => (String::new(), value.into_owned()),
                "q" => match Typed::read(&value) {
                    Ok(mut typed) => {
                        (typed.words, typed.filters.remove(&FilterWord::Tag).unwrap_or_default())
                    }
                    Err(_) => (value.into_owned(), String::new()),
                },
                _ => continue,
            };
            query = query + " " + &words;
            tags.extend(tag.split(',').map(|tag| fold_tag(tag.trim())));
        }
        Self { key: *key, name: normaliser().words(name), query: normaliser().words(&query), tags }
    }
}

impl Traces {
    /// Deletes the saved views that would keep what is erased: those that look for the customer's name or address, for a
    /// word of theirs that nobody else's texts have, or for a tag that went with them; and those named after the
    /// customer. How many that were.
    pub async fn forget(self, tx: &mut Tx) -> Result<usize> {
        let rows = fetch_all!(tx, (i64, String, String), "SELECT id, name, parameters FROM saved_views")?;
        let views: Vec<_> = rows.iter().map(Wanted::read).collect();
        let names: Vec<_> = self.who.iter().map(|name| normaliser().words(name)).collect();
        let name_forms: BTreeSet<String> = names.iter().flatten().flat_map(forms).collect();
        let said = self.said.iter().flat_map(|text| normaliser().words(text));
        let all_forms: BTreeSet<String> =
            said.flat_map(|word| forms(&word)).chain(name_forms.iter().cloned()).collect();
        let tags: BTreeSet<String> = self.tags.iter().map(|tag| fold_tag(tag)).collect();
        let mut forgotten = 0;
        for view in views {
            let theirs = theirs(&view.query, &all_forms).chain(theirs(&view.name, &name_forms));
            let keeps = view.tags.iter().any(|tag| tags.contains(tag))
                || names.iter().any(|name| has(&view.query, name) || has(&view.name, name))
                || is_any_gone(tx, theirs).await?;
            if keeps {
                execute!(tx, "DELETE FROM saved_views WHERE id = $1", view.key)?;
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }
}

/// A word and its stem.
fn forms(word: &Word) -> Vec<String> {
    [&word.word].into_iter().chain(&word.stem).cloned().collect()
}

fn root(word: &Word) -> &str {
    word.stem.as_ref().unwrap_or(&word.word)
}

/// Those of a view's words that find one of these: its beginning, or another form of it.
fn theirs<'w>(of_view: &'w [Word], theirs: &BTreeSet<String>) -> impl Iterator<Item = &'w Word> {
    let begins =
        |word: &str| theirs.range(word.to_owned()..).next().is_some_and(|next| next.starts_with(word));
    of_view.iter().filter(move |word| begins(&word.word) || theirs.contains(root(word)))
}

/// Whether the index has some of these words in no form.
async fn is_any_gone(tx: &mut Tx, words: impl Iterator<Item = &Word>) -> Result<bool> {
    for word in words {
        let mut forms = forms(word);
        forms.push(format!("{STEM_MARK}{}", root(word)));
        if words_not_in_use(tx, &forms).await?.len() == forms.len() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a name's words stand somewhere in a view's, in order.
fn has(of_view: &[Word], name: &[Word]) -> bool {
    let is_it = |part: &[Word]| part.iter().zip(name).all(|(of_view, word)| root(of_view) == root(word));
    !name.is_empty() && of_view.windows(name.len()).any(is_it)
}
