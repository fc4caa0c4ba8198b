//! `GET /admin/`: the kinds of records.

use super::MENU;
use super::guard::Admin;
use super::kind::About;
use crate::view::Html;
use askama::Template;

#[derive(Template)]
#[template(path = "admin/home.html")]
pub(super) struct Home {
    admin: Admin,
    menu: &'static [&'static About],
    current: &'static str,
}

pub(super) async fn show(admin: Admin) -> Html<Home> {
    Html(Home { admin, menu: &MENU, current: "" })
}
