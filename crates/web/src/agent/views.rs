//! The inbox's views and filters, each with its count.

use super::list::ListQuery;
use domain::{AgentId, Status};
use store::{Counts, FacetValue, Facets};
use url::form_urlencoded::Serializer;

/// A group of choices.
pub struct Facet {
    /// The heading.
    pub label: &'static str,
    /// The choices, each a link to the list narrowed by it.
    pub choices: Vec<Choice>,
}

/// One choice of a facet.
pub struct Choice {
    /// Its name.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// How many conversations it holds.
    pub count: i64,
    /// Whether the list is narrowed by it now.
    pub current: bool,
}

/// The views: each stands for itself, and leaves a search.
pub(super) fn views(query: &ListQuery, counts: &Counts, me: AgentId) -> Vec<Facet> {
    let choice = |label: &str, status: &str, holder: &str, count| Choice {
        label: label.to_owned(),
        href: address(&[("status", status), ("holder", holder)]),
        count,
        current: query.q.trim().is_empty() && (status, holder) == (query.shown_status(), query.holder()),
    };
    let of = |wanted| counts.of(wanted);
    let held_by = |wanted| {
        let mut held = counts.holder.iter().filter_map(|(holder, n)| Some((holder.as_ref()?, *n)));
        held.find(|((id, _), _)| *id == wanted).map_or(0, |(_, n)| n)
    };
    let status = vec![
        choice("Queue", Status::Open.as_str(), "", of(Status::Open)),
        choice("Mine", "", "me", held_by(me)),
        choice("Ongoing", Status::Ongoing.as_str(), "", of(Status::Ongoing)),
        choice("Snoozed", Status::Snoozed.as_str(), "", of(Status::Snoozed)),
        choice("Resolved", Status::Resolved.as_str(), "", of(Status::Resolved)),
        choice("All", "all", "", counts.status.iter().map(|(_, n)| n).sum()),
    ];
    let others = counts.holder.iter().filter_map(|(holder, n)| Some((holder.as_ref()?, *n)));
    let others = others.filter(|((id, _), _)| *id != me);
    let holder: Vec<_> = others.map(|((id, name), n)| choice(name, "", &id.to_string(), n)).collect();
    let groups =
        [Facet { label: "Conversations", choices: status }, Facet { label: "Held by", choices: holder }];
    groups.into_iter().filter(|facet| !facet.choices.is_empty()).collect()
}

/// In a search, choices narrow what was found; the current one, chosen again, lets go.
pub(super) fn found(query: &ListQuery, facets: &Facets) -> Vec<Facet> {
    let (status, holder) = (query.shown_status(), query.holder());
    let by_status =
        choices(facets, "status", status, |status| [("status", status), ("holder", holder)], &query.q);
    let by_holder =
        choices(facets, "holder", holder, |holder| [("status", status), ("holder", holder)], &query.q);
    let groups = [
        Facet { label: "Found, by status", choices: by_status },
        Facet { label: "Found, by holder", choices: by_holder },
    ];
    groups.into_iter().filter(|facet| !facet.choices.is_empty()).collect()
}

fn choices<'a>(
    facets: &'a Facets,
    name: &str,
    chosen: &str,
    narrowed_to: impl Fn(&'a str) -> [(&'static str, &'a str); 2],
    q: &str,
) -> Vec<Choice> {
    let values = facets.get(name).into_iter().flatten();
    let choice = |facet: &'a FacetValue| {
        let current = facet.value == chosen;
        let [status, holder] = narrowed_to(if current { "" } else { &facet.value });
        Choice {
            label: facet.label.clone(),
            href: address(&[("q", q), status, holder]),
            count: facet.count,
            current,
        }
    };
    values.map(choice).collect()
}

/// The inbox's address with parameters; empty ones are left out.
pub(super) fn address(parameters: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(parameters.iter().filter(|(_, value)| !value.is_empty()));
    format!("/support/agent/?{}", query.finish())
}
