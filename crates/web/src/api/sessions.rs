//! Signing in and out.

mod create_agent_session;
mod create_customer_session;
mod delete_current_session;

use crate::AppState;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn calls() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create_customer_session::create_customer_session))
        .routes(routes!(create_agent_session::create_agent_session))
        .routes(routes!(delete_current_session::delete_current_session))
}
