//! Bad input: a clear refusal, nothing lost, nothing half done.

use serde_json::{Value, json};
use testkit::{TestApp, both_databases};
use uuid::Uuid;

both_databases! {
    /// Addresses that cannot be read are those of nothing.
    async fn unreadable_addresses_are_missing_ones(app: TestApp) {
        let customer = app.customer("Ada").await;
        let conversation = customer.open_conversation("Help").await;
        let mut socket = testkit::Socket::open(app.url(), "/ws/chat/%ff/", customer.token()).await;
        assert_eq!(socket.closed().await, 4004);
        for page in ["/chat/%ff/".to_owned(), format!("/chat/{conversation}/?before=x"), "/set-password/%ff".into()] {
            let answer = customer.page(&page).await;
            assert_eq!(answer.status, 404, "{page}");
            assert!(answer.text.contains("<html"), "{page}: {}", answer.text);
        }
        customer.get("/nonsense").await.expect_problem(404, "not_found");
        let elsewhere = customer.page("/api/v2/nonsense").await;
        elsewhere.expect_problem(404, "not_found");
        let agent = app.agent("Grace").await;
        agent.get("/agents?cursor=nonsense").await.expect_problem(422, "invalid");
        let past_the_end = customer.chat_with(&conversation, "after=99999999999").await.frames_until_now().await;
        assert!(past_the_end.iter().all(|frame| frame["type"] != "message"), "{past_the_end:?}");
    }

    /// 400 for what is no JSON, 422 for JSON that is not what was asked for.
    async fn bodies_that_are_not_what_was_asked_for(app: TestApp) {
        let customer = app.customer("Ada").await;
        let id = Uuid::new_v4();
        let invalid_utf8: &[u8] = b"{\"text\": \"\xff\"}";
        customer.post_raw("/conversations", "{\"text\":").await.expect_problem(400, "malformed");
        customer.post_raw("/conversations", invalid_utf8).await.expect_problem(400, "malformed");
        for body in [
            json!([]),
            json!(["Hi", id]),
            json!({}),
            json!({"text": "Hi"}),
            json!({"text": 7, "client_id": id}),
            json!({"text": "Hi", "client_id": "seven"}),
            json!({"text": "Hi", "client_id": id, "status": "resolved"}),
        ] {
            let answer = customer.post("/conversations", body.clone()).await;
            assert_eq!(answer.status, 422, "{body}: {}", answer.text);
        }
        assert_eq!(customer.get("/conversations").await.expect(200)["items"], json!([]));
        let list = app.api().post("/customer-sessions", json!(["Arr", "a@x.test"])).await;
        assert_eq!(list.expect_problem(422, "invalid")["detail"], "invalid type: sequence, expected an object");
    }

    /// Times that are too far away are told from what is no time.
    async fn a_snooze_ends_within_the_range_of_times(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        agent.claim(&conversation).await;
        let path = format!("/conversations/{conversation}/snooze");
        for (until, said) in [
            ("9999-12-31T23:59:59Z", "until: out of range: the latest time is 9999-12-30T22:00:00Z"),
            ("tomorrow", "until: not an RFC 3339 time such as 2026-01-31T09:30:00Z"),
        ] {
            let problem = agent.put(&path, json!({ "until": until })).await.expect_problem(422, "invalid");
            assert_eq!(problem["detail"], said);
        }
        agent.put(&path, json!({ "until": "9999-12-30T22:00:00Z" })).await.expect(200);
    }

    /// A cursor is of the list that gave it: in another order or search it is refused.
    async fn cursors_belong_to_their_lists(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        for _ in 0..3 {
            customer.open_conversation("A refund for my parcel").await;
        }
        for (path, others) in [
            ("/conversations?limit=1&sort=newest", &["/conversations?limit=1&sort=queue", "/conversations?limit=1&sort=waiting"][..]),
            ("/search?limit=1&q=refund", &["/search?limit=1&q=parcel", "/search?limit=1&q=refund&status=open", "/search?limit=1&q=refund+status:open"]),
        ] {
            let page = agent.get(path).await.expect(200);
            let cursor = page["next_cursor"].as_str().unwrap();
            agent.get(&format!("{path}&cursor={cursor}")).await.expect(200);
            for other in others {
                let problem = agent.get(&format!("{other}&cursor={cursor}")).await.expect_problem(422, "invalid");
                assert_eq!(problem["field"], "cursor", "{other}");
            }
        }
    }

    /// 1 to 10,000 characters, not blank, no U+0000; stored exactly as sent.
    async fn text_has_limits_and_is_kept_as_sent(app: TestApp) {
        let customer = app.customer("Ada").await;
        let conversation = customer.open_conversation("Hello").await;
        let mut socket = customer.chat(&conversation).await;
        let too_long = "ä".repeat(10_001);
        for text in ["", " \n\t", "\u{200b}\u{feff}", "a\0b", too_long.as_str()] {
            let answer = customer.send(&conversation, Uuid::new_v4(), text).await;
            assert_eq!(answer.status, 422, "{text:.20}: {}", answer.text);
            socket.send(json!({"type": "send", "client_id": Uuid::new_v4(), "text": text})).await;
            let rejected = socket.frame("rejected").await;
            assert!(rejected["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{rejected}");
        }
        let longest = "🔥".repeat(10_000);
        for text in [longest.as_str(), "  indented\r\n\tand e\u{301} odd 👩‍🚒 ", "<script>alert(1)</script> {{ x }} %s $1 '"] {
            assert_eq!(customer.say(&conversation, text).await["text"], text);
        }
        socket.say("Still fine").await;
        assert_eq!(customer.messages(&conversation).await.len(), 5);
    }

    /// Unknown ids are 404 everywhere, and say nothing of the inside.
    async fn unknown_ids_are_missing(app: TestApp) {
        let agent = app.agent("Grace").await;
        for id in [Uuid::new_v4().to_string(), "13".to_owned(), "not-a-uuid".to_owned()] {
            for path in ["", "/messages", "/notes", "/suggestions", "/similar"] {
                let answer = agent.get(&format!("/conversations/{id}{path}")).await;
                answer.expect_problem(404, "not_found");
            }
            agent.put_empty(&format!("/conversations/{id}/claim")).await.expect_problem(404, "not_found");
            assert_eq!(agent.page(&format!("/chat/{id}/")).await.status, 404);
        }
    }

    /// Unknown parameters and limits outside 1–100 are refused.
    async fn unknown_parameters_and_limits_are_refused(app: TestApp) {
        let agent = app.agent("Grace").await;
        for query in ["limit=0", "limit=101", "limit=x", "status=broken", "page=2", "sort=random", "cursor=zzz"] {
            let answer = agent.get(&format!("/conversations?{query}")).await;
            assert_eq!(answer.status, 422, "{query}: {}", answer.text);
        }
    }

    /// Signed in, role, object, body, state: checked in this order.
    async fn the_checks_come_in_order(app: TestApp) {
        let customer = app.customer("Ada").await;
        let missing = format!("/conversations/{}/notes", Uuid::new_v4());
        assert_eq!(app.api().post(&missing, Value::Null).await.status, 401);
        assert_eq!(customer.post(&missing, Value::Null).await.status, 403);
        let agent = app.agent("Grace").await;
        assert_eq!(agent.post(&missing, Value::Null).await.status, 404);
        let conversation = customer.open_conversation("Help").await;
        customer.resolve(&conversation).await;
        let body = json!({"client_id": Uuid::new_v4(), "text": ""});
        assert_eq!(agent.post(&format!("/conversations/{conversation}/messages"), body).await.status, 422);
    }
}
