//! What an operator can set about the web side.

use crate::limits::LimitsConfig;
use crate::mail::Mail;
use ipnet::IpNet;
use std::net::IpAddr;
use url::Url;

/// How the server is reached and how much it takes on.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The address people reach the server by (`FRONTDESK_PUBLIC_URL`). Without one only loopback hosts are served.
    pub public_url: Option<Url>,
    /// Other origins that may open sockets and send forms (`FRONTDESK_ALLOWED_ORIGINS`), such as
    /// `https://www.example.com`.
    pub allowed_origins: Vec<String>,
    /// The proxies whose `X-Forwarded-For` is believed (`FRONTDESK_TRUSTED_PROXIES`).
    pub trusted_proxies: Vec<IpNet>,
    /// The limits of `protocol.md`.
    pub limits: LimitsConfig,
    /// What whoever reads `/metrics` on the main listener has to know (`FRONTDESK_METRICS_TOKEN`); without one it is not
    /// there.
    pub metrics_token: Option<String>,
    /// How e-mails leave (`FRONTDESK_SMTP_URL`); without it none do.
    pub mail: Option<Mail>,
    /// Sign-ins the sign-in pages show; only `frontdesk demo` has any (A5).
    pub demo_sign_ins: Vec<DemoSignIn>,
}

/// An agent everybody may sign in as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoSignIn {
    /// The name.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// The password.
    pub password: String,
    /// Whether it is an administrator.
    pub is_administrator: bool,
}

impl Config {
    /// Reads `FRONTDESK_ALLOWED_ORIGINS`, `FRONTDESK_TRUSTED_PROXIES`, `FRONTDESK_METRICS_TOKEN` and the limits; `env` gives a variable's
    /// value.
    ///
    /// # Errors
    /// In words, which variable is wrong and how to write it.
    pub fn from_env(env: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let list = |name| split(&env(name).unwrap_or_default());
        Ok(Self {
            allowed_origins: list("FRONTDESK_ALLOWED_ORIGINS")
                .iter()
                .map(|text| origin(text))
                .collect::<Result<_, _>>()?,
            trusted_proxies: list("FRONTDESK_TRUSTED_PROXIES")
                .iter()
                .map(|text| network(text))
                .collect::<Result<_, _>>()?,
            limits: LimitsConfig::from_env(&env)?,
            metrics_token: env("FRONTDESK_METRICS_TOKEN").filter(|token| !token.is_empty()),
            ..Self::default()
        })
    }

    /// Whether it is the demo, which shows its sign-ins to everybody.
    pub fn is_demo(&self) -> bool {
        !self.demo_sign_ins.is_empty()
    }

    /// Whether browsers reach the server over HTTPS, so that cookies can be kept to it (A3).
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}

fn split(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn origin(text: &str) -> Result<String, String> {
    let wrong = || format!("FRONTDESK_ALLOWED_ORIGINS: {text} is no origin such as https://www.example.com");
    let url = Url::parse(text).map_err(|_| wrong())?;
    if matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none() {
        Ok(url.origin().ascii_serialization())
    } else {
        Err(wrong())
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>().or_else(|_| address()).map_err(|_| {
        format!(
            "FRONTDESK_TRUSTED_PROXIES: {text} is no address such as 10.0.0.1 or network such as 10.0.0.0/8"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_checked() {
        let env = |name: &str| match name {
            "FRONTDESK_ALLOWED_ORIGINS" => Some("https://a.example/, http://b.example:8080".into()),
            "FRONTDESK_TRUSTED_PROXIES" => Some("10.0.0.0/8,::1".into()),
            _ => None,
        };
        let config = Config::from_env(env).unwrap();
        assert_eq!(config.allowed_origins, ["https://a.example", "http://b.example:8080"]);
        assert_eq!(config.trusted_proxies.len(), 2);
        for wrong in ["FRONTDESK_ALLOWED_ORIGINS", "FRONTDESK_TRUSTED_PROXIES"] {
            let error = Config::from_env(|name| (name == wrong).then(|| "nonsense".into())).unwrap_err();
            assert!(error.starts_with(wrong), "{error}");
        }
    }
}
