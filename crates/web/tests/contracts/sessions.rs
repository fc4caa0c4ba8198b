//! A1–A5: who is who, and what a session may reach.

use serde_json::json;
use std::time::{Duration, Instant};
use testkit::{Socket, TestApp, both_databases};
use uuid::Uuid;

both_databases! {
    /// A1: somebody else's conversation answers as a missing one does.
    async fn a1_a_foreign_conversation_is_a_missing_one(app: TestApp) {
        let (ada, eve) = (app.customer("Ada").await, app.customer("Eve").await);
        let foreign = ada.open_conversation("Help").await;
        let missing = Uuid::new_v4().to_string();
        for path in ["", "/messages", "/notes", "/suggestions", "/similar"] {
            let of = |id: &str| format!("/conversations/{id}{path}");
            let (theirs, none) = (eve.get(&of(&foreign)).await, eve.get(&of(&missing)).await);
            assert_eq!(theirs.status, none.status);
            assert_eq!(theirs.text.replace(&foreign, "ID"), none.text.replace(&missing, "ID"));
        }
        eve.send(&foreign, Uuid::new_v4(), "Mine").await.expect_problem(404, "not_found");
        for id in [&foreign, &missing] {
            assert_eq!(eve.chat(id).await.closed().await, 4004);
            assert_eq!(eve.page(&format!("/chat/{id}/")).await.status, 404);
        }
        assert_eq!(ada.messages(&foreign).await.len(), 1);
    }

    /// A2: signing out ends the session and closes its sockets within a second.
    async fn a2_signing_out_closes_the_sessions_sockets(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        for person in [&customer, &agent] {
            let mut socket = person.chat(&conversation).await;
            socket.frame("welcome").await;
            let began = Instant::now();
            person.delete("/sessions/current").await.expect(204);
            assert_eq!(socket.closed().await, 4001);
            assert!(began.elapsed() < Duration::from_secs(1), "after {:?}", began.elapsed());
            person.get("/conversations").await.expect_problem(401, "not_signed_in");
            assert_eq!(person.chat(&conversation).await.closed().await, 4001);
        }
    }

    /// A2: an unknown address and a wrong password get the same answer.
    async fn a2_unknown_and_wrong_are_the_same(app: TestApp) {
        let agent = app.agent("Grace").await;
        let wrong = json!({"email": agent.email, "password": "not it at all"});
        let unknown = json!({"email": "nobody@example.com", "password": "not it at all"});
        let wrong = app.api().post("/agent-sessions", wrong).await;
        let unknown = app.api().post("/agent-sessions", unknown).await;
        assert_eq!((wrong.status, &wrong.text), (unknown.status, &unknown.text));
        assert_eq!(wrong.status, 401);
    }

    /// Sign-in: ten failures and the account waits, from this address.
    async fn the_eleventh_wrong_password_is_throttled(app: TestApp) {
        let agent = app.agent("Grace").await;
        let body = json!({"email": agent.email, "password": "not it at all"});
        for _ in 0..10 {
            assert_eq!(app.api().post("/agent-sessions", body.clone()).await.status, 401);
        }
        let throttled = app.api().post("/agent-sessions", body).await;
        assert!(throttled.headers.contains_key("retry-after"));
        throttled.expect_problem(429, "rate_limited");
    }

    /// A socket from another site is refused before the upgrade, whatever it shows; a cookie alone needs an origin.
    async fn a_socket_of_another_origin_is_refused(app: TestApp) {
        let customer = app.customer("Ada").await;
        let conversation = customer.open_conversation("Help").await;
        let path = format!("/ws/chat/{conversation}/");
        let bearer = format!("Bearer {}", customer.token());
        let open = |headers: Vec<(&'static str, String)>| {
            let (server, path) = (app.url().clone(), path.clone());
            async move {
                let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                Socket::try_open(&server, &path, &headers).await.map(|_| ())
            }
        };
        let own_origin = app.url().origin().ascii_serialization();
        let evil = "https://evil.example".to_owned();
        assert_eq!(open(vec![("authorization", bearer.clone()), ("origin", evil)]).await, Err(403));
        assert_eq!(open(vec![("authorization", bearer.clone()), ("origin", own_origin)]).await, Ok(()));
        assert_eq!(open(vec![("authorization", bearer)]).await, Ok(()));
    }

    /// A11: the same address in two sessions is two customers; neither sees the other's.
    async fn a11_a_typed_address_proves_nothing(app: TestApp) {
        let ada = app.customer("Ada").await;
        ada.open_conversation("Help").await;
        let same_address = app.customer_with("Eve", &ada.email).await;
        assert_ne!(ada.id, same_address.id);
        assert_eq!(same_address.get("/conversations").await.expect(200)["items"], json!([]));
    }

    /// A customer sees neither the agent's id nor address, urgency or tags.
    async fn a_customer_sees_only_the_agents_name(app: TestApp) {
        let (customer, agent) = (app.customer("Ada").await, app.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        agent.claim(&conversation).await;
        let seen = customer.conversation(&conversation).await;
        assert_eq!(seen["claim"], json!({"agent": {"name": "Grace"}}));
        for hidden in ["urgency", "tags", "last_note_seq"] {
            assert!(seen.get(hidden).is_none(), "{hidden} in {seen}");
        }
        let text = seen.to_string();
        assert!(!text.contains(&agent.id) && !text.contains(&agent.email), "{text}");
    }
}
