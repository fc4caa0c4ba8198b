//! Conversations, and where they stand.

use super::customers::Customers;
use super::guard::Admin;
use super::kind::{
    About, Cell, Choices, FormField, Input, Kind, Record, Row, Values, Wrong, capitalised, choice_of, chosen,
    fails, value,
};
use crate::error::Problem;
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

const NO_CUSTOMER: &str = "this is no customer's id: begin on the customer's own page";

/// Agents offered as holders at most; others are reached from their own page.
const HOLDERS: u32 = 200;

impl Kind for Conversations {
    const ABOUT: About = About {
        slug: "conversations",
        one: "conversation",
        many: "Conversations",
        summary: "What customers ask, and who answers.",
        columns: &["Customer", "Status", "Held by", "Tags", "Messages", "Last message"],
        searches: "names, e-mails, messages and notes",
        filters: &[
            Choices {
                name: "status",
                label: "Status",
                choices: &[
                    ("open", "Open"),
                    ("ongoing", "Ongoing"),
                    ("snoozed", "Snoozed"),
                    ("resolved", "Resolved"),
                ],
            },
            Choices {
                name: "urgency",
                label: "Urgency",
                choices: &[("high", "High"), ("normal", "Normal"), ("low", "Low")],
            },
        ],
        orders: &[
            ("newest", "Last message first"),
            ("waiting", "Longest wait first"),
            ("urgency", "Most urgent first"),
        ],
        can_create: true,
        begins: Some(("/admin/customers/", "Choose a customer to write to")),
        can_edit: true,
        deletion: Some("The conversation is deleted with everything that was said in it, on both sides."),
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
            ("Customer", Cell::record(&Customers::ABOUT, customer.id, &customer.name)),
            ("Status", Cell::Status(StatusView(conversation.status()))),
            ("Held by", holder(&conversation)),
            ("Tags", Cell::optional(Some(conversation.tags.join(", ")).filter(|tags| !tags.is_empty()))),
            ("Urgency", Cell::text(capitalised(conversation.urgency.level.as_str()))),
            ("Messages", Cell::text(conversation.last_seq.to_string())),
            ("Begun", Cell::time(conversation.created_at)),
            ("Last message", Cell::time(conversation.last_message_at)),
            ("Waits since", conversation.waiting_since.map_or(Cell::Nothing, Cell::time)),
        ];
        if let State::Snoozed { until } = conversation.state {
            facts.push(("Snoozed until", Cell::text(until.to_string())));
        }
        let links = vec![
            (format!("/chat/{id}/?as=agent&mode=view"), "Read it"),
            (format!("/admin/messages/?conversation={id}"), "Messages"),
            (format!("/admin/messages/new?conversation={id}"), "Write a message"),
        ];
        Ok(Record {
            title: format!("Conversation with {}", customer.name),
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
                    FormField::new("customer", "Customer", Input::Fixed(name), id)
                }
                Err(_) => FormField::new("customer", "Customer", Input::Line, id)
                    .hint("The customer's id; their page has a button that fills it in."),
            };
            return Ok(vec![
                customer,
                FormField::new("text", "First message", Input::Text, "")
                    .hint("It is written as you, and you hold the conversation."),
                FormField::new("client_id", "", Input::Hidden, client_id),
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
                "Status",
                choice_of(Status::ALL.map(Status::as_str)),
                conversation.status().as_str(),
            ),
            FormField::new("holder", "Held by", Input::Choice(agents), holder.to_string())
                .hint("Counts while the status is ongoing. Who held it before loses it."),
            FormField::new("until", "Snoozed until (UTC)", Input::Time, until)
                .hint("Counts while the status is snoozed."),
            FormField::new("tags", "Tags", Input::Line, conversation.tags.join(", "))
                .hint("Separated by commas."),
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
        check_text(text).map_err(|error| Problem::invalid("text", &error))?;
        let customer: CustomerId = value(values, "customer")
            .trim()
            .parse()
            .map_err(|_| Problem::invalid("customer", &NO_CUSTOMER))?;
        let records = admin.records()?;
        let known = records.customer(customer).await;
        known.map_err(|_| Problem::invalid("customer", &"there is no customer with this id"))?;
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
            store::Error::NotFound("agent") => {
                Problem::invalid("holder", &"this agent may not sign in: choose another")
            }
            store::Error::Refused(domain::Refusal::NotInTheFuture) => {
                Problem::invalid("until", &"this time is over: choose a later one")
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
    tags.collect::<Result<_, _>>().map_err(|error| Problem::invalid("tag", &error))
}

fn tags(values: &Values) -> Vec<String> {
    let tags = value(values, "tags").split(',').map(str::trim).filter(|tag| !tag.is_empty());
    tags.map(str::to_owned).collect()
}

fn until(values: &Values) -> Result<Timestamp, Problem> {
    let typed = value(values, "until").trim();
    let time = if typed.len() == MINUTES.len() { format!("{typed}:00Z").parse() } else { typed.parse() };
    time.map_err(|_| Problem::invalid("until", &"choose a day and a time"))
}
