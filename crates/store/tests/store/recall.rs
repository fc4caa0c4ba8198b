//! S1, S2: what is found and counted is what a look at every row finds and counts, and the same on both databases.

mod ask;
mod desk;
mod every_row;

use crate::search::{Numbers, search};
use crate::{agent, bring_in};
use ask::Ask;
use domain::{Age, ClientId, ConversationId, CustomerId, Filter, Timestamp};
use every_row::{Counts, EveryRow, text_of};
use std::collections::BTreeSet;
use std::time::Duration;
use store::{Import, ImportMessage, MAX_CONVERSATIONS, Search, SearchResults};
use testkit::{Fixture, Kind, TestDatabase, TestStore, both_databases, run};

/// How many searches are compared.
const ASKS: usize = 500;

/// What a search answered, in words both databases share.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    asked: String,
    found: BTreeSet<ConversationId>,
    facets: Counts,
}

/// S1, S2: on 500 searches of words, prefixes, phrases, exclusions and filters, what is found and every count are what a
/// look at every row gives, and both databases agree.
#[test]
fn s1_s2_the_index_finds_and_counts_what_a_look_at_every_row_does() {
    run(Kind::Postgres, |postgres: TestStore| async move {
        let database = TestDatabase::create(Kind::Sqlite).await;
        let sqlite = TestStore::set_up(&database).await;
        // Both count from the same moment, so that ages are the same.
        let now = postgres.clock().now();
        let [of_sqlite, of_postgres] =
            [sqlite.clone(), postgres].map(|store| tokio::spawn(answers(store, now)));
        for (sqlite, postgres) in of_sqlite.await.unwrap().iter().zip(&of_postgres.await.unwrap()) {
            assert_eq!(sqlite, postgres);
        }
        sqlite.tear_down().await;
        database.remove().await;
    });
}

/// Fills the store, searches, and holds every answer against every row.
async fn answers(store: TestStore, now: Timestamp) -> Vec<Answer> {
    let ada = desk::fill(&store, now).await;
    let rows = EveryRow::read(&store, &ada.actor).await;
    assert!((2_000..3_000).contains(&rows.messages), "{} messages", rows.messages);
    let mut numbers = Numbers(8);
    let mut answers = Vec::new();
    while answers.len() < ASKS {
        // Every fifth search is a customer's.
        let actor = if answers.len() % 5 == 4 { rows.some_customer(&mut numbers) } else { ada.actor.clone() };
        let Some(ask) = Ask::some(&mut numbers, &rows, &actor) else { continue };
        let asked = ask.typed();
        let (expected, facets) = rows.answer(&actor, &ask);
        let expected = Answer { asked: ask.to_string(), found: expected, facets };
        let limit = u32::MAX;
        let (filter, from, to) = (ask.filter.clone(), ask.from, ask.to);
        let results =
            store.search(&actor, &Search { filter, from, to, limit, ..search(&asked) }).await.unwrap();
        let found: Vec<_> = results.items.iter().map(|found| found.conversation.id).collect();
        let whole = i64::try_from(found.len()).unwrap();
        assert_eq!((results.total, results.total_is_exact), (whole, true), "{}", expected.asked);
        for item in &results.items {
            assert!(ask.matches(&text_of(item)), "{} found {item:?}", expected.asked);
        }
        let facets = counted(results);
        let answer = Answer { asked: expected.asked.clone(), found: found.iter().copied().collect(), facets };
        assert_eq!(answer.found.len(), found.len(), "each once: {}", answer.asked);
        assert_eq!(answer, expected, "by {}", actor.name());
        answers.push(answer);
    }
    let telling = answers.iter().filter(|answer| !answer.found.is_empty()).count();
    let broad = answers.iter().filter(|answer| answer.found.len() > 50).count();
    assert!(telling > ASKS / 2 && broad > ASKS / 20, "{telling} found something, {broad} much");
    answers
}

/// Counts above zero, by what people read: ids of agents differ from database to database.
fn counted(results: SearchResults) -> Counts {
    let values = |values: Vec<store::FacetValue>| {
        values.into_iter().filter(|value| value.count > 0).map(|value| (value.label, value.count)).collect()
    };
    results.facets.into_iter().map(|(facet, of)| (facet, values(of))).collect()
}

both_databases! {
    /// S1, S2: past 10,000 conversations counts are of the newest, and still everything returned matches, once.
    async fn s1_s2_past_the_cap_everything_returned_matches(store: TestStore) {
        let ada = agent(&store, "Ada").await;
        let (mut numbers, now) = (Numbers(9), store.clock().now());
        let imports: Vec<_> = (0..MAX_CONVERSATIONS + 500).map(|number| import(&mut numbers, number, now)).collect();
        bring_in(&store, &imports).await.unwrap();
        let filters = [Filter::default(), Filter { age: vec![Age::OneToSevenDays], ..Filter::default() }];
        let asks = filters.into_iter().flat_map(|filter| {
            let ask = |excluded: &[&str]| Ask::of(&["parcels"], excluded, filter.clone());
            [ask(&[]), ask(&["fraud"])]
        });
        for ask in asks {
            let asked = Search { filter: ask.filter.clone(), limit: 100, ..search(&ask.typed()) };
            let (mut seen, mut cursor) = (BTreeSet::new(), None);
            for _ in 0..3 {
                let page = store.search(&ada.actor, &Search { cursor, ..asked.clone() }).await.unwrap();
                assert!(!page.total_is_exact && page.total > 100, "{ask:?}: {}", page.total);
                for item in &page.items {
                    let age = Age::of(now.since(item.conversation.created_at));
                    assert!(ask.matches(&text_of(item)), "{ask:?} found {item:?}");
                    assert!(ask.filter.age.is_empty() || ask.filter.age.contains(&age), "{ask:?} found {item:?}");
                    assert!(seen.insert(item.conversation.id), "{ask:?} found it twice: {item:?}");
                }
                let open = page.facets["status"].iter().find(|value| value.value == "open").unwrap();
                assert_eq!(open.count, page.total, "{ask:?}");
                cursor = page.next_cursor;
            }
            assert_eq!(seen.len(), 300, "{ask:?}");
        }
    }
}

/// A conversation of one message, a parcel in it.
fn import(numbers: &mut Numbers, number: usize, now: Timestamp) -> Import {
    let days = if numbers.below(2) == 0 { 3 } else { 30 };
    let text = format!("parcel {}", desk::words(numbers, 3));
    let at = now - Duration::from_secs(days * 24 * 60 * 60);
    Import {
        customer: CustomerId::new(),
        name: format!("Customer {number}"),
        conversation: ConversationId::new(),
        messages: vec![ImportMessage { client_id: ClientId::new(), at, text }],
    }
}
