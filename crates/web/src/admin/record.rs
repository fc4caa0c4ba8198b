//! `GET /admin/{kind}/{id}/`: one record.

use super::MENU;
use super::guard::Admin;
use super::kind::{About, Cell, Kind, Record, Values, value};
use crate::error::Problem;
use crate::view::Html;
use askama::Template;
use axum::extract::{Path, Query};
use uuid::Uuid;

#[derive(Template)]
#[template(path = "admin/record.html")]
pub(super) struct RecordPage {
    admin: Admin,
    menu: &'static [&'static About],
    current: &'static str,
    about: About,
    id: Uuid,
    record: Record,
    is_saved: bool,
    /// A link that is shown this once.
    one_time_link: Option<String>,
}

pub(super) async fn show<K: Kind>(
    admin: Admin,
    Path(id): Path<String>,
    Query(asked): Query<Values>,
) -> Result<Html<RecordPage>, Problem> {
    let is_saved = value(&asked, "done") == "saved";
    page::<K>(admin, id_of::<K>(&id)?, is_saved, None).await
}

/// The page of a record.
pub(super) async fn page<K: Kind>(
    admin: Admin,
    id: Uuid,
    is_saved: bool,
    one_time_link: Option<String>,
) -> Result<Html<RecordPage>, Problem> {
    let record = K::record(&admin, id).await?;
    let (current, about) = (K::ABOUT.slug, K::ABOUT);
    Ok(Html(RecordPage { admin, menu: &MENU, current, about, id, record, is_saved, one_time_link }))
}

/// The id in an address; what is no id names nothing.
pub(super) fn id_of<K: Kind>(id: &str) -> Result<Uuid, Problem> {
    id.parse().map_err(|_| Problem::not_found(K::ABOUT.one))
}
