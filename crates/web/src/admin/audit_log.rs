//! The audit log, to be read (A7).

use super::agents::Agents;
use super::conversations::Conversations;
use super::customers::Customers;
use super::guard::Admin;
use super::kind::{About, BY_TIME, Cell, Choice, Choices, Kind, Record, Row, Values, label_of, value};
use super::messages::Messages;
use crate::error::Problem;
use crate::texts::say;
use store::{Action, ListQuery, Page};
use uuid::Uuid;

pub(super) struct AuditLog;

/// What can be done, in the order of the filter.
const ACTIONS: &[Choice] = &[
    ("signed_in", say("admin-action-signed-in")),
    ("signed_out", say("admin-action-signed-out")),
    ("agent_added", say("admin-action-agent-added")),
    ("agent_changed", say("admin-action-agent-changed")),
    ("agent_disabled", say("admin-action-agent-disabled")),
    ("agent_enabled", say("admin-action-agent-enabled")),
    ("agent_deleted", say("admin-action-agent-deleted")),
    ("password_link_made", say("admin-action-password-link-made")),
    ("password_set", say("admin-action-password-set")),
    ("claim_taken_over", say("admin-action-claim-taken-over")),
    ("claim_returned", say("admin-action-claim-returned")),
    ("conversation_added", say("admin-action-conversation-added")),
    ("conversation_changed", say("admin-action-conversation-changed")),
    ("conversation_deleted", say("admin-action-conversation-deleted")),
    ("message_added", say("admin-action-message-added")),
    ("message_changed", say("admin-action-message-changed")),
    ("customer_added", say("admin-action-customer-added")),
    ("customer_changed", say("admin-action-customer-changed")),
    ("customer_erased", say("admin-action-customer-erased")),
    ("settings_changed", say("admin-action-settings-changed")),
];

impl Kind for AuditLog {
    const ABOUT: About = About {
        slug: "audit-log",
        one: "entry",
        many: say("admin-audit-log"),
        summary: say("admin-audit-log-about"),
        columns: &[
            say("admin-what"),
            say("admin-who"),
            say("admin-to-what"),
            say("admin-from"),
            say("admin-when"),
        ],
        filters: &[Choices { name: "action", label: say("admin-what"), choices: ACTIONS }],
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
                    Cell::text(label_of(ACTIONS, &entry.action)),
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
            (say("admin-who"), Cell::text(entry.actor)),
            (say("admin-to-what"), object(admin, entry.object).await),
            (say("admin-from"), Cell::optional(entry.address)),
            (say("admin-when"), Cell::time(entry.at)),
        ];
        Ok(Record { title: label_of(ACTIONS, &entry.action), facts, ..Record::default() })
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
