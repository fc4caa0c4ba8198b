//! What the pages have to know of a kind of record.

use super::guard::Admin;
use crate::error::Problem;
use crate::texts::{Explain, Text, say};
use crate::view::{StatusView, When};
use domain::Timestamp;
use std::collections::HashMap;
use std::fmt::Display;
use store::{Dependents, ListQuery, Page};
use uuid::Uuid;

/// What was typed into a form or chosen as a filter, by name.
pub(super) type Values = HashMap<String, String>;

/// A field's name, and what is wrong with it.
pub(super) type Wrong = (&'static str, String);

/// A field that fails its check.
pub(super) fn fails<T, E: Explain>(name: &'static str, checked: Result<T, E>) -> Option<Wrong> {
    checked.err().map(|error| (name, error.explain()))
}

/// What is the same for every record of a kind.
pub(super) struct About {
    /// Its part of the address.
    pub slug: &'static str,
    /// One of it, as programs are told: `customer`.
    pub one: &'static str,
    /// As a heading: `Customers`.
    pub many: Text,
    /// What it is, in a sentence.
    pub summary: Text,
    /// The list's columns; the first leads to the record.
    pub columns: &'static [Text],
    /// What the list can be narrowed to.
    pub filters: &'static [Choices],
    /// What the list can be ordered by, the default first.
    pub orders: &'static [Choice],
    /// Whether there is a form for a new one.
    pub can_create: bool,
    /// Where a new one begins, if not at an empty form: address and words.
    pub begins: Option<Choice>,
    /// Whether there is a form to change one.
    pub can_edit: bool,
    /// What deleting does, if there is such a thing.
    pub deletion: Option<Text>,
}

/// A value, and what people read.
pub(super) type Choice = (&'static str, Text);

/// A filter.
pub(super) struct Choices {
    pub name: &'static str,
    pub label: Text,
    pub choices: &'static [Choice],
}

const NEWEST: Choice = ("newest", say("admin-order-newest"));
const OLDEST: Choice = ("oldest", say("admin-order-oldest"));
/// The orders of most lists.
pub(super) const BY_TIME: &[Choice] = &[NEWEST, OLDEST];
/// The orders of lists of people.
pub(super) const BY_TIME_OR_NAME: &[Choice] = &[NEWEST, OLDEST, ("name", say("admin-order-name"))];

/// A value as it is shown.
pub(super) enum Cell {
    Text(String),
    Badge(String),
    Status(StatusView),
    Time(When),
    Link { text: String, href: String },
    Nothing,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn optional(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Nothing, Self::text)
    }

    pub fn time(at: Timestamp) -> Self {
        Self::Time(When::ago(at))
    }

    /// A link to another record.
    pub fn record(about: &About, id: impl Display + Copy, text: impl Into<String>) -> Self {
        Self::Link { text: text.into(), href: format!("/admin/{}/{id}/", about.slug) }
    }
}

/// A line of a list.
pub(super) struct Row {
    pub id: Uuid,
    pub cells: Vec<Cell>,
}

/// A record as its page shows it.
#[derive(Default)]
pub(super) struct Record {
    /// What it is called.
    pub title: String,
    /// Its values, each with its name.
    pub facts: Vec<(Text, Cell)>,
    /// Its text, kept as it is.
    pub text: Option<String>,
    /// Former texts: when and by whom they were replaced.
    pub history: Vec<(When, String, String)>,
    /// Where to go on from here: address and words.
    pub links: Vec<(String, Text)>,
    /// What else can be done with it: address and words of a button.
    pub actions: Vec<(String, Text)>,
}

/// How a field is typed.
pub(super) enum Input {
    Line,
    Email,
    Password,
    Text,
    /// A minute, in UTC.
    Time,
    Hidden,
    /// Given and not to be changed: what people read of it.
    Fixed(String),
    Choice(Vec<(String, String)>),
}

/// A field of a form.
pub(super) struct FormField {
    pub name: &'static str,
    pub label: Text,
    pub hint: Option<String>,
    pub input: Input,
    pub value: String,
    pub error: Option<String>,
    /// Whether one goes on there.
    pub has_focus: bool,
}

impl FormField {
    pub fn new(name: &'static str, label: Text, input: Input, value: impl Into<String>) -> Self {
        Self { name, label, hint: None, input, value: value.into(), error: None, has_focus: false }
    }

    pub fn hidden(name: &'static str, value: impl Into<String>) -> Self {
        Self::new(name, say("admin-id"), Input::Hidden, value)
    }

    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// A choice among values, each with what people read.
pub(super) fn choice_of(choices: &[Choice]) -> Input {
    Input::Choice(choices.iter().map(|(value, label)| ((*value).to_owned(), label.to_string())).collect())
}

/// What people read of a value that is one of these; the value itself when it is none.
pub(super) fn label_of(choices: &[Choice], value: &str) -> String {
    let known = choices.iter().find(|(known, _)| *known == value);
    known.map_or_else(|| value.to_owned(), |(_, label)| label.to_string())
}

/// Whether something is so.
pub(super) const fn yes_or_no(is_so: bool) -> Text {
    if is_so { say("admin-yes") } else { say("admin-no") }
}

/// What people do, as a filter and a choice.
pub(super) const ROLES: &[Choice] = &[
    ("customer", say("admin-role-customer")),
    ("agent", say("admin-role-agent")),
    ("administrator", say("admin-role-administrator")),
];
/// Where conversations stand.
pub(super) const STATUSES: &[Choice] = &[
    ("open", say("status-open")),
    ("ongoing", say("status-ongoing")),
    ("snoozed", say("status-snoozed")),
    ("resolved", say("status-resolved")),
];
/// Stages of conversations.
pub(super) const STAGES: &[Choice] = &[
    ("greeting", say("admin-stage-greeting")),
    ("ongoing", say("admin-stage-ongoing")),
    ("resolved", say("admin-stage-resolved")),
];
/// Levels of urgency.
pub(super) const LEVELS: &[Choice] = &[
    ("high", say("level-high-choice")),
    ("normal", say("level-normal-choice")),
    ("low", say("level-low-choice")),
];

/// A text cut to a line of a list.
pub(super) fn line(text: &str) -> String {
    const CHARS: usize = 120;
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= CHARS { line } else { line.chars().take(CHARS).chain(['…']).collect() }
}

/// A value of a form; empty when it was not sent.
pub(super) fn value<'v>(values: &'v Values, name: &str) -> &'v str {
    values.get(name).map(String::as_str).unwrap_or_default()
}

/// A value that is one of several words.
///
/// # Errors
/// `invalid`, for the field.
pub(super) fn chosen<T: std::str::FromStr>(values: &Values, name: &'static str) -> Result<T, Problem> {
    value(values, name).trim().parse().map_err(|_| Problem::invalid(name, &say("admin-choose-offered")))
}

/// What the pages do with a kind of record. Unless [`About`] says it can, none of the writing is asked for.
pub(super) trait Kind: Send + Sync + 'static {
    const ABOUT: About;

    /// A page of the list, narrowed by the filters.
    fn list(
        admin: &Admin,
        filters: &Values,
        query: &ListQuery<'_>,
    ) -> impl Future<Output = Result<Page<Row>, Problem>> + Send;

    /// One record.
    fn record(admin: &Admin, id: Uuid) -> impl Future<Output = Result<Record, Problem>> + Send;

    /// The fields of the form, for a new record or as one is now. `given` is what the address brings along.
    fn fields(
        admin: &Admin,
        id: Option<Uuid>,
        given: &Values,
    ) -> impl Future<Output = Result<Vec<FormField>, Problem>> + Send {
        let _ = (admin, id, given);
        async { Err(Problem::not_found("page")) }
    }

    /// What is wrong with what was typed, by the names of the fields: everything that can be told from it alone.
    fn wrong(values: &Values, id: Option<Uuid>) -> Vec<Wrong> {
        let _ = (values, id);
        Vec::new()
    }

    /// Makes a new record.
    fn create(admin: &Admin, values: &Values) -> impl Future<Output = Result<Uuid, Problem>> + Send {
        let _ = (admin, values);
        async { Err(Problem::not_found("page")) }
    }

    /// Changes a record.
    fn update(admin: &Admin, id: Uuid, values: &Values) -> impl Future<Output = Result<(), Problem>> + Send {
        let _ = (admin, id, values);
        async { Err(Problem::not_found("page")) }
    }

    /// What goes when a record is deleted.
    fn dependents(admin: &Admin, id: Uuid) -> impl Future<Output = Result<Dependents, Problem>> + Send {
        let _ = (admin, id);
        async { Ok(Dependents::default()) }
    }

    /// Deletes a record.
    fn delete(admin: &Admin, id: Uuid) -> impl Future<Output = Result<(), Problem>> + Send {
        let _ = (admin, id);
        async { Err(Problem::not_found("page")) }
    }
}
