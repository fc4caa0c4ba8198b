//! `GET /chat/<external_id>/`: the page of a conversation, for its customer or for an agent.

use super::closing::{RatingForm, Reach};
use super::panel::{CustomerPanel, urgency};
use super::room::{AgentRoom, CustomerRoom, Holder, Room, queue_words};
use super::transcript::{PAGE, Stretch};
use crate::AppState;
use crate::agent::desk::Desk;
use crate::agent::list::ListQuery;
use crate::auth::Reached;
use crate::error::Problem;
use crate::view::{Html, StatusView, When};
use axum::extract::{Query, State as FromState};
use axum::response::{IntoResponse, Response};
use domain::{Actor, Agent, ClientId, Conversation, Side, State, Status, Timestamp};
use serde::Deserialize;
use store::Session;

#[derive(Deserialize)]
pub(super) struct ShowQuery {
    /// The message the page ends before; the newest without it.
    before: Option<i64>,
    /// `view` reads along without claiming.
    mode: Option<String>,
}

pub(super) async fn show(
    FromState(state): FromState<AppState>,
    Reached { session, conversation }: Reached,
    Query(query): Query<ShowQuery>,
    list: ListQuery,
) -> Result<Response, Problem> {
    let stretch =
        Stretch::load(&state.store, &conversation, session.actor.agent(), query.before, PAGE).await?;
    match &session.actor {
        Actor::Customer(_) => {
            let page = customer_room(&state, &conversation, stretch).await?;
            Ok(Html(CustomerRoom { is_earlier: query.before.is_some(), ..page }).into_response())
        }
        Actor::Agent(agent) => {
            let wants_view = query.mode.as_deref() == Some("view");
            let room = agent_room(&state, &session, agent, &conversation, stretch, wants_view).await?;
            Ok(Html(Desk::load(&state, agent, &list, Some(room)).await?).into_response())
        }
    }
}

/// The customer's page, with an empty composer.
pub(super) async fn customer_room(
    state: &AppState,
    conversation: &Conversation,
    stretch: Stretch,
) -> Result<CustomerRoom, Problem> {
    let queue = match conversation.status() {
        Status::Open => {
            let (ahead, pace) =
                (state.store.queue_position(conversation).await?, state.store.queue_pace().await?);
            queue_words(state.hub.queue_place(ahead, pace))
        }
        _ => String::new(),
    };
    Ok(CustomerRoom {
        agent_name: answered_by(conversation),
        queue,
        client_id: ClientId::new(),
        draft: String::new(),
        error: None,
        is_earlier: false,
        reach: Reach::of(state, conversation),
        rating: RatingForm::of(conversation),
        room: room(conversation, Side::Customer, &conversation.customer.name, "view", stretch),
    })
}

/// An agent's part of the page.
pub(super) async fn agent_room(
    state: &AppState,
    session: &Session,
    agent: &Agent,
    conversation: &Conversation,
    stretch: Stretch,
    wants_view: bool,
) -> Result<AgentRoom, Problem> {
    let holder = holder(conversation, agent, state.store.clock().now());
    // An administrator never claims by mere opening (C4); who holds it already, works on.
    let is_work = matches!(holder, Holder::Me) || !wants_view && !agent.is_administrator();
    let mode = if is_work { "work" } else { "view" };
    let waiting_since = conversation.waiting_since.filter(|_| conversation.status() != Status::Resolved);
    let snoozed_until = match conversation.state {
        State::Snoozed { until } => Some(When::moment(until)),
        State::Open | State::Ongoing(_) | State::Resolved(_) => None,
    };
    // Whoever is named in a note reads it now.
    state.store.read_mention(session, conversation.key, stretch.last_note_seq).await?;
    Ok(AgentRoom {
        agent_id: agent.id,
        holder,
        is_administrator: agent.is_administrator(),
        customer: CustomerPanel::load(state, conversation).await?,
        waiting_since: waiting_since.map(When::waiting),
        snoozed_until,
        created_at: When::ago(conversation.created_at),
        urgency: urgency(conversation),
        tags: conversation.tags.clone(),
        room: room(conversation, Side::Agent, &agent.name, mode, stretch),
    })
}

/// Who answers, or who did when it was resolved.
fn answered_by(conversation: &Conversation) -> Option<String> {
    let agent = match &conversation.state {
        State::Resolved(resolution) => resolution.former_holder.as_ref(),
        State::Open | State::Ongoing(_) | State::Snoozed { .. } => {
            conversation.current_claim().map(|claim| &claim.holder)
        }
    };
    agent.map(|agent| agent.name.clone())
}

fn holder(conversation: &Conversation, agent: &Agent, now: Timestamp) -> Holder {
    match conversation.current_claim().filter(|claim| !claim.is_expired(now)) {
        None => Holder::Nobody,
        Some(claim) if claim.holder.key == agent.key => Holder::Me,
        Some(claim) => Holder::Other { name: claim.holder.name.clone(), since: When::clock(claim.since) },
    }
}

fn room(conversation: &Conversation, side: Side, name: &str, mode: &'static str, stretch: Stretch) -> Room {
    let other_seen_seq = match side {
        Side::Customer => conversation.agent_seen_seq,
        Side::Agent => conversation.customer_seen_seq,
    };
    Room {
        id: conversation.id,
        viewer: side.as_str(),
        viewer_name: name.to_owned(),
        status: StatusView(conversation.status()),
        mode,
        last_seq: stretch.last_seq,
        last_rev: conversation.last_rev,
        last_note_seq: stretch.last_note_seq,
        other_seen_seq,
        transcript: stretch.transcript,
    }
}
