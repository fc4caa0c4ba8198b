//! The e-mail to who has left, from the unread answer to reading it by the link, against a mail server on loopback.

use crate::forms::Browser;
use std::time::Duration;
use testkit::{Letter, SmtpServer, TestApp, both_databases};
use web::Config;
use web::mail::{Mail, UNREAD_FOR};

fn mails_by(server: &SmtpServer) -> Config {
    let base = "https://help.example.com".parse().unwrap();
    let mail = Mail::smtp(&server.url(), "Support <support@example.com>", base).unwrap();
    Config { mail: Some(mail), ..Config::default() }
}

/// The path of the link in a letter.
fn link(letter: &Letter) -> String {
    // Long lines are broken on the way (RFC 2045, section 6.7).
    let text = letter.text.replace("=\r\n", "");
    let at = text.find("https://help.example.com/").expect("a link") + "https://help.example.com".len();
    text[at..].chars().take_while(|c| !c.is_whitespace()).collect()
}

both_databases! {
    /// Two nodes send one e-mail in an absence, without a word of the answer; its link opens the conversation once, and
    /// reading there ends the absence.
    async fn who_has_left_is_written_to_once(app: TestApp) {
        let mut server = SmtpServer::start().await;
        let (node, _other) = (app.node_with(mails_by(&server)).await, app.node_with(mails_by(&server)).await);
        let (noor, sam) = (app.customer("Noor").await, app.customer("Sam").await);
        let agent = app.agent("Mira").await;
        let conversation = noor.open_conversation("My parcel is late").await;
        let mut desk = agent.chat(&conversation).await;
        desk.say("It is at the harbour").await;
        app.clock().advance(UNREAD_FOR);
        let letter = server.letter().await;
        assert_eq!(letter.to, "noor@example.com");
        for private in ["harbour", "parcel", "Noor", "Mira"] {
            assert!(!letter.text.contains(private), "{}", letter.text);
        }
        desk.frame_where("what agents read of it", |frame| frame["note"]["data"]["event"] == "mailed").await;

        // More of the same absence brings no other: Sam's, which is due later, is the next.
        agent.claim(&conversation).await;
        agent.say(&conversation, "It left the harbour").await;
        let theirs = sam.open_conversation("Mine, too").await;
        agent.claim(&theirs).await;
        agent.say(&theirs, "Yours also").await;
        app.clock().advance(UNREAD_FOR);
        assert_eq!(server.letter().await.to, "sam@example.com");
        assert_eq!(server.letter_now(), None);

        let browser = Browser::new(&node);
        let page = browser.post(&link(&letter), &[]).await;
        assert_eq!(page.url().path(), format!("/chat/{conversation}/"));
        assert!(page.text().await.unwrap().contains("It left the harbour"));
        browser.get(&format!("/chat/{conversation}/seen.svg?seq=3")).await;
        agent.claim(&conversation).await;
        agent.say(&conversation, "It has arrived").await;
        app.clock().advance(UNREAD_FOR);
        let again = server.letter().await;
        assert_eq!(again.to, "noor@example.com");
        assert_ne!(link(&again), link(&letter));
    }

    /// A mail server that is busy is asked again later; one that refuses for good is not, and agents are told.
    async fn what_is_refused_is_tried_again_or_given_up(app: TestApp) {
        let mut server = SmtpServer::start().await;
        server.refuse("451 try again later");
        let _node = app.node_with(mails_by(&server)).await;
        let (noor, sam) = (app.customer("Noor").await, app.customer("Sam").await);
        let agent = app.agent("Mira").await;
        let first = noor.open_conversation("Help").await;
        agent.chat(&first).await.say("Gladly").await;
        app.clock().advance(UNREAD_FOR);
        assert!(server.letter().await.text.is_empty(), "refused");
        // The wait begins when the server has heard of the refusal; no event of ours tells when that is.
        let taken = async {
            loop {
                app.clock().advance(Duration::from_secs(60));
                tokio::time::sleep(Duration::from_millis(200)).await;
                if let Some(letter) = server.letter_now() {
                    return letter;
                }
            }
        };
        let letter = tokio::time::timeout(Duration::from_secs(20), taken).await.expect("a second attempt");
        assert!(letter.text.contains("/support/customer/link/"));

        server.refuse("550 nobody of that name");
        let second = sam.open_conversation("Help").await;
        let mut desk = agent.chat(&second).await;
        desk.say("Gladly").await;
        app.clock().advance(UNREAD_FOR);
        assert!(server.letter().await.text.is_empty(), "refused");
        desk.frame_where("what agents read of it", |frame| frame["note"]["data"]["event"] == "not_mailed").await;
    }

    /// The page says how an answer reaches who leaves it.
    async fn the_page_says_whether_one_may_leave_it(app: TestApp) {
        let server = SmtpServer::start().await;
        let with_mail = app.node_with(mails_by(&server)).await;
        let (_, page) = Browser::new(&app).begin("Noor", "Hello").await;
        assert!(page.contains("Keep this page open") && page.contains("a link of your own"), "{page}");
        let (_, page) = Browser::new(&with_mail).begin("Noor", "Hello").await;
        assert!(page.contains("we write to <bdi>noor@example.com</bdi>"), "{page}");
        for page in ["/demo/mail/", "/demo/components/"] {
            assert_eq!(Browser::new(&app).get(page).await.status(), 404, "{page}");
        }
    }
}
