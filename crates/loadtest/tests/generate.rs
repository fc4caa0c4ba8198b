//! What `loadtest generate` makes: as if it had all happened, by the rules.
#![cfg(test)]

use domain::search::{Language, Normaliser, Query};
use domain::{Actor, Agent, AgentId, AgentKey, AgentRole, Filter, Status, Timestamp};
use loadtest::generate::{self, Amount, COMMON_WORD, RARE_WORDS, Talks};
use std::sync::Arc;
use store::{Clock, DatabaseConfig, PastDeed, Search, SearchResults, Settings, Store};
use testkit::{both_databases, count};

const AMOUNT: Amount = Amount { messages: 6_000, conversations: 1_000, customers: 200 };

fn agent() -> Agent {
    Agent {
        key: AgentKey(0),
        id: AgentId::new(),
        name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        role: AgentRole::Agent,
    }
}

async fn search(store: &Store, word: &str) -> SearchResults {
    let query = Query::parse(&format!("{word} "), Normaliser::new(Language::English)).unwrap();
    let search = Search { query, filter: Filter::default(), from: None, to: None, cursor: None, limit: 10 };
    store.search(&Actor::Agent(agent()), &search).await.unwrap()
}

/// What no conversation may be like, in SQL: the number of each must be 0.
const BROKEN: [(&str, &str); 9] = [
    (
        "D3: numbers have a gap, or the counter is wrong",
        "SELECT COUNT(*) FROM conversations c
         LEFT JOIN (SELECT conversation_id, COUNT(*) AS count, COUNT(DISTINCT seq) AS numbers, MAX(seq) AS newest,
                           MIN(seq) AS oldest FROM messages GROUP BY conversation_id) m ON m.conversation_id = c.id
         WHERE m.count IS NULL OR m.count <> c.last_seq OR m.numbers <> m.count OR m.newest <> m.count OR m.oldest <> 1",
    ),
    (
        "the counter of a side is wrong",
        "SELECT COUNT(*) FROM conversations c
         WHERE last_customer_seq <> (SELECT COALESCE(MAX(seq), 0) FROM messages WHERE conversation_id = c.id AND side = 'customer')
            OR last_agent_seq <> (SELECT COALESCE(MAX(seq), 0) FROM messages WHERE conversation_id = c.id AND side = 'agent')
            OR last_message_at <> (SELECT MAX(created_at) FROM messages WHERE conversation_id = c.id)",
    ),
    (
        "D3: entries of the log have a gap, or the counter is wrong",
        "SELECT COUNT(*) FROM conversations c
         WHERE last_note_seq <> (SELECT COUNT(*) FROM notes WHERE conversation_id = c.id)
            OR last_note_seq <> (SELECT COALESCE(MAX(note_seq), 0) FROM notes WHERE conversation_id = c.id)",
    ),
    (
        "D2: a message has no key of its own",
        "SELECT COUNT(*) FROM messages m
         LEFT JOIN message_keys k ON k.conversation_id = m.conversation_id AND k.side = m.side
               AND k.author_id = m.author_id AND k.client_id = m.client_id AND k.seq = m.seq
         WHERE k.seq IS NULL",
    ),
    (
        "D2: a conversation has no key",
        "SELECT COUNT(*) FROM conversations c
         WHERE 1 <> (SELECT COUNT(*) FROM conversation_keys k JOIN messages m ON m.client_id = k.client_id
                     WHERE k.conversation_id = c.id AND k.customer_id = c.customer_id AND m.conversation_id = c.id AND m.seq = 1)",
    ),
    (
        "somebody waits who has an answer, or has none and does not wait",
        "SELECT COUNT(*) FROM conversations WHERE (waiting_since IS NULL) <> (last_agent_seq > last_customer_seq)",
    ),
    (
        "U1: what waits is not scored",
        "SELECT COUNT(*) FROM conversations WHERE waiting_since IS NOT NULL AND (urgency_words IS NULL OR urgency_rules = 0)",
    ),
    (
        "what is held was never taken out of the queue",
        "SELECT COUNT(*) FROM conversations WHERE status <> 'open' AND (left_queue_at IS NULL OR claim_token = 0)",
    ),
    (
        "messages are older than the conversation, or younger than now",
        "SELECT COUNT(*) FROM conversations c
         WHERE created_at > (SELECT MIN(created_at) FROM messages WHERE conversation_id = c.id)",
    ),
];

both_databases! {
    async fn what_is_generated_keeps_every_rule(database: DatabaseConfig) {
        let conversations = generate::fill(&database, AMOUNT, 1).await.unwrap();
        assert!((800..1_200).contains(&conversations), "{conversations}");
        assert_eq!(count(&database, "SELECT COUNT(*) FROM messages").await, 6_000);
        for (what, sql) in BROKEN {
            assert_eq!(count(&database, sql).await, 0, "{what}");
        }
        let tagged = count(&database, "SELECT COUNT(DISTINCT conversation_id) FROM conversation_tags").await;
        assert_eq!(tagged, count(&database, "SELECT COUNT(*) FROM conversations WHERE tags <> '[]'").await);
        assert!(tagged > 400, "{tagged}");

        let store = Store::open(&database, Clock::default(), Settings::default(), |_| ()).await.unwrap();
        let counts = store.counts().await.unwrap();
        for status in Status::ALL {
            assert!(counts.of(status) > 0, "none is {status:?}");
        }
        let common = search(&store, COMMON_WORD).await;
        let said = count(&database, "SELECT COUNT(DISTINCT conversation_id) FROM messages WHERE LOWER(text) LIKE '%invoice%'").await;
        assert_eq!(common.total, said, "as many as say it");
        assert!((300..600).contains(&said), "{said}");
        assert_eq!(search(&store, RARE_WORDS[0]).await.total, 1, "the first message of fifty thousand");
        assert!(search(&store, "lead").await.items.iter().any(|found| matches!(found.hit, store::Hit::Note(_))));
        assert_eq!(store.rescore_outdated().await.unwrap(), 0, "all is scored by the present rules");
        store.close().await;

        generate::fill(&database, AMOUNT, 2).await.unwrap();
        assert_eq!(count(&database, "SELECT COUNT(*) FROM messages").await, 12_000, "more can be added");
    }
}

#[test]
fn the_same_seed_says_the_same() {
    let now = Timestamp::from_micros(1_700_000_000_000_000);
    let said = |seed: u64| -> Vec<String> {
        let talks = Talks::new(seed, AMOUNT, vec![Arc::new(agent())], now);
        let steps = talks.flat_map(|past| past.steps);
        let text = steps.filter_map(|step| match step.deed {
            PastDeed::CustomerWrote(text) | PastDeed::AgentWrote(_, text) => {
                Some(format!("{} {text}", step.at))
            }
            _ => None,
        });
        text.collect()
    };
    assert_eq!(said(1), said(1));
    assert_ne!(said(1), said(2));
    assert_eq!(said(1).len(), AMOUNT.messages);
}
