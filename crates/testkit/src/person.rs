//! A signed-in customer or agent, and what they do in most tests.

use crate::{Answer, Api, Socket};
use serde_json::{Value, json};
use std::ops::Deref;
use uuid::Uuid;

/// Somebody with a session. Stands for their [`Api`] in method calls.
#[derive(Debug, Clone)]
pub struct Person {
    api: Api,
    /// Their id on the wire.
    pub id: String,
    /// Their name.
    pub name: String,
    /// The address they gave or sign in with.
    pub email: String,
}

impl Person {
    /// Starts a customer's session with this name and address.
    pub async fn new_customer(nobody: &Api, name: &str, email: &str) -> Self {
        let session =
            nobody.post("/customer-sessions", json!({"name": name, "email": email})).await.expect(201);
        Self::of(nobody, &session, &session["customer"], email)
    }

    /// Signs an agent in.
    pub async fn sign_in(nobody: &Api, email: &str, password: &str) -> Self {
        let session =
            nobody.post("/agent-sessions", json!({"email": email, "password": password})).await.expect(201);
        Self::of(nobody, &session, &session["agent"], email)
    }

    /// The same session, talking to another node.
    #[must_use]
    pub fn at(&self, node: &Api) -> Self {
        Self { api: node.with_token(self.token()), ..self.clone() }
    }

    fn of(nobody: &Api, session: &Value, person: &Value, email: &str) -> Self {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let api = nobody.with_token(&text(&session["token"]));
        Self { api, id: text(&person["id"]), name: text(&person["name"]), email: email.to_owned() }
    }

    /// Opens a conversation with this first message; gives its id.
    pub async fn open_conversation(&self, text: &str) -> String {
        let body = json!({"text": text, "client_id": Uuid::new_v4()});
        let conversation = self.post("/conversations", body).await.expect(201);
        conversation["id"].as_str().expect("an id").to_owned()
    }

    /// The conversation as they see it.
    pub async fn conversation(&self, id: &str) -> Value {
        self.get(&format!("/conversations/{id}")).await.expect(200)
    }

    /// Sends a message over REST; gives it.
    pub async fn say(&self, conversation: &str, text: &str) -> Value {
        self.send(conversation, Uuid::new_v4(), text).await.expect(201)
    }

    /// Sends a message over REST with a `client_id` of the test's.
    pub async fn send(&self, conversation: &str, client_id: Uuid, text: &str) -> Answer {
        let body = json!({"client_id": client_id, "text": text});
        self.post(&format!("/conversations/{conversation}/messages"), body).await
    }

    /// All messages of a conversation, read page by page.
    pub async fn messages(&self, conversation: &str) -> Vec<Value> {
        let mut messages = Vec::new();
        loop {
            let after = messages.len();
            let path = format!("/conversations/{conversation}/messages?after={after}&limit=100");
            let mut page = self.get(&path).await.expect(200);
            let Value::Array(items) = page["items"].take() else { panic!("no items: {page}") };
            if items.is_empty() {
                return messages;
            }
            messages.extend(items);
        }
    }

    /// Writes a note.
    pub async fn note(&self, conversation: &str, text: &str) -> Value {
        let body = json!({"client_id": Uuid::new_v4(), "text": text});
        self.post(&format!("/conversations/{conversation}/notes"), body).await.expect(201)
    }

    /// Claims a conversation, as long as nobody else holds it; gives `{token, expires_at}`.
    pub async fn claim(&self, conversation: &str) -> Value {
        self.put_empty(&format!("/conversations/{conversation}/claim")).await.expect(200)
    }

    /// Gives a conversation back to the queue.
    pub async fn release(&self, conversation: &str) {
        self.delete(&format!("/conversations/{conversation}/claim")).await.expect(204);
    }

    /// Resolves a conversation they may resolve.
    pub async fn resolve(&self, conversation: &str) -> Value {
        self.put_empty(&format!("/conversations/{conversation}/resolution")).await.expect(200)
    }

    /// Opens the chat socket and waits for its welcome, by which an agent's has claimed the conversation.
    pub async fn chat(&self, conversation: &str) -> Socket {
        self.chat_with(conversation, "").await
    }

    /// Opens the chat socket with parameters, such as `after=3&mode=view`.
    pub async fn chat_with(&self, conversation: &str, parameters: &str) -> Socket {
        let path = format!("/ws/chat/{conversation}/?{parameters}");
        Socket::open(self.server(), &path, self.token()).await.answered().await
    }
}

impl Deref for Person {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}
