//! Messages of all conversations.

use super::conversations::Conversations;
use super::guard::Admin;
use super::kind::{
    About, BY_TIME, Cell, Choices, FormField, Input, Kind, ROLES, Record, Row, Values, Wrong, chosen, fails,
    label_of, line, value, yes_or_no,
};
use crate::error::Problem;
use crate::texts::{Explain, Text, say};
use crate::view::When;
use domain::{ClientId, ConversationId, MessageId, Side, check_text};
use store::{ListQuery, MessageFilter, Page};
use uuid::Uuid;

pub(super) struct Messages;

const UNKNOWN: Text = say("admin-no-such-conversation");

impl Kind for Messages {
    const ABOUT: About = About {
        slug: "messages",
        one: "message",
        many: say("admin-messages"),
        summary: say("admin-messages-about"),
        columns: &[
            say("admin-message"),
            say("admin-from"),
            say("admin-side"),
            say("admin-conversation"),
            say("admin-written"),
        ],
        filters: &[
            Choices {
                name: "side",
                label: say("admin-side"),
                choices: &[("customer", say("admin-side-customers")), ("agent", say("admin-side-agents"))],
            },
            Choices {
                name: "changed",
                label: say("admin-changed"),
                choices: &[("yes", say("admin-edited-or-deleted"))],
            },
        ],
        orders: BY_TIME,
        can_create: true,
        begins: Some(("/admin/conversations/", say("admin-choose-conversation"))),
        can_edit: true,
        deletion: Some(say("admin-messages-deletion")),
    };

    async fn list(admin: &Admin, filters: &Values, query: &ListQuery<'_>) -> Result<Page<Row>, Problem> {
        let conversation = filters.get("conversation").filter(|id| !id.is_empty());
        let conversation = conversation.map(|id| id.parse()).transpose();
        let filter = MessageFilter {
            side: [Side::Customer, Side::Agent]
                .into_iter()
                .find(|side| side.as_str() == value(filters, "side")),
            changed: value(filters, "changed") == "yes",
            conversation: conversation.map_err(|_| Problem::not_found("conversation"))?,
        };
        let page = admin.records()?.messages(filter, query).await?;
        Ok(page.map(|record| Row {
            id: record.message.id.0,
            cells: vec![
                Cell::text(
                    record.message.text.as_deref().map_or_else(|| say("message-deleted").into(), line),
                ),
                Cell::text(record.message.author.name),
                Cell::text(label_of(ROLES, record.message.author.role.as_str())),
                Cell::record(
                    &Conversations::ABOUT,
                    record.conversation,
                    say("admin-conversation-number").with("number", record.message.seq),
                ),
                Cell::time(record.message.created_at),
            ],
        }))
    }

    async fn record(admin: &Admin, id: Uuid) -> Result<Record, Problem> {
        let records = admin.records()?;
        let record = records.message(MessageId(id)).await?;
        let edits = records.message_edits(MessageId(id)).await?;
        let message = record.message;
        let facts = vec![
            (say("admin-from"), Cell::text(message.author.name)),
            (say("admin-side"), Cell::text(label_of(ROLES, message.author.role.as_str()))),
            (
                say("admin-conversation"),
                Cell::record(&Conversations::ABOUT, record.conversation, say("admin-conversation")),
            ),
            (say("admin-number"), Cell::text(message.seq.to_string())),
            (say("admin-written"), Cell::time(message.created_at)),
            (say("admin-edited"), message.edited_at.map_or(Cell::Nothing, Cell::time)),
            (say("admin-deleted-fact"), Cell::text(yes_or_no(message.deleted))),
        ];
        let link = format!("/chat/{}/?as=agent&mode=view#m{}", record.conversation, message.seq);
        Ok(Record {
            title: say("admin-message-number").with("number", message.seq).into(),
            facts,
            text: message.text,
            history: edits.into_iter().map(|edit| (When::ago(edit.at), edit.by, edit.text)).collect(),
            links: vec![(link, say("admin-read-in-place"))],
            ..Record::default()
        })
    }

    async fn fields(admin: &Admin, id: Option<Uuid>, given: &Values) -> Result<Vec<FormField>, Problem> {
        let Some(id) = id else {
            let client_id = ClientId::new().to_string();
            let id = value(given, "conversation");
            let conversation = match id.parse() {
                Ok(known) => {
                    let title = Conversations::record(admin, known).await?.title;
                    FormField::new("conversation", say("admin-conversation"), Input::Fixed(title), id)
                }
                Err(_) => FormField::new("conversation", say("admin-conversation"), Input::Line, id)
                    .hint(say("admin-conversation-id-hint")),
            };
            return Ok(vec![
                conversation,
                FormField::new("text", say("admin-message"), Input::Text, "").hint(say("admin-message-hint")),
                FormField::hidden("client_id", client_id),
            ]);
        };
        let text = admin.records()?.message(MessageId(id)).await?.message.text;
        let text = text.ok_or_else(|| Problem::not_found("message"))?;
        Ok(vec![
            FormField::new("text", say("admin-message"), Input::Text, text)
                .hint(say("admin-edit-message-hint")),
        ])
    }

    fn wrong(values: &Values, id: Option<Uuid>) -> Vec<Wrong> {
        let conversation = value(values, "conversation").trim().parse::<ConversationId>();
        let conversation = conversation.map_err(|_| UNKNOWN).err().filter(|_| id.is_none());
        let conversation = conversation.map(|words| ("conversation", words.into()));
        conversation.into_iter().chain(fails("text", check_text(value(values, "text")))).collect()
    }

    async fn create(admin: &Admin, values: &Values) -> Result<Uuid, Problem> {
        let text = checked(values)?;
        let unknown = || Problem::invalid("conversation", &UNKNOWN);
        let conversation: ConversationId =
            value(values, "conversation").trim().parse().map_err(|_| unknown())?;
        let written =
            admin.records()?.write_message(conversation, chosen(values, "client_id")?, text.to_owned()).await;
        let written = written.map_err(|error| match error {
            store::Error::NotFound(_) => unknown(),
            error => error.into(),
        })?;
        Ok(written.message.id.0)
    }

    async fn update(admin: &Admin, id: Uuid, values: &Values) -> Result<(), Problem> {
        admin.records()?.edit_message(MessageId(id), checked(values)?).await?;
        Ok(())
    }

    async fn delete(admin: &Admin, id: Uuid) -> Result<(), Problem> {
        admin.records()?.delete_message(MessageId(id)).await?;
        Ok(())
    }
}

fn checked(values: &Values) -> Result<&str, Problem> {
    let text = value(values, "text");
    check_text(text).map_err(|error| Problem::invalid("text", &error.explain()))?;
    Ok(text)
}
