//! `GET /conversations/{id}/messages`

use crate::AppState;
use crate::api::extract::Params;
use crate::api::list::{after, limit};
use crate::auth::Reached;
use crate::error::Result;
use axum::Json;
use axum::extract::State;
use realtime::wire::MessageView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which messages.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Those with a greater `seq`; from the first by default.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// How many at most; 50 by default.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Some messages of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Messages {
    /// In `seq` order.
    items: Vec<MessageView>,
    /// The number of the conversation's newest message; 0 when there is none.
    last_seq: i64,
    /// The number of the oldest message still kept.
    first_seq: i64,
    /// Counts edits and deletions.
    last_rev: i64,
}

/// Read messages
///
/// For the next page, give the last item's `seq` as `after`.
#[utoipa::path(
    get,
    path = "/conversations/{id}/messages",
    tag = "Messages",
    params(("id" = Uuid, Path, description = "The conversation"), ListQuery),
    responses((status = 200, description = "Messages in `seq` order", body = Messages)),
)]
pub(super) async fn list_messages(
    State(state): State<AppState>,
    Reached { conversation, .. }: Reached,
    Params(query): Params<ListQuery>,
) -> Result<Json<Messages>> {
    let (after, limit) = (after("after", query.after)?, limit(query.limit)?);
    let messages = state.store.messages(conversation.key, after, limit).await?;
    Ok(Json(Messages {
        // A message committed after the conversation was read is not beyond what is said of it.
        last_seq: messages.last().map_or(0, |message| message.seq).max(conversation.last_seq),
        first_seq: conversation.first_seq,
        last_rev: conversation.last_rev,
        items: messages.iter().map(MessageView::new).collect(),
    }))
}
