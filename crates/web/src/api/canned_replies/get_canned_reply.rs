//! `GET /canned-replies/{canned_reply_id}`

use super::views::{CannedReplyView, NamedReply};
use crate::api::extract::{Nothing, Params};
use axum::Json;

/// Read a canned reply
#[utoipa::path(
    get,
    path = "/canned-replies/{canned_reply_id}",
    tag = "Canned replies",
    params(("canned_reply_id" = Uuid, Path, description = "The canned reply")),
    responses((status = 200, description = "The canned reply", body = CannedReplyView)),
)]
pub(super) async fn get_canned_reply(
    NamedReply { reply, scope, .. }: NamedReply,
    Params(Nothing {}): Params<Nothing>,
) -> Json<CannedReplyView> {
    Json(CannedReplyView::new(reply, scope))
}
