//! `/metrics`: who may read it, and that it tells what happened.

use reqwest::StatusCode;
use serde_json::json;
use testkit::{TestApp, both_databases};
use uuid::Uuid;
use web::Config;

async fn read(app: &TestApp, token: Option<&str>) -> (StatusCode, String) {
    let mut request = reqwest::Client::new().get(app.url().join("metrics").unwrap());
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// The value of a metric with these labels.
fn value(text: &str, name: &str) -> f64 {
    let line = text.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')));
    line.unwrap_or_else(|| panic!("no {name} in\n{text}")).rsplit(' ').next().unwrap().parse().unwrap()
}

both_databases! {
    /// Without a token it is not there; with one it is there for who has it.
    async fn only_who_has_the_token_reads_them(app: TestApp) {
        assert_eq!(read(&app, None).await.0, 404);
        assert_eq!(read(&app, Some("")).await.0, 404);
        let node = app.node_with(Config { metrics_token: Some("secret".into()), ..Config::default() }).await;
        for wrong in [None, Some(""), Some("secre"), Some("secret!")] {
            assert_eq!(read(&node, wrong).await.0, 401, "{wrong:?}");
        }
        let (status, text) = read(&node, Some("secret")).await;
        assert_eq!(status, 200);
        assert!(text.contains("# TYPE frontdesk_messages_committed_total counter"), "{text}");
    }

    /// They tell of messages, sockets, refusals and requests as they happen.
    async fn they_tell_what_happens(app: TestApp) {
        let node = app.node_with(Config { metrics_token: Some("secret".into()), ..Config::default() }).await;
        let (customer, agent) = (node.customer("Ada").await, node.agent("Grace").await);
        let conversation = customer.open_conversation("Help").await;
        let mut theirs = customer.chat_with(&conversation, "after=0").await;
        let mut mine = agent.chat(&conversation).await;
        for n in 0..3 {
            theirs.say(&format!("line {n}")).await;
        }
        mine.messages(4).await;
        let refused = json!({"client_id": Uuid::new_v4(), "text": ""});
        customer.post(&format!("/conversations/{conversation}/messages"), refused).await.expect_problem(422, "invalid");
        let text = read(&node, Some("secret")).await.1;
        for (name, least) in [
            ("messages_committed_total", 3.0),
            ("append_batch_messages_count", 1.0),
            ("append_commit_seconds_count", 1.0),
            ("sockets_open{kind=\"customer_chat\"}", 1.0),
            ("sockets_open{kind=\"agent_chat\"}", 1.0),
            ("sockets_resumed_total", 1.0),
            ("replay_pages_total", 2.0),
            ("events_told_total", 6.0),
            ("refused_total{code=\"invalid\"}", 1.0),
            ("repair_looks_total", 1.0),
            ("build_info{version=\"0.1.0\"}", 1.0),
        ] {
            let counted = value(&text, &format!("frontdesk_{name}"));
            assert!(counted >= least, "{name}: {counted}");
        }
        for name in ["append_waiting", "append_blocked", "bus_state", "slow_readers_closed_total"] {
            assert_eq!(value(&text, &format!("frontdesk_{name}")), 0.0, "{name}");
        }
        let route = "frontdesk_http_request_seconds_count{route=\"/api/v1/conversations\",method=\"POST\",status=\"2xx\"}";
        assert_eq!(value(&text, route), 1.0);
        theirs.close().await;
        mine.close().await;
        while node.hub().sockets() > 0 {
            tokio::task::yield_now().await;
        }
        let text = read(&node, Some("secret")).await.1;
        assert_eq!(value(&text, "frontdesk_sockets_open{kind=\"customer_chat\"}"), 0.0);
        for other in ["Ada", "Grace", "line 0", &conversation] {
            assert!(!text.contains(other), "{other}");
        }
    }
}
