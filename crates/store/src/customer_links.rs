//! One-time links of customers: to go on in another browser, and to come back from an e-mail.

use crate::db::{Time, Tx, execute, fetch_optional};
use crate::sessions::{self, Owner};
use crate::{Change, Error, Result, Session, Store, Token, customers, token};
use domain::{Actor, ConversationId, ConversationKey, Customer, CustomerKey, Refusal, Timestamp};
use std::time::Duration;
use uuid::Uuid;

/// How long a link to go on in another browser can be used.
pub const BROWSER_LINK_LIFETIME: Duration = Duration::from_secs(15 * 60);
/// How long the link in an e-mail can be used.
pub const MAIL_LINK_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Where a customer's link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerLink {
    /// Whose it is.
    pub customer: Customer,
    /// The conversation it opens; without one, all of theirs.
    pub conversation: Option<ConversationId>,
}

/// What a link is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Browser,
    Mail(ConversationKey),
}

impl Store {
    /// A new link by which a customer goes on in another browser. The one before it stops working.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] for agents, [`Error::SignedOut`].
    pub async fn new_browser_link(&self, session: &Session) -> Result<Token> {
        let Actor::Customer(customer) = &session.actor else { return Err(Refusal::Forbidden.into()) };
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        sessions::check(&mut tx, session.key, now).await?;
        let token = put(&mut tx, customer.key, Kind::Browser, now).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Where a link leads, without using it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is unknown, used, replaced or too old.
    pub async fn customer_link(&self, token: &str) -> Result<CustomerLink> {
        let mut conn = self.db.read().await?;
        let sql = "SELECT l.customer_id, c.external_id FROM customer_links l
                   LEFT JOIN conversations c ON c.id = l.conversation_id
                   WHERE l.token_hash = $1 AND l.used_at IS NULL AND l.expires_at > $2";
        let (hash, now) = (token::hash(token), Time(self.clock.now()));
        let found = fetch_optional!(conn, (i64, Option<Uuid>), sql, hash, now)?;
        let (key, conversation) = found.ok_or(NO_LINK)?;
        let customer = customers::by_key(&mut conn, CustomerKey(key)).await?.ok_or(NO_LINK)?;
        Ok(CustomerLink { customer, conversation: conversation.map(ConversationId) })
    }

    /// Uses a link up: signs its customer in. The session this browser had before ends with the same step, since nobody
    /// could use it any more.
    ///
    /// # Errors
    /// As [`customer_link`](Self::customer_link); of two who try at once, one fails.
    pub async fn use_customer_link(&self, token: &str, before: Option<&Session>) -> Result<Token> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE customer_links SET used_at = $2
                   WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING customer_id";
        let used = fetch_optional!(tx, (i64,), sql, token::hash(token), Time(now))?;
        let (customer,) = used.ok_or(NO_LINK)?;
        let token = sessions::open(&mut tx, Owner::Customer(CustomerKey(customer)), now).await?;
        if let Some(before) = before {
            let sql = "UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
            execute!(tx, sql, before.key.0, Time(now))?;
        }
        tx.commit().await?;
        if let Some(before) = before {
            self.tell(Change::SessionsEnded(vec![before.key]));
        }
        Ok(token)
    }
}

const NO_LINK: Error = Error::NotFound("link: it was used, replaced or is too old");

/// Keeps a new link in place of the customer's last one of its kind.
pub(crate) async fn put(tx: &mut Tx, customer: CustomerKey, kind: Kind, now: Timestamp) -> Result<Token> {
    let token = Token::random();
    let (kind, conversation, lifetime) = match kind {
        Kind::Browser => ("browser", None, BROWSER_LINK_LIFETIME),
        Kind::Mail(conversation) => ("mail", Some(conversation.0), MAIL_LINK_LIFETIME),
    };
    let sql = "INSERT INTO customer_links (token_hash, customer_id, kind, conversation_id, expires_at)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (customer_id, kind)
               DO UPDATE SET token_hash = excluded.token_hash, conversation_id = excluded.conversation_id,
                             expires_at = excluded.expires_at, used_at = NULL";
    execute!(tx, sql, token.hash(), customer.0, kind, conversation, Time(now + lifetime))?;
    Ok(token)
}
