//! Counts what is asked of the database, by the statements the driver logs.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::{Event, Instrument, Metadata, Subscriber, debug_span};
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// The span whose statements are counted. The driver's own threads enter it, too.
const SPAN: &str = "queries";
/// Where the driver logs each statement.
const TARGET: &str = "sqlx::query";

/// How statements begin that are no questions: what a new connection asks once for all that comes after, and transactions.
const NO_QUESTION: [&str; 4] = ["PRAGMA ", "SELECT pg_type.", "BEGIN", "COMMIT"];

/// The statements of each span that is counted now.
static COUNTED: Mutex<Option<HashMap<u64, Vec<String>>>> = Mutex::new(None);

/// Does something; gives what came of it and every statement it asked of the database, in the order they ended. What it
/// spawns is not counted.
///
/// # Panics
/// When the test was not started by [`run`](crate::run()), which sets the counting up.
pub async fn queries<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
    let span = debug_span!(target: TARGET, SPAN);
    let id = span.id().expect("a test started by testkit::run").into_u64();
    let output = work.instrument(span.clone()).await;
    (output, counted(|all| all.remove(&id)).unwrap_or_default())
}

fn counted<T>(change: impl FnOnce(&mut HashMap<u64, Vec<String>>) -> T) -> T {
    change(COUNTED.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default())
}

/// What `run` adds to the test's subscriber. Outside of such a span the driver logs nothing.
pub(crate) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Layer<S> {
    let is_counted = |metadata: &Metadata<'_>, context: &Context<'_, S>| {
        metadata.target() == TARGET
            && (metadata.is_span() || context.lookup_current().is_some_and(|span| span.name() == SPAN))
    };
    Counter.with_filter(dynamic_filter_fn(is_counted))
}

struct Counter;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Counter {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(span) = context.event_span(event) else { return };
        let mut statement = Statement::default();
        event.record(&mut statement);
        let text = if statement.whole.is_empty() { statement.summary } else { statement.whole };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !NO_QUESTION.iter().any(|beginning| text.starts_with(beginning)) {
            counted(|all| all.entry(span.id().into_u64()).or_default().push(text));
        }
    }
}

/// A statement as the driver logs it: short ones are their own summary.
#[derive(Default)]
struct Statement {
    summary: String,
    whole: String,
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.whole),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
