//! `POST /chat/<external_id>/`: a customer's message by form, for browsers without scripts.

use super::room::CustomerRoom;
use super::show::customer_room;
use super::transcript::{PAGE, Stretch};
use crate::AppState;
use crate::auth::ReachedByCustomer;
use crate::error::Problem;
use crate::form::{PageForm, as_typed, sentence};
use crate::texts::{Explain, say};
use crate::view::Html;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::text::check_text;
use domain::{ClientId, Conversation};
use serde::Deserialize;
use store::Append;

#[derive(Deserialize)]
pub(super) struct SendForm {
    client_id: ClientId,
    #[serde(default)]
    text: String,
}

pub(super) async fn send(
    State(state): State<AppState>,
    ReachedByCustomer { session, conversation }: ReachedByCustomer,
    PageForm(form): PageForm<SendForm>,
) -> Result<Response, Problem> {
    let text = as_typed(&form.text);
    let refused = check_text(&text)
        .map_err(|error| Problem::invalid("text", &error.explain()))
        .and_then(|()| state.rates.write(&session));
    if let Err(problem) = refused {
        let said = sentence(problem.detail());
        return refuse(&state, &conversation, problem, form.client_id, text, said).await;
    }
    let append = Append {
        conversation: conversation.id,
        client_id: form.client_id,
        text: text.clone(),
        claim_token: None,
    };
    match state.store.append(&session, append).await {
        Ok(sent) => {
            let address = format!("/chat/{}/?as=customer#m{}", conversation.id, sent.message.seq);
            Ok(Redirect::to(&address).into_response())
        }
        // Who went back to a form that was sent and wrote something else in it.
        Err(error @ store::Error::ClientIdReused) => {
            let said = say("customer-form-used").into();
            refuse(&state, &conversation, error.into(), ClientId::new(), text, said).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The page again, with what was typed and why it was not accepted.
async fn refuse(
    state: &AppState,
    conversation: &Conversation,
    problem: Problem,
    client_id: ClientId,
    draft: String,
    said: String,
) -> Result<Response, Problem> {
    let stretch = Stretch::load(&state.store, conversation, None, None, PAGE).await?;
    let page = customer_room(state, conversation, stretch).await?;
    Ok(problem.response(Html(CustomerRoom { client_id, draft, error: Some(said), ..page })))
}
