//! `POST /chat/<external_id>/customer-note/`: what agents know of the customer, rewritten by one of them.

use crate::AppState;
use crate::auth::ReachedByAgent;
use crate::error::{Code, Problem};
use crate::form::{PageForm, as_typed};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct NoteForm {
    /// The version that was read.
    version: i64,
    #[serde(default)]
    text: String,
}

#[derive(Serialize)]
pub(super) struct Written {
    version: i64,
}

pub(super) async fn write(
    State(state): State<AppState>,
    ReachedByAgent { session, conversation, .. }: ReachedByAgent,
    PageForm(form): PageForm<NoteForm>,
) -> Result<Json<Written>, Problem> {
    state.rates.change(&session)?;
    let text = as_typed(&form.text);
    let written =
        state.store.write_customer_note(&session, &conversation.customer, form.version, &text).await?;
    match written {
        Some(version) => Ok(Json(Written { version })),
        None => Err(Problem::new(
            Code::Taken,
            "somebody else changed this note meanwhile: read it, then write again",
        )),
    }
}
