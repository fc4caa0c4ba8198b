//! `/admin/{kind}/{id}/delete`: deleting a record, after saying what goes with it.

use super::MENU;
use super::guard::Admin;
use super::kind::{About, Cell, Kind, Record};
use super::record::id_of;
use crate::error::Problem;
use crate::form::sentence;
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
    dependents: Vec<(i64, &'static str)>,
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

fn in_words(gone: Dependents) -> Vec<(i64, &'static str)> {
    let all = [
        (gone.conversations, "conversation", "conversations"),
        (gone.messages, "message", "messages"),
        (gone.notes, "note or event", "notes and events"),
        (gone.canned_replies, "canned reply", "canned replies"),
        (gone.claims, "claim, returned to the queue", "claims, returned to the queue"),
        (gone.sessions, "session that is signed in", "sessions that are signed in"),
    ];
    let there = all.into_iter().filter(|(count, ..)| *count > 0);
    there.map(|(count, one, many)| (count, if count == 1 { one } else { many })).collect()
}
