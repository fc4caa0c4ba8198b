//! Claims: which agent holds a conversation (C1–C4).

mod claim_next;
mod delete_claim;
mod put_claim;
mod put_holder;

use crate::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn calls() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(put_claim::put_claim, delete_claim::delete_claim))
        .routes(routes!(put_holder::put_holder))
        .routes(routes!(claim_next::claim_next))
}
