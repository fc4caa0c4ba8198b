//! The two cookies: a browser may be customer and agent at once. Made by the public URL's scheme (A3).

use super::As;
use crate::Config;
use axum::http::{HeaderMap, HeaderValue, header};
use store::{AGENT_MAX, Token};

/// How long a browser keeps the customer's cookie, in seconds: as long as browsers keep any (RFC 6265bis, section
/// 5.5). The session behind it ends earlier when it is not used.
const CUSTOMER_MAX_AGE: u64 = 400 * 24 * 60 * 60;

/// The `Set-Cookie` value that signs a browser in.
pub fn set(config: &Config, role: As, token: &Token) -> HeaderValue {
    let max_age = match role {
        As::Customer => CUSTOMER_MAX_AGE,
        As::Agent => AGENT_MAX.as_secs(),
    };
    cookie(config, role, token.reveal(), max_age)
}

/// The `Set-Cookie` value that signs a browser out.
pub fn clear(config: &Config, role: As) -> HeaderValue {
    cookie(config, role, "", 0)
}

/// The token in a request's cookie.
pub(super) fn read(headers: &HeaderMap, role: As, is_https: bool) -> Option<String> {
    let name = name(role, is_https);
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, value)| *found == name && !value.is_empty()).map(|(_, value)| value.to_owned())
}

/// Whether a request carries one of our cookies.
pub(super) fn any(headers: &HeaderMap, is_https: bool) -> bool {
    [As::Customer, As::Agent].into_iter().any(|role| read(headers, role, is_https).is_some())
}

fn cookie(config: &Config, role: As, value: &str, max_age: u64) -> HeaderValue {
    let name = name(role, config.is_https());
    let secure = if config.is_https() { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    // Names and tokens are letters, digits, `-` and `_` only.
    HeaderValue::try_from(cookie).unwrap_or(HeaderValue::from_static(""))
}

/// The customer's cookie, without HTTPS.
pub(crate) const CUSTOMER: &str = "frontdesk_customer";
/// The agent's cookie, without HTTPS.
pub(crate) const AGENT: &str = "frontdesk_agent";

fn name(role: As, is_https: bool) -> &'static str {
    match (role, is_https) {
        (As::Customer, true) => "__Host-frontdesk_customer",
        (As::Customer, false) => CUSTOMER,
        (As::Agent, true) => "__Host-frontdesk_agent",
        (As::Agent, false) => AGENT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a3_cookies_are_kept_from_scripts_and_other_sites() {
        let http = Config::default();
        let https = Config { public_url: "https://help.example".parse().ok(), ..Config::default() };
        let cleared = |config| clear(config, As::Agent).to_str().unwrap().to_owned();
        assert_eq!(cleared(&http), "frontdesk_agent=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
        assert_eq!(
            cleared(&https),
            "__Host-frontdesk_agent=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure"
        );
    }
}
