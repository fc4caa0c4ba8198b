//! Users: people, whatever their roles.

use super::agents::Agents;
use super::customers::Customers;
use super::guard::Admin;
use super::kind::{
    About, BY_TIME_OR_NAME, Cell, Choices, FormField, Kind, ROLES, Record, Row, Values, Wrong, choice_of,
    label_of, value, yes_or_no,
};
use super::{agents, customers};
use crate::error::Problem;
use crate::texts::say;
use domain::UserId;
use store::{Dependents, ListQuery, Page, Role, UserRecord};
use uuid::Uuid;

pub(super) struct Users;

impl Kind for Users {
    const ABOUT: About = About {
        slug: "users",
        one: "user",
        many: say("admin-users"),
        summary: say("admin-users-about"),
        columns: &[say("label-name"), say("label-email"), say("admin-role"), say("admin-added")],
        filters: &[Choices { name: "role", label: say("admin-role"), choices: ROLES }],
        orders: BY_TIME_OR_NAME,
        can_create: true,
        begins: None,
        can_edit: true,
        deletion: Some(say("admin-users-deletion")),
    };

    async fn list(admin: &Admin, filters: &Values, query: &ListQuery<'_>) -> Result<Page<Row>, Problem> {
        let page = admin.records()?.users(role(value(filters, "role")), query).await?;
        Ok(page.map(|user| Row {
            id: user.id.0,
            cells: vec![
                Cell::text(&user.name),
                Cell::optional(user.email.clone()),
                Cell::Badge(label_of(ROLES, role_of(&user))),
                Cell::time(user.created_at),
            ],
        }))
    }

    async fn record(admin: &Admin, id: Uuid) -> Result<Record, Problem> {
        let user = admin.records()?.user(UserId(id)).await?;
        let mut facts = vec![
            (say("label-email"), Cell::optional(user.email.clone())),
            (say("admin-email-proven"), Cell::text(yes_or_no(user.email_verified))),
            (say("admin-added"), Cell::time(user.created_at)),
        ];
        if let Some(customer) = user.customer {
            facts.push((
                say("admin-as-customer"),
                Cell::record(&Customers::ABOUT, customer, say("admin-role-customer")),
            ));
        }
        if let Some((agent, role)) = user.agent {
            facts.push((
                say("admin-as-agent"),
                Cell::record(&Agents::ABOUT, agent, label_of(ROLES, role.as_str())),
            ));
        }
        Ok(Record { title: user.name, facts, ..Record::default() })
    }

    async fn fields(admin: &Admin, id: Option<Uuid>, _: &Values) -> Result<Vec<FormField>, Problem> {
        let Some(id) = id else {
            let roles = choice_of(ROLES);
            let mut fields = vec![FormField::new("role", say("admin-role"), roles, Role::Customer.as_str())];
            fields.extend(customers::name_and_email("", ""));
            return Ok(fields);
        };
        let user = admin.records()?.user(UserId(id)).await?;
        Ok(customers::name_and_email(&user.name, user.email.as_deref().unwrap_or_default()).into())
    }

    fn wrong(values: &Values, id: Option<Uuid>) -> Vec<Wrong> {
        match role(value(values, "role")) {
            Some(Role::Agent(_)) => agents::wrong_agent(values),
            Some(Role::Customer) => customers::wrong_person(values, false),
            // An edited user's role is not typed; an agent's address is checked when it is saved.
            None if id.is_some() => customers::wrong_person(values, false),
            None => vec![("role", say("admin-choose-offered").into())],
        }
    }

    async fn create(admin: &Admin, values: &Values) -> Result<Uuid, Problem> {
        let records = admin.records()?;
        match role(value(values, "role")) {
            Some(Role::Customer) => {
                let customer = records.create_customer(value(values, "name"), value(values, "email")).await?;
                Ok(records.customer(customer.id).await?.user.0)
            }
            Some(Role::Agent(role)) => {
                let agent = agents::add(admin, values, role).await?;
                Ok(records.user_of_agent(agent.id).await?.0)
            }
            None => Err(Problem::invalid("role", &say("admin-choose-offered"))),
        }
    }

    async fn update(admin: &Admin, id: Uuid, values: &Values) -> Result<(), Problem> {
        let (name, email) = (value(values, "name"), value(values, "email"));
        Ok(admin.records()?.update_user(UserId(id), name, email).await?)
    }

    async fn dependents(admin: &Admin, id: Uuid) -> Result<Dependents, Problem> {
        Ok(admin.records()?.user_dependents(UserId(id)).await?)
    }

    async fn delete(admin: &Admin, id: Uuid) -> Result<(), Problem> {
        Ok(admin.records()?.delete_user(UserId(id)).await?)
    }
}

fn role(word: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role.as_str() == word)
}

fn role_of(user: &UserRecord) -> &'static str {
    user.agent.map_or(Role::Customer.as_str(), |(_, role)| role.as_str())
}
