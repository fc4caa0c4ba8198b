//! Customers: people without an account.

use super::conversations::Conversations;
use super::guard::Admin;
use super::kind::{
    About, BY_TIME_OR_NAME, Cell, FormField, Input, Kind, Record, Row, Values, Wrong, fails, value, yes_or_no,
};
use super::users::Users;
use crate::error::Problem;
use crate::texts::say;
use domain::{CustomerId, check_email, check_name};
use store::{Dependents, ListQuery, Page};
use uuid::Uuid;

pub(super) struct Customers;

impl Kind for Customers {
    const ABOUT: About = About {
        slug: "customers",
        one: "customer",
        many: say("admin-customers"),
        summary: say("admin-customers-about"),
        columns: &[say("label-name"), say("label-email"), say("admin-conversations"), say("admin-came")],
        filters: &[],
        orders: BY_TIME_OR_NAME,
        can_create: true,
        begins: None,
        can_edit: true,
        deletion: Some(say("admin-customers-deletion")),
    };

    async fn list(admin: &Admin, _: &Values, query: &ListQuery<'_>) -> Result<Page<Row>, Problem> {
        let page = admin.records()?.customers(query).await?;
        Ok(page.map(|record| Row {
            id: record.customer.id.0,
            cells: vec![
                Cell::text(record.customer.name),
                Cell::optional(record.customer.email),
                Cell::text(record.conversations.to_string()),
                Cell::time(record.created_at),
            ],
        }))
    }

    async fn record(admin: &Admin, id: Uuid) -> Result<Record, Problem> {
        let record = admin.records()?.customer(CustomerId(id)).await?;
        let facts = vec![
            (say("label-email"), Cell::optional(record.customer.email)),
            (say("admin-email-proven"), Cell::text(yes_or_no(record.customer.email_verified))),
            (say("admin-conversations"), Cell::text(record.conversations.to_string())),
            (say("admin-came"), Cell::time(record.created_at)),
            (say("admin-person"), Cell::record(&Users::ABOUT, record.user, say("admin-user"))),
        ];
        let slug = Conversations::ABOUT.slug;
        let links = vec![
            (format!("/admin/{slug}/?customer={id}"), say("admin-conversations")),
            (format!("/admin/{slug}/new?customer={id}"), say("admin-start-conversation")),
        ];
        Ok(Record { title: record.customer.name, facts, links, ..Record::default() })
    }

    async fn fields(admin: &Admin, id: Option<Uuid>, _: &Values) -> Result<Vec<FormField>, Problem> {
        let Some(id) = id else { return Ok(name_and_email("", "").into()) };
        let customer = admin.records()?.customer(CustomerId(id)).await?.customer;
        Ok(name_and_email(&customer.name, customer.email.as_deref().unwrap_or_default()).into())
    }

    fn wrong(values: &Values, _: Option<Uuid>) -> Vec<Wrong> {
        wrong_person(values, false)
    }

    async fn create(admin: &Admin, values: &Values) -> Result<Uuid, Problem> {
        let (name, email) = (value(values, "name"), value(values, "email"));
        Ok(admin.records()?.create_customer(name, email).await?.id.0)
    }

    async fn update(admin: &Admin, id: Uuid, values: &Values) -> Result<(), Problem> {
        let (name, email) = (value(values, "name"), value(values, "email"));
        Ok(admin.records()?.update_customer(CustomerId(id), name, email).await?)
    }

    async fn dependents(admin: &Admin, id: Uuid) -> Result<Dependents, Problem> {
        Ok(admin.records()?.customer_dependents(CustomerId(id)).await?)
    }

    async fn delete(admin: &Admin, id: Uuid) -> Result<(), Problem> {
        Ok(admin.records()?.erase_customer(CustomerId(id)).await?)
    }
}

/// What is wrong with a person's fields. Customers may come without an address, as imported ones do.
pub(super) fn wrong_person(values: &Values, needs_email: bool) -> Vec<Wrong> {
    let email = value(values, "email").trim();
    let email = (needs_email || !email.is_empty()).then(|| fails("email", check_email(email)));
    [fails("name", check_name(value(values, "name"))), email.flatten()].into_iter().flatten().collect()
}

/// The fields every person has.
pub(super) fn name_and_email(name: &str, email: &str) -> [FormField; 2] {
    [
        FormField::new("name", say("label-name"), Input::Line, name),
        FormField::new("email", say("label-email"), Input::Email, email).hint(say("admin-new-email-hint")),
    ]
}
