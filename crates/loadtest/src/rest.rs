//! REST calls as somebody, to a server that may be gone.

use anyhow::{Context, Result, bail};
use reqwest::Method;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;

/// How long an answer may take until its caller gives up.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same while nothing is broken, and only the computer may be slow.
const UNBROKEN: Duration = Duration::from_secs(60);

/// Calls `/api/v1`.
#[derive(Debug, Clone)]
pub struct Rest {
    http: reqwest::Client,
    patience: Duration,
}

/// What came back.
#[derive(Debug, Clone)]
pub enum Reply {
    /// An answer that settles the matter.
    Answered(u16, Value),
    /// None in time, or one that leaves open whether anything happened (5xx) or asks to try again (429).
    Lost,
}

impl Rest {
    /// A client without a session.
    ///
    /// # Errors
    /// When there is no TLS to be had, which is not used.
    pub fn new() -> Result<Self> {
        Self::patient(PATIENCE)
    }

    /// The same, for somebody who waits so long for an answer.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn patient(patience: Duration) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().build().context("cannot make an HTTP client")?;
        Ok(Self { http, patience })
    }

    /// One call; a token says who calls.
    pub async fn call(
        &self,
        node: SocketAddr,
        token: Option<&str>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Reply {
        match self.ask(node, token, method, path, body).await {
            Some((status, body)) if status < 500 && status != 429 => Reply::Answered(status, body),
            Some(_) | None => Reply::Lost,
        }
    }

    /// One call; status and body of whatever is answered, none when nothing is.
    pub async fn ask(
        &self,
        node: SocketAddr,
        token: Option<&str>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Option<(u16, Value)> {
        self.ask_within(self.patience, node, token, method, path, body).await
    }

    /// A page of the site as a browser fetches it, which must be there.
    ///
    /// # Errors
    /// When it is not.
    pub async fn page(&self, node: SocketAddr, token: &str, path: &str) -> Result<()> {
        let request = self.http.get(format!("http://{node}{path}")).timeout(UNBROKEN).bearer_auth(token);
        let response = request.header("accept-encoding", "gzip").send().await?.error_for_status()?;
        response.bytes().await?;
        Ok(())
    }

    async fn ask_within(
        &self,
        patience: Duration,
        node: SocketAddr,
        token: Option<&str>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Option<(u16, Value)> {
        let mut request = self.http.request(method, format!("http://{node}/api/v1{path}")).timeout(patience);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        let body = response.bytes().await.ok()?;
        Some((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    /// One call that must succeed, while nothing is broken.
    ///
    /// # Errors
    /// When it does not.
    pub async fn expect(
        &self,
        node: SocketAddr,
        token: Option<&str>,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value> {
        match self.ask_within(UNBROKEN, node, token, method.clone(), path, body).await {
            Some((200..=299, answer)) => Ok(answer),
            other => bail!("{method} {path}: {other:?}"),
        }
    }
}
