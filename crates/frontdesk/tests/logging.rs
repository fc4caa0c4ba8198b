//! What the log holds: ids, never words (A9).
#![cfg(test)]

use serde_json::json;
use std::fs::{self, File};
use store::DatabaseConfig;
use testkit::{Person, Program, both_databases, run_command};
use uuid::Uuid;

const BINARY: &str = env!("CARGO_BIN_EXE_frontdesk");

/// What people say, type and are called in these tests, one word each, by where it goes.
const NAME: &str = "Quetzalina";
const EMAIL: &str = "vicunarosa@example.com";
const SAID: &str = "jackalope";
const SAID_BY_SOCKET: &str = "wolpertinger";
const EDITED: &str = "basiliskoid";
const NOTED: &str = "chupacabras";
const ANSWERED: &str = "tatzelwurm";
const SEARCHED: &str = "mothmaniac";
const TAG: &str = "yetilike";
const CANNED: &str = "krakenesque";
const WRONG_PASSWORD: &str = "nessiesque nessiesque";
const MALFORMED: &str = "griffinesque";

both_databases! {
    /// A9: at the level of debug a conversation with all that belongs to it leaves no word, name, address, password, token or
    /// link in the log, whether it goes well or is refused; ids it may.
    async fn a9_the_log_holds_no_words(database: DatabaseConfig) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("log");
        let program = Program::serve_logging(BINARY, &database, "debug", File::create(&path).unwrap()).await;
        let agent = program.agent("Grace").await;
        let nobody = testkit::Api::anonymous(program.url());
        let customer = Person::new_customer(&nobody, NAME, EMAIL).await;
        let conversation = talk(&customer, &agent).await;
        be_refused(&nobody, &customer, &agent, &conversation).await;
        let link = run_command(BINARY, &database, &["agent", "add", "--name", "Bo", "--email", "bo@example.com"], "").await;
        let link = link.stdout.split_whitespace().find(|word| word.starts_with("http")).unwrap().to_owned();
        let token = link.rsplit('/').find(|part| !part.is_empty()).unwrap();
        nobody.page(&format!("/set-password/{token}")).await;
        drop(program);

        let log = fs::read_to_string(&path).unwrap().to_lowercase();
        assert!(log.contains("debug"), "there is no log to look at: {log}");
        let words = [
            NAME, "vicunarosa", SAID, SAID_BY_SOCKET, EDITED, NOTED, ANSWERED, SEARCHED, TAG, CANNED, "nessiesque", MALFORMED,
            "correct horse", token, customer.token(), agent.token(),
        ];
        for word in words {
            let line = log.lines().find(|line| line.contains(&word.to_lowercase()));
            assert_eq!(line, None, "{word} is in the log");
        }
    }
}

/// All that goes well.
async fn talk(customer: &Person, agent: &Person) -> String {
    let conversation = customer.open_conversation(SAID).await;
    let mut theirs = customer.chat(&conversation).await;
    theirs.send(json!({"type": "typing", "on": true})).await;
    theirs.send(json!({"type": "send", "client_id": Uuid::new_v4(), "text": SAID_BY_SOCKET})).await;
    theirs.frame("ack").await;
    let mut mine = agent.chat(&conversation).await;
    mine.say(ANSWERED).await;
    agent.note(&conversation, NOTED).await;
    let sent = customer.say(&conversation, "hello").await;
    let message = format!("/conversations/{conversation}/messages/{}", sent["id"].as_str().unwrap());
    customer.patch(&message, json!({ "text": EDITED })).await.expect(200);
    customer.delete(&message).await.expect(200);
    agent.put(&format!("/conversations/{conversation}/tags"), json!({ "tags": [TAG] })).await.expect(200);
    let reply = json!({ "scope": "own", "stage": "greeting", "text": CANNED });
    agent.post("/canned-replies", reply).await.expect(201);
    for path in ["/search?q=", "/conversations?q="] {
        agent.get(&format!("{path}{SEARCHED}")).await;
        customer.get(&format!("{path}%22{SEARCHED}")).await;
    }
    agent.get(&format!("/conversations/{conversation}/suggestions")).await.expect(200);
    agent.get(&format!("/conversations/{conversation}/similar")).await.expect(200);
    agent.resolve(&conversation).await;
    let rating = json!({ "score": 1, "comment": SAID });
    customer.put(&format!("/conversations/{conversation}/rating"), rating).await.expect(200);
    conversation
}

/// What is refused, with the words in it.
async fn be_refused(nobody: &testkit::Api, customer: &Person, agent: &Person, conversation: &str) {
    let wrong = json!({ "email": EMAIL, "password": WRONG_PASSWORD });
    nobody.post("/agent-sessions", wrong).await.expect(401);
    nobody.with_token(MALFORMED).get("/conversations").await.expect(401);
    customer.post_raw(&format!("/conversations/{conversation}/messages"), MALFORMED).await;
    customer.post("/conversations", json!({ "text": MALFORMED, "client_id": MALFORMED })).await.expect(422);
    agent.get(&format!("/search?q={MALFORMED}&status={MALFORMED}")).await.expect(422);
    agent.get(&format!("/conversations/{MALFORMED}")).await.expect(404);
    let mut socket = customer.chat(conversation).await;
    socket.send(json!({ "type": MALFORMED, "text": MALFORMED })).await;
    socket.frame("rejected").await;
}
