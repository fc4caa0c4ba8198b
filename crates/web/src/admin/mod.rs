//! The admin panel at `/admin/`. Each kind of record is described once, in a file of its own; the pages that list, show,
//! write and delete records are the same for all.

mod agents;
mod audit_log;
mod canned_replies;
mod conversations;
mod customers;
mod delete;
mod form;
mod guard;
mod home;
mod kind;
mod list;
mod messages;
mod record;
mod tags;
mod urgency;
mod users;

use crate::AppState;
use axum::Router;
use axum::routing::{get, post};
use kind::Kind;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/admin/", get(home::show))
        .merge(routes_of::<users::Users>())
        .merge(routes_of::<customers::Customers>())
        .merge(routes_of::<agents::Agents>())
        .merge(routes_of::<conversations::Conversations>())
        .merge(routes_of::<messages::Messages>())
        .merge(routes_of::<canned_replies::CannedReplies>())
        .merge(routes_of::<tags::Tags>())
        .merge(routes_of::<audit_log::AuditLog>())
        .route("/admin/urgency/", get(urgency::show).post(urgency::change))
        .route("/admin/urgency/preview", post(urgency::show_preview))
        .route("/admin/agents/{id}/password-link", post(agents::make_password_link))
}

/// A kind's pages: those it has no rules for are not there.
fn routes_of<K: Kind>() -> Router<AppState> {
    let at = |rest: &str| format!("/admin/{}/{rest}", K::ABOUT.slug);
    let mut router =
        Router::new().route(&at(""), get(list::show::<K>)).route(&at("{id}/"), get(record::show::<K>));
    if K::ABOUT.can_create {
        router = router.route(&at("new"), get(form::show_new::<K>).post(form::create::<K>));
    }
    if K::ABOUT.can_edit {
        router = router.route(&at("{id}/edit"), get(form::show_edit::<K>).post(form::update::<K>));
    }
    if K::ABOUT.deletion.is_some() {
        router = router.route(&at("{id}/delete"), get(delete::show::<K>).post(delete::delete::<K>));
    }
    router
}

/// Every kind, in the order of the menu.
const MENU: [&kind::About; 9] = [
    &conversations::Conversations::ABOUT,
    &messages::Messages::ABOUT,
    &customers::Customers::ABOUT,
    &agents::Agents::ABOUT,
    &users::Users::ABOUT,
    &canned_replies::CannedReplies::ABOUT,
    &tags::Tags::ABOUT,
    &urgency::ABOUT,
    &audit_log::AuditLog::ABOUT,
];
