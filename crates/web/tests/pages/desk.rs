//! The agent's page: what it fetches and sends beside REST.

use crate::forms::Browser;
use domain::AgentRole;
use reqwest::StatusCode;
use serde_json::Value;
use testkit::{TestApp, both_databases};

/// A browser in which an agent is signed in.
async fn agent(app: &TestApp, name: &str, role: AgentRole) -> Browser {
    match role {
        AgentRole::Agent => app.agent(name).await,
        AgentRole::Administrator => app.administrator(name).await,
    };
    let (browser, email) = (Browser::new(app), format!("{}@example.com", name.to_lowercase()));
    browser.post("/support/agent/", &[("email", &email), ("password", "correct horse battery")]).await;
    browser
}

async fn text(browser: &Browser, path: &str) -> String {
    browser.get(path).await.text().await.unwrap()
}

async fn json(browser: &Browser, path: &str) -> Value {
    serde_json::from_str(&text(browser, path).await).unwrap()
}

both_databases! {
    /// A1: what agents have beside a conversation is no customer's, and nobody's without a session.
    async fn a1_the_workspace_is_the_agents_alone(app: TestApp) {
        let (stranger, customer) = (Browser::new(&app), Browser::new(&app));
        let (chat, _) = customer.begin("Noor", "Hello").await;
        let own = ["pane/", "canned/", "similar/"].map(|part| format!("{chat}{part}"));
        let lists = ["/support/agent/list/", "/support/agent/colleagues/", "/support/agent/replies/"].map(String::from);
        for path in own.iter().chain(&lists) {
            assert_eq!(stranger.get(path).await.status(), StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(customer.get(path).await.status(), StatusCode::FORBIDDEN, "{path}");
        }
        for path in [&*format!("{chat}customer-note/"), "/support/agent/views/", "/support/agent/replies/"] {
            let form = [("version", "0"), ("text", "x"), ("name", "x"), ("stage", "greeting")];
            assert_eq!(customer.post(path, &form).await.status(), StatusCode::FORBIDDEN, "{path}");
        }
    }

    /// The whole page and the parts its script fetches show the same conversation beside the same list.
    async fn a_conversation_stands_beside_any_list(app: TestApp) {
        let (chat, _) = Browser::new(&app).begin("Noor", "The heating is cold").await;
        let mira = agent(&app, "Mira", AgentRole::Agent).await;
        let page = text(&mira, &format!("{chat}?as=agent&mode=view&status=all&sort=waiting")).await;
        assert!(page.contains(r#"<h2 id="list-title">All</h2>"#) && page.contains("<support-desk class=\"desk\""), "{page}");
        assert!(page.contains(&format!("{chat}?as=agent&#38;mode=view&#38;status=all&#38;sort=waiting")), "{page}");
        assert_eq!(page.matches("needs JavaScript").count(), 2, "said in the list, and on a phone in the conversation");
        let pane = text(&mira, &format!("{chat}pane/?as=agent")).await;
        assert!(pane.trim_start().starts_with("<chat-room") && pane.contains("The heating is cold") && !pane.contains("<html"));
        assert!(pane.contains(r#"data-mode="view""#), "opening from the list claims nothing (C4)");
        let missing = mira.get("/chat/0198aaaa-0000-7000-8000-000000000000/pane/").await;
        assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    }

    /// What was answered before comes as words to read and a button; another customer's name in it is marked. A6: all of
    /// it is text.
    async fn similar_conversations_come_with_their_reply(app: TestApp) {
        let (sam, bo) = (app.customer("Sam").await, app.customer("Bo").await);
        let asked = sam.open_conversation("The <b>courier</b> lost my parcel").await;
        let kim = app.agent("Kim").await;
        kim.claim(&asked).await;
        kim.say(&asked, "Sam, I have sent a second <i>parcel</i> by another courier.").await;
        kim.resolve(&asked).await;
        let mira = agent(&app, "Mira", AgentRole::Agent).await;
        let later = bo.open_conversation("a parcel was lost by your courier").await;
        let part = text(&mira, &format!("/chat/{later}/similar/?as=agent")).await;
        assert!(part.contains(&format!("/chat/{asked}/?as=agent&amp;mode=view")), "{part}");
        assert!(part.contains("&#60;b&#62;<mark>courier</mark>&#60;/b&#62; <mark>lost</mark> my <mark>parcel</mark>"), "{part}");
        assert!(part.contains("<mark>Sam</mark>, I have sent a second &#60;i&#62;parcel&#60;/i&#62;"), "{part}");
        assert!(part.contains("Names another customer") && part.contains("data-action=\"insert\""), "{part}");
        let nothing = bo.open_conversation("hello").await;
        let part = text(&mira, &format!("/chat/{nothing}/similar/?as=agent")).await;
        assert!(part.contains("Nothing like it") && !part.contains("insert"), "{part}");
    }

    async fn facets_narrow_widen_and_let_go(app: TestApp) {
        let noor = app.customer("Noor").await;
        let mira = app.agent("Mira").await;
        for tags in ["late", "refund"] {
            let id = noor.open_conversation("Hello").await;
            mira.put(&format!("/conversations/{id}/tags"), serde_json::json!({ "tags": [tags] })).await.expect(200);
        }
        let browser = Browser::new(&app);
        browser.post("/support/agent/", &[("email", "mira@example.com"), ("password", "correct horse battery")]).await;
        let queue = text(&browser, "/support/agent/").await;
        assert!(queue.contains(r#"href="/support/agent/?status=open&#38;tag=late""#), "{queue}");
        let late = text(&browser, "/support/agent/?status=open&tag=late").await;
        assert_eq!(late.matches("<li data-id=").count(), 1);
        assert!(late.contains("status=open&#38;tag=late%2Crefund"), "another value widens it");
        assert!(late.contains(r#"href="/support/agent/?status=open" aria-current="true""#), "chosen again, it lets go");
        for both in ["tag=late,refund", "tag=late&tag=refund"] {
            assert_eq!(text(&browser, &format!("/support/agent/?{both}")).await.matches("<li data-id=").count(), 2);
        }
        assert_eq!(browser.get("/support/agent/?age=soon").await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }

    /// What narrows a list is seen, counted where nothing else does, and can be let go.
    async fn a_filter_that_is_chosen_is_said(app: TestApp) {
        let noor = app.customer("Noor").await;
        noor.open_conversation("Hello").await;
        let held = noor.open_conversation("Hello again").await;
        let browser = agent(&app, "Kim", AgentRole::Agent).await;
        app.agent("Mira").await.claim(&held).await;
        let ongoing = text(&browser, "/support/agent/?status=ongoing").await;
        assert!(ongoing.contains(r#"<h2 id="list-title">Ongoing</h2>"#), "{ongoing}");
        assert!(ongoing.contains(r#"role="status">1 conversation</span>"#), "{ongoing}");
        let lets_go = r#"href="/support/agent/?status=all" aria-current="true""#;
        assert!(ongoing.contains(lets_go), "{ongoing}");
        let snoozed = text(&browser, "/support/agent/?status=snoozed").await;
        assert!(snoozed.contains(r#"<h2 id="list-title">Snoozed</h2>"#) && snoozed.contains(lets_go), "{snoozed}");
        let high = text(&browser, "/support/agent/?urgency=high").await;
        assert!(high.contains(lets_go) && high.contains(r#"role="status">0 conversations</span>"#), "{high}");
        let both = text(&browser, "/support/agent/?status=ongoing&tag=late").await;
        assert!(both.contains(r#"href="/support/agent/?status=ongoing" aria-current="true"><span dir="auto">late"#), "{both}");
        assert!(both.contains(r#"aria-current="true"><span dir="auto">Ongoing</span></a>"#), "no number: {both}");
    }

    /// Nothing is offered that leads nowhere, and a search that cannot be made is not one without matches.
    async fn an_empty_place_says_what_is_so(app: TestApp) {
        let browser = agent(&app, "Kim", AgentRole::Agent).await;
        let entrance = r#"<a href="/support/customer/">/support/customer/</a>"#;
        assert!(text(&browser, "/support/agent/").await.contains(entrance));
        let nothing = text(&browser, "/support/agent/?q=zebra").await;
        assert!(nothing.contains("Nothing was found for <q>zebra</q>.") && !nothing.contains("save-view\" data"), "{nothing}");
        let narrowed = text(&browser, "/support/agent/?q=zebra&tag=late").await;
        assert!(narrowed.contains("with these filters"), "{narrowed}");
        assert!(text(&browser, "/support/agent/?holder=me").await.contains("Nobody is waiting."));
        app.customer("Noor").await.open_conversation("Hello").await;
        assert!(!text(&browser, "/support/agent/?status=resolved").await.contains(entrance));
        for words in ["x".repeat(1_001), "x ".repeat(600), format!("\"{}\"", "x".repeat(1_001))] {
            let refused = text(&browser, &format!("/support/agent/list/?q={words}")).await;
            assert!(refused.contains("The search is too long: 1000 characters at most"), "{refused}");
        }
        for words in ["-refund", "%22", "-", "-refund&tag=late"] {
            let refused = text(&browser, &format!("/support/agent/list/?q={words}")).await;
            let is_said = refused.contains("There is nothing to search for yet");
            assert!(is_said && !refused.contains("Nothing was found"), "{words}: {refused}");
        }
    }

    async fn a_list_is_saved_as_a_view(app: TestApp) {
        let (mira, kim) = (agent(&app, "Mira", AgentRole::Agent).await, agent(&app, "Kim", AgentRole::Agent).await);
        let form = [("name", "Late <ones>"), ("parameters", "tag=late&cursor=x&next=%2F%2Fevil.example")];
        assert_eq!(mira.post("/support/agent/views/", &form).await.status(), StatusCode::NO_CONTENT);
        let list = text(&mira, "/support/agent/?tag=late").await;
        assert!(list.contains("Late &#60;ones&#62;") && list.contains(r#"href="/support/agent/?tag=late" aria-current="true""#), "{list}");
        assert!(!list.contains("evil"));
        assert!(!text(&kim, "/support/agent/").await.contains("Late"));
        for parameters in ["status=asleep", "urgency=huge", "sort=luck", "status=open&status=asleep"] {
            let form = [("name", "Odd"), ("parameters", parameters)];
            let refused = mira.post("/support/agent/views/", &form).await;
            assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{parameters}");
        }
        let shared = [("name", "For all"), ("parameters", "status=all"), ("shared", "yes")];
        assert_eq!(mira.post("/support/agent/views/", &shared).await.status(), StatusCode::FORBIDDEN);
        let chief = agent(&app, "Chief", AgentRole::Administrator).await;
        assert_eq!(chief.post("/support/agent/views/", &shared).await.status(), StatusCode::NO_CONTENT);
        assert!(text(&kim, "/support/agent/").await.contains("For all"));
    }

    async fn a_customers_note_is_never_overwritten_unread(app: TestApp) {
        let (chat, _) = Browser::new(&app).begin("Noor", "Hello").await;
        let mira = agent(&app, "Mira", AgentRole::Agent).await;
        let path = format!("{chat}customer-note/?as=agent");
        assert_eq!(mira.post(&path, &[("version", "0"), ("text", "Likes tea")]).await.status(), StatusCode::OK);
        assert_eq!(mira.post(&path, &[("version", "0"), ("text", "Likes coffee")]).await.status(), StatusCode::CONFLICT);
        assert!(text(&mira, &format!("{chat}pane/?as=agent")).await.contains("Likes tea"));
    }

    async fn own_canned_replies_are_kept_and_picked(app: TestApp) {
        let (chat, _) = Browser::new(&app).begin("Noor", "Hello").await;
        let (mira, kim) = (agent(&app, "Mira", AgentRole::Agent).await, agent(&app, "Kim", AgentRole::Agent).await);
        let place = "/support/agent/replies/";
        let form = [("stage", "greeting"), ("short_code", "hi"), ("text", "Hi {{ customer.name }}!")];
        let page = mira.post(place, &form).await.text().await.unwrap();
        assert!(page.contains("Hi {{ customer.name }}!") && page.contains("/hi"), "{page}");
        let wrong = mira.post(place, &[("stage", "greeting"), ("text", "Hi {{ customer.shoe }}")]).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().await.unwrap().contains("Hi {{ customer.shoe }}"), "what was typed stays");
        for (field, value, says) in [
            ("short_code", &*"x".repeat(51), "The short code is too long: 50 characters at most"),
            ("scope", "everybody", "A canned reply is own or shared"),
        ] {
            let refused = mira.post(place, &[("stage", "greeting"), ("text", "Hi"), (field, value)]).await;
            assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            let page = refused.text().await.unwrap();
            assert!(page.contains(says), "{page}");
        }
        let picked = json(&mira, &format!("{chat}canned/?as=agent")).await;
        let own = picked.as_array().unwrap().iter().find(|reply| reply["is_own"] == true).unwrap();
        assert_eq!((&own["short_code"], &own["text"]), (&"hi".into(), &"Hi Noor!".into()));
        assert!(!text(&kim, place).await.contains("Hi {{ customer.name }}!"));
        let at = page.find(r#"action="/support/agent/replies/0"#).unwrap() + 8;
        let change: String = page[at..].chars().take_while(|c| *c != '"').collect();
        let form = [("stage", "ongoing"), ("text", "Hey {{ customer.name }}!")];
        assert_eq!(kim.post(&change, &form).await.status(), StatusCode::NOT_FOUND);
        assert!(mira.post(&change, &form).await.text().await.unwrap().contains("Hey {{ customer.name }}!"));
        assert!(!mira.post(&format!("{change}delete/"), &[]).await.text().await.unwrap().contains("Hey {{"));
    }
}
