//! S1, S2: of a common word the newest matches are read, step by step from the newest on.

use crate::search::search;
use crate::{agent, bring_in, customer};
use domain::{ClientId, ConversationId, CustomerId, Timestamp};
use store::{Import, ImportMessage, MAX_CONVERSATIONS, Search, SearchResults, Session};
use testkit::{Kind, TestStore, both_databases, count, execute, run};

fn import(number: usize, text: &str) -> Import {
    let at = Timestamp::from_micros(i64::try_from(number * 1_000).unwrap());
    Import {
        customer: CustomerId::new(),
        name: format!("Customer {number}"),
        conversation: ConversationId::new(),
        messages: vec![ImportMessage { client_id: ClientId::new(), at, text: text.to_owned() }],
    }
}

async fn found(store: &TestStore, session: &Session, typed: &str) -> SearchResults {
    store.search(&session.actor, &search(typed)).await.unwrap()
}

both_databases! {
    /// S1, S2: past 10,000 conversations, too, those that have the word as it was typed come first, then the newest; the
    /// oldest is not among them.
    async fn s1_s2_past_the_cap_what_was_typed_comes_first(store: TestStore) {
        let ada = agent(&store, "Ada").await;
        let typed = [1, 2, 5_000];
        let text = |number| if typed.contains(&number) { "a refund" } else { "two refunds" };
        let imports: Vec<_> = (1..=MAX_CONVERSATIONS + 1).map(|number| import(number, text(number))).collect();
        bring_in(&store, &imports).await.unwrap();
        let results = found(&store, &ada, "refund ").await;
        assert!(!results.total_is_exact);
        assert_eq!(results.total, i64::try_from(MAX_CONVERSATIONS).unwrap());
        let first: Vec<_> = results.items.iter().take(4).map(|found| found.conversation.id).collect();
        let expected = [5_000, 2, MAX_CONVERSATIONS + 1, MAX_CONVERSATIONS];
        assert_eq!(first, expected.map(|number| imports[number - 1].conversation));
    }
}

/// S2: PostgreSQL's index is asked for the newest keys first. However far apart the matches are, all of them are found, in
/// the first steps, in those before, and in what is before many steps.
#[test]
fn s2_matches_far_apart_are_all_found() {
    run(Kind::Postgres, |store: TestStore| async move {
        let ada = agent(&store, "Ada").await;
        let jumps = [
            "SELECT setval('messages_id_seq', 5 * 32768 - 150)",
            "SELECT setval('messages_id_seq', 9 * 32768)",
            "SELECT setval('messages_id_seq', 100 * 32768 - 1)",
        ];
        for (number, jump) in (1..).zip(jumps) {
            let imports: Vec<_> = (0..300).map(|n| import(number * 1_000 + n, "a parcel")).collect();
            bring_in(&store, &imports).await.unwrap();
            let rare = import(number, &format!("a zeppelin {number}"));
            bring_in(&store, &[rare]).await.unwrap();
            let parcels = found(&store, &ada, "parcels ").await;
            let zeppelins = found(&store, &ada, "zeppelins ").await;
            let expected = i64::try_from(number).unwrap();
            assert_eq!((parcels.total, parcels.total_is_exact), (300 * expected, true), "before {jump}");
            assert_eq!((zeppelins.total, zeppelins.total_is_exact), (expected, true), "before {jump}");
            count(store.config(), jump).await;
        }
        bring_in(&store, &[import(1, "a lone parcel")]).await.unwrap();
        assert_eq!(found(&store, &ada, "parcels ").await.total, 901);
        let many: Vec<_> = (0..300).map(|n| import(n, "a parcel")).collect();
        bring_in(&store, &many).await.unwrap();
        assert_eq!(found(&store, &ada, "parcels ").await.total, 1_201);
    });
}

/// S1: PostgreSQL passes over steps of which none is of the time that is asked for, and over no others.
#[test]
fn s1_matches_of_a_time_are_all_found_however_far_back() {
    run(Kind::Postgres, |store: TestStore| async move {
        let ada = agent(&store, "Ada").await;
        let jumps = [
            "SELECT setval('messages_id_seq', 5 * 32768 - 150)",
            "SELECT setval('messages_id_seq', 40 * 32768)",
            "SELECT setval('messages_id_seq', 100 * 32768 - 1)",
        ];
        for (number, jump) in (1..).zip(jumps) {
            let imports: Vec<_> = (0..300).map(|n| import(number * 1_000 + n, "a parcel")).collect();
            bring_in(&store, &imports).await.unwrap();
            count(store.config(), jump).await;
        }
        // Old messages may come late.
        bring_in(&store, &[import(1_500, "a parcel"), import(9_000, "a letter")]).await.unwrap();
        let at = |millis: i64| Some(Timestamp::from_micros(millis * 1_000));
        for (from, to, expected) in [
            (None, at(2_000), 301),
            (at(1_400), at(2_100), 101),
            (at(2_000), at(3_000), 300),
            (at(3_100), None, 200),
            (at(9_000), None, 0),
            (None, at(1_000), 0),
        ] {
            let results = store.search(&ada.actor, &Search { from, to, ..search("parcels ") }).await.unwrap();
            assert_eq!((results.total, results.total_is_exact), (expected, true), "{from:?} {to:?}");
        }
    });
}

/// D8: of a word that is rare now and was common before PostgreSQL gives the newest matches, however many there are; to whom
/// wrote them, too.
#[test]
fn d8_a_word_that_was_common_once_gives_no_more_than_its_newest_matches() {
    run(Kind::Postgres, |store: TestStore| async move {
        let (ada, noor) = (agent(&store, "Ada").await, customer(&store, "Noor").await);
        store.create_conversation(&noor, ClientId::new(), "a conversation").await.unwrap();
        let common_once = "INSERT INTO messages (external_id, conversation_id, seq, side, author_id, author_name,
                                                 client_id, text, created_at, search)
                           SELECT gen_random_uuid(), conversation_id, number, 'customer', author_id, 'Somebody',
                                  gen_random_uuid(), 'a parcel', created_at, '''parcel'':1'::tsvector
                           FROM messages, generate_series(2, 100002) AS number;
                           SELECT setval('messages_id_seq', 100 * 32768)";
        execute(store.config(), common_once).await;
        bring_in(&store, &[import(2, "a lone parcel")]).await.unwrap();
        let results = found(&store, &ada, "parcel ").await;
        assert_eq!((results.total, results.total_is_exact), (2, false));
        let own = found(&store, &noor, "parcel ").await;
        assert_eq!((own.total, own.total_is_exact), (1, false));
    });
}
