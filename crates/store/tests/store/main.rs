//! What the store promises, on both databases.
#![cfg(test)]

mod absences;
mod accounts;
mod append;
mod append_faults;
mod canned_replies;
mod claims;
mod conversations;
mod corrections;
mod customer_links;
mod diagram;
mod erasure;
mod import;
mod listing;
mod messages;
mod model;
mod newest_matches;
mod opening;
mod recall;
mod records;
mod reindex;
mod repair;
mod search;
mod similar;
mod urgency;
mod workspace;

use domain::{AgentRole, ClientId, Conversation};
use store::{Append, By, Import, Imported, NewAgent, Session, Store};
use testkit::TestStore;

/// A new customer, signed in.
async fn customer(store: &TestStore, name: &str) -> Session {
    let (token, _) = store.start_customer_session(name, "someone@example.com").await.unwrap();
    store.authenticate(token.reveal()).await.unwrap().unwrap()
}

/// A new agent, signed in.
async fn agent(store: &TestStore, name: &str) -> Session {
    sign_in_new(store, name, AgentRole::Agent).await
}

/// A new administrator, signed in.
async fn administrator(store: &TestStore, name: &str) -> Session {
    sign_in_new(store, name, AgentRole::Administrator).await
}

async fn sign_in_new(store: &TestStore, name: &str, role: AgentRole) -> Session {
    let email = format!("{}@example.com", name.to_lowercase().replace(' ', "."));
    let password = "correct horse battery".to_owned();
    let new = NewAgent { name: name.into(), email: email.clone(), role, password: Some(password.clone()) };
    store.create_agent(&By::command_line(), &new).await.unwrap();
    let (token, _) = store.sign_in(&email, &password, None).await.unwrap().unwrap();
    store.authenticate(token.reveal()).await.unwrap().unwrap()
}

/// A customer's new conversation.
async fn conversation(store: &TestStore, customer: &Session) -> Conversation {
    store.create_conversation(customer, ClientId::new(), "My parcel is late").await.unwrap().0
}

fn message(conversation: &Conversation, text: &str) -> Append {
    Append { conversation: conversation.id, client_id: ClientId::new(), text: text.into(), claim_token: None }
}

/// Imports all of it in one commit.
async fn bring_in(store: &Store, imports: &[Import]) -> store::Result<Imported> {
    store.import(store.prepare_import(imports.to_vec())).await
}
