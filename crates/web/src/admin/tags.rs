//! Tags.

use super::guard::Admin;
use super::kind::{About, Cell, FormField, Input, Kind, Record, Row, Values, Wrong, fails, value};
use crate::error::Problem;
use crate::texts::say;
use domain::{TagId, check_tag};
use store::{ListQuery, Page};
use uuid::Uuid;

pub(super) struct Tags;

impl Kind for Tags {
    const ABOUT: About = About {
        slug: "tags",
        one: "tag",
        many: say("admin-tags"),
        summary: say("admin-tags-about"),
        columns: &[say("label-name")],
        filters: &[],
        orders: &[("name", say("admin-order-name"))],
        can_create: true,
        begins: None,
        can_edit: true,
        deletion: Some(say("admin-tags-deletion")),
    };

    /// All of them: agents read them as one list, too.
    async fn list(admin: &Admin, _: &Values, query: &ListQuery<'_>) -> Result<Page<Row>, Problem> {
        let wanted = query.search.trim().to_lowercase();
        let tags = admin.state.store.tags().await?.into_iter();
        let found = tags.filter(|(_, name)| name.to_lowercase().contains(&wanted));
        let items = found.map(|(id, name)| Row { id: id.0, cells: vec![Cell::text(name)] }).collect();
        Ok(Page { items, next_cursor: None })
    }

    async fn record(admin: &Admin, id: Uuid) -> Result<Record, Problem> {
        let (title, conversations) = admin.records()?.tag(TagId(id)).await?;
        let facts = vec![(say("admin-tags-conversations"), Cell::text(conversations.to_string()))];
        Ok(Record { title, facts, ..Record::default() })
    }

    async fn fields(admin: &Admin, id: Option<Uuid>, _: &Values) -> Result<Vec<FormField>, Problem> {
        let name = match id {
            Some(id) => admin.records()?.tag(TagId(id)).await?.0,
            None => String::new(),
        };
        let field = FormField::new("name", say("label-name"), Input::Line, name);
        Ok(vec![field.hint(say("admin-tag-name-hint"))])
    }

    fn wrong(values: &Values, _: Option<Uuid>) -> Vec<Wrong> {
        fails("name", check_tag(value(values, "name"))).into_iter().collect()
    }

    async fn create(admin: &Admin, values: &Values) -> Result<Uuid, Problem> {
        Ok(admin.records()?.create_tag(value(values, "name")).await?.0.0)
    }

    async fn update(admin: &Admin, id: Uuid, values: &Values) -> Result<(), Problem> {
        admin.records()?.rename_tag(TagId(id), value(values, "name")).await?;
        Ok(())
    }

    async fn delete(admin: &Admin, id: Uuid) -> Result<(), Problem> {
        Ok(admin.records()?.delete_tag(TagId(id)).await?)
    }
}
