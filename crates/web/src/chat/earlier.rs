//! `GET /chat/<external_id>/earlier/?before=<seq>`: the messages before one, as the page shows them.

use super::transcript::{PAGE, Stretch, Transcript};
use crate::AppState;
use crate::auth::Reached;
use crate::error::Problem;
use crate::view::Html;
use axum::extract::{Query, State};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct EarlierQuery {
    before: i64,
}

pub(super) async fn show(
    State(state): State<AppState>,
    Reached { session, conversation }: Reached,
    Query(EarlierQuery { before }): Query<EarlierQuery>,
) -> Result<Html<Transcript>, Problem> {
    let stretch =
        Stretch::load(&state.store, &conversation, session.actor.agent(), Some(before), PAGE).await?;
    Ok(Html(stretch.transcript))
}
