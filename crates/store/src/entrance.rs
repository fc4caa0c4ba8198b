//! The customer's entrance: a form that may come twice makes one customer, who is signed in each time.

use crate::db::{Time, execute, fetch_optional};
use crate::sessions::{Owner, open};
use crate::{Result, Store, Token, customers};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{ClientId, CustomerKey};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fmt;
use std::time::Duration;

/// How long after it made its customer the entrance's form, sent again, signs the same customer in.
pub const ENTRANCE_REPEATABLE: Duration = Duration::from_secs(15 * 60);

/// The key of one form that begins a conversation: 32 random bytes, known to nobody but the browser that was given the form.
/// Never shown to others, never logged (A9).
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct FormKey([u8; 32]);

impl FormKey {
    /// A new one.
    pub fn new() -> Self {
        Self(rand::random())
    }

    /// The key itself, in base64url.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The id of the message that the form sends, which others may read: it does not lead back to the key.
    pub fn client_id(&self) -> ClientId {
        let hash = Sha256::new().chain_update("client_id").chain_update(self.0).finalize();
        let bytes = std::array::from_fn(|at| hash[at]);
        ClientId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl Default for FormKey {
    fn default() -> Self {
        Self::new()
    }
}

impl TryFrom<String> for FormKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("the form's key is none: load the page again")
    }
}

impl fmt::Debug for FormKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormKey(…)")
    }
}

/// What the entrance's form says.
#[derive(Debug, Clone, Copy)]
pub struct Entrance<'a> {
    /// The form's own key.
    pub key: &'a FormKey,
    /// The customer's name.
    pub name: &'a str,
    /// Their address.
    pub email: &'a str,
    /// Their first message.
    pub text: &'a str,
}

impl Entrance<'_> {
    fn hash(&self) -> Vec<u8> {
        let words = serde_json::json!([self.name, self.email, self.text]).to_string();
        Sha256::new()
            .chain_update("entrance")
            .chain_update(self.key.0)
            .chain_update(words)
            .finalize()
            .to_vec()
    }
}

impl Store {
    /// As [`start_customer_session`](Self::start_customer_session), by a form that may come twice: the same words under
    /// the form's own key make one customer, who then has a session for each time. After [`ENTRANCE_REPEATABLE`], or when
    /// the customer has signed out, they make another: then it is as likely somebody else at the same browser (A11).
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for a name or address that is none.
    pub async fn enter(&self, form: &Entrance<'_>) -> Result<Token> {
        let hash = form.hash();
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE customers SET entrance_hash = NULL
                   WHERE entrance_hash = $1 AND user_id IN (SELECT id FROM users WHERE created_at <= $2)";
        execute!(tx, sql, &hash[..], Time(now - ENTRANCE_REPEATABLE))?;
        let customer = customers::insert(&mut tx, form.name, Some(form.email), now).await?;
        let sql = "UPDATE customers SET entrance_hash = $2 WHERE id = $1";
        let customer = match execute!(tx, sql, customer.key.0, &hash[..]) {
            Ok(_) => customer.key,
            Err(error) if error.is_unique_violation() => {
                drop(tx);
                tx = self.db.begin().await?;
                let sql = "SELECT id FROM customers WHERE entrance_hash = $1";
                let first = fetch_optional!(tx, (i64,), sql, &hash[..])?;
                CustomerKey(first.ok_or(error)?.0)
            }
            Err(error) => return Err(error),
        };
        let token = open(&mut tx, Owner::Customer(customer), now).await?;
        tx.commit().await?;
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_never_the_same_and_never_in_a_log() {
        let (one, other) = (FormKey::new(), FormKey::new());
        assert_ne!(one, other);
        assert_ne!(one.client_id(), other.client_id());
        assert_eq!(FormKey::try_from(one.reveal()), Ok(one.clone()));
        assert!(FormKey::try_from(one.client_id().to_string()).is_err());
        assert!(!format!("{one:?}").contains(&one.reveal()));
    }
}
