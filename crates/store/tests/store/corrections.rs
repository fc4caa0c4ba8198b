//! S3: misspelt words are corrected to words of the index.

use crate::{administrator, agent, conversation, customer, message};
use domain::search::Correction;
use domain::{Actor, ClientId, ConversationId, CustomerId, Filter};
use store::{Search, SearchResults, Session};
use testkit::{TestStore, both_databases, count};

async fn says(store: &TestStore, customer: &Session, text: &str) -> ConversationId {
    store.create_conversation(customer, ClientId::new(), text).await.unwrap().0.id
}

async fn search(store: &TestStore, session: &Session, typed: &str) -> SearchResults {
    let query = store.query(typed).unwrap();
    let search = Search { query, filter: Filter::default(), from: None, to: None, cursor: None, limit: 50 };
    store.search(&session.actor, &search).await.unwrap()
}

/// What was found, and what was searched for where that is something else.
async fn found(store: &TestStore, session: &Session, typed: &str) -> (Vec<ConversationId>, Option<String>) {
    let results = search(store, session, typed).await;
    let ids = results.items.into_iter().map(|found| found.conversation.id).collect();
    (ids, (!results.corrections.is_empty()).then(|| store.respell(typed, &results.corrections)))
}

fn id(customer: &Session) -> CustomerId {
    match &customer.actor {
        Actor::Customer(customer) => customer.id,
        Actor::Agent(_) => panic!("an agent"),
    }
}

fn instead(words: &str) -> Option<String> {
    Some(words.to_owned())
}

both_databases! {
    /// S3: one slip from 4 letters, two from 8, in messages, notes and names; the answer says what was searched for
    /// instead, and marks it.
    async fn s3_misspelt_words_are_corrected(store: TestStore) {
        let noor = customer(&store, "Noor Abdullahi").await;
        let ada = agent(&store, "Ada").await;
        let refund = says(&store, &noor, "Where is my refund for the application?").await;
        store.add_note(&ada, refund, ClientId::new(), "asked the treasury").await.unwrap();
        store.learn_words().await.unwrap();
        for (typed, words) in [
            ("refnud ", "refund "),
            ("my REFUN", "my REFUN"),
            ("my Refünnd,", "my refund,"),
            ("aplicatoin refund ", "application refund "),
            ("aplicatoin refnud ", "application refund "),
            ("treasurry", "treasury"),
            ("abdulahhi ", "abdullahi "),
        ] {
            let expected = (words != typed).then(|| words.to_owned());
            assert_eq!(found(&store, &ada, typed).await, (vec![refund], expected), "{typed}");
        }
        let marked = search(&store, &ada, "refnud ").await.items.remove(0).snippet;
        assert_eq!(marked.iter().find(|segment| segment.hit).unwrap().text, "refund");
    }

    /// S3: what is found is not misspelt, in quotes everything is meant as it is, and neither numbers nor addresses nor
    /// short words are corrected, nor words to what is too far away.
    async fn s3_what_is_meant_is_not_corrected(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let ada = agent(&store, "Ada").await;
        let loan = says(&store, &noor, "the loan 12345 and the loans of abc").await;
        let moan = says(&store, &noor, "moan").await;
        store.learn_words().await.unwrap();
        for typed in ["\"loam\"", "loam@example.com", "abd ", "12346 ", "laom ", "-loam xyzzy "] {
            assert_eq!(found(&store, &ada, typed).await, (vec![], None), "{typed}");
        }
        assert_eq!(found(&store, &ada, "moan ").await, (vec![moan], None));
        assert_eq!(found(&store, &ada, "moan loan ").await, (vec![], None), "each is found by itself");
        let results = search(&store, &ada, "loam ").await;
        assert_eq!(results.corrections, [Correction { word: "loam".into(), instead: "loan".into() }]);
        assert_eq!(results.items[0].conversation.id, loan);
        assert_eq!(store.verbatim("my loam ", &results.corrections), "my \"loam\" ");
    }

    /// S3: of several words that may be meant, one with fewer slips, then one more texts have, then the first.
    async fn s3_the_nearest_then_the_most_common_is_meant(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let ada = agent(&store, "Ada").await;
        says(&store, &noor, "a boot").await;
        let two = [says(&store, &noor, "the boat").await, says(&store, &noor, "boats and a boat").await];
        says(&store, &noor, "transactions transactions transactional").await;
        says(&store, &noor, "transaction").await;
        store.learn_words().await.unwrap();
        let (ids, words) = found(&store, &ada, "boqt ").await;
        assert_eq!((ids.len(), words), (two.len(), instead("boat ")));
        assert_eq!(found(&store, &ada, "transactio ").await.1, instead("transaction "));
    }

    /// S3: a customer's search is corrected to their own conversations' words alone.
    async fn s3_customers_are_corrected_to_their_own_words(store: TestStore) {
        let (noor, bo) = (customer(&store, "Noor").await, customer(&store, "Bo").await);
        says(&store, &noor, "a zeppelin").await;
        store.learn_words().await.unwrap();
        assert_eq!(found(&store, &bo, "zepelin ").await, (vec![], None));
        let his = says(&store, &bo, "my zeppelins").await;
        assert_eq!(found(&store, &bo, "zepelins ").await, (vec![his], instead("zeppelins ")));
    }

    /// S3, A8: a word nobody uses any more is no correction, and is gone from the vocabulary: edited, deleted, erased.
    async fn s3_words_that_are_gone_are_no_corrections(store: TestStore) {
        let (noor, bo) = (customer(&store, "Noor").await, customer(&store, "Bo").await);
        let (ada, boss) = (agent(&store, "Ada").await, administrator(&store, "Boss").await);
        let begun = conversation(&store, &noor).await;
        let sent = store.append(&noor, message(&begun, "a zeppelin and a walrus")).await.unwrap().message;
        says(&store, &bo, "a walrus").await;
        says(&store, &bo, "a trombone").await;
        store.learn_words().await.unwrap();
        assert_eq!(found(&store, &ada, "zepelin ").await.1, instead("zeppelin "));
        store.edit_message(&noor, begun.id, sent.id, "a bassoon").await.unwrap();
        store.learn_words().await.unwrap();
        assert_eq!(found(&store, &ada, "zepelin ").await, (vec![], None));
        assert_eq!(found(&store, &ada, "wallrus ").await.1, instead("walrus "), "others have it");
        assert_eq!(found(&store, &ada, "basoon ").await.1, instead("bassoon "));
        let known = |query| count(store.config(), query);
        assert_eq!(known("SELECT COUNT(*) FROM vocabulary WHERE word = 'zeppelin'").await, 0);
        store.delete_message(&noor, begun.id, sent.id).await.unwrap();
        store.records(&boss).unwrap().erase_customer(id(&bo)).await.unwrap();
        store.learn_words().await.unwrap();
        assert_eq!(known("SELECT COUNT(*) FROM vocabulary WHERE word IN ('bassoon', 'walrus', 'trombone')").await, 0);
        assert_eq!(found(&store, &ada, "tromboone ").await, (vec![], None));
    }

    /// S3: a word is not learnt from a text that was erased before its words were.
    async fn s3_erased_words_are_not_learnt_afterwards(store: TestStore) {
        let (noor, boss) = (customer(&store, "Noor").await, administrator(&store, "Boss").await);
        says(&store, &noor, "a trombone").await;
        store.records(&boss).unwrap().erase_customer(id(&noor)).await.unwrap();
        store.learn_words().await.unwrap();
        assert_eq!(count(store.config(), "SELECT COUNT(*) FROM vocabulary WHERE word = 'trombone'").await, 0);
    }
}
