//! `POST /conversations/{id}/notes`

use crate::AppState;
use crate::api::extract::{Body, Nothing, Params};
use crate::auth::ReachedByAgent;
use crate::error::{Problem, ProblemDocument, Result};
use crate::texts::Explain;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{ClientId, check_text};
use realtime::wire::NoteView;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A note to leave.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewNote {
    /// The writer's own id of it: sent again, it answers with the first result (D2).
    client_id: Uuid,
    /// The text, kept exactly as sent.
    #[schema(min_length = 1, max_length = 10_000)]
    text: String,
}

/// Leave a note
///
/// Any agent may; it needs no claim. Customers never see notes.
#[utoipa::path(
    post,
    path = "/conversations/{id}/notes",
    tag = "Notes",
    params(("id" = Uuid, Path, description = "The conversation")),
    request_body = NewNote,
    responses(
        (status = 201, description = "The new note", body = NoteView),
        (status = 200, description = "The note this `client_id` left before", body = NoteView),
        (status = 409, description = "`client_id_reused`", body = ProblemDocument),
        (status = 429, description = "Too many changes in this session", body = ProblemDocument),
    ),
)]
pub(super) async fn create_note(
    State(state): State<AppState>,
    ReachedByAgent { session, conversation, .. }: ReachedByAgent,
    Params(Nothing {}): Params<Nothing>,
    Body(new): Body<NewNote>,
) -> Result<(StatusCode, Json<NoteView>)> {
    check_text(&new.text).map_err(|error| Problem::invalid("text", &error.explain()))?;
    state.rates.change(&session)?;
    let client_id = ClientId(new.client_id);
    let (note, is_new) = state.store.add_note(&session, conversation.id, client_id, &new.text).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(NoteView::new(&note))))
}
