//! What holds for every answer: headers, and which host names are served.

use crate::AppState;
use crate::error::{Code, Problem};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use std::net::IpAddr;

/// A4. Scripts and styles come from us alone, and markup enters a page through the one Trusted Types policy.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; base-uri 'none'; \
    object-src 'none'; frame-ancestors 'none'; form-action 'self'; require-trusted-types-for 'script'";

const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    // What one person sees is kept by nobody; assets say otherwise themselves.
    (header::CACHE_CONTROL, "no-store"),
];

/// Adds the headers of A4 to an answer; what a handler set itself stays.
pub(crate) async fn add_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Without a public URL, serves loopback hosts only: so no site can point a name of its own at this server.
pub(crate) async fn check_host(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if state.config.public_url.is_none() && !is_loopback(request.headers()) {
        return Err(Problem::new(
            Code::UnknownHost,
            "without a public URL this server answers only to localhost: start it with --public-url",
        ));
    }
    Ok(next.run(request).await)
}

fn is_loopback(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name == "localhost"
        || name.ends_with(".localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_hosts_are_known() {
        let host = |host: &str| is_loopback(&HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]));
        for ours in
            ["localhost", "localhost:8000", "127.0.0.1:8000", "127.0.0.2", "[::1]:8000", "a.localhost"]
        {
            assert!(host(ours), "{ours}");
        }
        for other in [
            "example.com",
            "localhost.example.com",
            "192.0.2.1:8000",
            "",
            "[2001:db8::1]",
            "127.0.0.1.nip.io",
        ] {
            assert!(!host(other), "{other}");
        }
    }
}
