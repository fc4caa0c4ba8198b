//! `GET /admin/{kind}/`: records, page by page.

use super::MENU;
use super::guard::Admin;
use super::kind::{About, Cell, Kind, Row, Values, value};
use crate::error::{Code, Problem};
use crate::form::sentence;
use crate::view::Html;
use askama::Template;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use store::{ListQuery, Order};

/// Records on one page.
const PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "admin/list.html")]
struct List {
    admin: Admin,
    menu: &'static [&'static About],
    current: &'static str,
    about: About,
    /// What the address asks for.
    asked: Values,
    rows: Vec<Row>,
    /// Why the search cannot be done.
    error: Option<String>,
    /// The notice of what was just done.
    is_deleted: bool,
    /// The address of the next page.
    more: Option<String>,
}

impl List {
    fn asked(&self, name: &str) -> &str {
        value(&self.asked, name)
    }

    /// Whether the list is narrowed.
    fn is_narrowed(&self) -> bool {
        let filters = self.about.filters.iter().map(|filter| filter.name);
        filters.chain(["q"]).any(|name| !self.asked(name).is_empty())
    }
}

pub(super) async fn show<K: Kind>(admin: Admin, Query(asked): Query<Values>) -> Result<Response, Problem> {
    let cursor = asked.get("cursor").filter(|cursor| !cursor.is_empty());
    let query = ListQuery {
        search: value(&asked, "q"),
        order: match value(&asked, "order") {
            "oldest" => Order::Oldest,
            "name" => Order::Name,
            _ => Order::Newest,
        },
        cursor: cursor.map(String::as_str),
        limit: PAGE,
    };
    let (rows, more, refused) = match K::list(&admin, &asked, &query).await {
        Ok(page) => {
            (page.items, page.next_cursor.map(|cursor| address(K::ABOUT.slug, &asked, &cursor)), None)
        }
        Err(problem) if problem.code() == Code::Invalid => (Vec::new(), None, Some(problem)),
        Err(problem) => return Err(problem),
    };
    let page = Html(List {
        admin,
        menu: &MENU,
        current: K::ABOUT.slug,
        about: K::ABOUT,
        rows,
        error: refused.as_ref().map(|problem| sentence(problem.detail())),
        is_deleted: value(&asked, "done") == "deleted",
        more,
        asked,
    });
    Ok(match refused {
        Some(problem) => problem.response(page),
        None => page.into_response(),
    })
}

fn address(slug: &str, asked: &Values, cursor: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let mut kept: Vec<_> = asked
        .iter()
        .filter(|(name, value)| !matches!(&***name, "cursor" | "done") && !value.is_empty())
        .collect();
    kept.sort();
    query.extend_pairs(kept).append_pair("cursor", cursor);
    format!("/admin/{slug}/?{}", query.finish())
}
