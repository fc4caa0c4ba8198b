//! The customer's side without scripts: one customer from one form, reopening, rating, transcripts, links, forgetting.

use crate::forms::Browser;
use domain::ClientId;
use reqwest::StatusCode;
use serde_json::json;
use store::FormKey;
use testkit::{TestApp, both_databases};

/// Opens the right-to-left override, which turns around what follows it on a page that does not isolate names.
const TURNED: &str = "Noor \u{202e}evil";

async fn page(browser: &Browser, path: &str) -> String {
    browser.get(path).await.text().await.unwrap()
}

fn id_of(chat: &str) -> &str {
    chat.trim_matches('/').rsplit('/').next().unwrap()
}

/// The first address in a page that begins so.
fn address(page: &str, begins: &str) -> String {
    let at = page.find(begins).unwrap_or_else(|| panic!("no {begins} in {page}"));
    page[at..].chars().take_while(|c| *c != '"').collect()
}

both_databases! {
    /// The entrance's form sent twice before the first answer is there makes one customer, in whichever order they come.
    async fn a_form_sent_twice_makes_one_customer(app: TestApp) {
        let key = FormKey::new().reveal();
        let form = [("key", &*key), ("name", "Noor"), ("email", "noor@example.com"), ("text", "Twice")];
        let (one, other) = (Browser::new(&app), Browser::new(&app));
        let (first, second) = tokio::join!(one.post("/support/customer/", &form), other.post("/support/customer/", &form));
        assert_eq!(first.url().path(), second.url().path());
        assert_eq!(page(&other, "/support/customer/").await.matches("class=\"request\"").count(), 1);

        // Who goes back to the form and writes something else loses nothing, and begins another by sending it again.
        let changed = [("key", &*key), ("text", "Another thing")];
        let refused = one.post("/support/customer/", &changed).await;
        assert_eq!(refused.status(), StatusCode::CONFLICT);
        let shown = refused.text().await.unwrap();
        assert!(shown.contains("Another thing") && !shown.contains(&key), "{shown}");
    }

    /// A1, A11: what an agent reads of a customer does not make the agent that customer.
    async fn a11_what_agents_read_opens_no_customers_session(app: TestApp) {
        let key = FormKey::new().reveal();
        let words = [("name", "Noor"), ("email", "noor@example.com"), ("text", "Mine alone")];
        let form = |key: (&'static str, String)| {
            move |browser: Browser| async move {
                let form: Vec<(&str, &str)> = words.into_iter().chain([(key.0, &*key.1)]).collect();
                let chat = browser.post("/support/customer/", &form).await.url().path().to_owned();
                (browser, chat)
            }
        };
        let (noor, chat) = form(("key", key.clone()))(Browser::new(&app)).await;
        assert!(page(&noor, &chat).await.contains("Mine alone"));

        let mira = app.administrator("Mira").await;
        let id = id_of(&chat);
        let (conversation, messages) = (mira.conversation(id).await, mira.messages(id).await);
        let read = [
            conversation.to_string(),
            json!(messages).to_string(),
            mira.page(&format!("{chat}?as=agent&mode=view")).await.text,
            mira.page(&format!("/admin/customers/{}/", conversation["customer"]["id"].as_str().unwrap())).await.text,
        ];
        for read in &read {
            assert!(read.contains("Mine alone") || read.contains("Noor"), "nothing was read: {read}");
            assert!(!read.contains(&key), "{read}");
        }
        let client_id = messages[0]["client_id"].as_str().unwrap();
        for field in ["key", "client_id"] {
            let (mallory, _) = form((field, client_id.to_owned()))(Browser::new(&app)).await;
            let foreign = mallory.get(&chat).await.status();
            assert!(matches!(foreign.as_u16(), 401 | 404), "{field} opened it: {foreign}");
        }
        let stranger = Browser::new(&app);
        for path in [&*chat, &format!("{chat}resolution/"), &format!("{chat}reopening/"), &format!("{chat}rating/")] {
            let sent = stranger.post(path, &[("client_id", client_id), ("text", "Mine alone")]).await;
            assert_eq!(sent.status(), StatusCode::UNAUTHORIZED, "{path}");
        }
    }

    async fn a_sent_message_changed_and_sent_again_is_not_lost(app: TestApp) {
        let browser = Browser::new(&app);
        let (chat, _) = browser.begin("Noor", "Hello").await;
        let client_id = ClientId::new().to_string();
        browser.post(&chat, &[("client_id", &*client_id), ("text", "One")]).await;
        let refused = browser.post(&chat, &[("client_id", &*client_id), ("text", "Two")]).await;
        assert_eq!(refused.status(), StatusCode::CONFLICT);
        let shown = refused.text().await.unwrap();
        assert!(shown.contains(">\nTwo</textarea>") && shown.contains("Send it again"), "{shown}");
    }

    async fn without_scripts_one_resolves_rates_and_reopens(app: TestApp) {
        let browser = Browser::new(&app);
        let (chat, _) = browser.begin(TURNED, "Hello").await;
        let early = browser.post(&format!("{chat}rating/"), &[("score", "4"), ("comment", "")]).await;
        assert_eq!(early.status(), StatusCode::CONFLICT);
        browser.post(&format!("{chat}resolution/"), &[]).await;

        let without = browser.post(&format!("{chat}rating/"), &[("comment", "Half a <b>word")]).await;
        assert_eq!(without.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let shown = without.text().await.unwrap();
        assert!(shown.contains("The score is a whole number from 1 to 5: choose one.") && shown.contains("Half a &#60;b&#62;word"));
        let rated = browser.post(&format!("{chat}rating/"), &[("score", "2"), ("comment", "Half a\r\nword")]).await;
        let shown = rated.text().await.unwrap();
        assert!(shown.contains("You rated the help 2 of 5") && shown.contains("Half a\nword"), "{shown}");

        let shown = browser.post(&format!("{chat}reopening/"), &[]).await.text().await.unwrap();
        assert!(shown.contains(r#"data-status="open""#));
    }

    /// What is read without scripts counts as read, by the picture such a page has.
    async fn reading_without_scripts_counts(app: TestApp) {
        let browser = Browser::new(&app);
        let (chat, _) = browser.begin("Noor", "Hello").await;
        let mira = app.agent("Mira").await;
        mira.claim(id_of(&chat)).await;
        mira.say(id_of(&chat), "Good morning").await;
        assert!(page(&browser, "/support/customer/").await.contains(r#"<span class="count">1<"#));
        let picture = address(&page(&browser, &chat).await, &format!("{chat}seen.svg")).replace("&amp;", "&");
        assert_eq!(browser.get(&picture).await.status(), StatusCode::OK);
        assert!(!page(&browser, "/support/customer/").await.contains(r#"class="count""#));
    }

    /// A transcript has every message, escaped, with times and their zone, and no note for anybody.
    async fn a_transcript_is_complete_and_safe(app: TestApp) {
        let browser = Browser::new(&app);
        let (chat, _) = browser.begin("Noor <b>", "First <script>alert(1)</script>").await;
        let id = id_of(&chat);
        let mira = app.agent("Mira").await;
        mira.claim(id).await;
        for n in 0..201 {
            mira.say(id, &format!("Answer {n}")).await;
        }
        mira.note(id, "quarrelsome").await;
        for (path, agent) in [("transcript.txt", false), ("transcript.html", false), ("transcript.txt", true), ("transcript.html", true)] {
            let path = format!("{chat}{path}");
            let answer = if agent { mira.page(&path).await } else { browser.answer(&path).await };
            assert_eq!(answer.status, 200);
            let disposition = answer.headers["content-disposition"].to_str().unwrap();
            let is_safe = |c: char| c.is_ascii_alphanumeric() || "-._=; \"".contains(c);
            assert!(disposition.starts_with("attachment; filename=\"frontdesk-2") && disposition.chars().all(is_safe), "{disposition}");
            assert!(answer.text.contains(" UTC") && answer.text.contains("Answer 200"), "{path}");
            assert_eq!(answer.text.matches("Answer 1").count(), 1 + 10 + 100, "{path}");
            assert!(!answer.text.contains("quarrelsome"));
            if path.ends_with("html") {
                assert!(answer.text.contains("First &#60;script&#62;") && !answer.text.contains("<script"));
                assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
            }
        }
        let stranger = Browser::new(&app);
        stranger.begin("Eve", "Hello").await;
        assert_eq!(stranger.get(&format!("{chat}transcript.txt")).await.status(), StatusCode::NOT_FOUND);
    }

    /// A link goes on in another browser, once, after a click; what looks at it first uses nothing up.
    async fn a_link_goes_on_in_another_browser(app: TestApp) {
        let (here, there) = (Browser::new(&app), Browser::new(&app));
        let (chat, _) = here.begin(TURNED, "Where is my parcel?").await;
        assert_eq!(there.get("/support/customer/link/").await.status(), StatusCode::UNAUTHORIZED);
        let made = here.post("/support/customer/link/", &[]).await.text().await.unwrap();
        let link = address(&made, &format!("{}support/customer/link/", app.url()));
        let path = link.strip_prefix(app.url().as_str()).map(|path| format!("/{path}")).unwrap();
        for _ in 0..2 {
            let confirm = page(&there, &path).await;
            assert!(confirm.contains(&format!("<bdi>{TURNED}</bdi>")) && !confirm.contains("Where is my parcel?"));
        }
        assert_eq!(there.get(&chat).await.status(), StatusCode::UNAUTHORIZED);
        // The browser it was made in needs it not, and does not use it up.
        assert!(here.get(&path).await.url().path().ends_with("/support/customer/"));
        let home = there.post(&path, &[]).await;
        assert_eq!(home.url().path(), "/support/customer/");
        assert!(home.text().await.unwrap().contains("Where is my parcel?"));
        assert_eq!(there.get(&chat).await.status(), StatusCode::OK);

        let third = Browser::new(&app);
        for answer in [third.get(&path).await, third.post(&path, &[]).await] {
            assert_eq!(answer.status(), StatusCode::NOT_FOUND);
            assert!(answer.text().await.unwrap().contains("This link does not work any more"));
        }
    }

    /// Who follows a link in a browser of somebody else's is told whose requests will not open there any more.
    async fn a_link_says_whom_it_takes_the_place_of(app: TestApp) {
        let (here, there) = (Browser::new(&app), Browser::new(&app));
        here.begin("Noor", "Mine").await;
        let (theirs, _) = there.begin("Sam", "Sam's").await;
        let made = here.post("/support/customer/link/", &[]).await.text().await.unwrap();
        let path = address(&made, &format!("{}support/customer/link/", app.url())).replace(app.url().as_str(), "/");
        assert!(page(&there, &path).await.contains("signed in as <bdi>Sam</bdi>"));
        there.post(&path, &[]).await;
        assert_eq!(there.get(&theirs).await.status(), StatusCode::NOT_FOUND);
    }

    /// A2: forgetting says what it does, ends the session and its sockets, and the form sent again begins anew.
    async fn a2_forgetting_ends_the_session(app: TestApp) {
        let browser = Browser::new(&app);
        let (chat, _) = browser.begin("Noor", "Hello").await;
        assert!(page(&browser, "/support/customer/forget/").await.contains("What it does not do"));
        assert_eq!(browser.get(&chat).await.status(), StatusCode::OK, "looking forgets nothing");
        let done = browser.post("/support/customer/forget/", &[]).await.text().await.unwrap();
        assert!(done.contains("This browser has forgotten you") && done.contains("js/forget.js"));
        assert_eq!(browser.get(&chat).await.status(), StatusCode::UNAUTHORIZED);
        assert!(page(&browser, "/support/customer/").await.contains("How can we help?"));
    }

    /// Names that nobody can see are none; those that turn the text around stand isolated wherever they are shown.
    async fn names_cannot_reorder_a_page(app: TestApp) {
        let browser = Browser::new(&app);
        for blank in ["\u{200b}\u{200d}", "\u{202e}", "\u{2800}"] {
            let form = [("name", blank), ("email", "noor@example.com"), ("text", "Hello")];
            assert_eq!(browser.post("/support/customer/", &form).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
        }
        let (chat, _) = browser.begin(TURNED, "{{7*7}}").await;
        for path in ["/support/customer/", &*chat, "/support/customer/forget/"] {
            let page = page(&browser, path).await;
            for (at, _) in page.match_indices(TURNED) {
                let before = &page[..at];
                let isolated = before.ends_with("<bdi>") || before.ends_with(r#"dir="auto">"#) || before.ends_with(r#"viewer-name=""#);
                assert!(isolated, "{path}: …{}", &before[before.len().saturating_sub(60)..]);
            }
            assert!(!page.contains(">49<"), "{path}");
        }
    }

    /// What a customer says of the help, agents read with the conversation.
    async fn rating_and_agents_meet_in_the_log(app: TestApp) {
        let browser = Browser::new(&app);
        let (chat, _) = browser.begin("Noor", "Hello").await;
        browser.post(&format!("{chat}resolution/"), &[]).await;
        browser.post(&format!("{chat}rating/"), &[("score", "5"), ("comment", "{{7*7}} <i>")]).await;
        let mira = app.agent("Mira").await;
        assert_eq!(mira.conversation(id_of(&chat)).await["rating"]["comment"], json!("{{7*7}} <i>"));
        let desk = mira.page(&format!("{chat}?mode=view")).await.text;
        assert!(desk.contains("rated the help 5 of 5: <bdi>{{7*7}} &#60;i&#62;</bdi>"), "{desk}");
    }
}
