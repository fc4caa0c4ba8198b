//! Users: people, whatever their roles.

use super::agents::Agents;
use super::customers::Customers;
use super::guard::Admin;
use super::kind::{
    About, BY_TIME_OR_NAME, Cell, Choices, FormField, Kind, Record, Row, Values, Wrong, capitalised,
    choice_of, value,
};
use super::{agents, customers};
use crate::error::Problem;
use domain::UserId;
use store::{Dependents, ListQuery, Page, Role, UserRecord};
use uuid::Uuid;

pub(super) struct Users;

impl Kind for Users {
    const ABOUT: About = About {
        slug: "users",
        one: "user",
        many: "Users",
        summary: "Every person, customer or agent.",
        columns: &["Name", "E-mail", "Role", "Added"],
        searches: "names and e-mails",
        filters: &[Choices {
            name: "role",
            label: "Role",
            choices: &[("customer", "Customer"), ("agent", "Agent"), ("administrator", "Administrator")],
        }],
        orders: BY_TIME_OR_NAME,
        can_create: true,
        begins: None,
        can_edit: true,
        deletion: Some(
            "A customer is erased, with everything they said. An agent is deleted; what they wrote stays under their name.",
        ),
    };

    async fn list(admin: &Admin, filters: &Values, query: &ListQuery<'_>) -> Result<Page<Row>, Problem> {
        let page = admin.records()?.users(role(value(filters, "role")), query).await?;
        Ok(page.map(|user| Row {
            id: user.id.0,
            cells: vec![
                Cell::text(&user.name),
                Cell::optional(user.email.clone()),
                Cell::Badge(capitalised(role_of(&user))),
                Cell::time(user.created_at),
            ],
        }))
    }

    async fn record(admin: &Admin, id: Uuid) -> Result<Record, Problem> {
        let user = admin.records()?.user(UserId(id)).await?;
        let mut facts = vec![
            ("E-mail", Cell::optional(user.email.clone())),
            ("E-mail proven", Cell::text(if user.email_verified { "Yes" } else { "No" })),
            ("Added", Cell::time(user.created_at)),
        ];
        if let Some(customer) = user.customer {
            facts.push(("As a customer", Cell::record(&Customers::ABOUT, customer, "Customer")));
        }
        if let Some((agent, role)) = user.agent {
            facts.push(("As an agent", Cell::record(&Agents::ABOUT, agent, capitalised(role.as_str()))));
        }
        Ok(Record { title: user.name, facts, ..Record::default() })
    }

    async fn fields(admin: &Admin, id: Option<Uuid>, _: &Values) -> Result<Vec<FormField>, Problem> {
        let Some(id) = id else {
            let roles = choice_of(Role::ALL.map(Role::as_str));
            let mut fields = vec![FormField::new("role", "Role", roles, Role::Customer.as_str())];
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
            None => vec![("role", "choose one of those offered".into())],
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
            None => Err(Problem::invalid("role", &"choose one of those offered")),
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
