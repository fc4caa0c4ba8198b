//! Saved views: lists agents come back to, an agent's own or shared by all.

use crate::audit::{self, Action};
use crate::claims::agent_of;
use crate::db::{Time, execute, fetch_all, fetch_optional};
use crate::{Error, Result, Scope, Session, Store, sessions};
use domain::{Agent, Refusal, SavedViewId, check_name};
use uuid::Uuid;

/// How many views of their own an agent has at most, and how many are shared.
pub const MAX_SAVED_VIEWS: usize = 50;
/// How long a view's parameters are at most, in bytes.
pub const MAX_VIEW_PARAMETERS: usize = 2_000;

/// A list somebody comes back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// The id outside.
    pub id: SavedViewId,
    /// Whose.
    pub scope: Scope,
    /// What it is called.
    pub name: String,
    /// What is listed, as a query string of the inbox.
    pub parameters: String,
}

impl Store {
    /// The agent's own views and the shared ones, by name.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] for customers, [`Error::Database`].
    pub async fn saved_views(&self, agent: &Agent) -> Result<Vec<SavedView>> {
        let sql = "SELECT external_id, agent_id, name, parameters FROM saved_views
                   WHERE agent_id IS NULL OR agent_id = $1 ORDER BY lower(name), id";
        let mut conn = self.db.read().await?;
        let rows = fetch_all!(conn, (Uuid, Option<i64>, String, String), sql, agent.key.0)?;
        let views = rows.into_iter().map(|(id, owner, name, parameters)| SavedView {
            id: SavedViewId(id),
            scope: if owner.is_some() { Scope::Own } else { Scope::Shared },
            name,
            parameters,
        });
        Ok(views.collect())
    }

    /// Saves a view.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] for customers, and for shared ones for all but administrators; [`Error::Invalid`] for a
    /// name that is none, parameters that are too long, and one view too many; [`Error::Taken`] for a name that another of
    /// the same owner's has, whatever the case of its letters.
    pub async fn save_view(
        &self,
        session: &Session,
        scope: Scope,
        name: &str,
        parameters: &str,
    ) -> Result<SavedView> {
        let agent = agent_of(session)?;
        check_may_change(agent, scope)?;
        let name = check_name(name).map_err(Error::invalid("name"))?.to_owned();
        if parameters.len() > MAX_VIEW_PARAMETERS {
            let error = format!("a view is at most {MAX_VIEW_PARAMETERS} bytes of parameters");
            return Err(Error::invalid("parameters")(error));
        }
        let owner = (scope == Scope::Own).then_some(agent.key.0);
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        sessions::check(&mut tx, session.key, now).await?;
        // Holds off another of the same agent's, which might have the same name.
        execute!(tx, "UPDATE agents SET role = role WHERE id = $1", agent.key.0)?;
        let sql = "SELECT name FROM saved_views WHERE agent_id = $1 OR (agent_id IS NULL AND $1 IS NULL)";
        let saved = fetch_all!(tx, (String,), sql, owner)?;
        if saved.iter().any(|(saved,)| saved.to_lowercase() == name.to_lowercase()) {
            return Err(Error::Taken("this name"));
        }
        if saved.len() >= MAX_SAVED_VIEWS {
            return Err(Error::invalid("name")(format!(
                "there are {MAX_SAVED_VIEWS} views at most: delete one"
            )));
        }
        let view = SavedView { id: SavedViewId::new(), scope, name, parameters: parameters.to_owned() };
        let sql = "INSERT INTO saved_views (external_id, agent_id, name, parameters, created_at)
                   VALUES ($1, $2, $3, $4, $5)";
        execute!(tx, sql, view.id.0, owner, view.name.as_str(), parameters, Time(now))?;
        if scope == Scope::Shared {
            let object = format!("saved view {}", view.id);
            audit::record(&mut tx, &session.into(), Action::SettingsChanged, &object, now).await?;
        }
        tx.commit().await?;
        Ok(view)
    }

    /// Deletes a view.
    ///
    /// # Errors
    /// [`Error::NotFound`] for another agent's, [`Refusal::Forbidden`] for a shared one for all but administrators.
    pub async fn delete_view(&self, session: &Session, id: SavedViewId) -> Result<()> {
        let agent = agent_of(session)?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        sessions::check(&mut tx, session.key, now).await?;
        let sql =
            "SELECT agent_id FROM saved_views WHERE external_id = $1 AND (agent_id IS NULL OR agent_id = $2)";
        let found = fetch_optional!(tx, (Option<i64>,), sql, id.0, agent.key.0)?;
        let (owner,) = found.ok_or(Error::NotFound("saved view"))?;
        let scope = if owner.is_some() { Scope::Own } else { Scope::Shared };
        check_may_change(agent, scope)?;
        execute!(tx, "DELETE FROM saved_views WHERE external_id = $1", id.0)?;
        if scope == Scope::Shared {
            let object = format!("saved view {id}");
            audit::record(&mut tx, &session.into(), Action::SettingsChanged, &object, now).await?;
        }
        tx.commit().await
    }
}

fn check_may_change(agent: &Agent, scope: Scope) -> Result<()> {
    let may = scope == Scope::Own || agent.is_administrator();
    if may { Ok(()) } else { Err(Refusal::Forbidden.into()) }
}
