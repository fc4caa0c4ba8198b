//! A desk with some years behind it, the same each time: conversations in every state, and what was changed, deleted
//! and erased of them since.

use crate::search::Numbers;
use crate::{administrator, agent};
use domain::{Agent, ConversationId, CustomerId, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use store::{ListQuery, MessageFilter, Order, Past, PastDeed, PastStep, Session};
use testkit::TestStore;
use uuid::Uuid;

const CONVERSATIONS: usize = 350;
const CUSTOMERS: usize = 100;
const MINUTE: u64 = 60;

/// Words that differ in case, accents, endings and script, that begin alike, hold digits and marks, and that make a
/// conversation more or less urgent. The first are used most.
const VOCABULARY: [&str; 84] = [
    "the",
    "my",
    "loan",
    "please",
    "I",
    "not",
    "is",
    "payment",
    "and",
    "account",
    "money",
    "login",
    "received",
    "still",
    "loans",
    "help",
    "thanks",
    "application",
    "cannot",
    "refund",
    "paid",
    "balance",
    "applications",
    "login,",
    "password",
    "rejected",
    "today",
    "don't",
    "number",
    "batch",
    "waiting",
    "payments",
    "dont",
    "LOAN",
    "applied",
    "apply",
    "Refunds",
    "réfund",
    "paying",
    "pay",
    "accounts",
    "account's",
    "waited",
    "wait!",
    "why?",
    "stolen",
    "fraud",
    "fraudulent",
    "card",
    "cards",
    "13",
    "1300",
    "1,300.50",
    "KES",
    "ref_13",
    "noor@example.com",
    "example",
    "e-mail",
    "email",
    "can't:log|in",
    "x-y",
    "Straße",
    "strasse",
    "Zürich",
    "zurich",
    "退款",
    "退",
    "हिन्दी",
    "हिन्दू",
    "ภาษาไทย",
    "мой",
    "мои",
    "ёлка",
    "\u{fdfa}",
    "😀",
    "''",
    "\\",
    "AND",
    "NEAR",
    "rejection",
    "deadline",
    "friday",
    "urgently",
    "ﬁnally",
];

const NAMES: [&str; 12] = [
    "Noor Áli",
    "Bo",
    "Chen Wei",
    "Łukasz Payne",
    "Amina Loan",
    "Zoë O'Neil",
    "мой Иван",
    "Müller",
    "Refund King",
    "Ada Lovelace",
    "José María",
    "Kim",
];

const TAGS: [&str; 6] = ["vip", "late", "loan", "two words", "Ümlaut", "x"];

/// How long ago conversations began: well within the steps of the age facet, so that none is crossed while they are
/// looked at.
const BEGAN: [u64; 7] = [20, 2 * 60, 12 * 60, 3 * 24 * 60, 5 * 24 * 60, 40 * 24 * 60, 700 * 24 * 60];

/// Some words, the first of the vocabulary far more often than the last.
pub(super) fn words(numbers: &mut Numbers, longest: usize) -> String {
    let word = |numbers: &mut Numbers| VOCABULARY[numbers.below(VOCABULARY.len()) * numbers.below(100) / 99];
    (0..=numbers.below(longest)).map(|_| word(numbers)).collect::<Vec<_>>().join(" ")
}

/// The id of the conversation with a number.
pub(super) fn conversation_id(number: usize) -> ConversationId {
    ConversationId(Uuid::from_u128(1 << 64 | number as u128))
}

fn customer_id(number: usize) -> CustomerId {
    CustomerId(Uuid::from_u128(2 << 64 | number as u128))
}

/// Fills an empty store; returns who looks at it.
pub(super) async fn fill(store: &TestStore, now: Timestamp) -> Session {
    let (ada, bo) = (agent(store, "Ada").await, agent(store, "Bo").await);
    let boss = administrator(store, "Boss").await;
    let agents: Vec<_> =
        [&ada, &bo, &boss].map(|session| Arc::new(session.actor.agent().unwrap().clone())).into();
    let mut numbers = Numbers(7);
    let past: Vec<_> = (0..CONVERSATIONS).map(|number| past(&mut numbers, number, &agents, now)).collect();
    for some in past.chunks(100) {
        store.add_past(some).await.unwrap();
    }
    change(store, &boss, &mut numbers).await;
    ada
}

fn past(numbers: &mut Numbers, number: usize, agents: &[Arc<Agent>], now: Timestamp) -> Past {
    let mut at = now - Duration::from_secs(BEGAN[numbers.below(BEGAN.len())] * MINUTE);
    let mut steps = Vec::new();
    let mut step = |deed| {
        at = at + Duration::from_secs(1);
        steps.push(PastStep { at, deed });
    };
    step(PastDeed::CustomerWrote(words(numbers, 12)));
    for _ in 0..numbers.below(3) {
        step(PastDeed::CustomerWrote(words(numbers, 30)));
    }
    let holder = &agents[numbers.below(agents.len())];
    if numbers.below(4) > 0 {
        step(PastDeed::Claimed(Arc::clone(holder)));
        for _ in 0..1 + numbers.below(6) {
            step(PastDeed::AgentWrote(Arc::clone(holder), words(numbers, 20)));
            step(PastDeed::CustomerWrote(words(numbers, 8)));
        }
        if numbers.below(3) == 0 {
            step(PastDeed::Noted(Arc::clone(holder), words(numbers, 10)));
        }
        match numbers.below(4) {
            0 => step(PastDeed::Snoozed(Arc::clone(holder), now + Duration::from_secs(MINUTE * 60 * 24))),
            1 | 2 => step(PastDeed::Resolved(Arc::clone(holder))),
            _ => {}
        }
    }
    let customer = numbers.below(CUSTOMERS);
    let name = NAMES[customer % NAMES.len()];
    Past {
        conversation: conversation_id(number),
        customer: customer_id(customer),
        name: name.to_owned(),
        email: (!customer.is_multiple_of(3))
            .then(|| format!("{}.{customer}@example.org", name.split(' ').next().unwrap())),
        earlier: 0,
        tags: TAGS.iter().filter(|_| numbers.below(5) == 0).map(ToString::to_string).collect(),
        steps,
    }
}

/// What administrators do to it: messages edited and deleted, customers renamed and erased, conversations deleted.
async fn change(store: &TestStore, boss: &Session, numbers: &mut Numbers) {
    let records = store.records(boss).unwrap();
    let all = ListQuery { search: "", order: Order::Oldest, cursor: None, limit: 1_000 };
    let messages = records.messages(MessageFilter::default(), &all).await.unwrap().items;
    for record in messages {
        match numbers.below(12) {
            0 => drop(records.edit_message(record.message.id, &words(numbers, 15)).await.unwrap()),
            1 => drop(records.delete_message(record.message.id).await.unwrap()),
            _ => {}
        }
    }
    for number in 0..5 {
        records.update_customer(customer_id(number), "Renamed Straße", "renamed@example.net").await.unwrap();
        records.erase_customer(customer_id(number + 10)).await.unwrap();
    }
    for number in 0..CONVERSATIONS {
        if numbers.below(60) == 0 {
            // Not there, where its customer was erased.
            let _ = records.delete_conversation(conversation_id(number)).await;
        }
    }
}
