//! Customers: people without an account, each an identity of its own (A11).

use crate::conversation_row::{ConversationRow, select_conversations};
use crate::db::{Conn, Time, Tx, fetch_all, fetch_one, fetch_optional};
use crate::dialect::{self, Indexed};
use crate::search::customer_words;
use crate::{Error, Result, Store};
use domain::{Conversation, Customer, CustomerId, CustomerKey, Timestamp, UserId, check_email, check_name};
use uuid::Uuid;

/// Adds a customer: always a new identity, whatever the address says.
///
/// # Errors
/// [`Error::Invalid`] for a name or address that is none.
pub(crate) async fn insert(tx: &mut Tx, name: &str, email: Option<&str>, now: Timestamp) -> Result<Customer> {
    let name = check_name(name).map_err(Error::invalid("name"))?;
    let email = email.map(check_email).transpose().map_err(Error::invalid("email"))?;
    let sql = "INSERT INTO users (external_id, name, email, created_at) VALUES ($1, $2, $3, $4) RETURNING id";
    let (user,) = fetch_one!(tx, (i64,), sql, UserId::new().0, name, email, Time(now))?;
    let id = CustomerId::new();
    let sql = "INSERT INTO customers (external_id, user_id) VALUES ($1, $2) RETURNING id";
    let (key,) = fetch_one!(tx, (i64,), sql, id.0, user)?;
    dialect::index(tx, Indexed::Customers, key, &customer_words(name, email)).await?;
    Ok(Customer {
        key: CustomerKey(key),
        id,
        name: name.to_owned(),
        email: email.map(str::to_owned),
        email_verified: false,
    })
}

impl Store {
    /// When a customer first came.
    ///
    /// # Errors
    /// [`Error::NotFound`] when they were erased.
    pub async fn customer_since(&self, customer: &Customer) -> Result<Timestamp> {
        let sql = "SELECT users.created_at FROM customers JOIN users ON users.id = customers.user_id
                   WHERE customers.id = $1";
        let mut conn = self.db.read().await?;
        let found = fetch_optional!(conn, (Time,), sql, customer.key.0)?;
        found.map(|(Time(at),)| at).ok_or(Error::NotFound("customer"))
    }

    /// The newest conversations of other identities that typed the same address: whether it is the same person, nobody
    /// knows (A11).
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn same_address(&self, customer: &Customer, limit: u32) -> Result<Vec<Conversation>> {
        let Some(email) = &customer.email else { return Ok(Vec::new()) };
        let sql = select_conversations!(
            "WHERE lower(u.email) = lower($1) AND cu.id <> $2 ORDER BY c.last_message_at DESC, c.id DESC LIMIT $3"
        );
        let mut conn = self.db.read().await?;
        let rows = fetch_all!(conn, ConversationRow, sql, email.as_str(), customer.key.0, i64::from(limit))?;
        rows.into_iter().map(ConversationRow::into_conversation).collect()
    }
}

/// A customer's name, and e-mail address if there is one: under whose words they are found.
pub(crate) async fn name_and_email(tx: &mut Tx, key: CustomerKey) -> Result<Vec<String>> {
    let sql = "SELECT users.name, users.email FROM customers JOIN users ON users.id = customers.user_id
               WHERE customers.id = $1";
    let (name, email) = fetch_one!(tx, (String, Option<String>), sql, key.0)?;
    Ok([name].into_iter().chain(email).collect())
}

/// The customer with a key.
pub(crate) async fn by_key(conn: &mut Conn, key: CustomerKey) -> Result<Option<Customer>> {
    let sql = "SELECT customers.id, customers.external_id, users.name, users.email, users.email_verified
               FROM customers JOIN users ON users.id = customers.user_id WHERE customers.id = $1";
    Ok(fetch_optional!(conn, CustomerRow, sql, key.0)?.map(Customer::from))
}

#[derive(sqlx::FromRow)]
pub(crate) struct CustomerRow {
    id: i64,
    external_id: Uuid,
    name: String,
    email: Option<String>,
    email_verified: bool,
}

impl From<CustomerRow> for Customer {
    fn from(row: CustomerRow) -> Self {
        Self {
            key: CustomerKey(row.id),
            id: CustomerId(row.external_id),
            name: row.name,
            email: row.email,
            email_verified: row.email_verified,
        }
    }
}
