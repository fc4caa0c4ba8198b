//! Where a request carries its token.

use super::cookies;
use crate::error::Problem;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::Deserialize;

/// As whom a browser that is customer and agent at once asks (`?as=`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum As {
    /// With the customer's cookie.
    Customer,
    /// With the agent's cookie.
    Agent,
}

/// The tokens a request carries.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Tokens {
    /// One named outright: `Authorization: Bearer`, or in a socket's subprotocol.
    Bearer(String),
    /// What the browser sends by itself: the customer's and the agent's.
    Cookies(Vec<String>),
}

impl Tokens {
    /// The tokens of a request; `?as=` picks a cookie.
    pub(super) fn of(parts: &Parts, is_https: bool) -> Result<Self, Problem> {
        if let Some(authorization) = parts.headers.get(header::AUTHORIZATION) {
            let token = authorization.to_str().ok().and_then(bearer).ok_or_else(Problem::not_signed_in)?;
            return Ok(Self::Bearer(token.to_owned()));
        }
        if let Some(token) = subprotocol_token(&parts.headers) {
            return Ok(Self::Bearer(token.to_owned()));
        }
        let wanted = wanted(parts.uri.query().unwrap_or_default())?;
        let cookie = |of: As| {
            let is_wanted = wanted.is_none_or(|wanted| wanted == of);
            is_wanted.then(|| cookies::read(&parts.headers, of, is_https)).flatten()
        };
        Ok(Self::Cookies([cookie(As::Customer), cookie(As::Agent)].into_iter().flatten().collect()))
    }
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The token in `Sec-WebSocket-Protocol: frontdesk.v1, bearer.<token>`.
fn subprotocol_token(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .find_map(|protocol| protocol.trim().strip_prefix("bearer."))
}

fn wanted(query: &str) -> Result<Option<As>, Problem> {
    let value = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "as");
    match value.as_ref().map(|(_, value)| &**value) {
        None => Ok(None),
        Some("customer") => Ok(Some(As::Customer)),
        Some("agent") => Ok(Some(As::Agent)),
        Some(_) => Err(Problem::invalid("as", &"as is customer or agent")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn of(uri: &str, headers: &[(&str, &str)]) -> Result<Tokens, Problem> {
        let mut request = Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Tokens::of(&request.body(()).unwrap().into_parts().0, false)
    }

    #[test]
    fn a_bearer_token_goes_before_cookies() {
        let cookie = ("cookie", "frontdesk_customer=c; other=x; frontdesk_agent=a");
        let bearer = || Tokens::Bearer("t".into());
        assert_eq!(of("/", &[cookie, ("authorization", "Bearer t")]), Ok(bearer()));
        assert_eq!(of("/", &[cookie, ("sec-websocket-protocol", "frontdesk.v1, bearer.t")]), Ok(bearer()));
        assert_eq!(of("/", &[cookie]), Ok(Tokens::Cookies(vec!["c".into(), "a".into()])));
        assert_eq!(of("/", &[]), Ok(Tokens::Cookies(vec![])));
        assert!(of("/", &[("authorization", "Basic dTpw")]).is_err());
    }

    #[test]
    fn as_picks_the_cookie() {
        let cookie = ("cookie", "frontdesk_customer=c; frontdesk_agent=a");
        assert_eq!(of("/?as=agent", &[cookie]), Ok(Tokens::Cookies(vec!["a".into()])));
        assert_eq!(of("/?x=1&as=customer", &[cookie]), Ok(Tokens::Cookies(vec!["c".into()])));
        assert!(of("/?as=admin", &[cookie]).is_err());
    }
}
