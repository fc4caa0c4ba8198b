//! `/admin/{kind}/new` and `/admin/{kind}/{id}/edit`: the forms to make and change records.

use super::MENU;
use super::guard::Admin;
use super::kind::{About, FormField, Input, Kind, Values, Wrong};
use super::record::id_of;
use crate::error::{Code, Problem};
use crate::form::{PageForm, as_typed, sentence};
use crate::texts::{Filled, say};
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
    /// What it is called.
    subject: Option<String>,
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
    let typed = typed(&values);
    if let Some(wrong) = Refused::by(K::wrong(&typed, None)) {
        return again::<K>(admin, None, values, wrong).await;
    }
    match K::create(&admin, &typed).await {
        Ok(id) => Ok(saved::<K>(id)),
        Err(problem) => again::<K>(admin, None, values, problem.into()).await,
    }
}

pub(super) async fn update<K: Kind>(
    admin: Admin,
    Path(id): Path<String>,
    PageForm(values): PageForm<Values>,
) -> Result<Response, Problem> {
    let id = id_of::<K>(&id)?;
    let typed = typed(&values);
    if let Some(wrong) = Refused::by(K::wrong(&typed, Some(id))) {
        return again::<K>(admin, Some(id), values, wrong).await;
    }
    match K::update(&admin, id, &typed).await {
        Ok(()) => Ok(saved::<K>(id)),
        Err(problem) => again::<K>(admin, Some(id), values, problem.into()).await,
    }
}

impl FormPage {
    fn heading(&self) -> Filled {
        match self.id {
            Some(_) => say("admin-edit-one").with("kind", self.about.slug),
            None => say("admin-new").with("kind", self.about.slug),
        }
    }
}

/// Why a form is shown once more.
struct Refused {
    problem: Problem,
    /// Names of fields and what is wrong with each; what belongs to no field stands above them.
    wrong: Vec<(String, String)>,
}

impl Refused {
    fn by(wrong: Vec<Wrong>) -> Option<Self> {
        let (name, reason) = wrong.first()?;
        let problem = Problem::invalid(name, reason);
        Some(Self {
            problem,
            wrong: wrong.into_iter().map(|(name, reason)| (name.to_owned(), reason)).collect(),
        })
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        let name = if problem.code() == Code::Taken { "email" } else { problem.field().unwrap_or_default() };
        Self { wrong: vec![(name.to_owned(), problem.detail().to_owned())], problem }
    }
}

async fn show<K: Kind>(admin: Admin, id: Option<Uuid>, given: &Values) -> Result<Response, Problem> {
    let fields = K::fields(&admin, id, given).await?;
    Ok(Html(page::<K>(admin, id, fields).await?).into_response())
}

/// The form once more, with what was typed and what is wrong.
async fn again<K: Kind>(
    admin: Admin,
    id: Option<Uuid>,
    mut values: Values,
    Refused { problem, wrong }: Refused,
) -> Result<Response, Problem> {
    if !matches!(problem.code().status().as_u16(), 409 | 422) {
        return Err(problem);
    }
    let mut fields = K::fields(&admin, id, &values).await?;
    let mut error = None;
    for (name, reason) in wrong {
        match fields.iter_mut().find(|field| field.name == name) {
            Some(field) => field.error = Some(sentence(&reason)),
            None => error = Some(sentence(&reason)),
        }
    }
    if let Some(first) = fields.iter_mut().find(|field| field.error.is_some()) {
        first.has_focus = true;
    }
    for field in &mut fields {
        let typed = values.remove(field.name).filter(|_| !matches!(field.input, Input::Password));
        field.value = typed.unwrap_or_default();
    }
    Ok(problem.response(Html(FormPage { error, ..page::<K>(admin, id, fields).await? })))
}

async fn page<K: Kind>(admin: Admin, id: Option<Uuid>, fields: Vec<FormField>) -> Result<FormPage, Problem> {
    let subject = match id {
        Some(id) => Some(K::record(&admin, id).await?.title),
        None => None,
    };
    let (current, about) = (K::ABOUT.slug, K::ABOUT);
    Ok(FormPage { admin, menu: &MENU, current, about, id, subject, fields, error: None })
}

fn typed(values: &Values) -> Values {
    values.iter().map(|(name, value)| (name.clone(), as_typed(value))).collect()
}

fn saved<K: Kind>(id: Uuid) -> Response {
    Redirect::to(&format!("/admin/{}/{id}/?done=saved", K::ABOUT.slug)).into_response()
}
