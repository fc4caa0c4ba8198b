//! Canned replies: the shared ones and the administrator's own. Changing them is
//! [`canned_replies`](crate::canned_replies)'s.

use super::Records;
use super::listing::{Columns, ListQuery, Listed, Listing, Standing};
use crate::canned_replies::CannedReplyRow;
use crate::{Page, Result, Scope};
use domain::{CannedReply, Stage};
use sqlx::FromRow;

const SELECT: &str =
    "SELECT r.created_at AS standing_at, lower(COALESCE(r.short_code, '')) AS standing_name, r.id AS standing_key, r.id,
            r.external_id, r.agent_id, r.stage, r.short_code, r.text, r.uses, r.last_used_at
     FROM canned_replies r";

const COLUMNS: Columns =
    Columns { created_at: "r.created_at", name: Some("lower(COALESCE(r.short_code, ''))"), key: "r.id" };

impl Records<'_> {
    /// Canned replies, narrowed to one stage.
    ///
    /// # Errors
    /// [`Error::BadCursor`](crate::Error::BadCursor), [`Error::Database`](crate::Error::Database).
    pub async fn canned_replies(
        &self,
        stage: Option<Stage>,
        query: &ListQuery<'_>,
    ) -> Result<Page<(CannedReply, Scope)>> {
        let mut conn = self.store.db.read().await?;
        let mut listing = Listing::new(SELECT);
        listing.and(format!("r.agent_id IS NULL OR r.agent_id = {}", self.administrator.key.0));
        if let Some(stage) = stage {
            listing.and(format!("r.stage = '{}'", stage.as_str()));
        }
        if !query.search.trim().is_empty() {
            let like = listing.bind_part(query.search);
            listing.and(format!(
                r"lower(r.text) LIKE {like} ESCAPE '\' OR lower(r.short_code) LIKE {like} ESCAPE '\'"
            ));
        }
        let Page { items, next_cursor } = listing.page::<Row>(&mut conn, query, COLUMNS).await?;
        let items: Result<_> = items.into_iter().map(|row| row.reply.into_reply()).collect();
        Ok(Page { items: items?, next_cursor })
    }
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    standing: Standing,
    #[sqlx(flatten)]
    reply: CannedReplyRow,
}

impl Listed for Row {
    fn standing(&self) -> &Standing {
        &self.standing
    }
}
