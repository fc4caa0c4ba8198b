//! The audit log, to be read and never changed (A7).

use super::Records;
use super::listing::{Columns, ListQuery, Listed, Listing, Standing};
use crate::audit::{Action, AuditEntry};
use crate::db::fetch_optional;
use crate::{Error, Page, Result};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

const SELECT: &str =
    "SELECT l.created_at AS standing_at, '' AS standing_name, l.id AS standing_key, l.external_id, l.actor, l.action,
            l.object, l.address
     FROM audit_log l";

const COLUMNS: Columns = Columns { created_at: "l.id", name: None, key: "l.id" };

impl Records<'_> {
    /// The audit log, narrowed to one action.
    ///
    /// # Errors
    /// [`Error::BadCursor`], [`Error::Database`].
    pub async fn audit_log(&self, action: Option<Action>, query: &ListQuery<'_>) -> Result<Page<AuditEntry>> {
        let mut conn = self.store.db.read().await?;
        let mut listing = Listing::new(SELECT);
        if let Some(action) = action {
            listing.and(format!("l.action = '{}'", action.as_str()));
        }
        if !query.search.trim().is_empty() {
            let like = listing.bind_part(query.search);
            listing.and(format!(
                r"lower(l.actor) LIKE {like} ESCAPE '\' OR lower(l.object) LIKE {like} ESCAPE '\'"
            ));
        }
        let page = listing.page::<Row>(&mut conn, query, COLUMNS).await?;
        Ok(page.map(AuditEntry::from))
    }

    /// One entry.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn audit_entry(&self, id: Uuid) -> Result<AuditEntry> {
        let mut conn = self.store.db.read().await?;
        let sql = format!("{SELECT} WHERE l.external_id = $1");
        let row = fetch_optional!(conn, Row, AssertSqlSafe(sql.clone()), id)?;
        row.map(AuditEntry::from).ok_or(Error::NotFound("entry"))
    }
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    standing: Standing,
    external_id: Uuid,
    actor: String,
    action: String,
    object: String,
    address: Option<String>,
}

impl Listed for Row {
    fn standing(&self) -> &Standing {
        &self.standing
    }
}

impl From<Row> for AuditEntry {
    fn from(row: Row) -> Self {
        Self {
            at: row.standing.at(),
            id: row.external_id,
            actor: row.actor,
            action: row.action,
            object: row.object,
            address: row.address,
        }
    }
}
