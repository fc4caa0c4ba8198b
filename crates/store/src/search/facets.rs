//! Facets: how many of the found conversations have which value (S2).

use crate::db::Conn;
use crate::dialect::search::{AlikeRow, agents, group_alike};
use crate::{Error, Result};
use domain::{Actor, Age, AgentId, Filter, Holder, Status, Timestamp, UrgencyLevel};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Facets by name (`status`, `urgency`, `holder`, `tag`, `age`), each with its values in reading order.
pub type Facets = BTreeMap<&'static str, Vec<FacetValue>>;

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    /// What the filter parameter takes.
    pub value: String,
    /// What people read.
    pub label: String,
    /// How many conversations have it, the facet's own filter aside.
    pub count: i64,
}

/// What facets know of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Traits {
    status: Status,
    urgency: UrgencyLevel,
    holder: Option<i64>,
    tags: Vec<String>,
    age: Age,
}

impl TryFrom<&AlikeRow> for Traits {
    type Error = Error;

    fn try_from(row: &AlikeRow) -> Result<Self> {
        let corrupt = |what: &str| Error::from(sqlx::Error::Decode(format!("{what} cannot be read").into()));
        let tags = if row.tags == "[]" { Ok(Vec::new()) } else { serde_json::from_str(&row.tags) };
        Ok(Self {
            status: row.status.parse().map_err(|_| corrupt("a conversation's status"))?,
            urgency: UrgencyLevel::from_rank(row.urgency_rank),
            holder: row.holder_id,
            tags: tags.map_err(|_| corrupt("a conversation's tags"))?,
            age: row.age,
        })
    }
}

/// Conversations that are the same to all facets.
#[derive(Debug)]
pub(super) struct Alike {
    pub traits: Traits,
    /// Their keys.
    pub conversations: Vec<i64>,
}

impl Alike {
    /// All of these conversations, in groups. Those deleted meanwhile are left out (S4).
    pub(super) async fn load(conn: &mut Conn, keys: Vec<i64>, now: Timestamp) -> Result<Vec<Self>> {
        let group = |row: AlikeRow| Ok(Self { traits: (&row).try_into()?, conversations: row.conversations });
        group_alike(conn, keys, now).await?.into_iter().map(group).collect()
    }
}

/// The agents who hold what was found.
#[derive(Debug, Default)]
pub(super) struct Holders {
    agents: HashMap<i64, (AgentId, String)>,
    me: Option<i64>,
}

impl Holders {
    pub(super) async fn load(conn: &mut Conn, actor: &Actor, groups: &[Alike]) -> Result<Self> {
        let me = actor.agent().map(|agent| agent.key.0);
        let keys: BTreeSet<i64> = groups.iter().filter_map(|group| group.traits.holder).collect();
        if keys.is_empty() {
            return Ok(Self { agents: HashMap::new(), me });
        }
        let rows = agents(conn, keys.into_iter().collect()).await?;
        Ok(Self { agents: rows.into_iter().map(|(key, id, name)| (key, (AgentId(id), name))).collect(), me })
    }

    fn is(&self, wanted: Holder, holder: Option<i64>) -> bool {
        match wanted {
            Holder::Me => holder.is_some() && holder == self.me,
            Holder::Nobody => holder.is_none(),
            Holder::Agent(id) => {
                holder.and_then(|key| self.agents.get(&key)).is_some_and(|(agent, _)| *agent == id)
            }
        }
    }
}

/// Which filters let a conversation through, by the facets' places in [`FACETS`].
type Passes = [bool; FACETS.len()];

const FACETS: [&str; 5] = ["status", "urgency", "holder", "tag", "age"];

fn passes(traits: &Traits, filter: &Filter, holders: &Holders) -> Passes {
    [
        filter.status.is_empty() || filter.status.contains(&traits.status),
        filter.urgency.is_empty() || filter.urgency.contains(&traits.urgency),
        filter.holder.is_empty() || filter.holder.iter().any(|holder| holders.is(*holder, traits.holder)),
        filter.tag.is_empty() || filter.tag.iter().any(|tag| traits.tags.contains(tag)),
        filter.age.is_empty() || filter.age.contains(&traits.age),
    ]
}

/// Whether the filter lets a conversation through.
pub(super) fn passes_all(traits: &Traits, filter: &Filter, holders: &Holders) -> bool {
    passes(traits, filter, holders).into_iter().all(|passes| passes)
}

/// Counts each facet over the conversations that all other facets' filters let through. Customers see status and age.
pub(super) fn count(actor: &Actor, groups: &[Alike], filter: &Filter, holders: &Holders) -> Facets {
    let groups: Vec<_> = groups
        .iter()
        .map(|group| {
            let count = i64::try_from(group.conversations.len()).unwrap_or(i64::MAX);
            (&group.traits, count, passes(&group.traits, filter, holders))
        })
        .collect();
    let counted = |facet: usize, has: &dyn Fn(&Traits) -> bool| -> i64 {
        let others = |passes: &Passes| (0..FACETS.len()).all(|other| other == facet || passes[other]);
        groups
            .iter()
            .filter(|(traits, _, passes)| others(passes) && has(traits))
            .map(|(_, count, _)| count)
            .sum()
    };
    let status = Status::ALL.map(|status| {
        FacetValue::new(status.as_str(), capitalised(status.as_str()), counted(0, &|it| it.status == status))
    });
    let age = Age::ALL.map(|age| FacetValue::of_age(age, counted(4, &|it| it.age == age)));
    let mut facets = Facets::from([("status", status.to_vec()), ("age", age.to_vec())]);
    if actor.agent().is_none() {
        return facets;
    }
    let urgency =
        UrgencyLevel::ALL.map(|level| FacetValue::of_urgency(level, counted(1, &|it| it.urgency == level)));
    facets.insert("urgency", urgency.to_vec());
    let mut holder = vec![
        FacetValue::new("me", "Me", counted(2, &|it| holders.is(Holder::Me, it.holder))),
        FacetValue::new("none", "Nobody", counted(2, &|it| it.holder.is_none())),
    ];
    let mut others: Vec<_> = holders.agents.iter().filter(|(key, _)| Some(**key) != holders.me).collect();
    others.sort_by_key(|(_, (id, name))| (name, *id));
    holder.extend(others.into_iter().map(|(key, (id, name))| {
        FacetValue::new(id.to_string(), name.as_str(), counted(2, &|it| it.holder == Some(*key)))
    }));
    facets.insert("holder", holder);
    let tags: BTreeSet<&String> =
        groups.iter().flat_map(|(traits, ..)| &traits.tags).chain(&filter.tag).collect();
    let tag = |tag: &String| FacetValue::of_tag(tag, counted(3, &|it| it.tags.contains(tag)));
    facets.insert("tag", tags.into_iter().map(tag).collect());
    facets
}

impl FacetValue {
    pub(crate) fn of_urgency(level: UrgencyLevel, count: i64) -> Self {
        Self::new(level.as_str(), capitalised(level.as_str()), count)
    }

    pub(crate) fn of_age(age: Age, count: i64) -> Self {
        Self::new(age.as_str(), age_label(age), count)
    }

    pub(crate) fn of_tag(tag: &str, count: i64) -> Self {
        Self::new(tag, tag, count)
    }

    fn new(value: impl Into<String>, label: impl Into<String>, count: i64) -> Self {
        Self { value: value.into(), label: label.into(), count }
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn age_label(age: Age) -> &'static str {
    match age {
        Age::UnderAnHour => "Less than an hour",
        Age::OneToFourHours => "1 to 4 hours",
        Age::FourHoursToADay => "4 hours to a day",
        Age::OneToSevenDays => "1 to 7 days",
        Age::OverSevenDays => "More than 7 days",
    }
}
