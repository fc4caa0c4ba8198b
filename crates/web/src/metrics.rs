//! What the web side counts for those who run it, and all that is shown at `/metrics`.

use crate::AppState;
use crate::error::{Code, Problem};
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use realtime::Hub;
use realtime::wire::CloseCode;
use std::time::Instant;
use store::Store;

/// Sockets that ended without a word of the server's are counted under the code of a normal closure.
const CLIENT_LEFT: u16 = 1000;

/// A request by its route's template, its method and the class of its status.
type Requests = Family<[(&'static str, String); 3], Histogram>;

/// Sockets that ended, by close code. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Closings(Family<[(&'static str, u16); 1], Counter>);

impl Closings {
    /// A socket ended, by this code if the server closed it.
    pub(crate) fn count(&self, code: Option<CloseCode>) {
        self.0.get_or_create(&[("code", code.map_or(CLIENT_LEFT, CloseCode::code))]).inc();
    }
}

/// What one server counts.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Requests,
    refused: Family<[(&'static str, &'static str); 1], Counter>,
    pub(crate) closings: Closings,
    mails: Family<[(&'static str, &'static str); 1], Counter>,
    /// Sockets that were opened again where they were, with `after`.
    pub(crate) resumed: Counter,
    /// Pages read for sockets that catch up.
    pub(crate) pages: Counter,
}

impl Metrics {
    /// Everything the server and what is below it count.
    pub fn new(store: &Store, hub: &Hub) -> Self {
        let mut registry = Registry::with_prefix("frontdesk");
        let requests =
            Requests::new_with_constructor(|| Histogram::new(exponential_buckets(0.000_5, 3.0, 9)));
        let (refused, closings) = (Family::default(), Closings::default());
        let mails = Family::<[(&'static str, &'static str); 1], Counter>::default();
        let (resumed, pages) = (Counter::default(), Counter::default());
        registry.register(
            "build",
            "The running program",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        store.metrics().register(&mut registry);
        hub.metrics().register(&mut registry);
        registry.register("sockets_closed", "Sockets that ended, by close code", closings.0.clone());
        registry.register("sockets_resumed", "Sockets opened again with after", resumed.clone());
        registry.register("replay_pages", "Pages of history read for sockets", pages.clone());
        registry.register("refused", "Requests and messages refused, by code", refused.clone());
        registry.register("http_request_seconds", "Time until the answer's head is ready", requests.clone());
        registry.register(
            "mails",
            "E-mails to customers who had left, by what became of them",
            mails.clone(),
        );
        Self { registry, requests, refused, closings, mails, resumed, pages }
    }

    /// Something was refused.
    pub(crate) fn refuse(&self, code: Code) {
        self.refused.get_or_create(&[("code", code.as_str())]).inc();
    }

    /// So many e-mails were `sent`, `put_off` or `given_up`.
    pub(crate) fn mails(&self, outcome: &'static str, count: usize) {
        self.mails.get_or_create(&[("outcome", outcome)]).inc_by(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// In Prometheus' text format.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        #[expect(clippy::expect_used, reason = "writing to memory")]
        prometheus_text::encode(&mut text, &self.registry).expect("a string takes it");
        text
    }
}

/// Counts a request and how long its answer took.
pub(crate) async fn observe(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = method_label(request.method());
    let began = Instant::now();
    let response = next.run(request).await;
    if let Some(problem) = response.extensions().get::<Problem>() {
        state.metrics.refuse(problem.code());
    }
    let class = format!("{}xx", response.status().as_u16() / 100);
    let labels = [("route", route), ("method", method.to_owned()), ("status", class)];
    state.metrics.requests.get_or_create(&labels).observe(began.elapsed().as_secs_f64());
    response
}

/// The methods there are; anybody may invent more.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
