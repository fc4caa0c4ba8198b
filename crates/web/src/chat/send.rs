//! `POST /chat/<external_id>/`: a customer's message by form, for browsers without scripts.

use super::show::customer_room;
use super::transcript::{PAGE, Stretch};
use crate::AppState;
use crate::auth::Reached;
use crate::error::{Code, Problem};
use crate::form::{PageForm, as_typed, sentence};
use crate::view::Html;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::text::check_text;
use domain::{Actor, ClientId};
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
    Reached { session, conversation }: Reached,
    PageForm(form): PageForm<SendForm>,
) -> Result<Response, Problem> {
    let Actor::Customer(customer) = &session.actor else { return Err(Problem::forbidden("customers")) };
    let text = as_typed(&form.text);
    let refused = check_text(&text)
        .map_err(|error| Problem::invalid("text", &error))
        .and_then(|()| state.rates.write(&session));
    if let Err(problem) = refused {
        let stretch = Stretch::load(&state.store, &conversation, session.actor.side(), None, PAGE).await?;
        let mut page = customer_room(&state, customer, &conversation, stretch).await?;
        page.client_id = form.client_id;
        page.draft = text;
        page.error = Some(sentence(problem.detail()));
        return Ok(problem.response(Html(page)));
    }
    let append = Append { conversation: conversation.id, client_id: form.client_id, text, claim_token: None };
    match state.store.append(&session, append).await {
        Ok(sent) => {
            let address = format!("/chat/{}/?as=customer#m{}", conversation.id, sent.message.seq);
            Ok(Redirect::to(&address).into_response())
        }
        Err(store::Error::ClientIdReused) => Err(Problem::new(
            Code::ClientIdReused,
            "this form was sent before with another text: reload the page and send again",
        )),
        Err(error) => Err(error.into()),
    }
}
