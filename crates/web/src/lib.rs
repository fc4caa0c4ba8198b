//! How people and programs reach Frontdesk: pages, REST and sockets, one folder per feature.

mod admin;
pub mod agent;
pub mod api;
pub mod assets;
pub mod auth;
pub mod chat;
pub mod client_address;
mod config;
pub mod customer;
mod demo;
pub mod error;
mod form;
pub mod limits;
pub mod mail;
mod metrics;
mod ops;
pub mod page;
mod security;
pub mod socket;
mod state;
pub mod texts;
mod typed_search;
mod unhurried;
pub mod view;

pub use config::{Config, DemoSignIn};
pub use limits::LimitsConfig;
pub use metrics::Metrics;
pub use ops::metrics_router;
pub use state::AppState;
pub use texts::{markup, say};

use axum::extract::DefaultBodyLimit;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Router, middleware};
use error::{Code, Problem};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// Everything the server answers to. Serve it with connect info (`into_make_service_with_connect_info`), which the
/// limits by address need.
pub fn router(state: AppState) -> Router {
    // One line for each feature's own `routes()`.
    let pages = Router::new()
        .merge(ops::routes())
        .merge(api::docs_page())
        .merge(page::routes())
        .merge(customer::routes())
        .merge(agent::routes())
        .merge(admin::routes())
        .merge(chat::routes())
        .merge(mail::routes())
        .merge(demo::routes())
        .route("/assets/{hash}/{*path}", get(assets::serve))
        .fallback(async || Problem::not_found("page"))
        .layer(middleware::from_fn(page::show_problems))
        .layer(CompressionLayer::new());
    Router::new()
        .merge(pages)
        .merge(chat::socket::routes())
        .merge(agent::socket::routes())
        .merge(api::routes())
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn(unhurried::finish_changes))
        .layer(CatchPanicLayer::custom(|_| {
            Problem::new(Code::Internal, say("refused-internal")).into_response()
        }))
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES))
        .layer(RequestBodyTimeoutLayer::new(limits::BODY_TIMEOUT))
        .layer(middleware::from_fn_with_state(state.clone(), auth::refuse_other_sites))
        .layer(middleware::from_fn_with_state(state.clone(), security::check_host))
        .layer(middleware::from_fn(security::add_headers))
        .layer(middleware::from_fn_with_state(state.clone(), metrics::observe))
        .with_state(state)
}

async fn method_not_allowed() -> Problem {
    Problem::new(Code::MethodNotAllowed, "this address does not know the method: see the Allow header")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use realtime::Hub;
    use testkit::{Kind, TestStore, run};
    use tower::ServiceExt;

    fn with_server<T: Future<Output = ()>>(config: Config, test: impl FnOnce(Router) -> T) {
        run(Kind::Sqlite, |store: TestStore| {
            test(router(AppState::new((*store).clone(), Hub::default(), config)))
        });
    }

    fn get(path: &str) -> Request<Body> {
        Request::get(path).header("host", "localhost:8000").body(Body::empty()).unwrap()
    }

    #[test]
    fn is_alive_and_ready() {
        with_server(Config::default(), async |server| {
            for path in ["/healthz", "/readyz"] {
                let response = server.clone().oneshot(get(path)).await.unwrap();
                assert_eq!(response.status(), StatusCode::OK, "{path}");
            }
        });
    }

    /// A4: every answer has the headers, errors too; a page's error is a page.
    #[test]
    fn every_answer_has_the_security_headers() {
        with_server(Config::default(), async |server| {
            let response = server.oneshot(get("/nowhere")).await.unwrap();
            assert_eq!(response.status(), StatusCode::NOT_FOUND);
            let headers = response.headers();
            assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'self';"));
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        });
    }

    #[test]
    fn without_a_public_url_only_loopback_hosts_are_served() {
        let foreign = || Request::get("/healthz").header("host", "evil.example").body(Body::empty()).unwrap();
        with_server(Config::default(), async |server| {
            let response = server.oneshot(foreign()).await.unwrap();
            assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST);
        });
        let public_url = "https://help.example".parse().ok();
        with_server(Config { public_url, ..Config::default() }, async |server| {
            assert_eq!(server.oneshot(foreign()).await.unwrap().status(), StatusCode::OK);
        });
    }

    /// D8: while as many sockets open as may, more are refused before the upgrade, and everybody else is served.
    #[test]
    fn d8_a_storm_of_sockets_leaves_room_for_the_rest() {
        run(Kind::Sqlite, async |store: TestStore| {
            let limits = LimitsConfig { sockets_opening: 2, sockets_waiting: 1, ..LimitsConfig::default() };
            let state =
                AppState::new((*store).clone(), Hub::default(), Config { limits, ..Config::default() });
            let server = router(state.clone());
            let _opening = (state.openings.admit().await.unwrap(), state.openings.admit().await.unwrap());
            let waiting = tokio::spawn(server.clone().oneshot(get("/ws/agent/")));
            while !waiting.is_finished() {
                for path in ["/readyz", "/support/customer/", "/api/v1/openapi.json"] {
                    assert_eq!(
                        server.clone().oneshot(get(path)).await.unwrap().status(),
                        StatusCode::OK,
                        "{path}"
                    );
                }
                let refused = server.clone().oneshot(get("/ws/agent/")).await.unwrap();
                assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
                assert_eq!(refused.headers()["retry-after"], "2");
                assert_eq!(refused.headers()["content-type"], "application/problem+json");
            }
            assert_eq!(waiting.await.unwrap().unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
        });
    }

    /// A3: a form another site sends is refused before anything is looked at.
    #[test]
    fn other_sites_cannot_change_anything() {
        with_server(Config::default(), async |server| {
            let request = Request::post("/support/agent/")
                .header("host", "localhost:8000")
                .header("origin", "https://evil.example");
            let response = server.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(response.status(), StatusCode::FORBIDDEN);
        });
    }
}
