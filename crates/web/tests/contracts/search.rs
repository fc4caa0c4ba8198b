//! S1–S4: what search finds, for whom.

use serde_json::{Value, json};
use testkit::{Person, TestApp, both_databases};

/// The conversations found, best first.
async fn found(person: &Person, query: &str) -> Vec<String> {
    let answer = person.get(&format!("/search?q={query}")).await.expect(200);
    let items = answer["items"].as_array().expect("items").iter();
    items.map(|item| item["conversation"]["id"].as_str().expect("an id").to_owned()).collect()
}

both_databases! {
    /// S1: every state is found, best first; faults of the reference system: ranking lost, only open and unclaimed
    /// ones found, `13` found by word position.
    async fn s1_every_state_is_found_best_first_and_only_what_was_written(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let open = customer.open_conversation("The aardvark ate my invoice, page one of many pages").await;
        let claimed = customer.open_conversation("Another aardvark problem").await;
        let resolved = customer.open_conversation("aardvark aardvark aardvark").await;
        agent.claim(&claimed).await;
        customer.resolve(&resolved).await;
        let mut ids = found(&agent, "aardvark").await;
        assert_eq!(ids.first(), Some(&resolved), "the best match is first");
        ids.sort_unstable();
        let mut expected = [open, claimed, resolved];
        expected.sort_unstable();
        assert_eq!(ids, expected);
        for position in ["1", "13", "2"] {
            assert!(found(&agent, position).await.is_empty(), "{position}");
        }
    }

    /// S1: names and addresses are found too; accents and case do not matter.
    async fn s1_names_and_addresses_are_found(app: TestApp) {
        let (customer, agent) = (app.customer_with("Zoë Brontë", "zoe@moors.example").await, app.agent("Grace").await);
        let conversation = [customer.open_conversation("Hello").await];
        for query in ["zoe", "BRONTË", "moors", "zoe@moors.example"] {
            assert_eq!(found(&agent, query).await, conversation, "{query}");
        }
    }

    /// S1: agents find notes, customers never; a customer finds only their own.
    async fn s1_everybody_finds_only_what_they_may_see(app: TestApp) {
        let (ada, eve, agent) = (app.customer("Ada").await, app.customer("Eve").await, app.agent("Grace").await);
        let hers = [ada.open_conversation("The walrus is mine").await];
        eve.open_conversation("No animals here").await;
        agent.note(&hers[0], "zanzibar").await;
        assert_eq!(found(&agent, "zanzibar").await, hers);
        assert_eq!(found(&ada, "walrus").await, hers);
        for (person, query) in [(&ada, "zanzibar"), (&eve, "zanzibar"), (&eve, "walrus"), (&eve, "Ada")] {
            let answer = person.get(&format!("/search?q={query}")).await.expect(200);
            assert_eq!((&answer["items"], &answer["total"]), (&json!([]), &json!(0)), "{query}");
            assert!(!answer.to_string().contains("walrus is"), "{answer}");
        }
    }

    /// S2: each facet counts as if it did not filter itself.
    async fn s2_facets_leave_their_own_filter_out(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let claimed = customer.open_conversation("otter").await;
        customer.open_conversation("another otter").await;
        agent.claim(&claimed).await;
        let answer = agent.get("/search?q=otter&status=open").await.expect(200);
        assert_eq!((&answer["total"], &answer["total_is_exact"]), (&json!(1), &json!(true)));
        let count = |facet: &str, value: &str| {
            let values = answer["facets"][facet].as_array().cloned().unwrap_or_default();
            values.iter().find(|entry| entry["value"] == value).map_or(Value::Null, |entry| entry["count"].clone())
        };
        assert_eq!((count("status", "open"), count("status", "ongoing")), (json!(1), json!(1)), "{answer}");
        assert_eq!(count("holder", "none"), json!(1), "{answer}");
    }

    /// S4: an edited message is found by its new words only; a deleted one not at all. Fault: 1.5 MB broke the index.
    async fn s4_what_is_gone_is_not_found(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = [customer.open_conversation("Hello").await];
        let huge = customer.send(&conversation[0], uuid::Uuid::new_v4(), &"wombat ".repeat(215_000)).await;
        huge.expect_problem(413, "too_large");
        let message = customer.say(&conversation[0], "a small wombat").await;
        assert_eq!(found(&agent, "wombat").await, conversation);
        let path = format!("/conversations/{}/messages/{}", conversation[0], message["id"].as_str().expect("an id"));
        customer.patch(&path, json!({"text": "a small koala"})).await.expect(200);
        assert_eq!(found(&agent, "koala").await, conversation);
        assert!(found(&agent, "wombat").await.is_empty());
        customer.delete(&path).await;
        assert!(found(&agent, "koala").await.is_empty());
    }

    /// Operators and quotes of either database's search are words, or nothing.
    async fn what_is_searched_for_is_data(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        customer.open_conversation("plain words").await;
        for query in ["%22", "a%20AND", "NEAR(a%20b)", "words%20*", "-words", "'%3A*", "(%7C%26!)", "%00", "\u{202e}", "%"] {
            let answer = agent.get(&format!("/search?q={query}")).await;
            assert!(matches!(answer.status, 200 | 422), "{query}: {}", answer.text);
        }
    }
}
