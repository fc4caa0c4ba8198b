//! Filters among the words of a search, such as `status:open tag:"follow up"`.

use super::query::{Chunk, chunks};
use std::collections::BTreeMap;
use std::str::FromStr;

/// What a search can be narrowed by within its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FilterWord {
    /// `status:`
    Status,
    /// `urgency:`
    Urgency,
    /// `holder:` or `agent:`
    Holder,
    /// `tag:`
    Tag,
    /// `age:`
    Age,
    /// `after:`, inclusive
    After,
    /// `before:`, exclusive
    Before,
}

impl FilterWord {
    /// Its name, without the colon.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Urgency => "urgency",
            Self::Holder => "holder",
            Self::Tag => "tag",
            Self::Age => "age",
            Self::After => "after",
            Self::Before => "before",
        }
    }
}

/// A word that is written as a filter and is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no filter {0}: filters are status, urgency, agent, tag, age, after and before; \
     in quotes it is searched for as it stands"
)]
pub struct UnknownFilter(String);

impl FromStr for FilterWord {
    type Err = UnknownFilter;

    fn from_str(name: &str) -> Result<Self, UnknownFilter> {
        Ok(match &*name.to_ascii_lowercase() {
            "status" => Self::Status,
            "urgency" => Self::Urgency,
            "holder" | "agent" => Self::Holder,
            "tag" => Self::Tag,
            "age" => Self::Age,
            "after" => Self::After,
            "before" => Self::Before,
            _ => return Err(UnknownFilter(format!("{name:?}"))),
        })
    }
}

/// What somebody typed, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Typed {
    /// The words to look for, as typed.
    pub words: String,
    /// The filters' values as typed; of several by the same name, all by commas.
    pub filters: BTreeMap<FilterWord, String>,
}

impl Typed {
    /// Takes filters out of what was typed. What merely holds a colon is none: a time, an address, a word in quotes.
    ///
    /// # Errors
    /// [`UnknownFilter`].
    pub fn read(typed: &str) -> Result<Self, UnknownFilter> {
        let mut read = Self::default();
        let mut chunks = chunks(typed).into_iter().peekable();
        let mut words_from = 0;
        while let Some(chunk) = chunks.next() {
            let Some((name, mut value)) = named_value(&chunk) else { continue };
            let mut end = chunk.end;
            if value.is_empty() {
                // `tag:"follow up"`
                match chunks.next_if(|next| next.quoted && next.start == chunk.end) {
                    Some(next) => (value, end) = (next.text, next.end),
                    None => continue,
                }
            }
            let filter = if chunk.excluded {
                return Err(UnknownFilter(format!("\"-{name}\"")));
            } else {
                name.parse()?
            };
            let values: &mut String = read.filters.entry(filter).or_default();
            if !values.is_empty() {
                values.push(',');
            }
            values.push_str(value);
            read.words.push_str(&typed[words_from..chunk.start]);
            words_from = end;
        }
        read.words.push_str(&typed[words_from..]);
        Ok(read)
    }
}

/// `name:value`, where the name is letters and the value no part of an address such as `https://`.
fn named_value<'a>(chunk: &Chunk<'a>) -> Option<(&'a str, &'a str)> {
    let (name, value) = chunk.text.split_once(':').filter(|_| !chunk.quoted)?;
    let is_name = name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_name && !value.starts_with(['/', '\\', ':'])).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(typed: &str) -> (String, Vec<(FilterWord, String)>) {
        let read = Typed::read(typed).unwrap();
        (read.words.split_whitespace().collect::<Vec<_>>().join(" "), read.filters.into_iter().collect())
    }

    #[test]
    fn filters_are_taken_out_of_the_words() {
        let filters = vec![
            (FilterWord::Status, "open,ongoing".to_owned()),
            (FilterWord::Holder, "me".to_owned()),
            (FilterWord::Tag, "loan,follow up".to_owned()),
            (FilterWord::Before, "2026-01-01".to_owned()),
        ];
        let typed = "status:open,ongoing my Tag:loan refund tag:\"follow up\" agent:me before:2026-01-01";
        assert_eq!(read(typed), ("my refund".to_owned(), filters));
        assert_eq!(Typed::read("refund status:open").unwrap().words, "refund ", "not typed on");
    }

    #[test]
    fn colons_elsewhere_are_words() {
        for typed in [
            "https://example.com/a",
            "at 10:30",
            "\"status:open\"",
            "status: open",
            "c:\\x",
            "a::b",
            ": x",
            "é:x",
        ] {
            assert_eq!(
                Typed::read(typed).unwrap(),
                Typed { words: typed.into(), ..Typed::default() },
                "{typed}"
            );
        }
    }

    #[test]
    fn what_is_no_filter_is_named() {
        for typed in ["refund stauts:open", "from:\"a b\"", "-status:open"] {
            let error = Typed::read(typed).unwrap_err().to_string();
            assert!(error.contains("there is no filter \"") && error.contains("status, urgency"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn anything_typed_is_taken_apart(typed in any::<String>()) {
            let _ = Typed::read(&typed);
        }
    }
}
