//! A server whose people the tests know by their sessions in its store.

use domain::{AgentRole, ClientId, Conversation};
use serde_json::{Value, json};
use std::ops::Deref;
use store::{By, NewAgent, Session};
use testkit::{Fixture, Socket, TestApp, TestDatabase};
use uuid::Uuid;

/// A running server. Clones are the same one.
#[derive(Clone)]
pub struct Server(TestApp);

/// Somebody signed in.
#[derive(Clone)]
pub struct Somebody {
    pub session: Session,
    pub token: String,
}

impl Server {
    pub async fn customer(&self) -> Somebody {
        let (token, _) = self.store().start_customer_session("Noor", "noor@example.com").await.unwrap();
        self.somebody(token.reveal()).await
    }

    pub async fn agent(&self, name: &str) -> Somebody {
        self.staff(name, AgentRole::Agent).await
    }

    pub async fn staff(&self, name: &str, role: AgentRole) -> Somebody {
        let email = format!("{}@example.com", name.to_lowercase());
        let password = "correct horse battery";
        let new = NewAgent { name: name.into(), email: email.clone(), role, password: Some(password.into()) };
        self.store().create_agent(&By::command_line(), &new).await.unwrap();
        let (token, _) = self.store().sign_in(&email, password, None).await.unwrap().unwrap();
        self.somebody(token.reveal()).await
    }

    async fn somebody(&self, token: &str) -> Somebody {
        let session = self.store().authenticate(token).await.unwrap().unwrap();
        Somebody { session, token: token.to_owned() }
    }

    /// A new conversation with its first message.
    pub async fn conversation(&self, customer: &Somebody) -> Conversation {
        self.store().create_conversation(&customer.session, ClientId::new(), "Help").await.unwrap().0
    }

    pub async fn chat(&self, who: &Somebody, conversation: &Conversation, parameters: &str) -> Socket {
        let path = format!("/ws/chat/{}/?{parameters}", conversation.id);
        Socket::open(self.url(), &path, &who.token).await.answered().await
    }

    pub async fn inbox(&self, who: &Somebody) -> Socket {
        Socket::open(self.url(), "/ws/agent/", &who.token).await
    }
}

impl Deref for Server {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.0
    }
}

impl Fixture for Server {
    async fn set_up(database: &TestDatabase) -> Self {
        Self(TestApp::set_up(database).await)
    }

    async fn tear_down(self) {
        self.0.tear_down().await;
    }
}

/// A `send` frame with a `client_id` of its own.
pub fn send(text: &str) -> Value {
    json!({"type": "send", "client_id": Uuid::new_v4(), "text": text})
}

/// Adds a message of the customer's, past the rate limits.
pub async fn append(server: &Server, customer: &Somebody, conversation: &Conversation, text: &str) {
    let client_id = ClientId::new();
    let append =
        store::Append { conversation: conversation.id, client_id, text: text.into(), claim_token: None };
    server.store().append(&customer.session, append).await.unwrap();
}
