//! What holds for all calls: the order of checks, whose things are whose, what a body may be.

use crate::limits::LimitsConfig;
use crate::{AppState, Config, router};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use domain::AgentRole;
use realtime::Hub;
use serde_json::{Value, json};
use store::{By, NewAgent, Store};
use testkit::{Kind, TestStore, run};
use tower::ServiceExt;
use uuid::Uuid;

const PASSWORD: &str = "correct horse battery";

struct Server {
    router: Router,
    store: Store,
}

fn with_server<T: Future<Output = ()>>(test: impl FnOnce(Server) -> T) {
    with_config(Config::default(), test);
}

fn with_config<T: Future<Output = ()>>(config: Config, test: impl FnOnce(Server) -> T) {
    run(Kind::Sqlite, |store: TestStore| {
        let router = router(AppState::new((*store).clone(), Hub::default(), config));
        test(Server { router, store: (*store).clone() })
    });
}

impl Server {
    async fn call(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> (u16, Value) {
        let mut request =
            Request::builder().method(method).uri(format!("/api/v1{path}")).header("host", "localhost");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        read(self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap()).await
    }

    async fn customer(&self, name: &str) -> String {
        let body = json!({ "name": name, "email": "jo@example.com" });
        let (status, answer) = self.call("POST", "/customer-sessions", "", Some(body)).await;
        assert_eq!(status, 201, "{answer}");
        answer["token"].as_str().unwrap().to_owned()
    }

    async fn agent(&self, name: &str, role: AgentRole) -> String {
        let email = format!("{name}@example.com");
        let new = NewAgent { name: name.into(), email: email.clone(), role, password: Some(PASSWORD.into()) };
        self.store.create_agent(&By::command_line(), &new).await.unwrap();
        let body = json!({ "email": email, "password": PASSWORD });
        let (status, answer) = self.call("POST", "/agent-sessions", "", Some(body)).await;
        assert_eq!(status, 201, "{answer}");
        answer["token"].as_str().unwrap().to_owned()
    }

    async fn conversation(&self, customer: &str) -> String {
        let body = json!({ "text": "My card is gone", "client_id": Uuid::new_v4() });
        let (status, answer) = self.call("POST", "/conversations", customer, Some(body)).await;
        assert_eq!(status, 201, "{answer}");
        format!("/conversations/{}", answer["id"].as_str().unwrap())
    }
}

async fn read(response: Response<Body>) -> (u16, Value) {
    let status = response.status();
    let is_problem =
        response.headers().get("content-type").is_some_and(|kind| kind == "application/problem+json");
    assert_eq!(status.is_client_error() || status.is_server_error(), is_problem, "{response:?}");
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status.as_u16(), serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

fn message(text: &str) -> Option<Value> {
    Some(json!({ "client_id": Uuid::new_v4(), "text": text }))
}

#[test]
fn a_customer_and_an_agent_talk() {
    with_server(async |server| {
        let (jo, ann) = (server.customer("Jo").await, server.agent("ann", AgentRole::Agent).await);
        let conversation = server.conversation(&jo).await;
        let messages = format!("{conversation}/messages");

        let (status, refused) = server.call("POST", &messages, &ann, message("Hello")).await;
        assert_eq!((status, &refused["code"]), (409, &json!("not_claimed")));
        let (status, next) = server.call("POST", "/claims", &ann, None).await;
        assert_eq!((status, &next["status"]), (201, &json!("ongoing")));
        assert_eq!(server.call("POST", "/claims", &ann, None).await.0, 204);
        let (_, claim) = server.call("PUT", &format!("{conversation}/claim"), &ann, None).await;
        let mut reply = message("Hello Jo").unwrap();
        reply["claim_token"] = claim["token"].clone();
        let (status, sent) = server.call("POST", &messages, &ann, Some(reply.clone())).await;
        assert_eq!((status, &sent["seq"]), (201, &json!(2)));
        assert_eq!(server.call("POST", &messages, &ann, Some(reply)).await, (200, sent));

        let (_, read) = server.call("GET", &format!("{messages}?after=1"), &jo, None).await;
        assert_eq!(read["items"][0]["text"], "Hello Jo");
        assert_eq!((&read["last_seq"], &read["first_seq"]), (&json!(2), &json!(1)));
        let (status, resolved) = server.call("PUT", &format!("{conversation}/resolution"), &jo, None).await;
        assert_eq!((status, &resolved["status"]), (200, &json!("resolved")));
        assert_eq!(server.call("DELETE", "/sessions/current", &jo, None).await.0, 204);
        assert_eq!(server.call("GET", &conversation, &jo, None).await.0, 401);
    });
}

/// A1: a foreign conversation is missing, in every call.
#[test]
fn foreign_and_unknown_are_the_same() {
    with_server(async |server| {
        let (jo, eve) = (server.customer("Jo").await, server.customer("Eve").await);
        let conversation = server.conversation(&jo).await;
        for path in [conversation, format!("/conversations/{}", Uuid::new_v4()), "/conversations/13".into()] {
            let missing = server.call("GET", &path, &eve, None).await;
            assert_eq!((missing.0, &missing.1["detail"]), (404, &json!("there is no such conversation")));
            for (method, call) in [("GET", "messages"), ("POST", "messages"), ("PUT", "resolution")] {
                let (status, _) = server.call(method, &format!("{path}/{call}"), &eve, message("Hi")).await;
                assert_eq!(status, 404, "{method} {path}/{call}");
            }
        }
        let (_, own) = server.call("GET", "/conversations", &eve, None).await;
        assert_eq!(own, json!({ "items": [], "next_cursor": null }));
    });
}

/// `protocol.md`, REST: signed in, role, object, body, state, in this order.
#[test]
fn checks_come_in_their_order() {
    with_server(async |server| {
        let (jo, ann) = (server.customer("Jo").await, server.agent("ann", AgentRole::Agent).await);
        let conversation = server.conversation(&jo).await;
        let (notes, nowhere) =
            (format!("{conversation}/notes"), format!("/conversations/{}/notes", Uuid::new_v4()));
        let bad = || Some(json!({ "text": 1 }));
        assert_eq!(server.call("POST", &nowhere, "", bad()).await.0, 401);
        assert_eq!(server.call("POST", &nowhere, "wrong", bad()).await.0, 401);
        assert_eq!(server.call("POST", &nowhere, &jo, bad()).await.0, 403);
        assert_eq!(server.call("POST", &nowhere, &ann, bad()).await.0, 404);
        assert_eq!(server.call("POST", &notes, &ann, bad()).await.0, 422);
        assert_eq!(server.call("POST", &format!("{conversation}/messages"), &ann, bad()).await.0, 422);
        assert_eq!(
            server.call("POST", &format!("{conversation}/messages"), &ann, message("Hi")).await.0,
            409
        );
        assert_eq!(server.call("GET", "/agents", &jo, None).await.0, 403);
        assert_eq!(server.call("POST", "/agents", &ann, bad()).await.0, 403);
        assert_eq!(server.call("PATCH", "/agents/13", &ann, bad()).await.0, 403);
        let admin = server.agent("admin", AgentRole::Administrator).await;
        assert_eq!(server.call("PATCH", "/agents/13", &admin, bad()).await.0, 404);
    });
}

#[test]
fn bad_text_is_refused_with_its_field() {
    with_server(async |server| {
        let jo = server.customer("Jo").await;
        let messages = format!("{}/messages", server.conversation(&jo).await);
        for text in ["", " \u{200b}\n", "a\0b", &"x".repeat(10_001)] {
            let (status, problem) = server.call("POST", &messages, &jo, message(text)).await;
            assert_eq!(
                (status, &problem["code"], &problem["field"]),
                (422, &json!("invalid"), &json!("text"))
            );
        }
        let (status, sent) = server.call("POST", &messages, &jo, message(&"😀".repeat(10_000))).await;
        assert_eq!((status, &sent["seq"]), (201, &json!(2)));
        for query in ["?limit=0", "?limit=101", "?limit=x", "?after=-1", "?before=1", "?after=1&after=2"] {
            assert_eq!(server.call("GET", &format!("{messages}{query}"), &jo, None).await.0, 422, "{query}");
        }
        let conversations = ["?status=closed", "?sort=best", "?cursor=x", "?urgency=high", "?tag=%00"];
        for query in conversations {
            assert_eq!(
                server.call("GET", &format!("/conversations{query}"), &jo, None).await.0,
                422,
                "{query}"
            );
        }
    });
}

/// A customer sees no urgency, tags, notes or the agent's id; of an edited message both see the new text.
#[test]
fn customers_see_their_side_only() {
    with_server(async |server| {
        let (jo, ann) = (server.customer("Jo").await, server.agent("ann", AgentRole::Agent).await);
        let conversation = server.conversation(&jo).await;
        server.call("PUT", &format!("{conversation}/claim"), &ann, None).await;
        server
            .call("PUT", &format!("{conversation}/tags"), &ann, Some(json!({ "tags": ["vip", "card"] })))
            .await;
        let notes = format!("{conversation}/notes");
        assert_eq!(server.call("POST", &notes, &ann, message("is angry")).await.0, 201);
        let (_, log) = server.call("GET", &notes, &ann, None).await;
        assert!(log["items"].as_array().unwrap().iter().any(|note| note["text"] == "is angry"));

        let (_, seen) = server.call("GET", &conversation, &jo, None).await;
        assert_eq!(seen["claim"], json!({ "agent": { "name": "ann" } }));
        assert!(
            seen.get("urgency").is_none()
                && seen.get("tags").is_none()
                && seen.get("last_note_seq").is_none()
        );
        let (_, seen) = server.call("GET", &conversation, &ann, None).await;
        assert_eq!(seen["tags"], json!(["card", "vip"]));

        let sent = server.call("POST", &format!("{conversation}/messages"), &jo, message("Helo")).await.1;
        let own = format!("{conversation}/messages/{}", sent["id"].as_str().unwrap());
        let edit = || Some(json!({ "text": "Hello" }));
        assert_eq!(server.call("PATCH", &own, &ann, edit()).await.0, 404);
        let (status, edited) = server.call("PATCH", &own, &jo, edit()).await;
        assert_eq!((status, &edited["text"], &edited["rev"]), (200, &json!("Hello"), &json!(1)));
        let (_, deleted) = server.call("DELETE", &own, &jo, None).await;
        assert_eq!((&deleted["text"], &deleted["deleted"]), (&Value::Null, &json!(true)));
    });
}

/// C1, C4: the second agent hears who holds it.
#[test]
fn a_claim_names_its_holder() {
    with_server(async |server| {
        let jo = server.customer("Jo").await;
        let (ann, bob) =
            (server.agent("ann", AgentRole::Agent).await, server.agent("bob", AgentRole::Agent).await);
        let claim = format!("{}/claim", server.conversation(&jo).await);
        assert_eq!(server.call("PUT", &claim, &ann, None).await.0, 200);
        let (status, refused) = server.call("PUT", &claim, &bob, None).await;
        assert_eq!(
            (status, &refused["code"], &refused["holder"]["name"]),
            (409, &json!("already_claimed"), &json!("ann"))
        );
        assert_eq!(server.call("DELETE", &claim, &bob, None).await.0, 409);
        let (_, agents) = server.call("GET", "/agents", &ann, None).await;
        let bob_id =
            &agents["items"].as_array().unwrap().iter().find(|agent| agent["name"] == "bob").unwrap()["id"];
        let holder = format!("{claim}/holder");
        let (status, handed) = server.call("PUT", &holder, &ann, Some(json!({ "agent_id": bob_id }))).await;
        assert_eq!((status, &handed["claim"]["agent"]["name"]), (200, &json!("bob")));
        let nobody = Some(json!({ "agent_id": Uuid::new_v4() }));
        assert_eq!(server.call("PUT", &holder, &bob, nobody).await.0, 422);
        assert_eq!(server.call("DELETE", &claim, &bob, None).await.0, 204);
    });
}

/// `protocol.md`, Limits.
#[test]
fn failed_sign_ins_are_throttled() {
    with_server(async |server| {
        server.agent("ann", AgentRole::Agent).await;
        let body = |password: &str| Some(json!({ "email": "ann@example.com", "password": password }));
        for _ in 0..10 {
            let (status, problem) = server.call("POST", "/agent-sessions", "", body("wrong")).await;
            assert_eq!((status, &problem["code"]), (401, &json!("wrong_credentials")));
        }
        assert_eq!(server.call("POST", "/agent-sessions", "", body(PASSWORD)).await.0, 429);
        let odd = Some(json!({ "email": "a\0@example.com", "password": "x" }));
        assert_eq!(server.call("POST", "/agent-sessions", "", odd).await.0, 401);
    });
}

#[test]
fn unknown_calls_and_methods_are_problems() {
    with_server(async |server| {
        assert_eq!(server.call("GET", "/nothing", "", None).await.0, 404);
        assert_eq!(server.call("PUT", "/claims", "", None).await.0, 405);
        let request =
            Request::get("/api/v1/openapi.json").header("host", "localhost").body(Body::empty()).unwrap();
        let (status, document) = read(server.router.clone().oneshot(request).await.unwrap()).await;
        assert_eq!((status, &document["info"]["title"]), (StatusCode::OK.as_u16(), &json!("Frontdesk")));
    });
}

/// S1: agents find messages, notes and customers; a customer only their own messages.
#[test]
fn search_keeps_to_the_callers_reach() {
    with_server(async |server| {
        let (jo, eve) = (server.customer("Jo").await, server.customer("Eve").await);
        let ann = server.agent("ann", AgentRole::Agent).await;
        let conversation = server.conversation(&jo).await;
        server.call("POST", &format!("{conversation}/notes"), &ann, message("suspicious zebra")).await;
        let search = async |token: &str, query: &str| {
            server.call("GET", &format!("/search?q={query}"), token, None).await
        };
        for (token, query, total) in [
            (&jo, "card", 1),
            (&eve, "card", 0),
            (&ann, "card", 1),
            (&ann, "zebra", 1),
            (&jo, "zebra", 0),
            (&ann, "jo", 1),
        ] {
            let (status, found) = search(token, query).await;
            assert_eq!((status, &found["total"]), (200, &json!(total)), "{query}");
        }
        let (_, found) = search(&ann, "card&status=open").await;
        assert!(found["items"][0]["snippet"].as_array().unwrap().iter().any(|part| part["hit"] == true));
        assert_eq!(found["facets"]["holder"][1]["count"], 1);
        assert_eq!(search(&jo, "card").await.1["facets"].as_object().unwrap().len(), 2);
        for query in ["", "card&holder=x", "card&from=yesterday", "card&limit=1000"] {
            assert_eq!(search(&ann, query).await.0, 422, "{query}");
        }
        let (_, list) = server.call("GET", "/conversations?q=card&sort=newest", &ann, None).await;
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    });
}

/// D8: what an agent does beside writing messages is limited, each session by itself.
#[test]
fn d8_an_agents_changes_are_limited() {
    let limits = LimitsConfig { agent_changes_per_second: 1, agent_changes_burst: 1, ..Default::default() };
    with_config(Config { limits, ..Config::default() }, async |server| {
        let conversation = server.conversation(&server.customer("Jo").await).await;
        let ann = server.agent("ann", AgentRole::Agent).await;
        let at = |path: &str| format!("{conversation}/{path}");
        let until = json!({ "until": "2999-01-01T00:00:00Z" });
        let reply = json!({ "scope": "own", "stage": "greeting", "text": "Hi" });
        for (method, path, body) in [
            ("PUT", at("tags"), Some(json!({ "tags": ["late"] }))),
            ("POST", at("notes"), message("Hm")),
            ("POST", "/claims".to_owned(), None),
            ("PUT", at("claim"), None),
            ("PUT", at("claim/holder"), Some(json!({ "agent_id": Uuid::new_v4() }))),
            ("DELETE", at("claim"), None),
            ("PUT", at("snooze"), Some(until)),
            ("DELETE", at("snooze"), None),
            ("PUT", at("resolution"), None),
            ("POST", "/canned-replies".to_owned(), Some(reply)),
        ] {
            let mut answered = 0;
            loop {
                let (status, problem) = server.call(method, &path, &ann, body.clone()).await;
                if status == 429 {
                    assert_eq!(problem["code"], "rate_limited");
                    break;
                }
                answered += 1;
                assert!(answered < 20, "{method} {path} is not limited");
            }
        }
        let bob = server.agent("bob", AgentRole::Agent).await;
        assert_ne!(server.call("POST", "/claims", &bob, None).await.0, 429, "another session");
        assert_ne!(server.call("POST", &at("messages"), &ann, message("Hi")).await.0, 429, "a message");
    });
}

/// K1, K2: suggestions fit the stage; shared replies are the administrators'.
#[test]
fn canned_replies_have_owners() {
    with_server(async |server| {
        let (jo, ann) = (server.customer("Jo").await, server.agent("ann", AgentRole::Agent).await);
        let bob = server.agent("bob", AgentRole::Agent).await;
        let admin = server.agent("admin", AgentRole::Administrator).await;
        let new = |scope: &str| {
            Some(
                json!({ "scope": scope, "stage": "greeting", "text": "Hi {{ customer.name | you }}, which card?" }),
            )
        };
        assert_eq!(server.call("POST", "/canned-replies", &ann, new("shared")).await.0, 403);
        let (status, shared) = server.call("POST", "/canned-replies", &admin, new("shared")).await;
        assert_eq!(status, 201);
        let own = server.call("POST", "/canned-replies", &ann, new("own")).await.1;
        let address = |reply: &Value| format!("/canned-replies/{}", reply["id"].as_str().unwrap());
        let change = || Some(json!({ "short_code": "card" }));
        assert_eq!(server.call("PATCH", &address(&shared), &ann, change()).await.0, 403);
        assert_eq!(server.call("GET", &address(&own), &bob, None).await.0, 404);
        assert_eq!(server.call("PATCH", &address(&own), &ann, change()).await.1["short_code"], "card");
        let conversation = server.conversation(&jo).await;
        let (_, suggestions) = server.call("GET", &format!("{conversation}/suggestions"), &ann, None).await;
        assert_eq!(suggestions["stage"], "greeting");
        assert!(
            suggestions["items"].as_array().unwrap().iter().any(|item| item["text"] == "Hi Jo, which card?")
        );
        assert_eq!(server.call("DELETE", &address(&own), &ann, None).await.0, 204);
        assert_eq!(server.call("DELETE", &address(&own), &ann, None).await.0, 404);
    });
}
