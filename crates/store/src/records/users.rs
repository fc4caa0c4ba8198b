//! Users: people, whatever their roles.

use super::listing::{Columns, ListQuery, Listed, Listing, Standing};
use super::{Dependents, Records, search};
use crate::db::fetch_optional;
use crate::{AgentChanges, Error, Page, Result, agents};
use domain::{AgentId, AgentRole, CustomerId, Timestamp, UserId};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

/// What a user may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Writes to us.
    Customer,
    /// Answers.
    Agent(AgentRole),
}

impl Role {
    /// All of them, in the order people read them.
    pub const ALL: [Self; 3] =
        [Self::Customer, Self::Agent(AgentRole::Agent), Self::Agent(AgentRole::Administrator)];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent(role) => role.as_str(),
        }
    }
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// The id outside.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their address, if any.
    pub email: Option<String>,
    /// Whether the address was proven to be theirs.
    pub email_verified: bool,
    /// When they were added.
    pub created_at: Timestamp,
    /// Who they are as a customer.
    pub customer: Option<CustomerId>,
    /// Who they are as an agent.
    pub agent: Option<(AgentId, AgentRole)>,
}

const SELECT: &str =
    "SELECT u.created_at AS standing_at, lower(u.name) AS standing_name, u.id AS standing_key, u.external_id, u.name,
            u.email, u.email_verified, c.external_id AS customer_id, a.external_id AS agent_id, a.role
     FROM users u
     LEFT JOIN customers c ON c.user_id = u.id
     LEFT JOIN agents a ON a.user_id = u.id";

/// What lists of people are ordered by.
pub(super) const COLUMNS: Columns =
    Columns { created_at: "u.created_at", name: Some("lower(u.name)"), key: "u.id" };

impl Records<'_> {
    /// Users, narrowed to one role.
    ///
    /// # Errors
    /// [`Error::BadCursor`], [`Error::Invalid`] for a search that is none, [`Error::Database`].
    pub async fn users(&self, role: Option<Role>, query: &ListQuery<'_>) -> Result<Page<UserRecord>> {
        let mut conn = self.store.db.read().await?;
        let mut listing = Listing::new(SELECT);
        match role {
            Some(Role::Customer) => listing.and("EXISTS (SELECT 1 FROM customers WHERE user_id = u.id)"),
            Some(Role::Agent(role)) => {
                listing.and(format!("u.id IN (SELECT user_id FROM agents WHERE role = '{}')", role.as_str()));
            }
            None => {}
        }
        search::people(&mut listing, &mut conn, query.search, "u.external_id")?;
        let page = listing.page::<UserRow>(&mut conn, query, COLUMNS).await?;
        Ok(page.map(UserRecord::from))
    }

    /// One user.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn user(&self, id: UserId) -> Result<UserRecord> {
        let mut conn = self.store.db.read().await?;
        let sql = format!("{SELECT} WHERE u.external_id = $1");
        let row = fetch_optional!(conn, UserRow, AssertSqlSafe(sql.clone()), id.0)?;
        row.map(UserRecord::from).ok_or(Error::NotFound("user"))
    }

    /// Changes a user's name and address, in whichever roles they have.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`], [`Error::Taken`] when another agent signs in with the address.
    pub async fn update_user(&self, id: UserId, name: &str, email: &str) -> Result<()> {
        let user = self.user(id).await?;
        if let Some(customer) = user.customer {
            self.update_customer(customer, name, email).await?;
        }
        if let Some((agent, _)) = user.agent {
            let changes =
                AgentChanges { name: Some(name.into()), email: Some(email.into()), ..Default::default() };
            self.store.update_agent(self.session, agent, &changes).await?;
        }
        Ok(())
    }

    /// What goes with a user.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Database`].
    pub async fn user_dependents(&self, id: UserId) -> Result<Dependents> {
        let user = self.user(id).await?;
        let mut all = Dependents::default();
        if let Some(customer) = user.customer {
            all += self.customer_dependents(customer).await?;
        }
        if let Some((agent, _)) = user.agent {
            all += self.agent_dependents(agent).await?;
        }
        Ok(all)
    }

    /// Deletes a user in all their roles: a customer is erased, an agent deleted.
    ///
    /// # Errors
    /// As [`erase_customer`](Self::erase_customer) and [`delete_agent`](Self::delete_agent).
    pub async fn delete_user(&self, id: UserId) -> Result<()> {
        let user = self.user(id).await?;
        if let Some((agent, _)) = user.agent {
            self.delete_agent(agent).await?;
        }
        if let Some(customer) = user.customer {
            self.erase_customer(customer).await?;
        }
        Ok(())
    }
}

#[derive(FromRow)]
struct UserRow {
    #[sqlx(flatten)]
    standing: Standing,
    external_id: Uuid,
    name: String,
    email: Option<String>,
    email_verified: bool,
    customer_id: Option<Uuid>,
    agent_id: Option<Uuid>,
    role: Option<String>,
}

impl Listed for UserRow {
    fn standing(&self) -> &Standing {
        &self.standing
    }
}

impl From<UserRow> for UserRecord {
    fn from(row: UserRow) -> Self {
        Self {
            id: UserId(row.external_id),
            name: row.name,
            email: row.email,
            email_verified: row.email_verified,
            created_at: row.standing.at(),
            customer: row.customer_id.map(CustomerId),
            agent: row.agent_id.map(AgentId).zip(row.role.as_deref().map(agents::role)),
        }
    }
}
