//! From which site a request was sent (A3): a browser adds its cookies to what other sites send, too.

use super::{Caller, cookies};
use crate::error::{Code, Problem};
use crate::{AppState, Config};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;

/// Refuses requests that change something and were sent by another site. A bearer token is proof enough: no
/// browser adds one by itself.
///
/// # Errors
/// `cross_origin`.
pub async fn refuse_other_sites(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let headers = request.headers();
    if changes && !headers.contains_key(header::AUTHORIZATION) {
        match sent_from_here(headers, &state.config) {
            Some(true) => {}
            None if !cookies::any(headers, state.config.is_https()) => {}
            Some(false) | None => return Err(cross_origin()),
        }
    }
    Ok(next.run(request).await)
}

/// Refuses a socket another site opens: an `Origin` must be ours or allowed, whatever the authentication; without
/// one it takes a bearer token.
///
/// # Errors
/// `cross_origin`.
pub fn check_socket_origin(headers: &HeaderMap, caller: &Caller, config: &Config) -> Result<(), Problem> {
    match headers.get(header::ORIGIN) {
        Some(origin) if is_ours(origin.to_str().unwrap_or_default(), headers, config) => Ok(()),
        None if caller.is_bearer() || caller.sessions().is_empty() => Ok(()),
        Some(_) | None => Err(cross_origin()),
    }
}

/// Whether a page of ours sent it; none when the request does not say.
fn sent_from_here(headers: &HeaderMap, config: &Config) -> Option<bool> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if text("sec-fetch-site") == Some("same-origin") {
        return Some(true);
    }
    match text("origin") {
        Some(origin) => Some(is_ours(origin, headers, config)),
        // "none": the person themselves, by the address bar or a bookmark.
        None => text("sec-fetch-site").map(|site| site == "none"),
    }
}

/// Whether an origin is the public URL's or allowed. Without a public URL, ours is what the `Host` says, which is
/// then a loopback name.
fn is_ours(origin: &str, headers: &HeaderMap, config: &Config) -> bool {
    let ours = match &config.public_url {
        Some(url) => origin == url.origin().ascii_serialization(),
        None => {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
            origin.strip_prefix("http://").is_some_and(|origin| Some(origin) == host)
        }
    };
    ours || config.allowed_origins.iter().any(|allowed| allowed == origin)
}

fn cross_origin() -> Problem {
    Problem::new(
        Code::CrossOrigin,
        "this request was sent by another site: open the page here, or name the site in FRONTDESK_ALLOWED_ORIGINS",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(headers: &[(&'static str, &str)]) -> Option<bool> {
        let public_url = "https://help.example".parse().ok();
        let config =
            Config { public_url, allowed_origins: vec!["https://www.example".into()], ..Config::default() };
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        sent_from_here(&headers.collect(), &config)
    }

    #[test]
    fn a3_only_our_pages_and_allowed_sites_may_change_things() {
        assert_eq!(from(&[("sec-fetch-site", "same-origin")]), Some(true));
        assert_eq!(from(&[("origin", "https://help.example")]), Some(true));
        assert_eq!(from(&[("origin", "https://www.example"), ("sec-fetch-site", "cross-site")]), Some(true));
        assert_eq!(from(&[("origin", "https://evil.example")]), Some(false));
        assert_eq!(from(&[("origin", "http://help.example")]), Some(false));
        assert_eq!(from(&[("origin", "null")]), Some(false));
        assert_eq!(from(&[("sec-fetch-site", "same-site")]), Some(false));
        assert_eq!(from(&[]), None);
    }

    #[test]
    fn without_a_public_url_ours_is_the_host() {
        let headers = |origin: &str| {
            HeaderMap::from_iter([
                (header::HOST, "localhost:8000".parse().unwrap()),
                (header::ORIGIN, origin.parse().unwrap()),
            ])
        };
        let config = Config::default();
        assert_eq!(sent_from_here(&headers("http://localhost:8000"), &config), Some(true));
        assert_eq!(sent_from_here(&headers("http://localhost:9000"), &config), Some(false));
    }
}
