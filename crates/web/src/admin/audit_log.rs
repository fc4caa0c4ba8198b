//! The audit log, to be read (A7).

use super::agents::Agents;
use super::conversations::Conversations;
use super::customers::Customers;
use super::guard::Admin;
use super::kind::{About, BY_TIME, Cell, Choices, Kind, Record, Row, Values, capitalised, value};
use super::messages::Messages;
use crate::error::Problem;
use store::{Action, ListQuery, Page};
use uuid::Uuid;

pub(super) struct AuditLog;

impl Kind for AuditLog {
    const ABOUT: About = About {
        slug: "audit-log",
        one: "entry",
        many: "Audit log",
        summary: "Who did what, and when. It cannot be changed.",
        columns: &["What", "Who", "To what", "From", "When"],
        searches: "who and to what",
        filters: &[Choices {
            name: "action",
            label: "What",
            choices: &[
                ("signed_in", "Signed in"),
                ("signed_out", "Signed out"),
                ("agent_added", "Agent added"),
                ("agent_changed", "Agent changed"),
                ("agent_disabled", "Agent disabled"),
                ("agent_enabled", "Agent enabled"),
                ("agent_deleted", "Agent deleted"),
                ("password_link_made", "Password link made"),
                ("password_set", "Password set"),
                ("claim_taken_over", "Claim taken over"),
                ("conversation_added", "Conversation added"),
                ("conversation_changed", "Conversation changed"),
                ("conversation_deleted", "Conversation deleted"),
                ("message_added", "Message added"),
                ("message_changed", "Message changed"),
                ("customer_added", "Customer added"),
                ("customer_changed", "Customer changed"),
                ("customer_erased", "Customer erased"),
                ("settings_changed", "Settings changed"),
            ],
        }],
        orders: BY_TIME,
        can_create: false,
        begins: None,
        can_edit: false,
        deletion: None,
    };

    async fn list(admin: &Admin, filters: &Values, query: &ListQuery<'_>) -> Result<Page<Row>, Problem> {
        let action = Action::ALL.into_iter().find(|action| action.as_str() == value(filters, "action"));
        let page = admin.records()?.audit_log(action, query).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for entry in page.items {
            let object = object(admin, entry.object).await;
            items.push(Row {
                id: entry.id,
                cells: vec![
                    Cell::text(capitalised(&entry.action)),
                    Cell::text(entry.actor),
                    object,
                    Cell::optional(entry.address),
                    Cell::time(entry.at),
                ],
            });
        }
        Ok(Page { items, next_cursor: page.next_cursor })
    }

    async fn record(admin: &Admin, id: Uuid) -> Result<Record, Problem> {
        let entry = admin.records()?.audit_entry(id).await?;
        let facts = vec![
            ("Who", Cell::text(entry.actor)),
            ("To what", object(admin, entry.object).await),
            ("From", Cell::optional(entry.address)),
            ("When", Cell::time(entry.at)),
        ];
        Ok(Record { title: capitalised(&entry.action), facts, ..Record::default() })
    }
}

/// What an entry is about: the record's name as it is now, as long as it is there. The log itself keeps the id alone (A7).
async fn object(admin: &Admin, object: String) -> Cell {
    let found = match object.rsplit_once(' ').map(|(kind, id)| (kind, id.parse())) {
        Some(("customer", Ok(id))) => link::<Customers>(admin, id).await,
        Some(("agent", Ok(id))) => link::<Agents>(admin, id).await,
        Some(("conversation", Ok(id))) => link::<Conversations>(admin, id).await,
        Some(("message", Ok(id))) => link::<Messages>(admin, id).await,
        _ => None,
    };
    found.unwrap_or(Cell::Text(object))
}

async fn link<K: Kind>(admin: &Admin, id: Uuid) -> Option<Cell> {
    let title = K::record(admin, id).await.ok()?.title;
    Some(Cell::record(&K::ABOUT, id, title))
}
