//! Making the search index anew: what is wrong in it is put right, while others search and write.

use crate::import::import;
use crate::search::search;
use crate::{administrator, agent, bring_in, conversation, customer, message};
use domain::{ClientId, CustomerId};
use store::{DatabaseConfig, Import, Reindexing, Session};
use testkit::{TestStore, both_databases, count, execute};

/// More than one commit's.
const MANY: usize = 1_200;

async fn reindex(store: &TestStore) -> u64 {
    let mut so_far = Reindexing::default();
    while store.reindex_more(&mut so_far).await.unwrap() {}
    so_far.texts
}

/// How many conversations a word is found in.
async fn found(store: &TestStore, agent: &Session, word: &str) -> i64 {
    store.search(&agent.actor, &search(&format!("{word} "))).await.unwrap().total
}

fn many(word: &str) -> Import {
    let texts: Vec<_> = (0..MANY).map(|number| format!("{word} {number}")).collect();
    import(&texts.iter().map(|text| (1, text.as_str())).collect::<Vec<_>>())
}

both_databases! {
    /// S1, S4: whatever the index says, afterwards it says what the texts say, no more and no less.
    async fn s1_an_index_made_anew_says_what_the_texts_say(store: TestStore) {
        let ada = agent(&store, "Ada").await;
        let zebedee = customer(&store, "Zebedee").await;
        let begun = conversation(&store, &zebedee).await;
        let deleted = store.append(&zebedee, message(&begun, "The gryphon")).await.unwrap().message;
        store.delete_message(&zebedee, begun.id, deleted.id).await.unwrap();
        store.add_note(&ada, begun.id, ClientId::new(), "Owns a manticore").await.unwrap();
        bring_in(&store, &[many("pelican")]).await.unwrap();
        let words = ["parcel", "manticore", "zebedee", "pelican", "1199"];
        let wrong = match store.config() {
            DatabaseConfig::Sqlite { .. } => {
                "DELETE FROM messages_fts WHERE rowid <> 1; DELETE FROM notes_fts; DELETE FROM customers_fts;
                 INSERT OR REPLACE INTO messages_fts (rowid, words) VALUES (1, 'unsaid'), (700, 'unsaid'), (99999, 'unsaid');
                 DELETE FROM vocabulary; INSERT INTO vocabulary (word) VALUES ('unsaid')"
            }
            DatabaseConfig::Postgres { .. } => {
                "UPDATE messages SET search = ''; UPDATE notes SET search = ''; UPDATE customers SET search = '';
                 UPDATE messages SET search = '''unsaid'':1' WHERE id IN (1, 700);
                 DELETE FROM vocabulary; INSERT INTO vocabulary (word) VALUES ('unsaid')"
            }
        };
        execute(store.config(), wrong).await;
        for word in words {
            assert_eq!(found(&store, &ada, word).await, 0, "{word} is still found: the test proves nothing");
        }
        assert!(found(&store, &ada, "unsaid").await > 0);

        assert_eq!(reindex(&store).await, MANY as u64 + 5);
        for word in words {
            assert_eq!(found(&store, &ada, word).await, 1, "{word}");
        }
        for word in ["unsaid", "gryphon"] {
            assert_eq!(found(&store, &ada, word).await, 0, "{word}");
        }
        let corrected = |typed: &str| search(&format!("{typed} "));
        let misspelt = store.search(&ada.actor, &corrected("pelicna")).await.unwrap();
        assert_eq!((misspelt.total, misspelt.corrections.len()), (1, 1));
        let forgotten = store.search(&ada.actor, &corrected("unsaidd")).await.unwrap();
        assert_eq!(forgotten.corrections.len(), 0);
        assert_eq!(reindex(&store).await, MANY as u64 + 5);
    }

    /// Whoever searches meanwhile finds all there is, and what is written, edited and erased meanwhile is found as it is.
    async fn s4_others_search_and_write_meanwhile(store: TestStore) {
        let (ada, boss) = (agent(&store, "Ada").await, administrator(&store, "Boss").await);
        let erased: Vec<Import> = (0..5).map(|_| many("ostrich")).collect();
        bring_in(&store, &erased).await.unwrap();
        let zebedee = customer(&store, "Zebedee").await;
        let begun = conversation(&store, &zebedee).await;
        let first = store.append(&zebedee, message(&begun, "A gryphon")).await.unwrap().message;
        bring_in(&store, &[many("pelican")]).await.unwrap();
        let others = async {
            for round in 0..20 {
                assert_eq!(found(&store, &ada, "pelican").await, 1);
                store.edit_message(&zebedee, begun.id, first.id, &format!("A basilisk {round}")).await.unwrap();
                store.append(&zebedee, message(&begun, &format!("dodo {round}"))).await.unwrap();
                if let Some(Import { customer, .. }) = erased.get(round) {
                    let customer: CustomerId = *customer;
                    store.records(&boss).unwrap().erase_customer(customer).await.unwrap();
                }
            }
        };
        let (_, ()) = tokio::join!(reindex(&store), others);
        for (word, conversations) in [("ostrich", 0), ("gryphon", 0), ("basilisk", 1), ("dodo", 1), ("pelican", 1)] {
            assert_eq!(found(&store, &ada, word).await, conversations, "{word}");
        }
    }

    /// An index of SQLite's that cannot be read any more is emptied and filled again; what an interrupted `REINDEX` of
    /// PostgreSQL's has left goes.
    async fn what_is_damaged_is_made_whole(store: TestStore) {
        let ada = agent(&store, "Ada").await;
        conversation(&store, &customer(&store, "Zebedee").await).await;
        match store.config() {
            DatabaseConfig::Sqlite { .. } => {
                execute(store.config(), "UPDATE messages_fts_data SET block = X'00FF' WHERE id > 10").await;
                let searched = store.search(&ada.actor, &search("parcel ")).await;
                assert!(searched.is_err(), "it can be read: the test proves nothing");
            }
            DatabaseConfig::Postgres { .. } => {
                let leave = "CREATE INDEX messages_search_ccnew ON messages USING GIN (search);
                             CREATE INDEX notes_search_ccold ON notes USING GIN (search)";
                execute(store.config(), leave).await;
            }
        }
        reindex(&store).await;
        assert_eq!(found(&store, &ada, "parcel").await, 1);
        if matches!(store.config(), DatabaseConfig::Postgres { .. }) {
            let left = "SELECT COUNT(*) FROM pg_indexes WHERE indexname LIKE '%search_cc%' AND schemaname = current_schema";
            assert_eq!(count(store.config(), left).await, 0);
        }
    }
}
