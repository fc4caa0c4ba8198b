//! Every row there is, and a search that looks at each of them.

use super::ask::{Ask, normaliser};
use crate::search::Numbers;
use domain::search::Word;
use domain::{Actor, Age, AgentId, Conversation, ConversationId, Filter, Holder, NoteKind, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use store::{Found, Hit, Sort};
use testkit::TestStore;

/// Counts by facet and by what people read of a value.
pub(super) type Counts = BTreeMap<&'static str, BTreeMap<String, i64>>;

/// What can be found, with what it belongs to.
struct Row {
    conversation: usize,
    text: String,
    words: Vec<Word>,
    at: Timestamp,
    for_agents: bool,
}

/// Every row of a store.
pub(super) struct EveryRow {
    now: Timestamp,
    conversations: Vec<Conversation>,
    rows: Vec<Row>,
    /// How many of the rows are messages.
    pub messages: usize,
}

impl EveryRow {
    /// Reads them, through an agent's eyes.
    pub(super) async fn read(store: &TestStore, agent: &Actor) -> Self {
        let mut conversations =
            store.conversations(agent, &Filter::default(), Sort::Newest, None, u32::MAX).await.unwrap().items;
        conversations.sort_by_key(|conversation| conversation.id);
        let (mut rows, mut messages) = (Vec::new(), 0);
        for (number, conversation) in conversations.iter().enumerate() {
            let mut add = |text: String, words, at, for_agents| {
                rows.push(Row { conversation: number, text, words, at, for_agents });
            };
            for message in store.messages(conversation.key, 0, u32::MAX).await.unwrap() {
                messages += 1;
                let text = message.text.unwrap_or_default();
                add(text.clone(), normaliser().words(&text), message.created_at, false);
            }
            for note in store.notes(conversation.key, 0, u32::MAX).await.unwrap() {
                if note.kind == NoteKind::Note {
                    add(note.text.clone(), normaliser().words(&note.text), note.created_at, true);
                }
            }
            let text = conversation.customer.name.clone();
            add(text, person(conversation), conversation.last_message_at, true);
        }
        Self { now: store.clock().now(), conversations, rows, messages }
    }

    /// The conversations a search finds for the caller, and how many of all that have its words have which value, each
    /// facet counted without its own filter.
    pub(super) fn answer(&self, actor: &Actor, ask: &Ask) -> (BTreeSet<ConversationId>, Counts) {
        let matching = self.matching(actor, ask);
        let passing = |number: &&usize| self.passes(actor, **number, &ask.filter);
        let found = matching.iter().filter(passing).map(|number| self.conversations[*number].id).collect();
        (found, self.facets(actor, ask, &matching))
    }

    fn facets(&self, actor: &Actor, ask: &Ask, matching: &BTreeSet<usize>) -> Counts {
        let without = |change: &dyn Fn(&mut Filter), values: &dyn Fn(&Conversation) -> Vec<String>| {
            let mut filter = ask.filter.clone();
            change(&mut filter);
            let mut counts = BTreeMap::new();
            for number in matching.iter().filter(|number| self.passes(actor, **number, &filter)) {
                for value in values(&self.conversations[*number]) {
                    *counts.entry(value).or_insert(0) += 1;
                }
            }
            counts
        };
        let mut facets = BTreeMap::from([
            ("status", without(&|filter| filter.status.clear(), &|it| vec![label(it.status().as_str())])),
            ("age", without(&|filter| filter.age.clear(), &|it| vec![self.age(it).1.to_owned()])),
        ]);
        if let Some(me) = actor.agent() {
            let holder = |it: &Conversation| match it.current_claim().map(|claim| &claim.holder) {
                None => "Nobody".to_owned(),
                Some(holder) if holder.key == me.key => "Me".to_owned(),
                Some(holder) => holder.name.clone(),
            };
            facets.insert("holder", without(&|filter| filter.holder.clear(), &|it| vec![holder(it)]));
            facets.insert("tag", without(&|filter| filter.tag.clear(), &|it| it.tags.clone()));
            let level = |it: &Conversation| vec![label(it.urgency.level.as_str())];
            facets.insert("urgency", without(&|filter| filter.urgency.clear(), &level));
        }
        facets
    }

    /// A text the caller can find.
    pub(super) fn some_text(&self, numbers: &mut Numbers, actor: &Actor) -> Option<&str> {
        let row = &self.rows[numbers.below(self.rows.len())];
        let is_own = || self.rows.iter().filter(|row| self.is_within_reach(actor, row));
        let row = if self.is_within_reach(actor, row) { Some(row) } else { is_own().next() };
        row.map(|row| row.text.as_str())
    }

    /// Whoever began some conversation.
    pub(super) fn some_customer(&self, numbers: &mut Numbers) -> Actor {
        Actor::Customer(self.conversations[numbers.below(self.conversations.len())].customer.clone())
    }

    /// Once in so many times, a time at which something was written.
    pub(super) fn some_time(&self, numbers: &mut Numbers, once_in: usize) -> Option<Timestamp> {
        let at = self.rows[numbers.below(self.rows.len())].at;
        (numbers.below(once_in) == 0).then_some(at)
    }

    /// Who holds anything.
    pub(super) fn holders(&self) -> impl Iterator<Item = AgentId> {
        let ids: BTreeMap<_, _> = self
            .conversations
            .iter()
            .filter_map(|it| it.current_claim().map(|claim| (claim.holder.name.clone(), claim.holder.id)))
            .collect();
        ids.into_values()
    }

    /// Conversations with a row that has all a search wants, whatever its filter says.
    fn matching(&self, actor: &Actor, ask: &Ask) -> BTreeSet<usize> {
        let fits =
            |row: &&Row| self.is_within_reach(actor, row) && ask.covers(row.at) && ask.matches(&row.words);
        self.rows.iter().filter(fits).map(|row| row.conversation).collect()
    }

    fn is_within_reach(&self, actor: &Actor, row: &Row) -> bool {
        match actor {
            Actor::Agent(_) => true,
            Actor::Customer(me) => {
                !row.for_agents && self.conversations[row.conversation].customer.key == me.key
            }
        }
    }

    fn passes(&self, actor: &Actor, number: usize, filter: &Filter) -> bool {
        let it = &self.conversations[number];
        let holder = it.current_claim().map(|claim| claim.holder.id);
        let me = actor.agent().map(|agent| agent.id);
        let is = |wanted: &Holder| match wanted {
            Holder::Me => holder.is_some() && holder == me,
            Holder::Nobody => holder.is_none(),
            Holder::Agent(id) => holder == Some(*id),
        };
        (filter.status.is_empty() || filter.status.contains(&it.status()))
            && (filter.urgency.is_empty() || filter.urgency.contains(&it.urgency.level))
            && (filter.holder.is_empty() || filter.holder.iter().any(is))
            && (filter.tag.is_empty() || filter.tag.iter().any(|tag| it.tags.contains(tag)))
            && (filter.age.is_empty() || filter.age.contains(&self.age(it).0))
    }

    fn age(&self, conversation: &Conversation) -> (Age, &'static str) {
        match self.now.since(conversation.created_at).as_secs() / 3600 {
            0 => (Age::UnderAnHour, "Less than an hour"),
            1..4 => (Age::OneToFourHours, "1 to 4 hours"),
            4..24 => (Age::FourHoursToADay, "4 hours to a day"),
            24..168 => (Age::OneToSevenDays, "1 to 7 days"),
            _ => (Age::OverSevenDays, "More than 7 days"),
        }
    }
}

/// The words of what was found.
pub(super) fn text_of(found: &Found) -> Vec<Word> {
    match &found.hit {
        Hit::Message(message) => normaliser().words(message.text.as_deref().unwrap_or_default()),
        Hit::Note(note) => normaliser().words(&note.text),
        Hit::Customer => person(&found.conversation),
    }
}

/// A customer's name and address, which no phrase spans.
fn person(conversation: &Conversation) -> Vec<Word> {
    let customer = &conversation.customer;
    let mut words = normaliser().words(&customer.name);
    if let Some(email) = &customer.email {
        words.push(Word { range: 0..0, word: String::new(), stem: None });
        words.extend(normaliser().words(email));
    }
    words
}

fn label(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}
