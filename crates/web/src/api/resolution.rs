//! Resolving and reopening.

mod delete_resolution;
mod put_resolution;

use crate::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn calls() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(put_resolution::put_resolution, delete_resolution::delete_resolution))
}
