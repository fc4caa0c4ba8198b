//! `/admin/{kind}/new` and `/admin/{kind}/{id}/edit`: the forms to make and change records.

use super::MENU;
use super::guard::Admin;
use super::kind::{About, FormField, Input, Kind, Values};
use super::record::id_of;
use crate::error::{Code, Problem};
use crate::form::{PageForm, as_typed, sentence};
use crate::view::Html;
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

#[derive(Template)]
#[template(path = "admin/form.html")]
struct FormPage {
    admin: Admin,
    menu: &'static [&'static About],
    current: &'static str,
    about: About,
    /// Which record; none for a new one.
    id: Option<Uuid>,
    fields: Vec<FormField>,
    /// What is wrong with none of the fields.
    error: Option<String>,
}

pub(super) async fn show_new<K: Kind>(
    admin: Admin,
    Query(given): Query<Values>,
) -> Result<Response, Problem> {
    show::<K>(admin, None, &given).await
}

pub(super) async fn show_edit<K: Kind>(
    admin: Admin,
    Path(id): Path<String>,
    Query(given): Query<Values>,
) -> Result<Response, Problem> {
    show::<K>(admin, Some(id_of::<K>(&id)?), &given).await
}

pub(super) async fn create<K: Kind>(
    admin: Admin,
    PageForm(values): PageForm<Values>,
) -> Result<Response, Problem> {
    match K::create(&admin, &typed(&values)).await {
        Ok(id) => Ok(saved::<K>(id)),
        Err(problem) => again::<K>(admin, None, values, problem).await,
    }
}

pub(super) async fn update<K: Kind>(
    admin: Admin,
    Path(id): Path<String>,
    PageForm(values): PageForm<Values>,
) -> Result<Response, Problem> {
    let id = id_of::<K>(&id)?;
    match K::update(&admin, id, &typed(&values)).await {
        Ok(()) => Ok(saved::<K>(id)),
        Err(problem) => again::<K>(admin, Some(id), values, problem).await,
    }
}

async fn show<K: Kind>(admin: Admin, id: Option<Uuid>, given: &Values) -> Result<Response, Problem> {
    let fields = K::fields(&admin, id, given).await?;
    Ok(Html(page::<K>(admin, id, fields)).into_response())
}

/// The form once more, with what was typed and what is wrong.
async fn again<K: Kind>(
    admin: Admin,
    id: Option<Uuid>,
    mut values: Values,
    problem: Problem,
) -> Result<Response, Problem> {
    if !matches!(problem.code().status().as_u16(), 409 | 422) {
        return Err(problem);
    }
    let mut fields = K::fields(&admin, id, &values).await?;
    let wrong = problem.field().or((problem.code() == Code::Taken).then_some("email"));
    let (mut error, reason) = (None, sentence(problem.detail()));
    match fields.iter_mut().find(|field| Some(field.name) == wrong) {
        Some(field) => field.error = Some(reason),
        None => error = Some(reason),
    }
    for field in &mut fields {
        let typed = values.remove(field.name).filter(|_| !matches!(field.input, Input::Password));
        field.value = typed.unwrap_or_default();
    }
    Ok(problem.response(Html(FormPage { error, ..page::<K>(admin, id, fields) })))
}

fn page<K: Kind>(admin: Admin, id: Option<Uuid>, fields: Vec<FormField>) -> FormPage {
    FormPage { admin, menu: &MENU, current: K::ABOUT.slug, about: K::ABOUT, id, fields, error: None }
}

fn typed(values: &Values) -> Values {
    values.iter().map(|(name, value)| (name.clone(), as_typed(value))).collect()
}

fn saved<K: Kind>(id: Uuid) -> Response {
    Redirect::to(&format!("/admin/{}/{id}/?done=saved", K::ABOUT.slug)).into_response()
}
