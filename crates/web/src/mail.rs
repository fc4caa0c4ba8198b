//! The one e-mail to a customer who left before the answer came: how it leaves, what it says, and who sends it when.

mod demo;
mod letter;
mod run;

pub use demo::{ShownLetter, ShownMail};
pub use run::run;

pub(crate) use demo::routes;

use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use std::fmt;
use std::time::Duration;
use url::Url;

/// How long an answer stays unread before its customer is written to.
pub const UNREAD_FOR: Duration = Duration::from_secs(5 * 60);
/// How long a mail server may take for each of its answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// How e-mails leave this server.
#[derive(Clone)]
pub struct Mail {
    /// What links begin with, up to and with the first slash.
    base: Url,
    /// How long an answer stays unread before its customer is written to.
    unread_for: Duration,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Smtp { server: Box<AsyncSmtpTransport<Tokio1Executor>>, from: Mailbox },
    Shown(ShownMail),
}

impl Mail {
    /// Through a mail server: `smtps://user:password@host` (TLS), `smtp://user:password@host:587?tls=required`
    /// (STARTTLS) or `smtp://host` (neither). `from` is as in `Support <support@example.com>`, `base` what links begin
    /// with.
    ///
    /// # Errors
    /// In words, which setting is wrong and how to write it; never the setting itself, which may hold a password (A9).
    pub fn smtp(url: &str, from: &str, base: Url) -> Result<Self, String> {
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
            "FRONTDESK_SMTP_URL is no address such as smtps://user:password@mail.example.com".to_owned()
        })?;
        let from = from.parse().map_err(|_| {
            "FRONTDESK_MAIL_FROM is no address such as Support <support@example.com>".to_owned()
        })?;
        let way = Way::Smtp { server: Box::new(server.timeout(Some(PATIENCE)).build()), from };
        Ok(Self { base, unread_for: UNREAD_FOR, way })
    }

    /// Onto a page instead, for the demo.
    pub fn shown_on_a_page(base: Url, unread_for: Duration) -> Self {
        Self { base, unread_for, way: Way::Shown(ShownMail::default()) }
    }

    /// What was shown instead of sent, if that is its way.
    pub fn shown(&self) -> Option<&ShownMail> {
        match &self.way {
            Way::Shown(shown) => Some(shown),
            Way::Smtp { .. } => None,
        }
    }
}

/// The mail server's address may hold a password (A9).
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a9_a_wrong_setting_is_named_and_not_repeated() {
        let base: Url = "https://help.example.com".parse().unwrap();
        let error = Mail::smtp("imap://me:secret@example.com", "a@example.com", base.clone()).unwrap_err();
        assert!(error.contains("FRONTDESK_SMTP_URL") && !error.contains("secret"), "{error}");
        let error = Mail::smtp("smtp://localhost:25", "nobody", base.clone()).unwrap_err();
        assert!(error.contains("FRONTDESK_MAIL_FROM"), "{error}");
        for url in ["smtps://a:b@example.com", "smtp://a:b@example.com:587?tls=required", "smtp://localhost"]
        {
            assert!(Mail::smtp(url, "Support <support@example.com>", base.clone()).is_ok(), "{url}");
        }
    }
}
