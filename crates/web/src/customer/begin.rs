//! `POST /support/customer/`: begins a conversation; who has no session yet gets one in the same step.

use super::{Entrance, Home};
use crate::AppState;
use crate::auth::{As, Caller, cookies};
use crate::client_address::ClientAddress;
use crate::error::{Code, Problem};
use crate::form::{PageForm, as_typed, sentence};
use crate::texts::{Explain, say};
use crate::view::{Field, Html};
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use domain::text::check_text;
use domain::{Conversation, Side};
use serde::Deserialize;
use store::{FormKey, Session};

#[derive(Deserialize)]
pub(super) struct BeginForm {
    #[serde(default)]
    key: FormKey,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    text: String,
}

pub(super) async fn begin(
    State(state): State<AppState>,
    caller: Caller,
    address: ClientAddress,
    PageForm(form): PageForm<BeginForm>,
) -> Result<Response, Problem> {
    let text = as_typed(&form.text);
    match caller.on(Side::Customer) {
        Some(session) => begin_another(&state, session, address, form.key, text).await,
        None => begin_first(&state, address, &form, &text).await,
    }
}

async fn begin_another(
    state: &AppState,
    session: &Session,
    address: ClientAddress,
    key: FormKey,
    text: String,
) -> Result<Response, Problem> {
    let refused = check_text(&text)
        .map_err(|error| Problem::invalid("text", &sentence(&error.explain())))
        .and_then(|()| state.rates.conversation(address.client()));
    if let Err(problem) = refused {
        let field = Field { value: text, error: Some(problem.detail().to_owned()) };
        return Ok(problem.response(Html(Home::load(state, session, field, key).await?)));
    }
    match state.store.create_conversation(session, key.client_id(), &text).await {
        Ok((conversation, _)) => Ok(to_conversation(&conversation).into_response()),
        // Who went back to a form that was sent and wrote something else in it.
        Err(error @ store::Error::ClientIdReused) => {
            let said = say("home-form-used");
            let field = Field { value: text, error: Some(said.into()) };
            let page = Home::load(state, session, field, FormKey::new()).await?;
            Ok(Problem::from(error).response(Html(page)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn begin_first(
    state: &AppState,
    address: ClientAddress,
    form: &BeginForm,
    text: &str,
) -> Result<Response, Problem> {
    let entrance = Entrance::checked(form.key.clone(), &form.name, &form.email, text);
    if !entrance.is_fine() {
        return Ok(Problem::invalid("form", &"see the fields").response(Html(entrance)));
    }
    let client = address.client();
    let allowed = state.rates.customer_session(client).and_then(|()| state.rates.conversation(client));
    if let Err(problem) = allowed {
        let error = Some(sentence(problem.detail()));
        return Ok(problem.response(Html(Entrance { error, ..entrance })));
    }
    let BeginForm { key, name, email, .. } = form;
    let token = state.store.enter(&store::Entrance { key, name, email, text }).await?;
    let lost = || Problem::new(Code::SignedOut, say("refused-session-ended"));
    let session = state.store.authenticate(token.reveal()).await?.ok_or_else(lost)?;
    let (conversation, _) = state.store.create_conversation(&session, key.client_id(), text).await?;
    let cookie = cookies::set(&state.config, As::Customer, &token);
    Ok(([(SET_COOKIE, cookie)], to_conversation(&conversation)).into_response())
}

fn to_conversation(conversation: &Conversation) -> Redirect {
    Redirect::to(&format!("/chat/{}/?as=customer", conversation.id))
}
