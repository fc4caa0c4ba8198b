//! The pages as a browser without scripts uses them: forms, redirects, cookies.

use domain::ClientId;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, Response, StatusCode};
use store::FormKey;
use testkit::{Answer, TestApp, both_databases};

/// A browser: it keeps cookies, follows redirects and says that its forms come from our own pages.
pub(crate) struct Browser {
    client: Client,
    app: TestApp,
}

impl Browser {
    pub(crate) fn new(app: &TestApp) -> Self {
        let own = HeaderMap::from_iter([(
            "sec-fetch-site".parse().unwrap(),
            HeaderValue::from_static("same-origin"),
        )]);
        let client = Client::builder().cookie_store(true).default_headers(own).build().unwrap();
        Self { client, app: app.clone() }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(self.app.url().join(path).unwrap()).send().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.client.post(self.app.url().join(path).unwrap()).form(form).send().await.unwrap()
    }

    /// An answer with all that came with it.
    pub(crate) async fn answer(&self, path: &str) -> Answer {
        let response = self.get(path).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    /// Begins a conversation by the entrance's form; answers its path and page.
    pub(crate) async fn begin(&self, name: &str, text: &str) -> (String, String) {
        let key = FormKey::new().reveal();
        let email = "noor@example.com";
        let form = [("key", &*key), ("name", name), ("email", email), ("text", text)];
        let response = self.post("/support/customer/", &form).await;
        assert_eq!(response.status(), StatusCode::OK);
        let path = response.url().path().to_owned();
        (path, response.text().await.unwrap())
    }
}

both_databases! {
    async fn a_customer_begins_writes_resolves_and_comes_back_without_scripts(app: TestApp) {
        let browser = Browser::new(&app);
        let (chat, page) = browser.begin("Noor <b>", "It is\r\n<script>broken</script>").await;
        assert!(chat.starts_with("/chat/"), "{chat}");
        assert!(page.contains("It is\n&#60;script&#62;broken"), "escaped, with the line break as typed");

        let client_id = ClientId::new().to_string();
        let form = [("client_id", &*client_id), ("text", "Anybody there?")];
        for _ in 0..2 {
            let page = browser.post(&chat, &form).await.text().await.unwrap();
            assert_eq!(page.matches("Anybody there?").count(), 1, "D2: sent twice, there once");
        }

        let page = browser.post(&format!("{chat}resolution/"), &[]).await.text().await.unwrap();
        assert!(page.contains(r#"data-status="resolved""#));
        let home = browser.get("/support/customer/").await.text().await.unwrap();
        assert!(home.contains(&format!("{chat}?as=customer")) && home.contains("Noor &#60;b&#62;"));
    }

    async fn what_was_typed_is_not_lost_when_a_form_is_refused(app: TestApp) {
        let browser = Browser::new(&app);
        let key = FormKey::new().reveal();
        let form = [("key", &*key), ("name", " "), ("email", "noor@"), ("text", "My long story")];
        let response = browser.post("/support/customer/", &form).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = response.text().await.unwrap();
        for part in ["My long story", "noor@", r#"id="name-error""#, r#"id="email-error""#, &key] {
            assert!(page.contains(part), "{part}");
        }
        assert!(page.contains("autofocus aria-invalid") && page.matches("autofocus").count() == 1);
        assert!(!page.contains(r#"id="text-error""#));

        let (chat, _) = browser.begin("Noor", "Hello").await;
        let long = "x".repeat(10_001);
        let client_id = ClientId::new().to_string();
        let response = browser.post(&chat, &[("client_id", &client_id), ("text", &long)]).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(response.text().await.unwrap().contains(&long));
    }

    async fn a1_a_foreign_conversation_is_a_missing_one(app: TestApp) {
        let (chat, _) = Browser::new(&app).begin("Noor", "Mine alone").await;
        let other = Browser::new(&app);
        let stranger = other.get(&chat).await;
        assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
        let page = stranger.text().await.unwrap();
        assert!(page.contains("/support/customer/") && page.contains("/support/agent/?next=%2Fchat%2F"), "{page}");
        other.begin("Sam", "Another").await;
        for path in [&*chat, "/chat/0198aaaa-0000-7000-8000-000000000000/", "/chat/nonsense/"] {
            let response = other.get(path).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
            assert!(!response.text().await.unwrap().contains("Mine alone"));
        }
        for path in ["earlier/?before=9", "resolution/"] {
            let response = other.get(&format!("{chat}{path}")).await;
            assert!(response.status().is_client_error(), "{path}");
        }
    }

    async fn an_agent_signs_in_reads_the_queue_and_signs_out(app: TestApp) {
        app.agent("Mira").await;
        let (chat, _) = Browser::new(&app).begin("Noor", "The heating is cold").await;
        let browser = Browser::new(&app);
        let wrong = [("email", "mira@example.com"), ("password", "wrong horse")];
        let response = browser.post("/support/agent/", &wrong).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert!(response.text().await.unwrap().contains("mira@example.com"), "the address stays");

        let right = [("email", "mira@example.com"), ("password", "correct horse battery")];
        let inbox = browser.post("/support/agent/", &right).await.text().await.unwrap();
        assert!(inbox.contains("The heating is cold") && inbox.contains(&chat) && inbox.contains("1 conversation"));
        let list = browser.get("/support/agent/list/?holder=me").await.text().await.unwrap();
        assert!(!list.contains("The heating is cold") && list.contains("You hold no conversation"));
        let page = browser.get(&format!("{chat}?as=agent")).await.text().await.unwrap();
        assert!(page.contains(r#"data-viewer="agent""#) && page.contains("The heating is cold"));

        let page = browser.post("/support/agent/sign-out", &[]).await.text().await.unwrap();
        assert!(page.contains(r#"name="password""#));
        assert_eq!(browser.get(&chat).await.status(), StatusCode::UNAUTHORIZED);
    }

    async fn a_used_link_says_what_to_do(app: TestApp) {
        let response = Browser::new(&app).get("/set-password/used-long-ago").await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        let page = response.text().await.unwrap();
        assert!(page.contains("This link does not work any more") && page.contains("ask an administrator"), "{page}");
    }

    async fn home_counts_what_was_not_read(app: TestApp) {
        let customer = Browser::new(&app);
        let (chat, _) = customer.begin("Noor", "Hello").await;
        let mira = app.agent("Mira").await;
        let id = chat.trim_matches('/').rsplit('/').next().unwrap();
        mira.claim(id).await;
        for text in ["Good morning", "What is it?"] {
            let message = serde_json::json!({ "client_id": ClientId::new(), "text": text });
            mira.post(&format!("/conversations/{id}/messages"), message).await.expect(201);
        }
        let home = customer.get("/support/customer/").await.text().await.unwrap();
        assert!(home.contains(r#"<span class="count">2<"#), "{home}");
    }

    async fn a_long_list_goes_on_without_scripts_and_leads_back(app: TestApp) {
        let noor = app.customer("Noor").await;
        for n in 0..51 {
            noor.open_conversation(&format!("Request {n}")).await;
        }
        app.agent("Mira").await;
        let browser = Browser::new(&app);
        let sign_in = [("email", "mira@example.com"), ("password", "correct horse battery")];
        let first = browser.post("/support/agent/", &sign_in).await.text().await.unwrap();
        assert_eq!(first.matches("<li data-id=").count(), 50);
        assert!(first.contains("51 conversations") && !first.contains("Back to the start"));
        let at = first.find("/support/agent/?cursor=").unwrap();
        let next: String = first[at..].chars().take_while(|c| *c != '"').collect();
        let second = browser.get(&next).await.text().await.unwrap();
        assert_eq!(second.matches("<li data-id=").count(), 1);
        assert!(second.contains("Back to the start") && !second.contains("Show more"));
    }

    async fn one_browser_is_customer_and_agent_at_once(app: TestApp) {
        app.agent("Mira").await;
        let browser = Browser::new(&app);
        let (chat, _) = browser.begin("Noor", "Hello").await;
        let sign_in = [("email", "mira@example.com"), ("password", "correct horse battery")];
        browser.post("/support/agent/", &sign_in).await;
        for (query, viewer) in [("", "customer"), ("?as=customer", "customer"), ("?as=agent", "agent")] {
            let page = browser.get(&format!("{chat}{query}")).await.text().await.unwrap();
            assert!(page.contains(&format!(r#"data-viewer="{viewer}""#)), "{query}");
        }
    }

    async fn notes_are_on_no_page_of_a_customer(app: TestApp) {
        let customer = Browser::new(&app);
        let (chat, _) = customer.begin("Noor", "Hello").await;
        let id = chat.trim_matches('/').rsplit('/').next().unwrap();
        let mira = app.agent("Mira").await;
        let note = serde_json::json!({ "client_id": ClientId::new(), "text": "quarrelsome" });
        mira.post(&format!("/conversations/{id}/notes"), note).await.expect(201);
        for path in [chat.clone(), format!("{chat}earlier/?before=99"), "/support/customer/".into()] {
            let page = customer.get(&path).await.text().await.unwrap();
            assert!(!page.contains("quarrelsome"), "{path}");
        }
    }

    async fn a4_every_page_is_guarded_and_asks_nothing_elsewhere(app: TestApp) {
        let browser = Browser::new(&app);
        let (chat, _) = browser.begin("Noor", "Hello").await;
        for path in ["/", "/support/customer/", "/support/agent/", &chat, "/nowhere"] {
            let response = browser.get(path).await;
            let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
            assert!(policy.contains("script-src 'self'") && policy.contains("require-trusted-types-for 'script'"));
            let page = response.text().await.unwrap();
            assert!(!page.contains("http://") && !page.contains("https://"), "{path}");
        }
    }

    /// `budgets.md`: a first visit to a customer's conversation is at most 30 KiB compressed, to the inbox 60 KiB.
    async fn first_visits_are_light(app: TestApp) {
        let browser = Browser::new(&app);
        let (chat, _) = browser.begin("Noor", "Hello").await;
        assert!(weight(&browser, &chat).await <= 30 * 1024);
        app.agent("Mira").await;
        let sign_in = [("email", "mira@example.com"), ("password", "correct horse battery")];
        browser.post("/support/agent/", &sign_in).await;
        assert!(weight(&browser, "/support/agent/").await <= 60 * 1024);
    }
}

/// The compressed size of a page and of what it names: style sheets, scripts, icon.
async fn weight(browser: &Browser, path: &str) -> usize {
    let page = browser.get(path).await.text().await.unwrap();
    let mut assets: Vec<_> = page.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assets.sort_unstable();
    assets.dedup();
    let mut total = compressed(browser, path).await;
    for asset in assets {
        total += compressed(browser, asset).await;
    }
    total
}

async fn compressed(browser: &Browser, path: &str) -> usize {
    let request = browser.client.get(browser.app.url().join(path).unwrap()).header("accept-encoding", "gzip");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip", "{path}");
    response.bytes().await.unwrap().len()
}
