//! Changes are finished even when the client hangs up.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::{Code, Problem};

/// Runs a request that changes something in a task of its own: a client that hangs up cancels its handler, and a
/// handler cancelled between the commit and the telling would leave every open view waiting for the next repair (D6).
pub async fn finish_changes(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    tokio::spawn(next.run(request))
        .await
        .unwrap_or_else(|_| Problem::new(Code::Internal, crate::say("refused-internal")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::routing::post;
    use axum::{Router, middleware};
    use std::sync::Arc;
    use tokio::sync::Notify;
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_change_goes_on_when_the_client_hangs_up() {
        let (begun, go_on, done) =
            (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Notify::new()));
        let signals = (Arc::clone(&begun), Arc::clone(&go_on), Arc::clone(&done));
        let handler = async move || {
            signals.0.notify_one();
            signals.1.notified().await;
            signals.2.notify_one();
        };
        let server = Router::new().route("/", post(handler)).layer(middleware::from_fn(finish_changes));
        let call = tokio::spawn(server.oneshot(Request::post("/").body(Body::empty()).unwrap()));
        begun.notified().await;
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        go_on.notify_one();
        done.notified().await;
    }
}
