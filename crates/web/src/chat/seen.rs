//! `GET /chat/<external_id>/seen.svg?seq=<seq>`: an empty picture that pages show only where scripts are off, so that what
//! was read there counts as read, too.

use crate::AppState;
use crate::auth::ReachedByCustomer;
use crate::error::Problem;
use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct SeenQuery {
    seq: i64,
}

pub(super) async fn see(
    State(state): State<AppState>,
    ReachedByCustomer { session, conversation }: ReachedByCustomer,
    Query(SeenQuery { seq }): Query<SeenQuery>,
) -> Result<impl IntoResponse, Problem> {
    state.store.mark_seen(&session, conversation.id, seq).await?;
    Ok(([(CONTENT_TYPE, "image/svg+xml")], r#"<svg xmlns="http://www.w3.org/2000/svg"/>"#))
}
