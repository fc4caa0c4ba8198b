//! `POST /conversations`

use crate::AppState;
use crate::api::extract::{Body, Nothing, Params};
use crate::auth::CustomerSession;
use crate::client_address::ClientAddress;
use crate::error::{Problem, ProblemDocument, Result};
use crate::texts::Explain;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{ClientId, Side, check_text};
use realtime::wire::ConversationView;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What a customer asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConversation {
    /// The first message.
    #[schema(min_length = 1, max_length = 10_000)]
    text: String,
    /// The sender's own id of it: sent again, it answers with the first result (D2).
    client_id: Uuid,
}

/// Begin a conversation
#[utoipa::path(
    post,
    path = "/conversations",
    tag = "Conversations",
    request_body = NewConversation,
    responses(
        (status = 201, description = "A new conversation, in the queue", body = ConversationView),
        (status = 200, description = "The conversation this `client_id` began before", body = ConversationView),
        (status = 409, description = "`client_id_reused`", body = ProblemDocument),
        (status = 429, description = "Too many new conversations from this address", body = ProblemDocument),
    ),
)]
pub(super) async fn create_conversation(
    State(state): State<AppState>,
    CustomerSession { session, .. }: CustomerSession,
    address: ClientAddress,
    Params(Nothing {}): Params<Nothing>,
    Body(new): Body<NewConversation>,
) -> Result<(StatusCode, Json<ConversationView>)> {
    state.rates.conversation(address.client())?;
    check_text(&new.text).map_err(|error| Problem::invalid("text", &error.explain()))?;
    let client_id = ClientId(new.client_id);
    let (conversation, is_new) = state.store.create_conversation(&session, client_id, &new.text).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(ConversationView::new(&conversation, Side::Customer))))
}
