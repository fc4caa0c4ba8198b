//! `GET /conversations/{id}/notes`

use crate::AppState;
use crate::api::extract::Params;
use crate::api::list::{List, after, limit};
use crate::auth::ReachedByAgent;
use crate::error::Result;
use axum::Json;
use axum::extract::State;
use realtime::wire::NoteView;
use serde::Deserialize;

/// Which notes.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Those with a greater `note_seq`; from the first by default.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// A former page's `next_cursor`; the same as `after`.
    cursor: Option<String>,
    /// How many at most; 50 by default.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Read notes and events
///
/// In `note_seq` order. Merge them with the messages by (`after_seq`, `note_seq`).
#[utoipa::path(
    get,
    path = "/conversations/{id}/notes",
    tag = "Notes",
    params(("id" = Uuid, Path, description = "The conversation"), ListQuery),
    responses((status = 200, description = "Notes and events", body = List<NoteView>)),
)]
pub(super) async fn list_notes(
    State(state): State<AppState>,
    ReachedByAgent { conversation, .. }: ReachedByAgent,
    Params(query): Params<ListQuery>,
) -> Result<Json<List<NoteView>>> {
    let cursor =
        query.cursor.map(|cursor| cursor.parse().map_err(|_| store::Error::BadCursor)).transpose()?;
    let (after, limit) = (after("after", cursor.or(query.after))?, limit(query.limit)?);
    let notes = state.store.notes(conversation.key, after, limit).await?;
    let last = notes.last().map_or(after, |note| note.note_seq);
    let next_cursor = (last < conversation.last_note_seq).then(|| last.to_string());
    Ok(Json(List { items: notes.iter().map(NoteView::new).collect(), next_cursor }))
}
