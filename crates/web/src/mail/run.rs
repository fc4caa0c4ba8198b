//! Sends what is due, for as long as it runs. Any number of nodes may do so at once.

use super::{Mail, Way, letter};
use crate::AppState;
use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::time::Duration;
use store::{AbsenceMail, MailOutcome};
use tokio::time::{MissedTickBehavior, interval};

/// How often the store is asked what is due.
const EVERY: Duration = Duration::from_secs(1);

/// Writes to customers who left before the answer came. Returns at once where no e-mail leaves.
pub async fn run(state: AppState) {
    let Some(mail) = state.config.mail.clone() else { return };
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = send_what_is_due(&state, &mail).await {
            tracing::warn!(%error, "cannot look for customers who have left");
        }
    }
}

async fn send_what_is_due(state: &AppState, mail: &Mail) -> store::Result<()> {
    state.store.note_absences(mail.unread_for).await?;
    let lost = state.store.give_up_lost_mails().await?;
    state.metrics.mails("given_up", lost);
    while let Some(due) = state.store.next_absence_mail().await? {
        let outcome = mail.send(&due).await;
        let again = state.store.settle_absence_mail(&due, outcome).await?;
        let word = match outcome {
            MailOutcome::Sent => "sent",
            _ if again => "put_off",
            _ => "given_up",
        };
        state.metrics.mails(word, 1);
        if word != "sent" {
            tracing::warn!(customer = %due.customer, attempts = due.attempts, "an e-mail was {word}");
        }
    }
    Ok(())
}

impl Mail {
    async fn send(&self, due: &AbsenceMail) -> MailOutcome {
        let link = format!("{}support/customer/link/{}", self.base, due.link.reveal());
        match &self.way {
            Way::Smtp { server, from } => hand_over(server, from, &due.email, &link).await,
            Way::Shown(shown) => {
                shown.put(&due.email, link);
                MailOutcome::Sent
            }
        }
    }
}

/// Tries again only what is certain not to have gone out: while the server cannot be reached, or says so itself.
async fn hand_over(
    server: &AsyncSmtpTransport<Tokio1Executor>,
    from: &Mailbox,
    to: &str,
    link: &str,
) -> MailOutcome {
    let Some(letter) = letter::letter(from, to, link) else { return MailOutcome::Never };
    if !matches!(server.test_connection().await, Ok(true)) {
        return MailOutcome::Later;
    }
    match server.send(letter).await {
        Ok(_) => MailOutcome::Sent,
        Err(error) if error.is_transient() => MailOutcome::Later,
        Err(_) => MailOutcome::Never,
    }
}
