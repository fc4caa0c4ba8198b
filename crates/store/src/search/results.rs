//! Finding conversations by words in their messages, notes, and their customer's name and e-mail address.

use crate::db::Conn;
use crate::dialect;
use crate::dialect::search::{ANY_TIME, FoundRow, Lookup, Place, Progress, find, messages, notes, rank};
use crate::search::facets::{self, Alike, Facets, Holders};
use crate::search::normaliser;
use crate::{Error, Result, Store, tags};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::search::{Correction, Query, Segment, snippet};
use domain::{Actor, Conversation, ConversationKey, Filter, Message, Note, Timestamp, fold_tag};
use std::cmp::Ordering;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Up to how many matching conversations counts are exact; past that the newest are ranked and counted (S2).
pub const MAX_CONVERSATIONS: usize = 10_000;

/// How many matches are read at first: where few conversations have two, enough to know that there are more than
/// [`MAX_CONVERSATIONS`].
const FIRST: usize = 14_000;

/// After how many matches a search ends, however few conversations they are in (D8).
pub(crate) const MAX_MATCHES: usize = 100_000;

/// A conversation whose customer's name or address matches comes before all that merely mention it: a match of words
/// alone scores 1 at most.
const CUSTOMER_SCORE: f64 = 1.0;

/// What to search for.
#[derive(Debug, Clone)]
pub struct Search {
    /// The words.
    pub query: Query,
    /// What to narrow it to.
    pub filter: Filter,
    /// The earliest time of what matches, inclusive.
    pub from: Option<Timestamp>,
    /// The latest time of what matches, exclusive.
    pub to: Option<Timestamp>,
    /// A former page's [`next_cursor`](SearchResults::next_cursor).
    pub cursor: Option<String>,
    /// How many at most.
    pub limit: u32,
}

impl Search {
    /// A number that searches for something else do not have, on whichever node.
    fn number(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.query, &self.filter, self.from, self.to).hash(&mut hasher);
        hasher.finish()
    }
}

/// A page of what was found, and counts of all of it.
#[derive(Debug, Clone)]
pub struct SearchResults {
    /// Best first, newest first among equals.
    pub items: Vec<Found>,
    /// Counts by facet (S2).
    pub facets: Facets,
    /// How many conversations match, filter included.
    pub total: i64,
    /// Whether counts are of all, not of the newest matches alone.
    pub total_is_exact: bool,
    /// What to ask for the next page with; none on the last.
    pub next_cursor: Option<String>,
    /// What was searched for instead of words that are nowhere found (S3).
    pub corrections: Vec<Correction>,
}

/// A conversation that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// It.
    pub conversation: Conversation,
    /// What in it matches best.
    pub hit: Hit,
    /// An excerpt of that with the matches marked.
    pub snippet: Vec<Segment>,
    /// How well it fits; comparable within one search.
    pub score: f64,
}

/// What matches.
#[derive(Debug, Clone)]
pub enum Hit {
    /// A message.
    Message(Message),
    /// An agent's note.
    Note(Note),
    /// The customer's name or e-mail address.
    Customer,
}

impl Store {
    /// Finds conversations within the caller's reach (S1, A1): customers in their own messages, agents in all messages,
    /// notes, names and addresses.
    ///
    /// # Errors
    /// [`Error::BadCursor`], [`Error::Database`].
    pub async fn search(&self, actor: &Actor, search: &Search) -> Result<SearchResults> {
        let now = self.clock.now();
        let number = search.number();
        let cursor = search.cursor.as_deref().map(|cursor| Cursor::read(cursor, number)).transpose()?;
        let mut conn = self.db.read().await?;
        let (mut query, mut corrections) = (search.query.clone(), Vec::new());
        let (mut matches, mut total_is_exact) = find_matches(&mut conn, actor, search, &query).await?;
        if matches.is_empty() {
            let any_time = search.from.is_none() && search.to.is_none();
            corrections = self.corrections(&mut conn, actor, &query, any_time).await?;
            query = query.corrected(&corrections, normaliser());
            if !corrections.is_empty() {
                (matches, total_is_exact) = find_matches(&mut conn, actor, search, &query).await?;
            }
            if matches.is_empty() {
                corrections.clear();
            }
        }
        let mut keys: Vec<i64> = matches.keys().copied().collect();
        keys.sort_unstable(); // Neighbours are in the same page of the database.
        let groups = Alike::load(&mut conn, keys, now).await?;
        let holders = Holders::load(&mut conn, actor, &groups).await?;
        let filter = &as_tagged(&mut conn, &search.filter).await?;
        let facets = facets::count(actor, &groups, filter, &holders);
        let mut passing: Vec<_> = groups
            .iter()
            .filter(|group| facets::passes_all(&group.traits, filter, &holders))
            .flat_map(|group| &group.conversations)
            .filter_map(|key| matches.get(key).map(|found| (found.cursor(*key), found)))
            .collect();
        let total = passing.len().try_into().unwrap_or(i64::MAX);
        passing.retain(|(at, _)| cursor.is_none_or(|cursor| *at > cursor));
        passing.sort_unstable_by_key(|(at, _)| *at);
        let limit = search.limit as usize;
        let next_cursor = (passing.len() > limit && limit > 0).then(|| passing[limit - 1].0.write(number));
        passing.truncate(limit);
        let items = load(&mut conn, &query, &passing).await?;
        Ok(SearchResults { items, facets, total, total_is_exact, next_cursor, corrections })
    }
}

/// The filter with the tags as they are spelt; what is no tag stays.
async fn as_tagged(conn: &mut Conn, filter: &Filter) -> Result<Filter> {
    if filter.tag.is_empty() {
        return Ok(filter.clone());
    }
    let tags: Vec<String> = tags::alike(conn, &filter.tag).await?.into_iter().map(|(_, name)| name).collect();
    let is_none = |typed: &&String| !tags.iter().any(|tag| fold_tag(tag) == fold_tag(typed));
    let unknown = filter.tag.iter().filter(is_none).cloned();
    Ok(Filter { tag: unknown.chain(tags.iter().cloned()).collect(), ..filter.clone() })
}

/// What is known of a conversation before the page is cut: its best match, the newest among equals.
#[derive(Debug)]
struct Match {
    place: (Place, i64),
    at: Timestamp,
    score: f64,
}

impl Match {
    fn cursor(&self, key: i64) -> Cursor {
        Cursor { score: self.score, at: self.at, key }
    }
}

/// The best match of every conversation, and whether that is all of them.
async fn find_matches(
    conn: &mut Conn,
    actor: &Actor,
    search: &Search,
    query: &Query,
) -> Result<(HashMap<i64, Match>, bool)> {
    let (places, customer): (&[Place], _) = match actor {
        Actor::Customer(customer) => (&[Place::Messages], Some(customer.key)),
        Actor::Agent(_) => (&[Place::Messages, Place::Notes, Place::Customers], None),
    };
    let (mut matches, mut exact) = (HashMap::new(), true);
    for place in places.iter().copied() {
        let lookup = Lookup {
            place,
            query,
            customer,
            from: search.from.unwrap_or(ANY_TIME.0),
            to: search.to.unwrap_or(ANY_TIME.1),
        };
        let (mut found, all) = newest(conn, &lookup).await?;
        rank(conn, &lookup, &mut found, all).await?;
        found.iter().for_each(|row| add(&mut matches, place, row));
        exact &= all;
    }
    Ok((matches, exact))
}

/// What matches in one place in the newest [`MAX_CONVERSATIONS`], newest first, and whether that is all.
async fn newest(conn: &mut Conn, lookup: &Lookup<'_>) -> Result<(Vec<FoundRow>, bool)> {
    let (mut matches, mut conversations) = (Vec::new(), HashSet::new());
    let (mut progress, mut wanted) = (Progress::default(), FIRST);
    while !progress.ended && matches.len() < MAX_MATCHES {
        for row in find(conn, lookup, &mut progress, wanted).await? {
            if conversations.insert(row.conversation) && conversations.len() > MAX_CONVERSATIONS {
                return Ok((matches, false));
            }
            matches.push(row);
        }
        // As many as the missing ones have if they are like those that are there, and a tenth more of all: so it ends soon
        // where there is none missing but a few.
        let missing = MAX_CONVERSATIONS + 1 - conversations.len();
        let enough = missing * matches.len() / conversations.len().max(1) + matches.len() / 10 + FIRST / 100;
        wanted = enough.min(MAX_MATCHES.saturating_sub(matches.len()));
    }
    Ok((matches, progress.ended))
}

/// Keeps the better match of a conversation, the newer among equals.
fn add(matches: &mut HashMap<i64, Match>, place: Place, row: &FoundRow) {
    let score = row.score + if place == Place::Customers { CUSTOMER_SCORE } else { 0.0 };
    let found = Match { place: (place, row.place), at: row.at, score };
    match matches.entry(row.conversation) {
        Entry::Vacant(entry) => {
            entry.insert(found);
        }
        Entry::Occupied(mut entry) => {
            if (score, row.at) > (entry.get().score, entry.get().at) {
                entry.insert(found);
            }
        }
    }
}

/// Reads what the page shows, in its order. What was deleted meanwhile is left out (S4).
async fn load(conn: &mut Conn, query: &Query, page: &[(Cursor, &Match)]) -> Result<Vec<Found>> {
    let keys = |place: Place| -> Vec<i64> {
        let of_place = |(_, found): &(Cursor, &Match)| (found.place.0 == place).then_some(found.place.1);
        page.iter().filter_map(of_place).collect()
    };
    let shown: Vec<_> = page.iter().map(|(at, _)| ConversationKey(at.key)).collect();
    let conversations = dialect::load_by_key(conn, &shown).await?;
    let mut conversations: HashMap<i64, Conversation> =
        conversations.into_iter().map(|conversation| (conversation.key.0, conversation)).collect();
    let messages = match keys(Place::Messages) {
        keys if keys.is_empty() => Vec::new(),
        keys => messages(conn, keys).await?,
    };
    let mut messages: HashMap<i64, Message> = messages.into_iter().map(|row| (row.id, row.into())).collect();
    let notes = match keys(Place::Notes) {
        keys if keys.is_empty() => Vec::new(),
        keys => notes(conn, keys).await?,
    };
    let mut notes: HashMap<i64, Note> = notes.into_iter().map(|row| (row.id, row.into())).collect();
    let found = |(at, found): &(Cursor, &Match)| {
        let conversation = conversations.remove(&at.key)?;
        let (hit, text) = match found.place {
            (Place::Messages, key) => {
                let message = messages.remove(&key)?;
                let text = message.text.clone()?;
                (Hit::Message(message), text)
            }
            (Place::Notes, key) => {
                let note = notes.remove(&key)?;
                let text = note.text.clone();
                (Hit::Note(note), text)
            }
            (Place::Customers, _) => {
                let customer = &conversation.customer;
                let parts: Vec<&str> =
                    [&*customer.name].into_iter().chain(customer.email.as_deref()).collect();
                (Hit::Customer, parts.join(" · "))
            }
        };
        Some(Found { conversation, hit, snippet: snippet(&text, query, normaliser()), score: found.score })
    };
    Ok(page.iter().filter_map(found).collect())
}

/// Where a page ends. Ordered as results are: best first, then newest, then by key.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    score: f64,
    at: Timestamp,
    key: i64,
}

impl Ord for Cursor {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = other.score.total_cmp(&self.score);
        order.then(other.at.cmp(&self.at)).then(other.key.cmp(&self.key))
    }
}

impl PartialOrd for Cursor {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Cursor {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Cursor {}

impl Cursor {
    /// As the outside sees it. It names its search: in another one it would mean another place.
    fn write(self, search: u64) -> String {
        let place = format!("{search} {} {} {}", self.score.to_bits(), self.at.as_micros(), self.key);
        URL_SAFE_NO_PAD.encode(place)
    }

    fn read(text: &str, search: u64) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::BadCursor)?;
        let text = String::from_utf8(bytes).map_err(|_| Error::BadCursor)?;
        let parts: Vec<&str> = text.split(' ').collect();
        let [of, score, at, key] = parts[..] else { return Err(Error::BadCursor) };
        if of.parse() != Ok(search) {
            return Err(Error::BadCursor);
        }
        Ok(Self {
            score: f64::from_bits(score.parse().map_err(|_| Error::BadCursor)?),
            at: Timestamp::from_micros(at.parse().map_err(|_| Error::BadCursor)?),
            key: key.parse().map_err(|_| Error::BadCursor)?,
        })
    }
}
