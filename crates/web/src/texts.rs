//! What people read on pages, in letters and in files they save: texts by their ids, from one Fluent file per language
//! ([Project Fluent](https://projectfluent.org)).
//!
//! [`say`] is for texts and [`markup`] for those with markup in them, whose ids end in `-html`. Templates and Rust use
//! both alike, so the tests beside this can hold every call against the file.

mod script;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use script::{MODULES, module};
pub(crate) use words::{Explain, age, event, stage, suggestion, urgency_level, urgency_reason};

use askama::filters::{Escaper, Html, HtmlSafe};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};
use std::borrow::Cow;
use std::fmt::{self, Display};
use std::sync::{Arc, LazyLock};

static ENGLISH: LazyLock<Language> = LazyLock::new(|| Language::new(include_str!("../texts/en.ftl")));

/// The language of whoever reads. The one place that chooses; there is one to choose from so far.
pub fn language() -> &'static Language {
    &ENGLISH
}

/// The text with this id; where it has variables, fill them in with [`Text::with`].
pub const fn say(id: &'static str) -> Text {
    Text(id)
}

/// The markup with this id.
pub fn markup(id: &'static str) -> Markup {
    Markup(Filled { id, values: FluentArgs::new() })
}

/// A language, as its file has it.
pub struct Language {
    file: Arc<FluentResource>,
    bundle: FluentBundle<Arc<FluentResource>>,
}

impl Language {
    /// What cannot be read of the file is logged and left out.
    fn new(source: &'static str) -> Self {
        let file = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(readable, errors)| {
            tracing::error!(?errors, "a file of texts has mistakes");
            readable
        });
        let tag = source.lines().find_map(|line| line.strip_prefix("language-tag = ")).unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag.parse().unwrap_or_default()]);
        // Values people typed are isolated where it matters, see `isolated`.
        bundle.set_use_isolating(false);
        let file = Arc::new(file);
        if let Err(errors) = bundle.add_resource(Arc::clone(&file)) {
            tracing::error!(?errors, "texts have the same id");
        }
        Self { file, bundle }
    }

    /// Writes the text; its id alone, and a line in the log, when it is missing.
    fn write(&self, f: &mut impl fmt::Write, id: &str, values: Option<&FluentArgs<'_>>) -> fmt::Result {
        let Some(pattern) = self.bundle.get_message(id).and_then(|message| message.value()) else {
            tracing::error!(id, "a text is missing");
            return f.write_str(id);
        };
        let mut errors: Vec<FluentError> = Vec::new();
        self.bundle.write_pattern(f, pattern, values, &mut errors)?;
        if !errors.is_empty() {
            tracing::error!(id, ?errors, "a text lacks a value");
        }
        Ok(())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Language").finish_non_exhaustive()
    }
}

/// A text without values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text(&'static str);

impl Text {
    /// The text with a value for its variable `name`.
    pub fn with(self, name: &'static str, value: impl Value) -> Filled {
        Filled { id: self.0, values: FluentArgs::new() }.with(name, value)
    }
}

/// A text and the values of its variables.
#[derive(Debug)]
pub struct Filled {
    id: &'static str,
    values: FluentArgs<'static>,
}

impl Filled {
    /// The text with one more value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Value) -> Self {
        let value = match value.value() {
            FluentValue::String(text) => isolated(&text).into_owned().into(),
            number => number,
        };
        self.values.set(name, value);
        self
    }
}

/// Markup from the file of texts, which isolates what people typed by `bdi`. What is filled in is escaped (A6).
#[derive(Debug)]
pub struct Markup(Filled);

impl Markup {
    /// The markup with a value for its variable `name`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Value) -> Self {
        let value = match value.value() {
            FluentValue::String(text) => escaped(&text).into(),
            number => number,
        };
        self.0.values.set(name, value);
        self
    }

    /// The markup with more markup in it.
    #[must_use]
    pub fn with_html(mut self, name: &'static str, value: impl HtmlSafe) -> Self {
        self.0.values.set(name, value.to_string());
        self
    }
}

impl HtmlSafe for Markup {}

impl Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        language().write(f, self.0, None)
    }
}

impl Display for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        language().write(f, self.id, Some(&self.values))
    }
}

impl Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.to_string()
    }
}

impl From<Filled> for String {
    fn from(text: Filled) -> Self {
        text.to_string()
    }
}

/// What can be filled into a text: words, numbers and other texts.
pub trait Value {
    /// As Fluent takes it.
    fn value(&self) -> FluentValue<'static>;
}

impl Value for str {
    fn value(&self) -> FluentValue<'static> {
        self.to_owned().into()
    }
}

impl<T: Value + ?Sized> Value for &T {
    fn value(&self) -> FluentValue<'static> {
        (**self).value()
    }
}

macro_rules! values {
    ($($Number:ty),+; $($Words:ty),+) => {
        $(impl Value for $Number {
            fn value(&self) -> FluentValue<'static> {
                (*self).into()
            }
        })+
        $(impl Value for $Words {
            fn value(&self) -> FluentValue<'static> {
                self.to_string().into()
            }
        })+
    };
}

values!(i8, i16, u8, i32, i64, u64, usize; String, Text, Filled);

/// Keeps a name in a right-to-left script from turning around what follows it, with Unicode's isolates. Other names
/// stand as they are: whoever searches or copies a text finds no invisible characters in it.
fn isolated(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_right_to_left) { format!("\u{2068}{text}\u{2069}").into() } else { text.into() }
}

/// The blocks of Unicode with right-to-left scripts, and the marks that turn a text around.
fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    // Writing to a String cannot fail.
    let _ = Html.write_escaped_str(&mut escaped, text);
    escaped
}
