//! Talking over chat sockets.

use crate::server::{Server, append, send};
use domain::AgentRole;
use serde_json::json;
use testkit::both_databases;

both_databases! {
    async fn both_sides_talk(server: Server) {
        let (noor, kim) = (server.customer().await, server.agent("Kim").await);
        let conversation = server.conversation(&noor).await;
        let mut customer = server.chat(&noor, &conversation, "after=1").await;
        let welcome = customer.frame("welcome").await;
        assert_eq!(welcome["conversation"]["status"], "open");
        assert_eq!(customer.frame("queue").await["ahead"], 0);

        let mut agent = server.chat(&kim, &conversation, "").await;
        let welcome = agent.frame("welcome").await;
        assert_eq!(welcome["you"], json!({"role": "agent", "name": "Kim", "mode": "work"}));
        assert_eq!(welcome["conversation"]["claim"]["agent"]["name"], "Kim");
        assert_eq!(agent.frame("message").await["message"]["seq"], 1);
        assert_eq!(agent.frame("note").await["note"]["data"]["event"], "claimed");
        let claimed = customer.frame("conversation").await;
        assert_eq!(claimed["conversation"]["claim"], json!({"agent": {"name": "Kim"}}));

        agent.send(json!({"type": "typing", "on": true})).await;
        assert_eq!(customer.frame("typing").await, json!({"type": "typing", "role": "agent", "name": "Kim", "on": true}));
        let ack = agent.say("Hello Noor").await;
        assert_eq!(ack["seq"], 2);
        let message = customer.frame("message").await["message"].take();
        assert_eq!((&message["seq"], &message["text"]), (&json!(2), &json!("Hello Noor")));
        customer.send(json!({"type": "seen", "seq": 2})).await;
        assert_eq!(agent.frame("seen").await, json!({"type": "seen", "role": "customer", "seq": 2}));
        customer.say("Hello Kim").await;
        agent.frame_where("the answer", |frame| frame["message"]["text"] == "Hello Kim").await;
    }

    async fn pages_get_html_beside_messages_and_notes(server: Server) {
        let (noor, kim) = (server.customer().await, server.agent("Kim").await);
        let conversation = server.conversation(&noor).await;
        let mut page = server.chat(&kim, &conversation, "html=1").await;
        let mut program = server.chat(&kim, &conversation, "html=0").await;
        assert!(page.frame("message").await["html"].as_str().unwrap().contains("Help"));
        assert!(page.frame("note").await["html"].as_str().unwrap().contains("claimed"));
        assert_eq!(program.frame("message").await.get("html"), None);
        page.send(send("<b>bold</b>")).await;
        let frame = page.frame("message").await;
        assert_eq!(frame["message"]["text"], "<b>bold</b>");
        assert!(!frame["html"].as_str().unwrap().contains("<b>"), "{frame}");
    }

    /// C4: an administrator reads along and claims nothing by opening.
    async fn c4_an_administrator_does_not_claim_by_opening(server: Server) {
        let (noor, ada) = (server.customer().await, server.staff("Ada", AgentRole::Administrator).await);
        let conversation = server.conversation(&noor).await;
        let mut socket = server.chat(&ada, &conversation, "mode=work").await;
        assert_eq!(socket.frame("welcome").await["you"]["mode"], "view");
        server.store().claim(&ada.session, conversation.id).await.unwrap();
        let mut socket = server.chat(&ada, &conversation, "mode=work").await;
        assert_eq!(socket.frame("welcome").await["you"]["mode"], "work");
    }

    /// D4: while history is read page by page, new messages come; each arrives once and in order.
    async fn d4_a_long_history_and_what_comes_meanwhile(server: Server) {
        let noor = server.customer().await;
        let conversation = server.conversation(&noor).await;
        let append_all = |numbers: std::ops::Range<i32>| {
            let (server, noor, conversation) = (server.clone(), noor.clone(), conversation.clone());
            async move {
                let texts: Vec<_> = numbers.map(|n| format!("message {n}")).collect();
                let appends = texts.iter().map(|text| append(&server, &noor, &conversation, text));
                futures_util::future::join_all(appends).await;
            }
        };
        append_all(0..499).await;
        let more = tokio::spawn(append_all(499..799));
        let mut readers = Vec::new();
        for after in [0, 1, 250] {
            readers.push((after, server.chat(&noor, &conversation, &format!("after={after}")).await));
        }
        more.await.unwrap();
        for (after, mut reader) in readers {
            let seqs: Vec<_> = reader.messages(800 - after).await.iter().map(|m| m["seq"].as_u64().unwrap()).collect();
            assert!(seqs.into_iter().eq(after as u64 + 1..=800), "after {after}");
        }
    }

    /// D3: what one client sends without waiting for answers keeps its order.
    async fn d3_a_clients_messages_keep_their_order(server: Server) {
        let (noor, kim) = (server.customer().await, server.agent("Kim").await);
        let conversation = server.conversation(&noor).await;
        let mut agent = server.chat(&kim, &conversation, "after=1").await;
        for n in 0..300 {
            agent.send(send(&n.to_string())).await;
        }
        let texts: Vec<_> = agent.messages(300).await.iter().map(|m| m["text"].as_str().unwrap().to_owned()).collect();
        assert!(texts.into_iter().eq((0..300).map(|n| n.to_string())));
    }

    /// D4: changes made while away come first, as `message_changed`; those made live come at once.
    async fn d4_changes_are_resumed_by_rev(server: Server) {
        let noor = server.customer().await;
        let conversation = server.conversation(&noor).await;
        let messages = server.store().messages(conversation.key, 0, 10).await.unwrap();
        let edit = |text| server.store().edit_message(&noor.session, conversation.id, messages[0].id, text);
        edit("Help me").await.unwrap();
        let mut reader = server.chat(&noor, &conversation, "after=1&rev=0").await;
        assert_eq!(reader.frame("welcome").await["last_rev"], 1);
        assert_eq!(reader.frame("message_changed").await["message"]["text"], "Help me");
        edit("Help me please").await.unwrap();
        assert_eq!(reader.frame("message_changed").await["message"]["text"], "Help me please");
        server.store().delete_message(&noor.session, conversation.id, messages[0].id).await.unwrap();
        let gone = reader.frame("message_changed").await["message"].take();
        assert_eq!((&gone["text"], &gone["deleted"]), (&json!(null), &json!(true)));
    }
}
