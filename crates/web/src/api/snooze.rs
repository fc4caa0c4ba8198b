//! Taking a conversation out of the queue for a while.

mod delete_snooze;
mod put_snooze;

use crate::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn calls() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(put_snooze::put_snooze, delete_snooze::delete_snooze))
}
