//! Customers: adding one without a browser, correcting name and address.

use super::listing::{ListQuery, Listed, Listing, Standing};
use super::users::COLUMNS;
use super::{Dependents, Records, search};
use crate::audit::Action;
use crate::conversation_row::{ConversationRow, select_conversations};
use crate::customers::CustomerRow;
use crate::db::{Tx, execute, fetch_all, fetch_optional};
use crate::dialect::{self, Indexed};
use crate::search::{customer_words, forget};
use crate::{Change, Error, Page, Result, customers};
use domain::{Customer, CustomerId, CustomerKey, Timestamp, UserId, check_email, check_name};
use sqlx::{AssertSqlSafe, FromRow};
use std::sync::Arc;
use uuid::Uuid;

/// A customer as administrators see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRecord {
    /// The customer.
    pub customer: Customer,
    /// The person behind.
    pub user: UserId,
    /// When they came.
    pub created_at: Timestamp,
    /// How many conversations they began.
    pub conversations: i64,
}

const SELECT: &str =
    "SELECT u.created_at AS standing_at, lower(u.name) AS standing_name, u.id AS standing_key, c.id, c.external_id,
            u.name, u.email, u.email_verified, u.external_id AS user_id,
            (SELECT COUNT(*) FROM conversations WHERE customer_id = c.id) AS conversations
     FROM users u JOIN customers c ON c.user_id = u.id";

impl Records<'_> {
    /// Customers.
    ///
    /// # Errors
    /// [`Error::BadCursor`], [`Error::Invalid`] for a search that is none, [`Error::Database`].
    pub async fn customers(&self, query: &ListQuery<'_>) -> Result<Page<CustomerRecord>> {
        let mut conn = self.store.db.read().await?;
        let mut listing = Listing::new(SELECT);
        search::customers(&mut listing, &mut conn, query.search)?;
        let page = listing.page::<Row>(&mut conn, query, COLUMNS).await?;
        Ok(page.map(CustomerRecord::from))
    }

    /// One customer.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn customer(&self, id: CustomerId) -> Result<CustomerRecord> {
        let mut conn = self.store.db.read().await?;
        let sql = format!("{SELECT} WHERE c.external_id = $1");
        let row = fetch_optional!(conn, Row, AssertSqlSafe(sql.clone()), id.0)?;
        row.map(CustomerRecord::from).ok_or(Error::NotFound("customer"))
    }

    /// Adds a customer who has no browser yet. `email` may be empty.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub async fn create_customer(&self, name: &str, email: &str) -> Result<Customer> {
        let (mut tx, now) = self.begin().await?;
        let customer = customers::insert(&mut tx, name, given(email), now).await?;
        self.audit(&mut tx, Action::CustomerAdded, &object(customer.id), now).await?;
        tx.commit().await?;
        Ok(customer)
    }

    /// Corrects a customer's name and address; a new address is unverified (A11). What they wrote keeps the name it was
    /// written under.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn update_customer(&self, id: CustomerId, name: &str, email: &str) -> Result<()> {
        let name = check_name(name).map_err(Error::invalid("name"))?;
        let email = given(email).map(check_email).transpose().map_err(Error::invalid("email"))?;
        let (mut tx, now) = self.begin().await?;
        let key = key(&mut tx, id).await?;
        let former = customers::name_and_email(&mut tx, key).await?;
        let sql = "UPDATE users SET name = $2, email = $3, email_verified = email_verified AND email = $3
                   WHERE id = (SELECT user_id FROM customers WHERE id = $1)";
        execute!(tx, sql, key.0, name, email)?;
        dialect::index(&mut tx, Indexed::Customers, key.0, &customer_words(name, email)).await?;
        forget(&mut tx, former).await?;
        execute!(tx, "UPDATE conversations SET version = version + 1 WHERE customer_id = $1", key.0)?;
        let rows = fetch_all!(tx, ConversationRow, select_conversations!("WHERE c.customer_id = $1"), key.0)?;
        let conversations =
            rows.into_iter().map(ConversationRow::into_conversation).collect::<Result<Vec<_>>>()?;
        self.audit(&mut tx, Action::CustomerChanged, &object(id), now).await?;
        tx.commit().await?;
        for conversation in conversations {
            self.store.tell(Change::Conversation(Arc::new(conversation)));
        }
        Ok(())
    }

    /// What goes when a customer is erased.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn customer_dependents(&self, id: CustomerId) -> Result<Dependents> {
        let mut conn = self.store.db.read().await?;
        let sql = "SELECT (SELECT COUNT(*) FROM conversations v WHERE v.customer_id = c.id),
                          (SELECT COUNT(*) FROM messages m JOIN conversations v ON v.id = m.conversation_id
                           WHERE v.customer_id = c.id),
                          (SELECT COUNT(*) FROM notes n JOIN conversations v ON v.id = n.conversation_id
                           WHERE v.customer_id = c.id),
                          (SELECT COUNT(*) FROM sessions s WHERE s.customer_id = c.id AND s.ended_at IS NULL)
                   FROM customers c WHERE c.external_id = $1";
        let row = fetch_optional!(conn, (i64, i64, i64, i64), sql, id.0)?;
        let (conversations, messages, notes, sessions) = row.ok_or(Error::NotFound("customer"))?;
        Ok(Dependents { conversations, messages, notes, sessions, ..Dependents::default() })
    }
}

/// The audit log's name for a customer.
pub(super) fn object(id: CustomerId) -> String {
    format!("customer {id}")
}

/// Finds a customer and locks the row, so that no conversation of theirs begins meanwhile.
pub(super) async fn key(tx: &mut Tx, id: CustomerId) -> Result<CustomerKey> {
    let sql = "UPDATE customers SET user_id = user_id WHERE external_id = $1 RETURNING id";
    let key = fetch_optional!(tx, (i64,), sql, id.0)?;
    key.map(|(key,)| CustomerKey(key)).ok_or(Error::NotFound("customer"))
}

/// An address that may be left out.
fn given(email: &str) -> Option<&str> {
    Some(email.trim()).filter(|email| !email.is_empty())
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    standing: Standing,
    #[sqlx(flatten)]
    customer: CustomerRow,
    user_id: Uuid,
    conversations: i64,
}

impl Listed for Row {
    fn standing(&self) -> &Standing {
        &self.standing
    }
}

impl From<Row> for CustomerRecord {
    fn from(row: Row) -> Self {
        Self {
            created_at: row.standing.at(),
            customer: row.customer.into(),
            user: UserId(row.user_id),
            conversations: row.conversations,
        }
    }
}
