use crate::{agent, bring_in, conversation, customer, message};
use domain::search::{Language, Normaliser, Pattern, Query, Word};
use domain::{Actor, Age, ClientId, ConversationId, CustomerId, Filter, Holder, Status, Timestamp};
use std::collections::BTreeSet;
use std::time::Duration;
use store::{Append, Error, Hit, Import, ImportMessage, MAX_CONVERSATIONS, Search, SearchResults, Session};
use testkit::{TestStore, both_databases};

pub(crate) fn search(typed: &str) -> Search {
    let query = Query::parse(typed, Normaliser::new(Language::English)).unwrap();
    Search { query, filter: Filter::default(), from: None, to: None, cursor: None, limit: 100 }
}

async fn results(store: &TestStore, session: &Session, typed: &str) -> SearchResults {
    store.search(&session.actor, &search(typed)).await.unwrap()
}

async fn found(store: &TestStore, session: &Session, typed: &str) -> Vec<ConversationId> {
    results(store, session, typed).await.items.into_iter().map(|found| found.conversation.id).collect()
}

async fn says(store: &TestStore, customer: &Session, text: &str) -> ConversationId {
    store.create_conversation(customer, ClientId::new(), text).await.unwrap().0.id
}

/// What was said in a conversation or is known of its customer, and whether only agents may find it.
struct Said {
    conversation: ConversationId,
    owner: Actor,
    words: Vec<Word>,
    private: bool,
}

impl Said {
    fn new(conversation: ConversationId, owner: &Session, texts: &[&str], private: bool) -> Self {
        let words: Vec<_> = texts.iter().map(|text| Normaliser::new(Language::English).words(text)).collect();
        // No phrase spans two texts.
        let gap = Word { range: 0..0, word: String::new(), stem: None };
        Self { conversation, owner: owner.actor.clone(), words: words.join(&gap), private }
    }

    /// The rule itself, without any index: everything required somewhere in the text, nothing excluded.
    fn is_found_by(&self, actor: &Actor, query: &Query) -> bool {
        let has =
            |pattern: &Pattern| (0..self.words.len()).any(|at| pattern.match_length(&self.words[at..]) > 0);
        let may = actor.agent().is_some() || !self.private && self.owner == *actor;
        may && query.required.iter().all(has) && !query.excluded.iter().any(has)
    }
}

/// Numbers that look random and are the same each time (Knuth's MMIX generator).
pub(crate) struct Numbers(pub u64);

impl Numbers {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn sentence(&mut self, words: &[&str], longest: usize) -> String {
        let length = 1 + self.below(longest);
        (0..length).map(|_| words[self.below(words.len())]).collect::<Vec<_>>().join(" ")
    }
}

const WORDS: [&str; 40] = [
    "loan",
    "Loans",
    "loaned",
    "refund",
    "REFUNDS",
    "réfund",
    "application",
    "applications,",
    "applic",
    "app",
    "13",
    "1300",
    "1,300.50",
    "noor@example.com",
    "@example",
    "don't",
    "dont",
    "Straße",
    "strasse",
    "退款",
    "退",
    "हिन्दी",
    "हिन्दू",
    "ภาษาไทย",
    "мой",
    "мои",
    "😀",
    "NOT",
    "and",
    "or",
    "NEAR",
    "a",
    "can't:log|in",
    "x-y",
    "\u{fdfa}",
    "''",
    "\\",
    "not_yet",
    "I'm",
    "é",
];

const QUERIES: [&str; 24] = [
    "\"loan refund\"",
    "-loan",
    "-\"a app\"",
    "lo",
    "ref ",
    "appl",
    "\"application\"",
    "noor@exam",
    "example.com",
    "\"13",
    "130",
    "退款",
    "हिन्",
    "strass",
    "ÉRÉFUND",
    "refünd",
    "not",
    "\"i'm",
    "can't",
    "x",
    "ภาษา",
    "мой",
    "😀 a",
    "y ",
];

both_databases! {
    /// S1: what is found is exactly what matches, for every caller, whatever is said and typed.
    async fn s1_finds_what_matches_and_nothing_else(store: TestStore) {
        let mut numbers = Numbers(4);
        let customers = [customer(&store, "Amina").await, customer(&store, "Bo").await, customer(&store, "Chen").await];
        let ada = agent(&store, "Ada").await;
        let mut all = Vec::new();
        for n in 0..24 {
            let owner = &customers[numbers.below(customers.len())];
            let text = numbers.sentence(&WORDS, 6);
            let (begun, _) = store.create_conversation(owner, ClientId::new(), &text).await.unwrap();
            let more = numbers.sentence(&WORDS, 60);
            store.append(owner, message(&begun, &more)).await.unwrap();
            let person = [&*begun.customer.name, begun.customer.email.as_deref().unwrap()];
            all.push(Said::new(begun.id, owner, &person, true));
            all.push(Said::new(begun.id, owner, &[&text], false));
            all.push(Said::new(begun.id, owner, &[&more], false));
            if n % 3 == 0 {
                let note = numbers.sentence(&WORDS, 4);
                store.add_note(&ada, begun.id, ClientId::new(), &note).await.unwrap();
                all.push(Said::new(begun.id, owner, &[&note], true));
            }
        }
        store.learn_words().await.unwrap();
        let mut typed: Vec<String> = QUERIES.iter().map(ToString::to_string).collect();
        for _ in 0..60 {
            let words = numbers.sentence(&WORDS, 2);
            typed.push(format!("{words} {}", numbers.sentence(&QUERIES, 2)));
            typed.push(words);
        }
        for typed in typed {
            let Ok(query) = Query::parse(&typed, Normaliser::new(Language::English)) else { continue };
            for session in customers.iter().chain([&ada]) {
                let matching = |query: &Query| -> BTreeSet<ConversationId> {
                    let found = all.iter().filter(|said| said.is_found_by(&session.actor, query));
                    found.map(|said| said.conversation).collect()
                };
                let results = results(&store, session, &typed).await;
                let mut expected = matching(&query);
                if !results.corrections.is_empty() {
                    assert!(expected.is_empty(), "{typed:?} is corrected though it is found");
                    let normaliser = Normaliser::new(Language::English);
                    expected = matching(&query.clone().corrected(&results.corrections, normaliser));
                }
                let got: Vec<_> = results.items.iter().map(|found| found.conversation.id).collect();
                assert_eq!(got.iter().copied().collect::<BTreeSet<_>>(), expected, "{typed:?} by {}", session.actor.name());
                assert_eq!((got.len(), results.total, results.total_is_exact), (expected.len(), i64::try_from(got.len()).unwrap(), true));
                for found in &results.items {
                    assert!(found.snippet.iter().any(|segment| segment.hit), "{typed:?}: {:?}", found.snippet);
                }
            }
        }
    }

    /// S1: names and addresses are found by agents, before what merely mentions them.
    async fn s1_names_and_addresses_come_first(store: TestStore) {
        let (noor, other) = (customer(&store, "Noor Áli").await, customer(&store, "Bo").await);
        let hers = says(&store, &noor, "hello").await;
        let mention = says(&store, &other, "I am a friend of Noor, Noor Ali").await;
        let ada = agent(&store, "Ada").await;
        assert_eq!(found(&store, &ada, "noor").await, [hers, mention]);
        assert_eq!(found(&store, &ada, "\"ali noor\"").await, []);
        assert_eq!(found(&store, &ada, "someone@example.c").await.len(), 2);
        let first = &results(&store, &ada, "ali").await.items[0];
        assert!(matches!(first.hit, Hit::Customer));
        let marked: Vec<_> = first.snippet.iter().filter(|segment| segment.hit).map(|segment| &*segment.text).collect();
        assert_eq!(marked, ["Áli"]);
        assert_eq!(found(&store, &other, "noor").await, [mention], "customers search their messages alone");
    }

    /// S1: better matches come first, newer ones among equals; pages join into the whole.
    async fn s1_ranked_and_paged(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let ada = agent(&store, "Ada").await;
        let once = says(&store, &noor, "refund please and soon").await;
        store.clock().advance(Duration::from_secs(1));
        let much = says(&store, &noor, "refund refund refund refund").await;
        store.clock().advance(Duration::from_secs(1));
        let newer = says(&store, &noor, "refund please and soon").await;
        let whole = found(&store, &ada, "refund ").await;
        assert_eq!(whole, [much, newer, once]);
        assert_eq!(found(&store, &noor, "refund ").await, whole, "customers, too");
        for limit in [1, 2, 3] {
            let (mut pages, mut cursor) = (Vec::new(), None);
            loop {
                let page = store.search(&ada.actor, &Search { limit, cursor, ..search("refund ") }).await.unwrap();
                assert_eq!(page.total, 3);
                pages.extend(page.items.into_iter().map(|found| found.conversation.id));
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(pages, whole, "{limit} a page");
        }
        for foreign in ["MSAyIDM", "MSAyIDMgNA", "?"] {
            let foreign = Search { cursor: Some(foreign.into()), ..search("refund") };
            assert!(matches!(store.search(&ada.actor, &foreign).await, Err(Error::BadCursor)));
        }
    }

    /// S2: each facet counts what the other filters let through.
    async fn s2_facets_are_disjunctive(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let (ada, bo) = (agent(&store, "Ada").await, agent(&store, "Bo").await);
        let ids = [says(&store, &noor, "refund 1").await, says(&store, &noor, "refund 2").await, says(&store, &noor, "refund 3").await];
        says(&store, &noor, "something else").await;
        store.clock().advance(Duration::from_secs(2 * 3600));
        let young = says(&store, &noor, "refund 4").await;
        store.claim(&ada, ids[0]).await.unwrap();
        store.set_tags(&ada, ids[0], &["vip".into(), "late".into()]).await.unwrap();
        store.claim(&bo, ids[1]).await.unwrap();
        store.resolve(&noor, ids[2]).await.unwrap();
        let filter = Filter { status: vec![Status::Ongoing], ..Filter::default() };
        let found = store.search(&ada.actor, &Search { filter, ..search("refund") }).await.unwrap();
        assert_eq!(found.total, 2);
        let counts = |facet: &str| -> Vec<(String, i64)> {
            found.facets[facet].iter().map(|value| (value.value.clone(), value.count)).filter(|(_, count)| *count > 0).collect()
        };
        let of = |counts: &[(&str, i64)]| counts.iter().map(|(value, count)| (value.to_string(), *count)).collect::<Vec<_>>();
        assert_eq!(counts("status"), of(&[("open", 1), ("ongoing", 2), ("resolved", 1)]), "its own filter aside");
        let bo_id = bo.actor.agent().unwrap().id;
        assert_eq!(counts("holder"), of(&[("me", 1), (&bo_id.to_string(), 1)]));
        assert_eq!(counts("tag"), of(&[("late", 1), ("vip", 1)]));
        assert_eq!(counts("age"), of(&[("1h-4h", 2)]));
        assert_eq!(counts("urgency"), of(&[("normal", 2)]));
        let filters = [
            Filter { holder: vec![Holder::Me], ..Filter::default() },
            Filter { holder: vec![Holder::Agent(bo_id), Holder::Nobody], ..Filter::default() },
            Filter { tag: vec!["vip".into(), "none such".into()], ..Filter::default() },
            Filter { age: vec![Age::UnderAnHour], ..Filter::default() },
        ];
        let expected = [vec![ids[0]], vec![young, ids[2], ids[1]], vec![ids[0]], vec![young]];
        for (filter, expected) in filters.into_iter().zip(expected) {
            let found = store.search(&ada.actor, &Search { filter, ..search("refund") }).await.unwrap();
            let got: BTreeSet<_> = found.items.into_iter().map(|found| found.conversation.id).collect();
            assert_eq!(got, expected.into_iter().collect());
        }
        let own = results(&store, &noor, "refund").await;
        assert_eq!(own.facets.keys().copied().collect::<Vec<_>>(), ["age", "status"], "all a customer sees");
    }

    /// S2: counts are exact up to 10,000 conversations, however many matches each has; past that they cover the newest.
    async fn s2_counts_are_exact_up_to_10_000_conversations(store: TestStore) {
        let ada = agent(&store, "Ada").await;
        let import = |number: usize, messages: usize| {
            let at = |n: usize| Timestamp::from_micros(i64::try_from(number * 1000 + n).unwrap());
            Import {
                customer: CustomerId::new(),
                name: format!("Customer {number}"),
                conversation: ConversationId::new(),
                messages: (0..messages)
                    .map(|n| ImportMessage { client_id: ClientId::new(), at: at(n), text: "refund".into() })
                    .collect(),
            }
        };
        let crowded: Vec<_> = (0..100).map(|number| import(number, 110)).collect();
        bring_in(&store, &crowded).await.unwrap();
        let found = results(&store, &ada, "refund").await;
        assert_eq!((found.total, found.total_is_exact), (100, true), "11,000 matches in few conversations");
        let rest: Vec<_> = (100..MAX_CONVERSATIONS + 1).map(|number| import(number, 1)).collect();
        bring_in(&store, &rest).await.unwrap();
        let found = results(&store, &ada, "refund").await;
        assert!(!found.total_is_exact && found.total >= 9_900, "{}", found.total);
        let open = &found.facets["status"][0];
        assert_eq!((open.value.as_str(), open.count), ("open", found.total));
    }

    /// From and to narrow to when it was said.
    async fn from_and_to_are_the_messages_times(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let begun = conversation(&store, &noor).await;
        let at: Timestamp = store.clock().now() + Duration::from_secs(100);
        store.clock().advance(Duration::from_secs(200));
        store.append(&noor, message(&begun, "a refund")).await.unwrap();
        let between = |from, to| {
            let (store, noor) = (&store, &noor);
            async move { store.search(&noor.actor, &Search { from, to, ..search("refund") }).await.unwrap().total }
        };
        assert_eq!(between(Some(at), None).await, 1);
        assert_eq!(between(None, Some(at)).await, 0);
    }

    /// S4: an edited or deleted message is not found by what it said; a committed one at once.
    async fn s4_edits_and_deletions_reach_the_index(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let begun = conversation(&store, &noor).await;
        let sent = store.append(&noor, message(&begun, "first words")).await.unwrap().message;
        assert_eq!(found(&store, &noor, "first").await, [begun.id]);
        store.edit_message(&noor, begun.id, sent.id, "second thoughts").await.unwrap();
        assert_eq!(found(&store, &noor, "first").await, []);
        assert_eq!(found(&store, &noor, "second").await, [begun.id]);
        store.delete_message(&noor, begun.id, sent.id).await.unwrap();
        assert_eq!(found(&store, &noor, "second").await, []);
    }

    /// The longest texts there are can be indexed and found: many words, one word, no words.
    async fn the_longest_texts_are_indexed(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let begun = conversation(&store, &noor).await;
        let texts = ["退".repeat(9_999) + "x", "z".repeat(10_000), "👍".repeat(10_000), "\u{fdfa}".repeat(10_000), "a ".repeat(5_000)];
        for text in &texts {
            store.append(&noor, Append { text: text.clone(), ..message(&begun, "") }).await.unwrap();
        }
        for typed in ["x", "zzz", "\"a a a\"", "\u{fdfa}"] {
            assert_eq!(found(&store, &noor, typed).await, [begun.id], "{typed}");
        }
    }
}
