//! The admin panel, as a browser without scripts uses it (A10).

use crate::forms::Browser;
use reqwest::{Response, StatusCode};
use testkit::{Person, TestApp, both_databases};

const PASSWORD: &str = "correct horse battery";
const HOSTILE: &str = "<script>alert(1)</script> \"' {{ 7*7 }} %s";
const ESCAPED: &str = "&#60;script&#62;alert(1)&#60;/script&#62;";

/// An administrator in a browser.
async fn administrator(app: &TestApp) -> (Browser, Person) {
    let person = app.administrator("Boss").await;
    let browser = Browser::new(app);
    let form = [("email", &*person.email), ("password", PASSWORD), ("next", "/admin/")];
    let home = browser.post("/support/agent/", &form).await;
    assert_eq!((home.status(), home.url().path()), (StatusCode::OK, "/admin/"));
    (browser, person)
}

/// The record a form led to: its address and page.
async fn saved(response: Response) -> (String, String) {
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.url().query(), Some("done=saved"));
    (response.url().path().to_owned(), response.text().await.unwrap())
}

async fn page(browser: &Browser, path: &str) -> String {
    let response = browser.get(path).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.text().await.unwrap()
}

/// Deletes what an address shows, after reading what goes with it; answers that page.
async fn delete(browser: &Browser, path: &str) -> String {
    let asked = page(browser, &format!("{path}delete")).await;
    assert!(asked.contains("cannot be undone"));
    let response = browser.post(&format!("{path}delete"), &[]).await;
    assert_eq!((response.status(), response.url().query()), (StatusCode::OK, Some("done=deleted")));
    assert_eq!(browser.get(path).await.status(), StatusCode::NOT_FOUND);
    asked
}

fn client_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

both_databases! {
    /// A10: nobody in particular is asked to sign in and led back; an agent is refused, on every page.
    async fn a10_only_administrators_come_in(app: TestApp) {
        let nobody = Browser::new(&app);
        let asked = page(&nobody, "/admin/customers/?q=noor").await;
        assert!(asked.contains(r#"name="next" value="/admin/customers/?q=noor""#), "{asked}");
        let refused = nobody.post("/admin/customers/new", &[("name", "Eve")]).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        let agent = app.agent("Ada").await;
        let browser = Browser::new(&app);
        browser.post("/support/agent/", &[("email", &agent.email), ("password", PASSWORD)]).await;
        for path in ["", "users/", "customers/new", "agents/", "conversations/", "messages/", "canned-replies/", "urgency/", "audit-log/"] {
            let refused = browser.get(&format!("/admin/{path}")).await;
            assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{path}");
            assert!(refused.text().await.unwrap().contains("ask an administrator"));
        }
        assert_eq!(browser.post("/admin/customers/new", &[("name", "Eve")]).await.status(), StatusCode::FORBIDDEN);
    }

    /// U1, A7: words and weights are shown, tried out, changed, audited and put back; what cannot be used is refused.
    async fn u1_administrators_tune_words_and_weights(app: TestApp) {
        let (browser, _) = administrator(&app).await;
        app.customer("Noor").await.open_conversation("The zebra <b>limps</b>").await;
        let shown = page(&browser, "/admin/urgency/").await;
        assert!(shown.contains("cannot get in") && shown.contains("No message changes its level"), "{shown}");

        let form = |weight: &'static str, step: &'static str, version: &'static str| {
            [("version", version), ("high-from", "50"), ("low-below", "10"), ("reason-0", HOSTILE), ("weight-0", weight),
             ("phrases-0", "zebra\r\n\r\ndown {not}"), ("reason-1", ""), ("weight-1", ""), ("phrases-1", ""), ("do", step)]
        };
        let tried = browser.post("/admin/urgency/preview", &form("60", "", "1")).await.text().await.unwrap();
        assert!(tried.contains("Normal → High") && tried.contains(ESCAPED), "{tried}");
        assert!(tried.contains("The zebra &#60;b&#62;limps") && !tried.contains("<html"), "{tried}");
        let tried = browser.post("/admin/urgency/", &form("60", "preview", "1")).await.text().await.unwrap();
        assert!(tried.contains("Normal → High") && tried.contains("down {not}"), "{tried}");

        let wrong = browser.post("/admin/urgency/", &form("much", "save", "1")).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().await.unwrap().contains("is no whole number"));
        let wrong = browser.post("/admin/urgency/", &form("101", "save", "1")).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().await.unwrap().contains("from -100 to 100"));
        let (_, saved_page) = saved(browser.post("/admin/urgency/", &form("60", "save", "1")).await).await;
        assert!(saved_page.contains(ESCAPED) && !saved_page.contains("cannot get in"), "{saved_page}");
        let late = browser.post("/admin/urgency/", &form("60", "save", "1")).await;
        assert_eq!(late.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(late.text().await.unwrap().contains("changed the rules meanwhile"));
        let (_, back) = saved(browser.post("/admin/urgency/", &form("60", "reset", "2")).await).await;
        assert!(back.contains("cannot get in") && !back.contains(ESCAPED), "{back}");
        let log = page(&browser, "/admin/audit-log/").await;
        assert_eq!(log.matches("urgency rules").count(), 2, "{log}");
    }

    /// Unknown ids and pages are 404, whatever the kind; what is not to be changed has no form.
    async fn what_is_not_there_is_not_found(app: TestApp) {
        let (browser, _) = administrator(&app).await;
        for kind in ["users", "customers", "agents", "conversations", "messages", "canned-replies", "tags", "audit-log"] {
            assert!(page(&browser, &format!("/admin/{kind}/")).await.contains("<h1>"));
            for id in [client_id(), "42".to_owned(), "%27".to_owned()] {
                for page in ["", "edit", "delete"] {
                    let missing = browser.get(&format!("/admin/{kind}/{id}/{page}")).await;
                    assert_eq!(missing.status(), StatusCode::NOT_FOUND, "{kind}/{id}/{page}");
                }
            }
        }
        assert_eq!(browser.get("/admin/audit-log/new").await.status(), StatusCode::NOT_FOUND);
    }

    async fn customers_are_added_found_corrected_and_erased(app: TestApp) {
        let (browser, _) = administrator(&app).await;
        let form = [("name", HOSTILE), ("email", "noor@example.com")];
        let (path, record) = saved(browser.post("/admin/customers/new", &form).await).await;
        assert!(record.contains(ESCAPED) && !record.contains("<script>alert"), "{record}");
        let list = page(&browser, "/admin/customers/?q=noor&order=name").await;
        assert!(list.contains(ESCAPED) && !list.contains("<script>alert"), "{list}");
        assert!(page(&browser, "/admin/customers/?q=nobody").await.contains("No matches"));
        let wrong = browser.post(&format!("{path}edit"), &[("name", " "), ("email", "noor")]).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let again = wrong.text().await.unwrap();
        assert!(again.contains(r#"id="name-error""#) && again.contains(r#"value="noor""#), "{again}");
        let form = [("name", "Noor Ali"), ("email", "noor@example.org")];
        let (_, record) = saved(browser.post(&format!("{path}edit"), &form).await).await;
        assert!(record.contains("Noor Ali") && record.contains("noor@example.org"));
        let log = page(&browser, "/admin/audit-log/").await;
        assert!(log.contains("Noor Ali") && log.contains(&format!(r#"href="{path}""#)), "who it was about: {log}");
        delete(&browser, &path).await;
        let log = page(&browser, "/admin/audit-log/").await;
        for action in ["Customer added", "Customer changed", "Customer erased"] {
            assert!(log.contains(action), "{action}");
        }
        assert!(!log.contains("Noor Ali"), "A7: customers by their id alone");
    }

    /// A8, A10: erasing a customer says what goes, and signs them out.
    async fn a8_erasure_says_what_goes(app: TestApp) {
        let (browser, _) = administrator(&app).await;
        let noor = app.customer("Noor").await;
        let conversation = noor.open_conversation("my secret").await;
        let asked = delete(&browser, &format!("/admin/customers/{}/", noor.id)).await;
        assert!(asked.contains("1 conversation") && asked.contains("1 message"), "{asked}");
        noor.get(&format!("/conversations/{conversation}")).await.expect(401);
        assert!(page(&browser, "/admin/messages/?q=secret").await.contains("No matches"));
    }

    async fn agents_are_added_disabled_and_deleted(app: TestApp) {
        let (browser, boss) = administrator(&app).await;
        let form = [("name", "Ada"), ("email", "ada@example.com"), ("role", "agent"), ("password", "")];
        let (path, _) = saved(browser.post("/admin/agents/new", &form).await).await;
        let taken = browser.post("/admin/agents/new", &form).await;
        assert_eq!(taken.status(), StatusCode::CONFLICT);
        assert!(taken.text().await.unwrap().contains(r#"id="email-error""#));
        let link = browser.post(&format!("{path}password-link"), &[]).await.text().await.unwrap();
        assert!(link.contains(app.url().join("set-password/").unwrap().as_str()), "a whole address: {link}");
        let short = browser.post("/admin/agents/new", &[("name", " "), ("email", "ada"), ("role", "agent"), ("password", "short")]).await;
        let short = short.text().await.unwrap();
        for field in ["name", "email", "password"] {
            assert!(short.contains(&format!(r#"id="{field}-error""#)), "every field that is wrong says so: {field}");
        }
        assert_eq!(short.matches(" autofocus").count(), 1, "one goes on at the first of them");
        let form = [("name", "Ada L"), ("email", "ada@example.com"), ("role", "agent"), ("disabled", "yes")];
        saved(browser.post(&format!("{path}edit"), &form).await).await;
        assert!(page(&browser, "/admin/agents/?disabled=yes&q=ada").await.contains("Ada L"));
        delete(&browser, &path).await;
        let oneself = browser.post(&format!("/admin/agents/{}/delete", boss.id), &[]).await;
        assert_eq!(oneself.status(), StatusCode::CONFLICT);
        assert!(oneself.text().await.unwrap().contains("You cannot delete yourself"));
    }

    /// Who is thrown out because they were disabled is told so, nobody else; enabled again they just sign in.
    async fn a2_a_disabled_agent_is_told_why(app: TestApp) {
        let (boss, _) = administrator(&app).await;
        let (ada, noor) = (app.agent("Ada").await, app.customer("Noor").await);
        let path = format!("/chat/{}/?as=agent", noor.open_conversation("Hello").await);
        let (browser, stranger) = (Browser::new(&app), Browser::new(&app));
        browser.post("/support/agent/", &[("email", &*ada.email), ("password", PASSWORD)]).await;
        assert_eq!(browser.get(&path).await.status(), StatusCode::OK);
        let told = async |browser: &Browser| {
            let refused = browser.get(&path).await;
            assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
            refused.text().await.unwrap().contains("Your account has been disabled: ask an administrator of your team")
        };
        let edit = format!("/admin/agents/{}/edit", ada.id);
        let change = async |disabled| {
            let form = [("name", "Ada"), ("email", &*ada.email), ("role", "agent"), ("disabled", disabled)];
            saved(boss.post(&edit, &form).await).await;
        };
        change("yes").await;
        assert!(told(&browser).await && !told(&stranger).await);
        change("no").await;
        assert!(!told(&browser).await);
    }

    async fn users_are_added_in_each_role_and_deleted(app: TestApp) {
        let (browser, _) = administrator(&app).await;
        for (role, email) in [("customer", "c@example.com"), ("agent", "a@example.com"), ("administrator", "b@example.com")] {
            let form = [("role", role), ("name", "Person"), ("email", email)];
            let (path, record) = saved(browser.post("/admin/users/new", &form).await).await;
            assert!(record.contains(email));
            let list = page(&browser, &format!("/admin/users/?role={role}&q=person")).await;
            assert!(list.contains(email), "{list}");
            let form = [("name", "Renamed"), ("email", email)];
            saved(browser.post(&format!("{path}edit"), &form).await).await;
            delete(&browser, &path).await;
        }
    }

    /// A10: a conversation moves by the rules of the store; a message goes through the append path.
    async fn a10_conversations_and_messages(app: TestApp) {
        let (browser, boss) = administrator(&app).await;
        let noor = app.customer("Noor").await;
        let id = noor.open_conversation("Where is my parcel?").await;
        let ada = app.agent("Ada").await;
        ada.claim(&id).await;
        let path = format!("/admin/conversations/{id}/");
        for query in ["", "?q=parcel", "?status=ongoing", "?order=waiting", "?urgency=normal"] {
            assert!(page(&browser, &format!("/admin/conversations/{query}")).await.contains(&id), "{query}");
        }
        assert!(page(&browser, &format!("/admin/conversations/?customer={}", noor.id)).await.contains(&id));

        let begun = page(&browser, &format!("/admin/messages/new?conversation={id}")).await;
        assert!(begun.contains("Conversation with Noor") && begun.contains(&format!(r#"value="{id}""#)), "{begun}");
        let client_id = client_id();
        let form = [("conversation", &*id), ("text", HOSTILE), ("client_id", &*client_id)];
        let (message, record) = saved(browser.post("/admin/messages/new", &form).await).await;
        assert!(record.contains(ESCAPED) && !record.contains("<script>alert"), "{record}");
        let (again, _) = saved(browser.post("/admin/messages/new", &form).await).await;
        assert_eq!(again, message, "D2: sent twice, there once");
        assert_eq!(noor.messages(&id).await.len(), 2);
        assert_eq!(ada.conversation(&id).await["claim"]["agent"]["id"], *boss.id);
        ada.post(&format!("/conversations/{id}/messages"), serde_json::json!({"client_id": uuid::Uuid::now_v7(), "text": "me too"}))
            .await
            .expect(409);
        let (_, record) = saved(browser.post(&format!("{message}edit"), &[("text", "It is on its way")]).await).await;
        assert!(record.contains("What it said before") && record.contains(ESCAPED), "{record}");
        assert!(page(&browser, "/admin/messages/?changed=yes").await.contains("It is on its way"));
        let deleted = browser.post(&format!("{message}delete"), &[]).await;
        assert_eq!(deleted.status(), StatusCode::OK);
        assert_eq!(noor.messages(&id).await[1]["deleted"], true, "the mark stays");

        let form = [("status", "snoozed"), ("until", "yesterday"), ("tags", "")];
        let wrong = browser.post(&format!("{path}edit"), &form).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().await.unwrap().contains(r#"id="until-error""#));
        let form = [("status", "snoozed"), ("until", "2038-01-31T09:00"), ("tags", "")];
        let (_, record) = saved(browser.post(&format!("{path}edit"), &form).await).await;
        assert!(record.contains("2038-01-31T09:00:00Z"), "a time as browsers send it: {record}");
        let again = page(&browser, &format!("{path}edit")).await;
        assert!(again.contains(r#"value="2038-01-31T09:00""#) && again.contains("Conversation with Noor"), "{again}");
        let form = [("status", "ongoing"), ("holder", &*ada.id), ("tags", "vip, billing")];
        let (_, record) = saved(browser.post(&format!("{path}edit"), &form).await).await;
        assert!(record.contains("Ada") && record.contains("billing, vip"), "{record}");
        saved(browser.post(&format!("{path}edit"), &[("status", "resolved"), ("tags", "vip")]).await).await;
        assert_eq!(noor.conversation(&id).await["status"], "resolved");
        let asked = delete(&browser, &path).await;
        assert!(asked.contains("2 messages"), "{asked}");
        noor.get(&format!("/conversations/{id}")).await.expect(404);

        let form = [("customer", &*noor.id), ("text", "We found it"), ("client_id", &*client_id)];
        let (begun, _) = saved(browser.post("/admin/conversations/new", &form).await).await;
        let (again, _) = saved(browser.post("/admin/conversations/new", &form).await).await;
        assert_eq!(again, begun, "D2");
        let log = page(&browser, "/admin/audit-log/").await;
        for action in ["Claim taken over", "Message added", "Message changed", "Conversation changed", "Conversation deleted", "Conversation added"] {
            assert!(log.contains(action), "{action}");
        }
    }

    async fn canned_replies_are_added_changed_and_deleted(app: TestApp) {
        let (browser, _) = administrator(&app).await;
        let form = [("scope", "shared"), ("stage", "greeting"), ("short_code", "hey"), ("text", "Hey {{ customer.name | you }} <b>")];
        let (path, record) = saved(browser.post("/admin/canned-replies/new", &form).await).await;
        assert!(record.contains("Hey {{ customer.name | you }} &#60;b&#62;"), "{record}");
        assert!(page(&browser, "/admin/canned-replies/?q=hey&stage=greeting").await.contains("hey"));
        let form = [("stage", "resolved"), ("short_code", ""), ("text", "Bye {{ nobody }}")];
        let wrong = browser.post(&format!("{path}edit"), &form).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let form = [("stage", "resolved"), ("short_code", ""), ("text", "Bye")];
        saved(browser.post(&format!("{path}edit"), &form).await).await;
        assert!(page(&browser, "/admin/canned-replies/?stage=greeting").await.contains("/admin/canned-replies/"));
        delete(&browser, &path).await;
        assert!(page(&browser, "/admin/audit-log/?action=settings_changed").await.contains("canned reply"));
    }

    async fn tags_are_added_renamed_and_deleted(app: TestApp) {
        let (browser, _) = administrator(&app).await;
        let (path, record) = saved(browser.post("/admin/tags/new", &[("name", " vip <b>")]).await).await;
        assert!(record.contains("vip &#60;b&#62;"), "{record}");
        assert!(page(&browser, "/admin/tags/?q=VIP").await.contains("vip &#60;b&#62;"));
        assert!(page(&browser, "/admin/tags/?q=other").await.contains("No matches"));
        for (name, status) in [("VIP <B>", StatusCode::CONFLICT), ("a,b", StatusCode::UNPROCESSABLE_ENTITY)] {
            assert_eq!(browser.post("/admin/tags/new", &[("name", name)]).await.status(), status, "{name}");
        }
        let (_, record) = saved(browser.post(&format!("{path}edit"), &[("name", "Vip")]).await).await;
        assert!(record.contains("Vip") && !record.contains("&#60;b&#62;"), "{record}");
        delete(&browser, &path).await;
        assert!(page(&browser, "/admin/audit-log/?action=settings_changed").await.contains("tag "));
    }

    /// Long lists go on from page to page, with their filters.
    async fn lists_go_on_from_page_to_page(app: TestApp) {
        let (browser, _) = administrator(&app).await;
        for n in 0..51 {
            let form = [("name", &*format!("Customer {n:02}")), ("email", "c@example.com")];
            saved(browser.post("/admin/customers/new", &form).await).await;
        }
        let first = page(&browser, "/admin/customers/?order=name").await;
        assert_eq!(first.matches("data-label=\"E-mail\"").count(), 50);
        let at = first.find("/admin/customers/?order=name&").unwrap();
        let next: String = first[at..].chars().take_while(|c| *c != '"').collect();
        let second = page(&browser, &next.replace("&#38;", "&")).await;
        assert_eq!(second.matches("data-label=\"E-mail\"").count(), 1);
        assert!(second.contains("Customer 50") && second.contains("Back to the start"));
    }
}
