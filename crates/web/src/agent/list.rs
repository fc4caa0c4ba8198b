//! `GET /support/agent/list/`: facets and rows of the inbox, which its page renews when something changes.

use super::notifications;
use super::rows::{Row, Shown, rows};
use super::shared::{Recency, SharedLists};
use super::views::{self, Choice, Facet};
use crate::AppState;
use crate::auth::AgentSession;
use crate::error::Problem;
use crate::form::sentence;
use crate::texts::{Text, say};
use crate::typed_search::TypedSearch;
use crate::view::{HowMany, Html};
use askama::Template;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use domain::{Actor, Agent, ConversationId, Filter, Status};
use std::convert::Infallible;
use std::fmt::Display;
use std::str::FromStr;
use store::{Counts, Facets, Search};
use url::form_urlencoded;

/// Conversations on one page.
const PAGE: u32 = 50;

/// What is listed, with the names of the REST parameters; several values by comma, or each by itself.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Words to search for.
    pub q: String,
    /// States, or `all`. The queue without any parameter.
    pub status: String,
    /// `me`, `none` or agents' ids.
    pub holder: String,
    /// Levels of urgency.
    pub urgency: String,
    /// Names of tags.
    pub tag: String,
    /// How long ago it began, in steps.
    pub age: String,
    /// `urgency`, `waiting` or `newest`.
    pub sort: String,
    /// Where the page begins.
    pub cursor: Option<String>,
}

impl ListQuery {
    /// Reads a query string; what is not about the list is passed over.
    pub(super) fn parse(query: &str) -> Self {
        let mut read = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            match &*name {
                "q" => read.q = value,
                "status" => add(&mut read.status, &value),
                "holder" => add(&mut read.holder, &value),
                "urgency" => add(&mut read.urgency, &value),
                "tag" => add(&mut read.tag, &value),
                "age" => add(&mut read.age, &value),
                "sort" => read.sort = value,
                "cursor" => read.cursor = Some(value),
                _ => {}
            }
        }
        read
    }
}

fn add(values: &mut String, value: &str) {
    if !values.is_empty() && !value.is_empty() {
        values.push(',');
    }
    values.push_str(value);
}

impl<S: Sync> FromRequestParts<S> for ListQuery {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

/// Facets and rows.
#[derive(Template, Default)]
#[template(path = "agent/list.html")]
pub struct List {
    /// What is listed: `Queue`, `Mine`, `Search results` …
    pub title: String,
    /// The search as typed; empty without one.
    pub query: String,
    /// What was searched for instead, and where the search is as it was typed (S3).
    pub corrected: Option<Choice>,
    /// Why it cannot be searched.
    pub refused: Option<String>,
    /// How many, in words.
    pub total: String,
    /// Where a note names the reader.
    pub mentions: Vec<Choice>,
    /// Views and filters with their counts.
    pub facets: Vec<Facet>,
    /// What the rows can be ordered by.
    pub sorts: Vec<Choice>,
    /// What is listed, to be saved as a view; none where it is one already.
    pub unsaved: Option<String>,
    /// One page of conversations.
    pub rows: Vec<Row>,
    /// What an empty list says: in a few words, and what to do.
    pub empty: Option<(Text, Text)>,
    /// Whether filters narrow it, beside the words of a search.
    pub is_narrowed: bool,
    /// Whether there is no conversation at all.
    pub is_all_empty: bool,
    /// Whether nobody waits to be claimed.
    pub queue_is_empty: bool,
    /// In how many of the reader's conversations the customer wrote something unread.
    pub unread: i64,
    /// What the reader wants to be told of, and how: `desktop`, `sound`, `queue`, by spaces.
    pub notify: String,
    /// The first page, on a later one.
    pub first: Option<String>,
    /// The next page.
    pub more: Option<String>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    AgentSession { agent, .. }: AgentSession,
    query: ListQuery,
) -> Result<Html<List>, Problem> {
    Ok(Html(List::load(&state, &agent, &query, Recency::Told).await?))
}

impl List {
    pub(super) async fn load(
        state: &AppState,
        agent: &Agent,
        query: &ListQuery,
        recency: Recency,
    ) -> Result<Self, Problem> {
        let counts = SharedLists::counts(state, recency).await?;
        let are_none = counts.status.iter().all(|(_, count)| *count == 0);
        let saved = state.store.saved_views(agent).await?;
        let mentions = state.store.mentions(agent).await?;
        let views = views::views(query, &counts, &saved, agent);
        let is_saved = views.iter().any(|view| view.current);
        let frame = Self {
            query: query.q.clone(),
            mentions: mentions.iter().map(|mention| views::mention(query, mention)).collect(),
            facets: vec![Facet { label: say("list-views"), choices: views }],
            unsaved: (!is_saved && !are_none).then(|| views::query(&query.parameters())),
            is_narrowed: query.is_narrowed_beside("q"),
            is_all_empty: are_none,
            queue_is_empty: counts.of(Status::Open) == 0,
            unread: state.store.unread(agent).await?,
            notify: notifications::ticked(state.store.notification_settings(agent).await?),
            first: query.cursor.as_ref().map(|_| query.address("")),
            ..Self::default()
        };
        if query.q.trim().is_empty() {
            frame.listed(state, agent, query, &counts, recency).await
        } else {
            frame.found(state, agent, query).await
        }
    }

    async fn listed(
        self,
        state: &AppState,
        agent: &Agent,
        query: &ListQuery,
        counts: &Counts,
        recency: Recency,
    ) -> Result<Self, Problem> {
        let filter = query.filter()?;
        let (sort, sorts) = views::sorts(query, &filter);
        let wanted = (&filter, sort, query.cursor.as_deref(), PAGE);
        let listed = SharedLists::rows(state, agent, wanted, recency).await?;
        let facets = SharedLists::facets(state, agent, &filter, recency).await?;
        let mut facets = Facets::clone(&facets);
        let view = self.facets[0].choices.iter().find(|view| view.current);
        views::add_counts(&mut facets, query, counts, view.is_some());
        let narrowing = views::narrowing(query, &facets);
        let only = views::only_choice(&narrowing).filter(|_| view.is_none());
        let title = match (view, only) {
            (Some(view), _) => view.label.clone(),
            (None, Some((facet, choice))) if facet.label == say("facet-status") => choice.label.clone(),
            (None, _) => say("list-conversations").into(),
        };
        let total: Option<HowMany> = view.or(only.map(|(_, choice)| choice)).and_then(|choice| choice.count);
        Ok(Self {
            title,
            total: total.map(|total| how_many(total.shown(), total.is_exact())).unwrap_or_default(),
            rows: rows(&listed, query),
            sorts,
            empty: Some(query.nothing_there(self.queue_is_empty)),
            more: listed.page.next_cursor.as_ref().map(|cursor| query.address(cursor)),
            facets: self.facets.into_iter().chain(narrowing).collect(),
            ..self
        })
    }

    async fn found(self, state: &AppState, agent: &Agent, query: &ListQuery) -> Result<Self, Problem> {
        let nothing_found = Self { title: say("list-found").into(), ..self };
        let actor = Actor::Agent(agent.clone());
        let typed = match TypedSearch::read(&state.store, &actor, &query.q) {
            Ok(typed) => typed,
            // Half a search, as it is typed: a quotation mark, a filter without a value.
            Err(problem) if problem.field().is_some() => {
                return Ok(Self {
                    refused: Some(sentence(problem.detail())),
                    unsaved: None,
                    ..nothing_found
                });
            }
            Err(problem) => return Err(problem),
        };
        let search = typed.narrowed(query.filter()?, None, None);
        let search = Search { cursor: query.cursor.clone(), limit: PAGE, ..search };
        let found = state.store.search(&actor, &search).await?;
        let corrected = (!found.corrections.is_empty()).then(|| {
            let exactly =
                ListQuery { q: state.store.verbatim(&query.q, &found.corrections), ..query.clone() };
            let label = state.store.respell(&query.q, &found.corrections);
            Choice { label, href: exactly.address(""), ..Choice::default() }
        });
        let narrowing = views::narrowing(query, &found.facets);
        Ok(Self {
            corrected,
            unsaved: nothing_found.unsaved.filter(|_| found.total > 0 || nothing_found.is_narrowed),
            total: how_many(found.total, found.total_is_exact),
            rows: found.items.into_iter().map(|found| Row::found(found, query)).collect(),
            more: found.next_cursor.map(|cursor| query.address(&cursor)),
            facets: nothing_found.facets.into_iter().chain(narrowing).collect(),
            ..nothing_found
        })
    }
}

/// `1 conversation`, `10,000+ conversations`.
fn how_many(count: i64, is_exact: bool) -> String {
    if is_exact {
        say("list-total").with("count", count).into()
    } else {
        say("list-total-at-least").with("count", count).into()
    }
}

impl ListQuery {
    /// The status asked for; the queue when nothing is.
    pub(super) fn shown_status(&self) -> &str {
        let narrowed = [&self.q, &self.status, &self.holder, &self.urgency, &self.tag, &self.age];
        if narrowed.iter().all(|value| value.trim().is_empty()) {
            Status::Open.as_str()
        } else {
            &self.status
        }
    }

    /// What every row would say of itself, so that none has to.
    pub(super) fn shown(&self) -> Shown {
        Shown { status: self.shown_status().parse().ok(), is_mine: self.holder == "me" }
    }

    /// Whether something other than this parameter narrows the list.
    pub(super) fn is_narrowed_beside(&self, name: &str) -> bool {
        let parameters = self.parameters().into_iter();
        parameters
            .filter(|(other, _)| ![name, "q", "sort"].contains(other))
            .any(|(_, value)| !value.is_empty() && value != "all")
    }

    fn nothing_there(&self, queue_is_empty: bool) -> (Text, Text) {
        let is_narrowed = [&self.urgency, &self.tag, &self.age].iter().any(|value| !value.is_empty());
        match (&*self.holder, self.shown_status()) {
            _ if is_narrowed => (say("empty-filters"), say("empty-filters-hint")),
            ("me", _) if queue_is_empty => (say("empty-mine"), say("empty-mine-nobody-hint")),
            ("me", _) => (say("empty-mine"), say("empty-mine-hint")),
            ("", "open") => (say("empty-queue"), say("empty-queue-hint")),
            ("", "snoozed") => (say("empty-snoozed"), say("empty-snoozed-hint")),
            ("", "resolved") => (say("empty-resolved"), say("empty-resolved-hint")),
            ("", "" | "all") => (say("empty-all"), say("empty-all-hint")),
            ("", _) => (say("empty-filters"), say("empty-filters-hint")),
            _ => (say("empty-theirs"), say("empty-theirs-hint")),
        }
    }

    /// Refuses what no list can be narrowed or ordered by.
    pub(super) fn check(&self) -> Result<(), Problem> {
        self.filter()?;
        match &*self.sort {
            "" | "urgency" | "waiting" | "newest" => Ok(()),
            _ => Err(Problem::invalid("sort", &"a list is sorted by urgency, waiting or newest")),
        }
    }

    pub(super) fn filter(&self) -> Result<Filter, Problem> {
        let status = match self.shown_status() {
            "all" => "",
            status => status,
        };
        let tags = self.tag.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        Ok(Filter {
            status: values("status", status)?,
            holder: values("holder", &self.holder)?,
            urgency: values("urgency", &self.urgency)?,
            tag: tags.map(str::to_owned).collect(),
            age: values("age", &self.age)?,
        })
    }

    /// The inbox with this list, from a page on.
    fn address(&self, cursor: &str) -> String {
        let mut parameters = self.parameters();
        parameters.push(("cursor", cursor));
        views::address(&parameters)
    }

    /// Where a conversation opens beside this list: at a message, if one was found.
    pub(super) fn opening(&self, id: ConversationId, hit_seq: Option<i64>) -> String {
        let query = views::query(&self.parameters());
        let and = if query.is_empty() { "" } else { "&" };
        let hit = hit_seq.map(|seq| format!("#m{seq}")).unwrap_or_default();
        format!("/chat/{id}/?as=agent&mode=view{and}{query}{hit}")
    }

    /// All parameters that say what is listed, in the order of addresses.
    pub(super) fn parameters(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("q", &self.q),
            ("status", &self.status),
            ("holder", &self.holder),
            ("urgency", &self.urgency),
            ("tag", &self.tag),
            ("age", &self.age),
            ("sort", &self.sort),
        ]
    }
}

fn values<T: FromStr<Err: Display>>(name: &str, list: &str) -> Result<Vec<T>, Problem> {
    let values = list.split(',').filter(|value| !value.is_empty());
    values.map(|value| value.parse().map_err(|error| Problem::invalid(name, &error))).collect()
}
