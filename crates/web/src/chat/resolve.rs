//! `POST /chat/<external_id>/resolution/`: a customer marks it resolved by form.

use crate::AppState;
use crate::auth::Reached;
use crate::error::Problem;
use axum::extract::State;
use axum::response::Redirect;

pub(super) async fn resolve(
    State(state): State<AppState>,
    Reached { session, conversation }: Reached,
) -> Result<Redirect, Problem> {
    state.store.resolve(&session, conversation.id).await?;
    Ok(Redirect::to(&format!("/chat/{}/?as={}", conversation.id, session.actor.side().as_str())))
}
