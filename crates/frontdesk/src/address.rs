//! Where the server listens and by which address people reach it.

use crate::config;
use clap::Args;
use std::net::SocketAddr;
use url::Url;

/// Settings of whatever listens, or makes links to what listens.
#[derive(Debug, Clone, Args)]
pub struct AddressArgs {
    /// The address the server listens on
    #[arg(long, value_name = "ADDRESS", env = "FRONTDESK_LISTEN", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,

    /// The address people reach the server by, https:// and a host name. Without it the server answers
    /// only to loopback names such as localhost
    #[arg(long, value_name = "URL", env = "FRONTDESK_PUBLIC_URL", value_parser = config::public_url)]
    pub public_url: Option<Url>,
}

/// What links begin with, up to and with the first slash: the public address, or that of this computer.
pub fn base(public_url: Option<&Url>, listens_on: Option<SocketAddr>) -> String {
    match (public_url, listens_on) {
        (Some(url), _) => url.to_string(),
        (None, Some(address)) if !address.ip().is_unspecified() => format!("http://{address}/"),
        (None, Some(address)) => format!("http://localhost:{}/", address.port()),
        (None, None) => "http://localhost/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_begin_with_the_public_url_or_a_loopback_name() {
        let public = Url::parse("https://support.example.com").unwrap();
        let everywhere = "0.0.0.0:8000".parse().ok();
        assert_eq!(base(Some(&public), everywhere), "https://support.example.com/");
        assert_eq!(base(None, everywhere), "http://localhost:8000/");
        assert_eq!(base(None, "127.0.0.1:8123".parse().ok()), "http://127.0.0.1:8123/");
    }
}
