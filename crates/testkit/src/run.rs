//! Runs one test body on either database.

use crate::{Kind, TestDatabase, queries};
use futures_util::FutureExt;
use std::panic::{AssertUnwindSafe, resume_unwind};
use store::DatabaseConfig;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::{Layer, layer::SubscriberExt, util::SubscriberInitExt};

/// What a test body is given, made on a fresh database.
pub trait Fixture: Clone + Send + Sync + 'static {
    /// Makes it.
    fn set_up(database: &TestDatabase) -> impl Future<Output = Self>;

    /// Lets go of the database, so that it can be removed.
    fn tear_down(self) -> impl Future<Output = ()>;
}

/// For tests that open the database themselves, or have the program do it.
impl Fixture for DatabaseConfig {
    async fn set_up(database: &TestDatabase) -> Self {
        database.config().clone()
    }

    async fn tear_down(self) {}
}

/// Runs a test on a fresh database and removes the database, also when the test fails.
///
/// # Panics
/// As the test does.
pub fn run<F: Fixture, Test: Future<Output = ()>>(kind: Kind, test: impl FnOnce(F) -> Test) {
    // What the server warns of is shown with a test that fails.
    let shown = tracing_subscriber::fmt::layer().with_test_writer().with_filter(LevelFilter::WARN);
    let _ = tracing_subscriber::registry().with(shown).with(queries::layer()).try_init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let database = TestDatabase::create(kind).await;
        let fixture = F::set_up(&database).await;
        let outcome = AssertUnwindSafe(test(fixture.clone())).catch_unwind().await;
        fixture.tear_down().await;
        database.remove().await;
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    });
}

/// Makes two tests of each function: `name::sqlite` and `name::postgres`.
///
/// ```text
/// both_databases! {
///     /// D3: messages are numbered without gaps.
///     async fn numbers_are_dense(store: TestStore) { … }
/// }
/// ```
#[macro_export]
macro_rules! both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($fixture:ident: $Fixture:ty) $body:block)*) => {$(
        $(#[$meta])*
        #[cfg(test)]
        mod $name {
            use super::*;

            async fn body($fixture: $Fixture) $body

            #[test]
            fn sqlite() {
                $crate::run::<$Fixture, _>($crate::Kind::Sqlite, body);
            }

            #[test]
            fn postgres() {
                $crate::run::<$Fixture, _>($crate::Kind::Postgres, body);
            }
        }
    )*};
}
