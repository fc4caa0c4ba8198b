//! `GET /support/agent/list/`: facets and rows of the inbox, which its page renews when something changes.

use super::rows::{self, Row, Shown};
use super::views::{self, Facet};
use crate::AppState;
use crate::auth::AgentSession;
use crate::error::Problem;
use crate::view::Html;
use askama::Template;
use axum::extract::{Query, State};
use domain::{Actor, Agent, Filter, Status};
use serde::Deserialize;
use std::fmt::Display;
use std::str::FromStr;
use store::{Search, Sort};

/// Conversations on one page.
const PAGE: u32 = 50;

/// What the list is narrowed to, with the names of the REST parameters.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ListQuery {
    /// Words to search for.
    #[serde(default)]
    pub q: String,
    /// States by comma, or `all`. The queue without it and without a holder.
    pub status: Option<String>,
    /// `me`, `none` or an agent's id.
    pub holder: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// Facets and rows.
#[derive(Template, Default)]
#[template(path = "agent/list.html")]
pub struct List {
    /// What is listed: `Queue`, `Mine`, `Search results` …
    pub title: String,
    /// The search as typed; empty without one.
    pub query: String,
    /// How many, in words.
    pub total: String,
    /// Filters with their counts.
    pub facets: Vec<Facet>,
    /// One page of conversations.
    pub rows: Vec<Row>,
    /// What an empty list says: in a few words, and what to do.
    pub empty: (&'static str, &'static str),
    /// Whether nobody waits to be claimed.
    pub queue_is_empty: bool,
    /// The first page, on a later one.
    pub first: Option<String>,
    /// The next page.
    pub more: Option<String>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    AgentSession { agent, .. }: AgentSession,
    Query(query): Query<ListQuery>,
) -> Result<Html<List>, Problem> {
    Ok(Html(List::load(&state, &agent, &query).await?))
}

impl List {
    pub(super) async fn load(state: &AppState, agent: &Agent, query: &ListQuery) -> Result<Self, Problem> {
        if query.q.trim().is_empty() {
            Self::view(state, agent, query).await
        } else {
            Self::search(state, agent, query).await
        }
    }

    async fn view(state: &AppState, agent: &Agent, query: &ListQuery) -> Result<Self, Problem> {
        let filter = query.filter()?;
        let sort = if filter.status == [Status::Open] { Sort::Queue } else { Sort::Newest };
        let actor = Actor::Agent(agent.clone());
        let page = state.store.conversations(&actor, &filter, sort, query.cursor.as_deref(), PAGE).await?;
        let counts = state.store.counts().await?;
        let facets = views::views(query, &counts, agent.id);
        let current = facets.iter().flat_map(|facet| &facet.choices).find(|choice| choice.current);
        Ok(Self {
            title: current.map_or_else(|| "Conversations".into(), |choice| choice.label.clone()),
            total: current.map(|choice| how_many(choice.count, "")).unwrap_or_default(),
            rows: rows::load(state, &page.items, &query.shown()).await?,
            empty: query.nothing_there(),
            queue_is_empty: counts.of(Status::Open) == 0,
            first: query.cursor.as_ref().map(|_| query.address("")),
            more: page.next_cursor.map(|cursor| query.address(&cursor)),
            facets,
            query: String::new(),
        })
    }

    async fn search(state: &AppState, agent: &Agent, query: &ListQuery) -> Result<Self, Problem> {
        let counts = state.store.counts().await?;
        let views = views::views(query, &counts, agent.id);
        let nothing_found = Self {
            title: "Search results".into(),
            query: query.q.clone(),
            queue_is_empty: counts.of(Status::Open) == 0,
            ..Self::default()
        };
        let words = match state.store.query(&query.q) {
            Ok(words) => words,
            // Half a search, as it is typed: a quotation mark, a minus.
            Err(store::Error::Invalid { .. }) => return Ok(Self { facets: views, ..nothing_found }),
            Err(error) => return Err(error.into()),
        };
        let search = Search {
            query: words,
            filter: query.filter()?,
            from: None,
            to: None,
            cursor: query.cursor.clone(),
            limit: PAGE,
        };
        let found = state.store.search(&Actor::Agent(agent.clone()), &search).await?;
        Ok(Self {
            total: how_many(found.total, if found.total_is_exact { "" } else { "+" }),
            facets: views.into_iter().take(1).chain(views::found(query, &found.facets)).collect(),
            rows: found.items.into_iter().map(Row::found).collect(),
            first: query.cursor.as_ref().map(|_| query.address("")),
            more: found.next_cursor.map(|cursor| query.address(&cursor)),
            ..nothing_found
        })
    }
}

/// `1 conversation`, `10,000+ conversations`.
fn how_many(count: i64, more: &str) -> String {
    format!("{count}{more} {}", if count == 1 { "conversation" } else { "conversations" })
}

impl ListQuery {
    /// The status asked for; the queue when nothing is.
    pub(super) fn shown_status(&self) -> &str {
        match self.status.as_deref() {
            None if self.q.is_empty() && self.holder().is_empty() => Status::Open.as_str(),
            status => status.unwrap_or_default(),
        }
    }

    /// The holder asked for; empty for any.
    pub(super) fn holder(&self) -> &str {
        self.holder.as_deref().unwrap_or_default()
    }

    /// What every row would say of itself, so that none has to.
    fn shown(&self) -> Shown {
        Shown { status: self.shown_status().parse().ok(), is_mine: self.holder() == "me" }
    }

    fn nothing_there(&self) -> (&'static str, &'static str) {
        match (self.holder(), self.shown_status()) {
            ("me", _) => ("You hold no conversation", "Claim the next one from the queue."),
            ("", "open") => {
                ("Nobody is waiting", "When a customer writes, the conversation appears here by itself.")
            }
            ("", "ongoing") => ("No conversation is ongoing", "Those that an agent holds stand here."),
            ("", "snoozed") => {
                ("Nothing is snoozed", "A snoozed conversation comes back to the queue at its time.")
            }
            ("", "resolved") => ("Nothing is resolved yet", "What is done stands here, to be read again."),
            ("", _) => {
                ("No conversations yet", "When a customer writes, the conversation appears here by itself.")
            }
            _ => ("They hold no conversation", "What this agent claims stands here."),
        }
    }

    fn filter(&self) -> Result<Filter, Problem> {
        let status = match self.shown_status() {
            "all" => "",
            status => status,
        };
        Ok(Filter {
            status: values("status", status)?,
            holder: values("holder", self.holder())?,
            ..Filter::default()
        })
    }

    fn address(&self, cursor: &str) -> String {
        let status = self.status.as_deref().unwrap_or_default();
        views::address(&[("q", &self.q), ("status", status), ("holder", self.holder()), ("cursor", cursor)])
    }
}

fn values<T: FromStr<Err: Display>>(name: &str, list: &str) -> Result<Vec<T>, Problem> {
    let values = list.split(',').filter(|value| !value.is_empty());
    values.map(|value| value.parse().map_err(|error| Problem::invalid(name, &error))).collect()
}
