//! Customers and agents with sessions, and conversations between them.

use super::Database;
use crate::history::Body;
use crate::rest::Rest;
use anyhow::{Context, Result, bail};
use reqwest::Method;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use uuid::Uuid;

/// The password of every agent of a run.
const PASSWORD: &str = "correct horse battery";

/// On which side somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A customer.
    Customer,
    /// The agent of this number.
    Agent(usize),
}

/// Somebody with a session.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their side.
    pub role: Role,
    /// Their id on the wire.
    pub id: Uuid,
    /// What their requests carry.
    pub token: String,
}

/// Adds the agent of this number on the command line; gives the address they sign in with.
///
/// # Errors
/// When the program refuses.
pub async fn add_agent(program: &Path, database: &Database, number: usize) -> Result<String> {
    // In a database that is measured again, the agents of the last time are still there.
    let email = format!("{}@example.com", Uuid::new_v4().simple());
    let mut command = std::process::Command::new(program);
    command.args([
        "agent",
        "add",
        "--password-stdin",
        "--email",
        &email,
        "--name",
        &format!("Agent {number}"),
    ]);
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    database.apply(&mut command, None);
    let mut child = Command::from(command).kill_on_drop(true).spawn().context("cannot add an agent")?;
    let mut input = child.stdin.take().context("no standard input")?;
    input.write_all(format!("{PASSWORD}\n").as_bytes()).await?;
    drop(input);
    let status = child.wait().await?;
    if !status.success() {
        bail!("cannot add an agent: {status}");
    }
    Ok(email)
}

/// Signs in the agent of this number.
///
/// # Errors
/// When the server refuses.
pub async fn sign_in(rest: &Rest, node: SocketAddr, number: usize, email: &str) -> Result<Person> {
    let body = json!({"email": email, "password": PASSWORD});
    let session = rest.expect(node, None, Method::POST, "/agent-sessions", Some(&body)).await?;
    person(Role::Agent(number), &session, "agent")
}

/// Starts a customer's session.
///
/// # Errors
/// When the server refuses.
pub async fn new_customer(rest: &Rest, node: SocketAddr, number: usize) -> Result<Person> {
    let body =
        json!({"name": format!("Customer {number}"), "email": format!("customer{number}@example.com")});
    let session = rest.expect(node, None, Method::POST, "/customer-sessions", Some(&body)).await?;
    person(Role::Customer, &session, "customer")
}

/// Opens a conversation with a first message of this `client_id`; gives its id.
///
/// # Errors
/// When the server refuses.
pub async fn open_conversation(
    rest: &Rest,
    node: SocketAddr,
    customer: &Person,
    client_id: Uuid,
) -> Result<Uuid> {
    let body = json!({"text": Body::original(client_id), "client_id": client_id});
    let conversation =
        rest.expect(node, Some(&customer.token), Method::POST, "/conversations", Some(&body)).await?;
    uuid(&conversation["id"])
}

fn person(role: Role, session: &Value, key: &str) -> Result<Person> {
    let token = session["token"].as_str().context("a session without a token")?.to_owned();
    Ok(Person { role, id: uuid(&session[key]["id"])?, token })
}

fn uuid(value: &Value) -> Result<Uuid> {
    Ok(value.as_str().context("no id")?.parse()?)
}
