//! Agents and administrators.

use super::customers;
use super::guard::Admin;
use super::kind::{
    About, BY_TIME_OR_NAME, Cell, Choices, FormField, Input, Kind, ROLES, Record, Row, Values, Wrong,
    choice_of, chosen, fails, label_of, value,
};
use super::record::{self, RecordPage, id_of};
use super::users::Users;
use crate::error::Problem;
use crate::texts::say;
use crate::view::Html;
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use domain::{Agent, AgentId, AgentRole};
use store::{AgentChanges, By, Dependents, ListQuery, NewAgent, Page, check_password};
use uuid::Uuid;

pub(super) struct Agents;

const AGENT_ROLES: [AgentRole; 2] = [AgentRole::Agent, AgentRole::Administrator];

impl Kind for Agents {
    const ABOUT: About = About {
        slug: "agents",
        one: "agent",
        many: say("admin-agents"),
        summary: say("admin-agents-about"),
        columns: &[
            say("label-name"),
            say("label-email"),
            say("admin-role"),
            say("admin-signs-in"),
            say("admin-added"),
        ],
        filters: &[Choices {
            name: "disabled",
            label: say("admin-signs-in"),
            choices: &[("no", say("admin-may-sign-in")), ("yes", say("admin-disabled"))],
        }],
        orders: BY_TIME_OR_NAME,
        can_create: true,
        begins: None,
        can_edit: true,
        deletion: Some(say("admin-agents-deletion")),
    };

    async fn list(admin: &Admin, filters: &Values, query: &ListQuery<'_>) -> Result<Page<Row>, Problem> {
        let disabled = match value(filters, "disabled") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        let page = admin.records()?.agents(disabled, query).await?;
        Ok(page.map(|record| Row {
            id: record.agent.id.0,
            cells: vec![
                Cell::text(record.agent.name),
                Cell::text(record.agent.email),
                Cell::Badge(label_of(ROLES, record.agent.role.as_str())),
                Cell::text(if record.disabled_at.is_some() {
                    say("admin-disabled")
                } else {
                    say("admin-yes")
                }),
                Cell::time(record.created_at),
            ],
        }))
    }

    async fn record(admin: &Admin, id: Uuid) -> Result<Record, Problem> {
        let record = admin.state.store.agent(AgentId(id)).await?;
        let user = admin.records()?.user_of_agent(AgentId(id)).await?;
        let mut facts = vec![
            (say("label-email"), Cell::text(record.agent.email)),
            (say("admin-role"), Cell::Badge(label_of(ROLES, record.agent.role.as_str()))),
            (say("admin-added"), Cell::time(record.created_at)),
            (
                say("label-password"),
                Cell::text(if record.has_password {
                    say("admin-password-set")
                } else {
                    say("admin-password-not-set")
                }),
            ),
            (say("admin-person"), Cell::record(&Users::ABOUT, user, say("admin-user"))),
        ];
        let mut actions =
            vec![(format!("/admin/agents/{id}/password-link"), say("admin-make-password-link"))];
        if let Some(at) = record.disabled_at {
            facts.push((say("admin-disabled"), Cell::time(at)));
            actions.clear();
        }
        let links =
            vec![(format!("/admin/conversations/?holder={id}"), say("admin-conversations-they-hold"))];
        Ok(Record { title: record.agent.name, facts, links, actions, ..Record::default() })
    }

    async fn fields(admin: &Admin, id: Option<Uuid>, _: &Values) -> Result<Vec<FormField>, Problem> {
        let role = |role: AgentRole| {
            FormField::new("role", say("admin-role"), choice_of(&ROLES[1..]), role.as_str())
        };
        let Some(id) = id else {
            let password = FormField::new("password", say("label-password"), Input::Password, "");
            return Ok(vec![
                FormField::new("name", say("label-name"), Input::Line, ""),
                FormField::new("email", say("label-email"), Input::Email, ""),
                role(AgentRole::Agent),
                password.hint(say("admin-password-later-hint")),
            ]);
        };
        let record = admin.state.store.agent(AgentId(id)).await?;
        let access = choice_of(&[("no", say("admin-yes")), ("yes", say("admin-access-no"))]);
        let disabled = if record.disabled_at.is_some() { "yes" } else { "no" };
        Ok(vec![
            FormField::new("name", say("label-name"), Input::Line, record.agent.name),
            FormField::new("email", say("label-email"), Input::Email, record.agent.email),
            role(record.agent.role),
            FormField::new("disabled", say("admin-may-sign-in"), access, disabled),
        ])
    }

    fn wrong(values: &Values, _: Option<Uuid>) -> Vec<Wrong> {
        wrong_agent(values)
    }

    async fn create(admin: &Admin, values: &Values) -> Result<Uuid, Problem> {
        Ok(add(admin, values, role(values)?).await?.id.0)
    }

    async fn update(admin: &Admin, id: Uuid, values: &Values) -> Result<(), Problem> {
        let changes = AgentChanges {
            name: values.get("name").cloned(),
            email: values.get("email").cloned(),
            role: Some(role(values)?),
            disabled: values.get("disabled").map(|disabled| disabled == "yes"),
        };
        admin.state.store.update_agent(&admin.session, AgentId(id), &changes).await?;
        Ok(())
    }

    async fn dependents(admin: &Admin, id: Uuid) -> Result<Dependents, Problem> {
        Ok(admin.records()?.agent_dependents(AgentId(id)).await?)
    }

    async fn delete(admin: &Admin, id: Uuid) -> Result<(), Problem> {
        Ok(admin.records()?.delete_agent(AgentId(id)).await?)
    }
}

/// What is wrong with an agent's fields. The password may be left to them.
pub(super) fn wrong_agent(values: &Values) -> Vec<Wrong> {
    let mut wrong = customers::wrong_person(values, true);
    let password = value(values, "password");
    if !password.is_empty() {
        wrong.extend(fails("password", check_password(password)));
    }
    wrong
}

/// Adds an agent from the fields of a form.
pub(super) async fn add(admin: &Admin, values: &Values, role: AgentRole) -> Result<Agent, Problem> {
    let text = |name| value(values, name).to_owned();
    let password = Some(text("password")).filter(|password| !password.is_empty());
    let new = NewAgent { name: text("name"), email: text("email"), role, password };
    Ok(admin.state.store.create_agent(&By::from(&admin.session), &new).await?)
}

/// `POST /admin/agents/{id}/password-link`: the link is shown once, to be passed on; it is never logged (A9).
pub(super) async fn make_password_link(
    admin: Admin,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Html<RecordPage>, Problem> {
    let id = id_of::<Agents>(&id)?;
    let token = admin.state.store.new_password_link(&By::from(&admin.session), AgentId(id)).await?;
    // Without a public URL only loopback hosts are served, so this one leads here.
    let base = admin.state.config.public_url.as_ref().map_or_else(
        || {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
            format!("http://{host}/")
        },
        ToString::to_string,
    );
    let link = format!("{base}set-password/{}", token.reveal());
    record::page::<Agents>(admin, id, false, Some(link)).await
}

fn role(values: &Values) -> Result<AgentRole, Problem> {
    let word: String = chosen(values, "role")?;
    let found = AGENT_ROLES.into_iter().find(|role| role.as_str() == word);
    found.ok_or_else(|| Problem::invalid("role", &say("admin-choose-offered")))
}
