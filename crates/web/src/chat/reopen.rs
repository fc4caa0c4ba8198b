//! `POST /chat/<external_id>/reopening/`: a customer reopens what is resolved by form.

use super::to_room;
use crate::AppState;
use crate::auth::Reached;
use crate::error::Problem;
use axum::extract::State;
use axum::response::Redirect;

pub(super) async fn reopen(
    State(state): State<AppState>,
    Reached { session, conversation }: Reached,
) -> Result<Redirect, Problem> {
    state.rates.change(&session)?;
    let is_connected = |agent: &domain::AgentRef| state.hub.is_online(agent.key);
    state.store.reopen(&session, conversation.id, is_connected).await?;
    Ok(to_room(&session, conversation.id))
}
