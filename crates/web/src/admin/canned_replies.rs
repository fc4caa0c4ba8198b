//! Canned replies: the shared ones and one's own.

use super::guard::Admin;
use super::kind::{
    About, BY_TIME_OR_NAME, Cell, Choices, FormField, Input, Kind, Record, Row, STAGES, Values, Wrong,
    choice_of, chosen, fails, label_of, line, value,
};
use crate::error::Problem;
use crate::texts::{Text, say};
use domain::canned::check_placeholders;
use domain::{CannedReplyId, Stage, check_tag, check_text};
use store::{CannedReplyChanges, ListQuery, NewCannedReply, Page, Scope};
use uuid::Uuid;

pub(super) struct CannedReplies;

impl Kind for CannedReplies {
    const ABOUT: About = About {
        slug: "canned-replies",
        one: "canned reply",
        many: say("admin-canned-replies"),
        summary: say("admin-canned-replies-about"),
        columns: &[say("label-text"), say("label-short-code"), say("label-stage"), say("admin-whose")],
        filters: &[Choices { name: "stage", label: say("label-stage"), choices: STAGES }],
        orders: BY_TIME_OR_NAME,
        can_create: true,
        begins: None,
        can_edit: true,
        deletion: Some(say("admin-canned-replies-deletion")),
    };

    async fn list(admin: &Admin, filters: &Values, query: &ListQuery<'_>) -> Result<Page<Row>, Problem> {
        let stage = value(filters, "stage").parse().ok();
        let page = admin.records()?.canned_replies(stage, query).await?;
        Ok(page.map(|(reply, scope)| Row {
            id: reply.id.0,
            cells: vec![
                Cell::text(line(&reply.text)),
                Cell::optional(reply.short_code),
                Cell::Badge(label_of(STAGES, reply.stage.as_str())),
                Cell::text(whose(scope)),
            ],
        }))
    }

    async fn record(admin: &Admin, id: Uuid) -> Result<Record, Problem> {
        let (reply, scope) = admin.state.store.canned_reply(&admin.session, CannedReplyId(id)).await?;
        let facts = vec![
            (say("label-short-code"), Cell::optional(reply.short_code.clone())),
            (say("label-stage"), Cell::Badge(label_of(STAGES, reply.stage.as_str()))),
            (say("admin-whose"), Cell::text(whose(scope))),
            (say("admin-last-used"), reply.usage.last.map_or(Cell::Nothing, Cell::time)),
        ];
        let title = reply.short_code.unwrap_or_else(|| say("admin-canned-reply").into());
        Ok(Record { title, facts, text: Some(reply.text), ..Record::default() })
    }

    async fn fields(admin: &Admin, id: Option<Uuid>, _: &Values) -> Result<Vec<FormField>, Problem> {
        let mut fields = Vec::new();
        let (mut stage, mut short_code, mut text) = (Stage::Greeting, None, String::new());
        if let Some(id) = id {
            let (reply, _) = admin.state.store.canned_reply(&admin.session, CannedReplyId(id)).await?;
            (stage, short_code, text) = (reply.stage, reply.short_code, reply.text);
        } else {
            let scopes = choice_of(&[("shared", whose(Scope::Shared)), ("own", whose(Scope::Own))]);
            fields.push(FormField::new("scope", say("admin-whose"), scopes, "shared"));
        }
        let stages = choice_of(STAGES);
        fields.push(
            FormField::new("stage", say("label-stage"), stages, stage.as_str()).hint(say("admin-stage-hint")),
        );
        let field = FormField::new(
            "short_code",
            say("label-short-code"),
            Input::Line,
            short_code.unwrap_or_default(),
        );
        fields.push(field.hint(say("admin-short-code-hint")));
        let hint = say("replies-hint").with("placeholder", "{{ customer.name | there }}");
        fields.push(FormField::new("text", say("label-text"), Input::Text, text).hint(hint));
        Ok(fields)
    }

    fn wrong(values: &Values, _: Option<Uuid>) -> Vec<Wrong> {
        let text = value(values, "text");
        let text = fails("text", check_text(text)).or_else(|| fails("text", check_placeholders(text)));
        let code = short_code(values).and_then(|code| fails("short_code", check_tag(&code)));
        code.into_iter().chain(text).collect()
    }

    async fn create(admin: &Admin, values: &Values) -> Result<Uuid, Problem> {
        let scope = if value(values, "scope") == "own" { Scope::Own } else { Scope::Shared };
        let new = NewCannedReply {
            scope,
            stage: chosen(values, "stage")?,
            short_code: short_code(values),
            text: value(values, "text").to_owned(),
        };
        Ok(admin.state.store.create_canned_reply(&admin.session, &new).await?.id.0)
    }

    async fn update(admin: &Admin, id: Uuid, values: &Values) -> Result<(), Problem> {
        let changes = CannedReplyChanges {
            stage: Some(chosen(values, "stage")?),
            short_code: Some(short_code(values)),
            text: Some(value(values, "text").to_owned()),
        };
        admin.state.store.update_canned_reply(&admin.session, CannedReplyId(id), &changes).await?;
        Ok(())
    }

    async fn delete(admin: &Admin, id: Uuid) -> Result<(), Problem> {
        Ok(admin.state.store.delete_canned_reply(&admin.session, CannedReplyId(id)).await?)
    }
}

const fn whose(scope: Scope) -> Text {
    match scope {
        Scope::Shared => say("admin-whose-shared"),
        Scope::Own => say("admin-whose-own"),
    }
}

fn short_code(values: &Values) -> Option<String> {
    Some(value(values, "short_code").trim().to_owned()).filter(|code| !code.is_empty())
}
