//! What may be typed into a search: filters among the words, misspelt words, anything at all.

use serde_json::json;
use std::time::Duration;
use testkit::{Answer, Person, TestApp, both_databases};
use tokio::time::timeout;
use url::form_urlencoded::byte_serialize;

/// How long the server may take to learn a word (S4), and as much again for a busy computer.
const LEARNS_WITHIN: Duration = Duration::from_secs(10);

async fn search(person: &Person, typed: &str) -> Answer {
    let encoded: String = byte_serialize(typed.as_bytes()).collect();
    person.get(&format!("/search?q={encoded}")).await
}

/// The conversations found, best first.
async fn found(person: &Person, typed: &str) -> Vec<String> {
    let answer = search(person, typed).await.expect(200);
    let items = answer["items"].as_array().expect("items").iter();
    items.map(|item| item["conversation"]["id"].as_str().expect("an id").to_owned()).collect()
}

both_databases! {
    /// S3: the answer says what was searched for instead; in quotes the word is searched for as it is.
    async fn s3_the_answer_says_what_was_searched_for_instead(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = [customer.open_conversation("Where is my zeppelin?").await];
        let corrected = async {
            while found(&agent, "zepelin ").await.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        timeout(LEARNS_WITHIN, corrected).await.expect("the word is learnt");
        let answer = search(&agent, "my Zepelin status:open").await.expect(200);
        assert_eq!(answer["items"][0]["conversation"]["id"], json!(conversation[0]));
        assert_eq!(answer["searched_for"], json!("my zeppelin status:open"));
        let answer = search(&agent, "\"zepelin\"").await.expect(200);
        assert_eq!((&answer["total"], answer.get("searched_for")), (&json!(0), None));
        let answer = search(&agent, "zeppelin").await.expect(200);
        assert_eq!((&answer["total"], answer.get("searched_for")), (&json!(1), None));
    }

    /// Filters may stand among the words, each as its parameter, and together with them.
    async fn filters_stand_among_the_words(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let claimed = customer.open_conversation("otter one").await;
        let open = customer.open_conversation("otter two").await;
        agent.claim(&claimed).await;
        agent.put(&format!("/conversations/{claimed}/tags"), json!({"tags": ["follow up", "loan"]})).await.expect(200);
        let me = &agent.id;
        for (typed, expected) in [
            ("otter status:open", &open),
            ("status:ongoing otter", &claimed),
            ("otter tag:loan", &claimed),
            ("otter tag:\"follow up\"", &claimed),
            ("otter agent:me", &claimed),
            ("otter holder:none", &open),
            (&*format!("otter agent:{me}"), &claimed),
            ("otter urgency:normal,high,low tag:loan age:<1h", &claimed),
            ("otter after:2020-01-01 before:2999-12-31 two", &open),
            ("otter after:2020-01-01T00:00:00Z agent:me", &claimed),
        ] {
            assert_eq!(found(&agent, typed).await, std::slice::from_ref(expected), "{typed}");
        }
        assert!(found(&agent, "otter before:2020-01-01").await.is_empty());
        assert!(found(&agent, "otter after:2999-01-01").await.is_empty());
        let both = agent.get("/search?q=otter%20status:open&status=ongoing").await.expect(200);
        assert_eq!(both["total"], json!(2), "either matches");
    }

    /// Filters and days that do not exist are named.
    async fn filters_and_days_that_do_not_exist_are_refused(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        customer.open_conversation("otter").await;
        for (typed, names) in [
            ("otter stauts:open", "\"stauts\""),
            ("otter -status:open", "\"-status\""),
            ("otter status:opne", "status"),
            ("otter agent:somebody", "holder"),
            ("otter age:yesterday", "age"),
            ("otter before:2026-02-30", "before:2026-02-30"),
            ("otter before:2026-13-01T00:00:00Z", "before:2026-13-01"),
            ("otter after:soon", "after:soon"),
            ("status:open", "word"),
        ] {
            let problem = search(&agent, typed).await.expect_problem(422, "invalid");
            assert!(problem.to_string().replace("\\\"", "\"").contains(names), "{typed}: {problem}");
        }
        for typed in ["otter agent:me", "otter tag:loan", "otter urgency:high"] {
            search(&customer, typed).await.expect_problem(422, "invalid");
        }
        let never = agent.get("/search?q=otter&from=2026-02-30T00:00:00Z").await;
        never.expect_problem(422, "invalid");
    }

    /// Whatever is typed, there is an answer or a clear refusal.
    async fn anything_typed_is_answered_or_refused(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        customer.open_conversation("plain words, and the a of it 😀").await;
        let thousands = "word ".repeat(5_000);
        let typed = [
            "", " ", "a", "I", "the", "the a of and", "\"", "\"unclosed", "\"un\"closed\"", "“", "-", "--", "-\"", "- -",
            "*", "word*", "^word", "word:", ":", "a:b:c", "&", "|", "!", "a & !b | c", "a <-> b", "'x':*B", "NEAR", "NEAR(a b, 5)",
            "a NOT b", "a AND", "OR", "{a b}:c", "(((((", "a)", "+a", "\\", "%", "_", "\0", "a\0b", "\u{202e}rtl", "\u{fffd}",
            "'; DROP TABLE messages; --", "1=1 OR ''='", "${jndi:ldap}", "<script>", "😀", "👩‍👩‍👧‍👦", "退款", "ﷺ", "i̇", "ß",
            "status:", "tag:\"", "tag:\"\"", "status:open,,", "before:", "before:2026-01-01T", "before:99999999999-01-01",
            &"x".repeat(10_240), &"退".repeat(1_000), &"\u{fdfa}".repeat(1_000), &"a\u{301}".repeat(500), &thousands,
            &"\"a\" ".repeat(200), &"-a ".repeat(300), &"tag:x ".repeat(150), &"misspelt zzzyx ".repeat(16),
        ];
        for typed in typed {
            for person in [&agent, &customer] {
                let answer = search(person, typed).await;
                assert!(matches!(answer.status, 200 | 422), "{typed:?}: {} {}", answer.status, answer.text);
                if answer.status == 422 {
                    answer.expect_problem(422, "invalid");
                }
            }
        }
        for typed in [&*thousands, &"x".repeat(10_240), ""] {
            search(&agent, typed).await.expect_problem(422, "invalid");
        }
        let unknown = agent.get("/search?q=plain&colour=red").await;
        assert_eq!(unknown.status, 422, "{}", unknown.text);
    }
}
