//! Conversations, and where they stand.

use super::customers::Customers;
use super::guard::Admin;
use super::kind::{
    About, Cell, Choices, FormField, Input, Kind, LEVELS, Record, Row, STATUSES, Values, Wrong, choice_of,
    chosen, fails, label_of, value,
};
use crate::error::Problem;
use crate::texts::{Explain, Text, say};
use crate::view::StatusView;
use domain::{
    Actor, AgentId, ClientId, Conversation, ConversationId, CustomerId, Filter, State, Status, Timestamp,
    UrgencyLevel, check_tag, check_text,
};
use std::str::FromStr;
use store::{Dependents, ListQuery, Page, Search, Sort, Target};
use uuid::Uuid;

pub(super) struct Conversations;

/// What browsers send of a time.
const MINUTES: &str = "2030-01-31T09:00";

const NO_CUSTOMER: Text = say("admin-no-customer-id");

/// Agents offered as holders at most; others are reached from their own page.
const HOLDERS: u32 = 200;

impl Kind for Conversations {
    const ABOUT: About = About {
        slug: "conversations",
        one: "conversation",
        many: say("admin-conversations"),
        summary: say("admin-conversations-about"),
        columns: &[
            say("label-customer"),
            say("admin-status"),
            say("admin-held-by"),
            say("label-tags"),
            say("admin-messages"),
            say("admin-last-message"),
        ],
        filters: &[
            Choices { name: "status", label: say("admin-status"), choices: STATUSES },
            Choices { name: "urgency", label: say("label-urgency"), choices: LEVELS },
        ],
        orders: &[
            ("newest", say("admin-order-last-message")),
            ("waiting", say("admin-order-longest-wait")),
            ("urgency", say("admin-order-most-urgent")),
        ],
        can_create: true,
        begins: Some(("/admin/customers/", say("admin-choose-customer"))),
        can_edit: true,
        deletion: Some(say("admin-conversations-deletion")),
    };

    async fn list(admin: &Admin, filters: &Values, query: &ListQuery<'_>) -> Result<Page<Row>, Problem> {
        let (store, actor) = (&admin.state.store, Actor::Agent(admin.agent.clone()));
        let filter = Filter {
            status: one_of(filters, "status")?,
            urgency: one_of::<UrgencyLevel>(filters, "urgency")?,
            holder: one_of(filters, "holder")?,
            tag: tag(filters)?,
            ..Filter::default()
        };
        if let Some(id) = filters.get("customer").filter(|id| !id.is_empty()) {
            let id: CustomerId = id.parse().map_err(|_| Problem::not_found("customer"))?;
            return Ok(admin
                .records()?
                .conversations_of(id, query)
                .await?
                .map(|conversation| row(&conversation)));
        }
        if query.search.trim().is_empty() {
            let sort = match value(filters, "order") {
                "waiting" => Sort::Waiting,
                "urgency" => Sort::Urgency,
                _ => Sort::Newest,
            };
            return Ok(store
                .conversations(&actor, &filter, sort, query.cursor, query.limit)
                .await?
                .map(|conversation| row(&conversation)));
        }
        if let Ok(id) = query.search.trim().parse::<ConversationId>() {
            let found = store.conversation(&actor, id).await;
            return Ok(Page {
                items: found.into_iter().map(|conversation| row(&conversation)).collect(),
                next_cursor: None,
            });
        }
        let search = Search {
            query: store.query(query.search)?,
            filter,
            from: None,
            to: None,
            cursor: query.cursor.map(str::to_owned),
            limit: query.limit,
        };
        let found = store.search(&actor, &search).await?;
        let items = found.items.into_iter().map(|found| row(&found.conversation)).collect();
        Ok(Page { items, next_cursor: found.next_cursor })
    }

    async fn record(admin: &Admin, id: Uuid) -> Result<Record, Problem> {
        let conversation = find(admin, id).await?;
        let customer = &conversation.customer;
        let mut facts = vec![
            (say("label-customer"), Cell::record(&Customers::ABOUT, customer.id, &customer.name)),
            (say("admin-status"), Cell::Status(StatusView(conversation.status()))),
            (say("admin-held-by"), holder(&conversation)),
            (
                say("label-tags"),
                Cell::optional(Some(conversation.tags.join(", ")).filter(|tags| !tags.is_empty())),
            ),
            (say("label-urgency"), Cell::text(label_of(LEVELS, conversation.urgency.level.as_str()))),
            (say("admin-messages"), Cell::text(conversation.last_seq.to_string())),
            (say("admin-began"), Cell::time(conversation.created_at)),
            (say("admin-last-message"), Cell::time(conversation.last_message_at)),
            (say("admin-waits-since"), conversation.waiting_since.map_or(Cell::Nothing, Cell::time)),
        ];
        if let State::Snoozed { until } = conversation.state {
            facts.push((say("admin-snoozed-until"), Cell::text(until.to_string())));
        }
        let links = vec![
            (format!("/chat/{id}/?as=agent&mode=view"), say("admin-read-it")),
            (format!("/admin/messages/?conversation={id}"), say("admin-messages")),
            (format!("/admin/messages/new?conversation={id}"), say("admin-write-message")),
        ];
        Ok(Record {
            title: say("admin-conversation-with").with("customer", &customer.name).into(),
            facts,
            links,
            ..Record::default()
        })
    }

    async fn fields(admin: &Admin, id: Option<Uuid>, given: &Values) -> Result<Vec<FormField>, Problem> {
        let Some(id) = id else {
            let client_id = ClientId::new().to_string();
            let id = value(given, "customer");
            let customer = match id.parse() {
                Ok(known) => {
                    let name = admin.records()?.customer(known).await?.customer.name;
                    FormField::new("customer", say("label-customer"), Input::Fixed(name), id)
                }
                Err(_) => FormField::new("customer", say("label-customer"), Input::Line, id)
                    .hint(say("admin-customer-id-hint")),
            };
            return Ok(vec![
                customer,
                FormField::new("text", say("admin-first-message"), Input::Text, "")
                    .hint(say("admin-first-message-hint")),
                FormField::hidden("client_id", client_id),
            ]);
        };
        let conversation = find(admin, id).await?;
        let until = match conversation.state {
            State::Snoozed { until } => until.to_string().chars().take(MINUTES.len()).collect(),
            State::Open | State::Ongoing(_) | State::Resolved(_) => String::new(),
        };
        let holder = conversation.current_claim().map_or(admin.agent.id, |claim| claim.holder.id);
        let query = ListQuery { limit: HOLDERS, ..ListQuery::default() };
        let agents = admin.records()?.agents(Some(false), &query).await?.items;
        let agents =
            agents.into_iter().map(|record| (record.agent.id.to_string(), record.agent.name)).collect();
        Ok(vec![
            FormField::new(
                "status",
                say("admin-status"),
                choice_of(STATUSES),
                conversation.status().as_str(),
            ),
            FormField::new("holder", say("admin-held-by"), Input::Choice(agents), holder.to_string())
                .hint(say("admin-holder-hint")),
            FormField::new("until", say("admin-snoozed-until-utc"), Input::Time, until)
                .hint(say("admin-until-hint")),
            FormField::new("tags", say("label-tags"), Input::Line, conversation.tags.join(", "))
                .hint(say("admin-tags-hint")),
        ])
    }

    fn wrong(values: &Values, id: Option<Uuid>) -> Vec<Wrong> {
        if id.is_some() {
            let tags = tags(values).into_iter().find_map(|tag| fails("tags", check_tag(&tag)));
            let is_snoozed = value(values, "status") == Status::Snoozed.as_str();
            let until = is_snoozed.then(|| until(values).err()).flatten();
            let until = until.map(|problem| ("until", problem.detail().to_owned()));
            return until.into_iter().chain(tags).collect();
        }
        let customer = value(values, "customer").trim().parse::<CustomerId>().map_err(|_| NO_CUSTOMER);
        let text = fails("text", check_text(value(values, "text")));
        fails("customer", customer).into_iter().chain(text).collect()
    }

    async fn create(admin: &Admin, values: &Values) -> Result<Uuid, Problem> {
        let text = value(values, "text");
        check_text(text).map_err(|error| Problem::invalid("text", &error.explain()))?;
        let customer: CustomerId = value(values, "customer")
            .trim()
            .parse()
            .map_err(|_| Problem::invalid("customer", &NO_CUSTOMER))?;
        let records = admin.records()?;
        let known = records.customer(customer).await;
        known.map_err(|_| Problem::invalid("customer", &say("admin-no-such-customer")))?;
        let begun =
            records.start_conversation(customer, chosen(values, "client_id")?, text.to_owned()).await?;
        Ok(begun.conversation.id.0)
    }

    async fn update(admin: &Admin, id: Uuid, values: &Values) -> Result<(), Problem> {
        let target = match chosen(values, "status")? {
            Status::Open => Target::Queue,
            Status::Ongoing => Target::Held(chosen::<AgentId>(values, "holder")?),
            Status::Snoozed => Target::Snoozed(until(values)?),
            Status::Resolved => Target::Resolved,
        };
        let tags = tags(values);
        let changed = admin.records()?.change_conversation(ConversationId(id), target, &tags).await;
        changed.map_err(|error| match error {
            store::Error::NotFound("agent") => Problem::invalid("holder", &say("admin-holder-disabled")),
            store::Error::Refused(domain::Refusal::NotInTheFuture) => {
                Problem::invalid("until", &say("admin-time-over"))
            }
            error => error.into(),
        })?;
        Ok(())
    }

    async fn dependents(admin: &Admin, id: Uuid) -> Result<Dependents, Problem> {
        Ok(admin.records()?.conversation_dependents(ConversationId(id)).await?)
    }

    async fn delete(admin: &Admin, id: Uuid) -> Result<(), Problem> {
        Ok(admin.records()?.delete_conversation(ConversationId(id)).await?)
    }
}

async fn find(admin: &Admin, id: Uuid) -> Result<Conversation, Problem> {
    Ok(admin.state.store.conversation(&Actor::Agent(admin.agent.clone()), ConversationId(id)).await?)
}

fn row(conversation: &Conversation) -> Row {
    Row {
        id: conversation.id.0,
        cells: vec![
            Cell::text(&conversation.customer.name),
            Cell::Status(StatusView(conversation.status())),
            holder(conversation),
            Cell::optional(Some(conversation.tags.join(", ")).filter(|tags| !tags.is_empty())),
            Cell::text(conversation.last_seq.to_string()),
            Cell::time(conversation.last_message_at),
        ],
    }
}

fn holder(conversation: &Conversation) -> Cell {
    Cell::optional(conversation.current_claim().map(|claim| &claim.holder.name))
}

fn one_of<T: FromStr>(filters: &Values, name: &'static str) -> Result<Vec<T>, Problem> {
    if value(filters, name).is_empty() { Ok(Vec::new()) } else { Ok(vec![chosen(filters, name)?]) }
}

fn tag(filters: &Values) -> Result<Vec<String>, Problem> {
    let typed = Some(value(filters, "tag")).filter(|tag| !tag.is_empty());
    let tags = typed.into_iter().map(|typed| check_tag(typed).map(str::to_owned));
    tags.collect::<Result<_, _>>().map_err(|error| Problem::invalid("tag", &error.explain()))
}

fn tags(values: &Values) -> Vec<String> {
    let tags = value(values, "tags").split(',').map(str::trim).filter(|tag| !tag.is_empty());
    tags.map(str::to_owned).collect()
}

fn until(values: &Values) -> Result<Timestamp, Problem> {
    let typed = value(values, "until").trim();
    let time = if typed.len() == MINUTES.len() { format!("{typed}:00Z").parse() } else { typed.parse() };
    time.map_err(|_| Problem::invalid("until", &say("admin-choose-time")))
}
