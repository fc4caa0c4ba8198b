//! Tags: agents put them on conversations, administrators make, rename and delete them.

use serde_json::{Value, json};
use testkit::{Person, TestApp, both_databases};
use uuid::Uuid;

async fn tag(agent: &Person, conversation: &str, tags: &[&str]) -> Value {
    agent.put(&format!("/conversations/{conversation}/tags"), json!({ "tags": tags })).await.expect(200)["tags"].take()
}

async fn names(agent: &Person) -> Vec<String> {
    let tags = agent.get("/tags").await.expect(200);
    tags["items"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap().to_owned()).collect()
}

both_databases! {
    /// A tag is one whatever the case of its letters, and keeps the spelling it was made with: on conversations, in
    /// filters, searches and counts.
    async fn tags_differ_by_more_than_case(app: TestApp) {
        let (ada, mira) = (app.customer("Ada").await, app.agent("Mira").await);
        let (first, second) = (ada.open_conversation("My refund").await, ada.open_conversation("Another refund").await);
        assert_eq!(tag(&mira, &first, &["Refund", "REFUND", "Été"]).await, json!(["Refund", "Été"]));
        assert_eq!(tag(&mira, &second, &["refund", "éTÉ"]).await, json!(["Refund", "Été"]));
        assert_eq!(names(&mira).await, ["Refund", "Été"]);
        let (one, other) = tokio::join!(tag(&mira, &first, &["Late", "Refund"]), tag(&mira, &second, &["late", "Refund"]));
        assert_eq!(one, other, "made at once");
        for path in ["/conversations?tag=rEFUND", "/search?q=refund&tag=refund", "/search?q=refund+tag:refund"] {
            let found = mira.get(path).await.expect(200);
            assert_eq!(found["items"].as_array().unwrap().len(), 2, "{path}");
        }
        let facets = mira.get("/search?q=refund&tag=refund").await.expect(200)["facets"].take();
        let counted = json!({ "value": "Refund", "label": "Refund", "count": 2 });
        assert!(facets["tag"].as_array().unwrap().contains(&counted), "{facets}");
    }

    /// `protocol.md`, REST: an administrator's change of a tag is in every conversation at once, live, and audited.
    async fn administrators_make_rename_and_delete_tags(app: TestApp) {
        let (ada, mira, boss) = (app.customer("Ada").await, app.agent("Mira").await, app.administrator("Boss").await);
        let made = boss.post("/tags", json!({ "name": " Billing " })).await.expect(201);
        assert_eq!(made["name"], "Billing");
        let path = format!("/tags/{}", made["id"].as_str().unwrap());
        let conversation = ada.open_conversation("Help").await;
        assert_eq!(tag(&mira, &conversation, &["billing", "vip"]).await, json!(["Billing", "vip"]));
        let mut desk = mira.chat_with(&conversation, "mode=view").await;
        let renamed = boss.patch(&path, json!({ "name": "money" })).await.expect(200);
        assert_eq!(renamed, json!({ "id": made["id"], "name": "money" }));
        let told = desk.frame_where("renamed", |frame| frame["conversation"]["tags"] == json!(["money", "vip"])).await;
        assert_eq!(told["type"], "conversation");
        assert_eq!(mira.conversation(&conversation).await["tags"], json!(["money", "vip"]));
        boss.patch(&path, json!({ "name": "Money" })).await.expect(200);
        assert_eq!(tag(&mira, &conversation, &["money", "vip"]).await, json!(["Money", "vip"]));

        boss.delete(&path).await.expect(204);
        desk.frame_where("deleted", |frame| frame["conversation"]["tags"] == json!(["vip"])).await;
        assert_eq!(mira.conversation(&conversation).await["tags"], json!(["vip"]));
        assert_eq!(names(&mira).await, ["vip"]);
        boss.delete(&path).await.expect_problem(404, "not_found");
        let log = app.store().audit_log(None, 10).await.unwrap().items;
        let object = format!("tag {}", made["id"].as_str().unwrap());
        assert_eq!(log.iter().filter(|entry| entry.object == object && entry.actor == "Boss").count(), 4);
    }

    async fn what_is_no_tag_is_refused(app: TestApp) {
        let (ada, mira, boss) = (app.customer("Ada").await, app.agent("Mira").await, app.administrator("Boss").await);
        let vip = boss.post("/tags", json!({ "name": "vip" })).await.expect(201);
        let other = boss.post("/tags", json!({ "name": "other" })).await.expect(201);
        let path = format!("/tags/{}", other["id"].as_str().unwrap());
        boss.post("/tags", json!({ "name": "VIP" })).await.expect_problem(409, "taken");
        boss.patch(&path, json!({ "name": "Vip" })).await.expect_problem(409, "taken");
        for name in ["", " ", "a,b", "a\nb", &"x".repeat(51)] {
            let problem = boss.post("/tags", json!({ "name": name })).await.expect_problem(422, "invalid");
            assert_eq!(problem["field"], "name");
            boss.patch(&path, json!({ "name": name })).await.expect_problem(422, "invalid");
        }
        boss.post("/tags", json!({ "name": "x", "color": "red" })).await.expect_problem(422, "invalid");
        for nobody in [&ada, &mira] {
            nobody.post("/tags", json!({ "name": "x" })).await.expect_problem(403, "forbidden");
            nobody.patch(&path, json!({ "name": "x" })).await.expect_problem(403, "forbidden");
            nobody.delete(&path).await.expect_problem(403, "forbidden");
        }
        for id in [Uuid::new_v4().to_string(), "13".into()] {
            boss.patch(&format!("/tags/{id}"), json!({ "name": 1 })).await.expect_problem(404, "not_found");
        }
        assert_eq!(names(&mira).await, ["other", "vip"]);
        assert_eq!(vip["name"], "vip");
    }
}
