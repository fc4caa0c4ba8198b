//! Messages of all conversations.

use super::conversations::Conversations;
use super::guard::Admin;
use super::kind::{
    About, BY_TIME, Cell, Choices, FormField, Input, Kind, Record, Row, Values, Wrong, capitalised, chosen,
    fails, line, value,
};
use crate::error::Problem;
use domain::{ClientId, ConversationId, MessageId, Side, check_text};
use store::{ListQuery, MessageFilter, Page};
use uuid::Uuid;

pub(super) struct Messages;

const UNKNOWN: &str = "there is no conversation with this id";

impl Kind for Messages {
    const ABOUT: About = About {
        slug: "messages",
        one: "message",
        many: "Messages",
        summary: "What was said, in all conversations.",
        columns: &["Message", "From", "Side", "Conversation", "Written"],
        searches: "messages",
        filters: &[
            Choices {
                name: "side",
                label: "Side",
                choices: &[("customer", "Customers"), ("agent", "Agents")],
            },
            Choices { name: "changed", label: "Changed", choices: &[("yes", "Edited or deleted")] },
        ],
        orders: BY_TIME,
        can_create: true,
        begins: Some(("/admin/conversations/", "Choose a conversation to write in")),
        can_edit: true,
        deletion: Some(
            "Its text goes for good, former ones too. Its place in the conversation shows that it was deleted.",
        ),
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
                Cell::text(record.message.text.as_deref().map_or("(deleted)".to_owned(), line)),
                Cell::text(record.message.author.name),
                Cell::text(capitalised(record.message.author.role.as_str())),
                Cell::record(
                    &Conversations::ABOUT,
                    record.conversation,
                    format!("Conversation, no. {}", record.message.seq),
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
            ("From", Cell::text(message.author.name)),
            ("Side", Cell::text(capitalised(message.author.role.as_str()))),
            ("Conversation", Cell::record(&Conversations::ABOUT, record.conversation, "Conversation")),
            ("Number", Cell::text(message.seq.to_string())),
            ("Written", Cell::time(message.created_at)),
            ("Edited", message.edited_at.map_or(Cell::Nothing, Cell::time)),
            ("Deleted", Cell::text(if message.deleted { "Yes" } else { "No" })),
        ];
        let link = format!("/chat/{}/?as=agent&mode=view#m{}", record.conversation, message.seq);
        Ok(Record {
            title: format!("Message {}", message.seq),
            facts,
            text: message.text,
            history: edits.into_iter().map(|edit| (Cell::time(edit.at), edit.by, edit.text)).collect(),
            links: vec![(link, "Read it in its place")],
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
                    FormField::new("conversation", "Conversation", Input::Fixed(title), id)
                }
                Err(_) => FormField::new("conversation", "Conversation", Input::Line, id)
                    .hint("The conversation's id; its page has a button that fills it in."),
            };
            return Ok(vec![
                conversation,
                FormField::new("text", "Message", Input::Text, "")
                    .hint("It is written as you. You hold the conversation from then on; who held it before loses it."),
                FormField::new("client_id", "", Input::Hidden, client_id),
            ]);
        };
        let text = admin.records()?.message(MessageId(id)).await?.message.text;
        let text = text.ok_or_else(|| Problem::not_found("message"))?;
        let hint = "Both sides see that it was edited; what it said before is kept.";
        Ok(vec![FormField::new("text", "Message", Input::Text, text).hint(hint)])
    }

    fn wrong(values: &Values, id: Option<Uuid>) -> Vec<Wrong> {
        let conversation = value(values, "conversation").trim().parse::<ConversationId>();
        let conversation = conversation.map_err(|_| UNKNOWN).err().filter(|_| id.is_none());
        let conversation = conversation.map(|words| ("conversation", words.to_owned()));
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
    check_text(text).map_err(|error| Problem::invalid("text", &error))?;
    Ok(text)
}
