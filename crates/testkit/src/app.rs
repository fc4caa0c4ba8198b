//! A whole server in the test's own process, on a database and a port of its own.

use crate::person::Person;
use crate::{Api, Fixture, TestDatabase};
use domain::AgentRole;
use realtime::{Bus, Hub};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use store::{By, Clock, DatabaseConfig, NewAgent, Settings, Store};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use url::Url;
use web::{AppState, Config};

/// The password of every agent of a test.
const PASSWORD: &str = "correct horse battery";

/// A running server. Clones are the same one.
#[derive(Debug, Clone)]
pub struct TestApp(Arc<Node>);

#[derive(Debug)]
struct Node {
    url: Url,
    store: Store,
    hub: Hub,
    database: DatabaseConfig,
    tasks: Mutex<JoinSet<()>>,
    /// Other servers on the same database; they stop with this one.
    others: Mutex<Vec<TestApp>>,
}

impl TestApp {
    /// Where it listens.
    pub fn url(&self) -> &Url {
        &self.0.url
    }

    /// Its store, to do what no client may, or to look at what none sees.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Its open sockets.
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// Its clock, which the test may move. Nodes on one database share it.
    pub fn clock(&self) -> &Clock {
        self.0.store.clock()
    }

    /// A client without a session.
    pub fn api(&self) -> Api {
        Api::anonymous(self.url())
    }

    /// A new customer with a session.
    pub async fn customer(&self, name: &str) -> Person {
        self.customer_with(name, &email(name)).await
    }

    /// A new customer who gives this address.
    pub async fn customer_with(&self, name: &str, email: &str) -> Person {
        Person::new_customer(&self.api(), name, email).await
    }

    /// A new agent, signed in.
    pub async fn agent(&self, name: &str) -> Person {
        self.sign_in_new(name, AgentRole::Agent).await
    }

    /// A new administrator, signed in.
    pub async fn administrator(&self, name: &str) -> Person {
        self.sign_in_new(name, AgentRole::Administrator).await
    }

    /// Another server on the same database, which hears of this one by what it reads there.
    pub async fn second_node(&self) -> Self {
        self.node_on(Bus::Memory).await
    }

    /// Another server on the same database and this bus.
    pub async fn node_on(&self, bus: Bus) -> Self {
        self.start_beside(bus, Config::default()).await
    }

    /// Another server on the same database, with settings of its own.
    pub async fn node_with(&self, config: Config) -> Self {
        self.start_beside(Bus::Memory, config).await
    }

    async fn start_beside(&self, bus: Bus, config: Config) -> Self {
        let node = Self::start(&self.0.database, self.clock().clone(), bus, config).await;
        lock(&self.0.others).push(node.clone());
        node
    }

    /// Ends this server where it stands, without a goodbye, and starts another on the same database.
    pub async fn crash_and_restart(&self) -> Self {
        lock(&self.0.tasks).abort_all();
        self.second_node().await
    }

    async fn start(database: &DatabaseConfig, clock: Clock, bus: Bus, config: Config) -> Self {
        let hub = Hub::default();
        let store = Store::open(database, clock, Settings::default(), hub.listener()).await;
        let store = store.expect("the store opens");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let state = AppState::new(store.clone(), hub.clone(), config);
        let router = web::router(state.clone());
        let mut tasks = realtime::start(&hub, &store, bus);
        tasks.spawn(web::mail::run(state));
        tasks.spawn(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, service).await.expect("the server serves");
        });
        Self(Arc::new(Node {
            url: format!("http://{address}").parse().expect("an address"),
            store,
            hub,
            database: database.clone(),
            tasks: Mutex::new(tasks),
            others: Mutex::default(),
        }))
    }

    async fn sign_in_new(&self, name: &str, role: AgentRole) -> Person {
        let new = NewAgent { name: name.into(), email: email(name), role, password: Some(PASSWORD.into()) };
        self.0.store.create_agent(&By::command_line(), &new).await.expect("an agent");
        Person::sign_in(&self.api(), &new.email, PASSWORD).await
    }

    async fn stop(&self) {
        let mut tasks = std::mem::take(&mut *lock(&self.0.tasks));
        tasks.shutdown().await;
        self.0.store.close().await;
    }
}

impl Fixture for TestApp {
    async fn set_up(database: &TestDatabase) -> Self {
        Self::start(database.config(), Clock::default(), Bus::Memory, Config::default()).await
    }

    async fn tear_down(self) {
        let others = std::mem::take(&mut *lock(&self.0.others));
        for node in others.iter().chain([&self]) {
            node.stop().await;
        }
    }
}

/// The address that goes with a name.
fn email(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase().replace(' ', "."))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
