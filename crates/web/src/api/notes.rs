//! The agents-only log of a conversation: notes and events.

mod create_note;
mod list_notes;

use crate::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn calls() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_notes::list_notes, create_note::create_note))
}
