//! The inbox's views and filters, each with its count, and what its rows are ordered by.

use super::list::ListQuery;
use crate::texts::{Text, age, say};
use crate::view::{HowMany, StatusView};
use domain::{Agent, Filter, Status, UrgencyLevel};
use store::{Counts, FacetValue, Facets, Mention, SavedView, Scope, Sort};
use url::form_urlencoded::{Serializer, parse};

/// A group of choices.
pub struct Facet {
    /// The heading.
    pub label: Text,
    /// The choices, each a link to the list narrowed by it.
    pub choices: Vec<Choice>,
}

/// One choice of a facet.
#[derive(Default)]
pub struct Choice {
    /// Its name.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// How many conversations it holds, where that is counted.
    pub count: Option<HowMany>,
    /// Whether the list is narrowed by it now.
    pub current: bool,
    /// The id of the view the reader saved and may delete.
    pub deletable: Option<String>,
}

/// The views: each stands for itself, and leaves a search.
pub(super) fn views(query: &ListQuery, counts: &Counts, saved: &[SavedView], me: &Agent) -> Vec<Choice> {
    let shown = listed(&query_of(query));
    let choice = |label: Text, parameters: &[(&str, &str)], count| {
        let parameters = self::query(parameters);
        Choice {
            label: label.into(),
            current: listed(&parameters) == shown,
            href: format!("/support/agent/?{parameters}"),
            count: Some(HowMany(count)),
            deletable: None,
        }
    };
    let held_by_me =
        counts.holder.iter().find(|(holder, _)| holder.as_ref().is_some_and(|(id, _)| *id == me.id));
    let all = counts.status.iter().map(|(_, count)| count).sum();
    let mut views = vec![
        choice(say("view-queue"), &[], counts.of(Status::Open)),
        choice(say("view-mine"), &[("holder", "me")], held_by_me.map_or(0, |(_, count)| *count)),
        choice(say("view-all"), &[("status", "all")], all),
        choice(say("view-resolved"), &[("status", Status::Resolved.as_str())], counts.of(Status::Resolved)),
    ];
    views.extend(saved.iter().map(|view| Choice {
        label: view.name.clone(),
        href: format!("/support/agent/?{}", view.parameters),
        count: None,
        current: listed(&view.parameters) == shown,
        deletable: (view.scope == Scope::Own || me.is_administrator()).then(|| view.id.to_string()),
    }));
    views
}

/// What a view lists, whatever it is ordered by: the queue has two spellings.
fn listed(parameters: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = parse(parameters.as_bytes())
        .filter(|(name, value)| name != "sort" && name != "cursor" && !value.is_empty())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if pairs == [("status".to_owned(), Status::Open.as_str().to_owned())] {
        pairs.clear();
    }
    pairs.sort();
    pairs
}

/// Where a note names the reader.
pub(super) fn mention(query: &ListQuery, mention: &Mention) -> Choice {
    let href = format!("{}#n{}", query.opening(mention.conversation, None), mention.note_seq);
    Choice { label: mention.customer.clone(), href, ..Choice::default() }
}

/// The orders there are, and the one that is asked for.
pub(super) fn sorts(query: &ListQuery, filter: &Filter) -> (Sort, Vec<Choice>) {
    let is_queue = filter.status == [Status::Open];
    let usual = if is_queue { "urgency" } else { "newest" };
    let asked = if query.sort.is_empty() { usual } else { &query.sort };
    let sort = match asked {
        "urgency" if is_queue => Sort::Queue,
        "urgency" => Sort::Urgency,
        "waiting" => Sort::Waiting,
        _ => Sort::Newest,
    };
    let choices =
        [("urgency", say("sort-urgency")), ("waiting", say("sort-waiting")), ("newest", say("sort-newest"))];
    let choices = choices.map(|(value, label)| Choice {
        label: label.into(),
        href: narrowed(query, "sort", if value == usual { "" } else { value }),
        current: value == asked,
        ..Choice::default()
    });
    (sort, choices.into())
}

/// Adds the facets that are counted over all conversations, where the view does not settle them. What narrows the list
/// stands among them.
pub(super) fn add_counts(facets: &mut Facets, query: &ListQuery, counts: &Counts, is_view: bool) {
    if query.holder.is_empty() && matches!(query.shown_status(), "all" | "" | "ongoing") {
        let held = counts.holder.iter().filter_map(|(holder, count)| Some((holder.as_ref()?, *count)));
        let holder =
            held.map(|((id, name), count)| FacetValue { value: id.to_string(), label: name.clone(), count });
        facets.insert("holder", holder.collect());
    }
    if query.shown_status() == "all" || !is_view {
        let status = Status::ALL.map(|status| FacetValue {
            value: status.as_str().into(),
            label: String::new(),
            count: counts.of(status),
        });
        facets.insert("status", status.into());
    }
}

/// The filters: several values of one widen it, and a current one, chosen again, lets go.
pub(super) fn narrowing(query: &ListQuery, facets: &Facets) -> Vec<Facet> {
    let names = [
        ("status", say("facet-status"), query.shown_status()),
        ("urgency", say("facet-urgency"), &query.urgency),
        ("tag", say("facet-tag"), &query.tag),
        ("age", say("facet-age"), &query.age),
        ("holder", say("facet-holder"), &query.holder),
    ];
    let is_search = !query.q.trim().is_empty();
    let facet = |(name, label, chosen): (&'static str, Text, &str)| {
        // Counted over all conversations, which is no number of a list that is narrowed otherwise.
        let is_counted = is_search || !matches!(name, "status" | "holder") || !query.is_narrowed_beside(name);
        let chosen: Vec<&str> =
            chosen.split(',').filter(|value| !value.is_empty() && *value != "all").collect();
        let choice = |value: &FacetValue| {
            let current = chosen.contains(&&*value.value);
            let others = chosen.iter().copied().filter(|other| *other != value.value);
            let added = Some(&*value.value).filter(|_| !current);
            let values: Vec<&str> = others.chain(added).collect();
            let href = narrowed(query, name, &values.join(","));
            Choice {
                label: label_of(name, value),
                href,
                count: is_counted.then_some(HowMany(value.count)),
                current,
                deletable: None,
            }
        };
        let values = facets.get(name).map(Vec::as_slice).unwrap_or_default();
        // What is chosen and fits nothing stands there too, to be let go.
        let has_all = matches!(name, "urgency" | "tag" | "age") || is_search && name == "status";
        let is_missing = |value: &&str| has_all && values.iter().all(|known| known.value != **value);
        let missing = chosen.iter().copied().filter(is_missing);
        let missing: Vec<_> =
            missing.map(|value| FacetValue { value: value.into(), label: value.into(), count: 0 }).collect();
        let choices = values.iter().chain(&missing).map(choice);
        Facet {
            label,
            choices: choices.filter(|choice| choice.current || choice.count != Some(HowMany(0))).collect(),
        }
    };
    // One value that all have narrows nothing.
    let narrows =
        |facet: &Facet| facet.choices.len() > 1 || facet.choices.iter().any(|choice| choice.current);
    names.map(facet).into_iter().filter(narrows).collect()
}

/// The one filter that is chosen, if no other is: its facet's place and itself.
pub(super) fn only_choice(facets: &[Facet]) -> Option<(&Facet, &Choice)> {
    let mut chosen = facets.iter().flat_map(|facet| {
        facet.choices.iter().filter(|choice| choice.current).map(move |choice| (facet, choice))
    });
    chosen.next().filter(|_| chosen.next().is_none())
}

/// A facet's value in words; tags and agents have names of their own.
fn label_of(facet: &str, FacetValue { value, label, .. }: &FacetValue) -> String {
    let known = match facet {
        "status" => value.parse().map(|status| StatusView(status).label_for_agent()).ok(),
        "urgency" => value.parse().map(level).ok(),
        "age" => value.parse().map(age).ok(),
        "holder" if value == "none" => Some(say("facet-holder-nobody")),
        _ => None,
    };
    known.map_or_else(|| label.clone(), Into::into)
}

/// A level of urgency, as a choice.
pub(crate) const fn level(level: UrgencyLevel) -> Text {
    match level {
        UrgencyLevel::High => say("level-high-choice"),
        UrgencyLevel::Normal => say("level-normal-choice"),
        UrgencyLevel::Low => say("level-low-choice"),
    }
}

/// The list's address with one parameter changed.
fn narrowed(query: &ListQuery, name: &str, value: &str) -> String {
    let status = query.shown_status();
    let mut parameters = query.parameters();
    for parameter in &mut parameters {
        if parameter.0 == name {
            parameter.1 = value;
        } else if parameter.0 == "status" {
            parameter.1 = status;
        }
    }
    // A list of everything stays one when its last filter goes, instead of becoming the queue.
    if query.q.is_empty() && parameters.iter().all(|(name, value)| *name == "sort" || value.is_empty()) {
        parameters.push(("status", "all"));
    }
    address(&parameters)
}

fn query_of(query: &ListQuery) -> String {
    self::query(&query.parameters())
}

/// The inbox's address with parameters; empty ones are left out.
pub(super) fn address(parameters: &[(&str, &str)]) -> String {
    format!("/support/agent/?{}", query(parameters))
}

/// Parameters as they stand in an address; empty ones are left out.
pub(super) fn query(parameters: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(parameters.iter().filter(|(_, value)| !value.is_empty()));
    query.finish()
}
