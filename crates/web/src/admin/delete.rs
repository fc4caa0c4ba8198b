//! `/admin/{kind}/{id}/delete`: deleting a record, after saying what goes with it.

use super::MENU;
use super::guard::Admin;
use super::kind::{About, Cell, Kind, Record};
use super::record::id_of;
use crate::error::Problem;
use crate::form::sentence;
use crate::texts::{Filled, say};
use crate::view::Html;
use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use store::Dependents;
use uuid::Uuid;

#[derive(Template)]
#[template(path = "admin/delete.html")]
struct DeletePage {
    admin: Admin,
    menu: &'static [&'static About],
    current: &'static str,
    about: About,
    id: Uuid,
    record: Record,
    /// What goes with it: how many, of what.
    dependents: Vec<Filled>,
    /// Why it cannot be deleted.
    error: Option<String>,
}

pub(super) async fn show<K: Kind>(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    let page = page::<K>(admin, id_of::<K>(&id)?).await?;
    Ok(Html(page).into_response())
}

pub(super) async fn delete<K: Kind>(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = id_of::<K>(&id)?;
    match K::delete(&admin, id).await {
        Ok(()) => Ok(Redirect::to(&format!("/admin/{}/?done=deleted", K::ABOUT.slug)).into_response()),
        Err(problem) if problem.code().status().as_u16() == 409 => {
            let error = Some(sentence(problem.detail()));
            Ok(problem.response(Html(DeletePage { error, ..page::<K>(admin, id).await? })))
        }
        Err(problem) => Err(problem),
    }
}

async fn page<K: Kind>(admin: Admin, id: Uuid) -> Result<DeletePage, Problem> {
    let record = K::record(&admin, id).await?;
    let dependents = in_words(K::dependents(&admin, id).await?);
    let (current, about) = (K::ABOUT.slug, K::ABOUT);
    Ok(DeletePage { admin, menu: &MENU, current, about, id, record, dependents, error: None })
}

fn in_words(gone: Dependents) -> Vec<Filled> {
    let all = [
        (gone.conversations, say("admin-gone-conversations").with("count", gone.conversations)),
        (gone.messages, say("admin-gone-messages").with("count", gone.messages)),
        (gone.notes, say("admin-gone-notes").with("count", gone.notes)),
        (gone.canned_replies, say("admin-gone-canned-replies").with("count", gone.canned_replies)),
        (gone.claims, say("admin-gone-claims").with("count", gone.claims)),
        (gone.sessions, say("admin-gone-sessions").with("count", gone.sessions)),
    ];
    all.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text).collect()
}
