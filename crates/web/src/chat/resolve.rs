//! `POST /chat/<external_id>/resolution/`: a customer marks it resolved by form.

use super::to_room;
use crate::AppState;
use crate::auth::Reached;
use crate::error::Problem;
use axum::extract::State;
use axum::response::Redirect;

pub(super) async fn resolve(
    State(state): State<AppState>,
    Reached { session, conversation }: Reached,
) -> Result<Redirect, Problem> {
    state.rates.change(&session)?;
    state.store.resolve(&session, conversation.id).await?;
    Ok(to_room(&session, conversation.id))
}
