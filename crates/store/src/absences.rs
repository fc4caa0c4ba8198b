//! Customers who left before the answer came: each is told by one e-mail, and by no other until they are back.
//!
//! Who has left follows from what was read. Any number of nodes may look; one of them gets each e-mail to send, and says
//! what became of it. One whose fate is unknown is not sent again: rather none than two.

use crate::customer_links::{self, Kind};
use crate::db::{Time, Tx, execute, fetch_all, fetch_optional};
use crate::{Result, Store, Token, dialect};
use domain::{ConversationId, ConversationKey, CustomerId, CustomerKey, Event, EventKind, Timestamp};
use std::time::Duration;
use uuid::Uuid;

/// Answers older than this come too late for an e-mail.
const TOO_LATE: Duration = Duration::from_secs(24 * 60 * 60);
/// How often sending an e-mail is tried.
pub const MAIL_ATTEMPTS: i32 = 5;
/// The wait after the first attempt; each one after is four times as long.
const FIRST_WAIT: Duration = Duration::from_secs(60);
/// After this time nobody knows whether an e-mail went out: who was to send it has crashed.
const LOST_AFTER: Duration = Duration::from_secs(10 * 60);
/// Absences looked at in one go.
const SWEEP: i64 = 100;

/// An e-mail to send: that an answer waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsenceMail {
    /// To whom, for logs.
    pub customer: CustomerId,
    /// The address they typed.
    pub email: String,
    /// The one-time link into the conversation.
    pub link: Token,
    /// How often it was tried, this time included.
    pub attempts: i32,
    key: CustomerKey,
    conversation: ConversationId,
}

/// What became of an e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailOutcome {
    /// The mail server took it.
    Sent,
    /// It certainly went nowhere, and may go later.
    Later,
    /// It was refused for good, or nobody can tell.
    Never,
}

impl Store {
    /// Looks who has left an answer unread for so long, and who is back.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn note_absences(&self, unread_for: Duration) -> Result<()> {
        let mut conn = self.db.read().await?;
        let now = dialect::now(conn.get(), &self.clock).await?;
        // Who reads is back at once (mark_seen); who only writes, by a program, is found here.
        let back = "SELECT a.customer_id FROM absences a
                    WHERE a.state <> 'back' AND EXISTS (SELECT 1 FROM conversations c
                                  WHERE c.customer_id = a.customer_id AND c.waiting_since > a.began_at)";
        let back = fetch_all!(conn, (i64,), back)?;
        let left = "SELECT c.customer_id, c.id FROM conversations c
                    JOIN customers cu ON cu.id = c.customer_id JOIN users u ON u.id = cu.user_id
                    WHERE c.last_agent_seq > c.customer_seen_seq AND c.last_message_at <= $1 AND c.last_message_at > $2
                      AND c.last_agent_seq > c.last_customer_seq AND u.email IS NOT NULL
                      AND NOT EXISTS (SELECT 1 FROM absences a WHERE a.customer_id = c.customer_id
                                                                AND (a.state <> 'back' OR a.next_at > $1))
                    ORDER BY c.last_message_at LIMIT $3";
        let left = fetch_all!(conn, (i64, i64), left, Time(now - unread_for), Time(now - TOO_LATE), SWEEP)?;
        drop(conn);
        if back.is_empty() && left.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        for (customer,) in back {
            end(&mut tx, CustomerKey(customer), now).await?;
        }
        for (customer, conversation) in left {
            let sql = "INSERT INTO absences (customer_id, conversation_id, state, began_at, next_at)
                       VALUES ($1, $2, 'waiting', $3, $3)
                       ON CONFLICT (customer_id) DO UPDATE
                       SET conversation_id = excluded.conversation_id, state = 'waiting', attempts = 0,
                           began_at = excluded.began_at, next_at = excluded.next_at
                       WHERE absences.state = 'back' AND absences.next_at <= $4";
            execute!(tx, sql, customer, conversation, Time(now), Time(now - unread_for))?;
        }
        tx.commit().await
    }

    /// The next e-mail to send, for the caller alone; none when none is due.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn next_absence_mail(&self) -> Result<Option<AbsenceMail>> {
        loop {
            let mut conn = self.db.read().await?;
            let now = dialect::now(conn.get(), &self.clock).await?;
            let sql =
                "SELECT a.customer_id, cu.external_id, a.attempts, a.conversation_id, c.external_id, u.email
                       FROM absences a
                       JOIN conversations c ON c.id = a.conversation_id
                       JOIN customers cu ON cu.id = a.customer_id JOIN users u ON u.id = cu.user_id
                       WHERE a.state = 'waiting' AND a.next_at <= $1 AND u.email IS NOT NULL
                       ORDER BY a.next_at LIMIT 1";
            let due = fetch_optional!(conn, (i64, Uuid, i32, i64, Uuid, String), sql, Time(now))?;
            drop(conn);
            let Some((key, customer, attempts, conversation_key, conversation, email)) = due else {
                return Ok(None);
            };
            let mut tx = self.db.begin().await?;
            let sql = "UPDATE absences SET state = 'sending', attempts = attempts + 1, next_at = $3
                       WHERE customer_id = $1 AND state = 'waiting' AND attempts = $2";
            if execute!(tx, sql, key, attempts, Time(now))? == 0 {
                continue;
            }
            let key = CustomerKey(key);
            let kind = Kind::Mail(ConversationKey(conversation_key));
            let link = customer_links::put(&mut tx, key, kind, now).await?;
            tx.commit().await?;
            return Ok(Some(AbsenceMail {
                customer: CustomerId(customer),
                email,
                link,
                attempts: attempts + 1,
                key,
                conversation: ConversationId(conversation),
            }));
        }
    }

    /// Says what became of an e-mail; tells whether it will be tried again. What is final, agents read in the
    /// conversation.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn settle_absence_mail(&self, mail: &AbsenceMail, outcome: MailOutcome) -> Result<bool> {
        let kind = match outcome {
            MailOutcome::Sent => EventKind::Mailed,
            MailOutcome::Later if mail.attempts < MAIL_ATTEMPTS => {
                let mut tx = self.db.begin().await?;
                let next_at = dialect::now(tx.get(), &self.clock).await? + wait_after(mail.attempts);
                let sql = "UPDATE absences SET state = 'waiting', next_at = $2
                           WHERE customer_id = $1 AND state = 'sending'";
                execute!(tx, sql, mail.key.0, Time(next_at))?;
                tx.commit().await?;
                return Ok(true);
            }
            MailOutcome::Later | MailOutcome::Never => EventKind::NotMailed,
        };
        self.finish_absence_mail(mail.key, mail.conversation, kind).await?;
        Ok(false)
    }

    /// Gives up e-mails whose sender has crashed; tells how many.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database).
    pub async fn give_up_lost_mails(&self) -> Result<usize> {
        let mut conn = self.db.read().await?;
        let now = dialect::now(conn.get(), &self.clock).await?;
        let sql = "SELECT a.customer_id, c.external_id FROM absences a
                   JOIN conversations c ON c.id = a.conversation_id
                   WHERE a.state = 'sending' AND a.next_at <= $1 LIMIT $2";
        let lost = fetch_all!(conn, (i64, Uuid), sql, Time(now - LOST_AFTER), SWEEP)?;
        drop(conn);
        for (customer, conversation) in &lost {
            let (customer, conversation) = (CustomerKey(*customer), ConversationId(*conversation));
            self.finish_absence_mail(customer, conversation, EventKind::NotMailed).await?;
        }
        Ok(lost.len())
    }

    async fn finish_absence_mail(
        &self,
        customer: CustomerKey,
        conversation: ConversationId,
        kind: EventKind,
    ) -> Result<()> {
        let state = if kind == EventKind::Mailed { "sent" } else { "failed" };
        let mut tx = self.db.begin().await?;
        let now = dialect::lock(&mut tx, &[conversation], &self.clock).await?;
        let sql = "UPDATE absences SET state = $2 WHERE customer_id = $1 AND state = 'sending'";
        let settled = execute!(tx, sql, customer.0, state)?;
        let Some(conversation) = dialect::load(&mut tx, &[conversation]).await?.pop() else { return Ok(()) };
        // The customer may have come back meanwhile: the e-mail went out all the same.
        if settled == 0 && kind != EventKind::Mailed {
            return Ok(());
        }
        self.finish_with_event(tx, conversation, &Event::of_itself(kind), now).await
    }
}

/// The customer is back. What they leave unread from now on is another absence.
pub(crate) async fn end(tx: &mut Tx, customer: CustomerKey, now: Timestamp) -> Result<()> {
    let sql = "UPDATE absences SET state = 'back', next_at = $2 WHERE customer_id = $1";
    execute!(tx, sql, customer.0, Time(now)).map(|_| ())
}

fn wait_after(attempts: i32) -> Duration {
    FIRST_WAIT * 4_u32.pow(u32::try_from(attempts - 1).unwrap_or(0))
}
