//! A REST client that is somebody: every call carries their token.

use reqwest::{Method, header::HeaderMap};
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// How long an answer may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// Calls `/api/v1` as one session, or as nobody.
#[derive(Debug, Clone)]
pub struct Api {
    http: reqwest::Client,
    base: Url,
    token: Option<String>,
}

impl Api {
    /// Of nobody, at the server's address.
    pub fn anonymous(server: &Url) -> Self {
        let http = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        Self { http: http.build().expect("an HTTP client"), base: server.clone(), token: None }
    }

    /// The same client with a session's token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The server it calls.
    pub fn server(&self) -> &Url {
        &self.base
    }

    /// The token calls carry.
    ///
    /// # Panics
    /// For nobody's client.
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("a client with a session")
    }

    /// `GET /api/v1{path}`
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    /// `POST /api/v1{path}`
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    /// `POST /api/v1{path}` with nothing in it.
    pub async fn post_empty(&self, path: &str) -> Answer {
        self.call(Method::POST, path, None).await
    }

    /// `PUT /api/v1{path}`
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// `PUT /api/v1{path}` with nothing in it.
    pub async fn put_empty(&self, path: &str) -> Answer {
        self.call(Method::PUT, path, None).await
    }

    /// `PATCH /api/v1{path}`
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(body)).await
    }

    /// `DELETE /api/v1{path}`
    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    /// `POST /api/v1{path}` with any bytes as JSON, also such that are none.
    pub async fn post_raw(&self, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(Method::POST, &format!("/api/v1{path}"));
        answer(request.header("content-type", "application/json").body(body)).await
    }

    /// `GET` of any address, such as a page.
    pub async fn page(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.request(method, &format!("/api/v1{path}"));
        answer(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, self.base.join(path).expect("a path"));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("the server answers");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.expect("a body of text") }
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub text: String,
}

impl Answer {
    /// The body as JSON, when the status is this one.
    ///
    /// # Panics
    /// On any other status, with what the server said; when the body is no JSON.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "the server said: {}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// Asserts an error: its status, its code and that it is a problem document (RFC 9457). Gives the document.
    ///
    /// # Panics
    /// When it is not that error.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "the server said: {}", self.text);
        let kind = self.headers.get("content-type").and_then(|kind| kind.to_str().ok());
        assert_eq!(kind, Some("application/problem+json"), "{}", self.text);
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        problem
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text))
    }
}
