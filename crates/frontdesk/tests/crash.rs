//! What a killed server leaves behind: everything it acknowledged, nothing twice.
#![cfg(test)]

use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use store::DatabaseConfig;
use testkit::{Person, Program, both_databases};
use uuid::Uuid;

const BINARY: &str = env!("CARGO_BIN_EXE_frontdesk");
const KILLS: usize = 3;
const BURST: usize = 60;

/// Sends a burst without waiting, kills the program after `acks_before` acks, and gives what was sent and what
/// was acknowledged until the connection was gone.
async fn burst_until_killed(
    program: &mut Program,
    customer: &Person,
    conversation: &str,
    acks_before: usize,
) -> (Vec<Uuid>, HashMap<String, i64>) {
    let mut socket = customer.chat_with(conversation, "after=1000000").await;
    let sent: Vec<Uuid> = (0..BURST).map(|_| Uuid::new_v4()).collect();
    for client_id in &sent {
        socket.send(json!({"type": "send", "client_id": client_id, "text": client_id})).await;
    }
    let mut acked = HashMap::new();
    let mut killed = false;
    while let Some(frame) = socket.next_frame().await {
        if frame["type"] == "ack" {
            let client_id = frame["client_id"].as_str().unwrap().to_owned();
            acked.insert(client_id, frame["seq"].as_i64().unwrap());
        }
        if acked.len() >= acks_before && !killed {
            program.kill().await;
            killed = true;
        }
    }
    (sent, acked)
}

fn by_client_id(messages: &[Value]) -> HashMap<String, i64> {
    let entry = |message: &Value| {
        (message["client_id"].as_str().unwrap().to_owned(), message["seq"].as_i64().unwrap())
    };
    messages.iter().map(entry).collect()
}

both_databases! {
    /// D1, D2, D3: after a SIGKILL in the middle of a burst nothing acknowledged is missing; sending all of it again
    /// makes each message be there once, numbered without gaps.
    async fn d1_nothing_acknowledged_is_lost_by_a_kill(database: DatabaseConfig) {
        let mut program = Program::serve(BINARY, &database).await;
        let customer = program.customer("ada").await;
        let conversation = customer.open_conversation("Help").await;
        let mut ever_sent = HashSet::new();
        for kill in 1..=KILLS {
            let (sent, acked) = burst_until_killed(&mut program, &customer, &conversation, kill * 10).await;
            program.restart().await;
            let stored = by_client_id(&customer.messages(&conversation).await);
            for (client_id, seq) in &acked {
                assert_eq!(stored.get(client_id), Some(seq), "acknowledged, then lost or moved");
            }
            for client_id in sent {
                let answer = customer.send(&conversation, client_id, &client_id.to_string()).await;
                assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
                ever_sent.insert(client_id);
            }
            let messages = customer.messages(&conversation).await;
            let numbers: Vec<i64> = messages.iter().map(|message| message["seq"].as_i64().unwrap()).collect();
            assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
            assert_eq!(numbers.len(), ever_sent.len() + 1);
        }
    }

    /// A claim outlives the crash of the program no longer than its lease: see `contracts` for the expiry; here the
    /// holder comes back after the restart and goes on.
    async fn a_holder_goes_on_after_a_crash(database: DatabaseConfig) {
        let mut program = Program::serve(BINARY, &database).await;
        let (customer, agent) = (program.customer("ada").await, program.agent("grace").await);
        let conversation = customer.open_conversation("Help").await;
        agent.claim(&conversation).await;
        program.kill().await;
        program.restart().await;
        let mut socket = agent.chat(&conversation).await;
        socket.say("Back again").await;
        assert_eq!(customer.messages(&conversation).await.len(), 2);
    }
}
