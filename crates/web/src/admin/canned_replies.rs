//! Canned replies: the shared ones and one's own.

use super::guard::Admin;
use super::kind::{
    About, BY_TIME_OR_NAME, Cell, Choices, FormField, Input, Kind, Record, Row, Values, Wrong, capitalised,
    choice_of, chosen, fails, line, value,
};
use crate::error::Problem;
use domain::canned::check_placeholders;
use domain::{CannedReplyId, Stage, check_tag, check_text};
use store::{CannedReplyChanges, ListQuery, NewCannedReply, Page, Scope};
use uuid::Uuid;

pub(super) struct CannedReplies;

impl Kind for CannedReplies {
    const ABOUT: About = About {
        slug: "canned-replies",
        one: "canned reply",
        many: "Canned replies",
        summary: "Texts agents send again and again: everybody's and your own.",
        columns: &["Text", "Short code", "Stage", "Whose"],
        searches: "texts and short codes",
        filters: &[Choices {
            name: "stage",
            label: "Stage",
            choices: &[("greeting", "Greeting"), ("ongoing", "Ongoing"), ("resolved", "Resolved")],
        }],
        orders: BY_TIME_OR_NAME,
        can_create: true,
        begins: None,
        can_edit: true,
        deletion: Some("Nobody is offered it any more. Messages sent with it stay."),
    };

    async fn list(admin: &Admin, filters: &Values, query: &ListQuery<'_>) -> Result<Page<Row>, Problem> {
        let stage = value(filters, "stage").parse().ok();
        let page = admin.records()?.canned_replies(stage, query).await?;
        Ok(page.map(|(reply, scope)| Row {
            id: reply.id.0,
            cells: vec![
                Cell::text(line(&reply.text)),
                Cell::optional(reply.short_code),
                Cell::Badge(capitalised(reply.stage.as_str())),
                Cell::text(whose(scope)),
            ],
        }))
    }

    async fn record(admin: &Admin, id: Uuid) -> Result<Record, Problem> {
        let (reply, scope) = admin.state.store.canned_reply(&admin.session, CannedReplyId(id)).await?;
        let facts = vec![
            ("Short code", Cell::optional(reply.short_code.clone())),
            ("Stage", Cell::Badge(capitalised(reply.stage.as_str()))),
            ("Whose", Cell::text(whose(scope))),
            ("Last used", reply.usage.last.map_or(Cell::Nothing, Cell::time)),
        ];
        let title = reply.short_code.unwrap_or_else(|| "Canned reply".to_owned());
        Ok(Record { title, facts, text: Some(reply.text), ..Record::default() })
    }

    async fn fields(admin: &Admin, id: Option<Uuid>, _: &Values) -> Result<Vec<FormField>, Problem> {
        let mut fields = Vec::new();
        let (mut stage, mut short_code, mut text) = (Stage::Greeting, None, String::new());
        if let Some(id) = id {
            let (reply, _) = admin.state.store.canned_reply(&admin.session, CannedReplyId(id)).await?;
            (stage, short_code, text) = (reply.stage, reply.short_code, reply.text);
        } else {
            let scopes = vec![
                ("shared".into(), whose(Scope::Shared).into()),
                ("own".into(), whose(Scope::Own).into()),
            ];
            fields.push(FormField::new("scope", "Whose", Input::Choice(scopes), "shared"));
        }
        let stages = choice_of(Stage::ALL.map(Stage::as_str));
        fields.push(FormField::new("stage", "Stage", stages, stage.as_str()).hint("When it is offered."));
        let field = FormField::new("short_code", "Short code", Input::Line, short_code.unwrap_or_default());
        fields.push(field.hint("A word to find it by in this list. May be empty."));
        let hint = "{{ customer.name | there }} becomes the customer's name, or “there” without one.";
        fields.push(FormField::new("text", "Text", Input::Text, text).hint(hint));
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

fn whose(scope: Scope) -> &'static str {
    match scope {
        Scope::Shared => "Everybody's",
        Scope::Own => "Your own",
    }
}

fn short_code(values: &Values) -> Option<String> {
    Some(value(values, "short_code").trim().to_owned()).filter(|code| !code.is_empty())
}
