//! A store on a fresh database, for tests of the store alone.

use crate::{Fixture, TestDatabase};
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Change, Clock, DatabaseConfig, Settings, Store};

/// An open store that remembers what it told its listener. Stands for the store in method calls.
#[derive(Debug, Clone)]
pub struct TestStore {
    store: Store,
    config: DatabaseConfig,
    changes: Arc<Mutex<Vec<Change>>>,
}

impl TestStore {
    /// How to open the same database again, as another node or after a restart.
    pub fn config(&self) -> &DatabaseConfig {
        &self.config
    }

    /// What was told since the last call, oldest first.
    pub fn take_changes(&self) -> Vec<Change> {
        std::mem::take(&mut self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Fixture for TestStore {
    async fn set_up(database: &TestDatabase) -> Self {
        let changes = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&changes);
        let listener = move |change| told.lock().unwrap_or_else(PoisonError::into_inner).push(change);
        let config = database.config().clone();
        let store = Store::open(&config, Clock::default(), Settings::default(), listener).await;
        Self { store: store.expect("the store opens on an empty database"), config, changes }
    }

    async fn tear_down(self) {
        self.store.close().await;
    }
}
