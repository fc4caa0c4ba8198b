//! What pages ask of the database: as many queries whatever it holds, and few for what many look at.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::{Agent, ConversationId, CustomerId, Timestamp};
use std::sync::Arc;
use std::time::Duration;
use store::{Past, PastDeed, PastStep, Session, Store};
use testkit::{Socket, TestApp, both_databases, queries};
use tower::ServiceExt;
use web::{AppState, Config};

/// A session, and the state of a server they ask.
#[derive(Clone)]
struct Reader {
    state: AppState,
    token: String,
    session: Session,
}

impl Reader {
    async fn new(state: &AppState, token: &str) -> Self {
        let session = state.store.authenticate(token).await.unwrap().unwrap();
        Self { state: state.clone(), token: token.to_owned(), session }
    }

    fn agent(&self) -> Arc<Agent> {
        Arc::new(self.session.actor.agent().unwrap().clone())
    }

    /// A page, and what was asked of the database for it.
    async fn ask(&self, path: &str) -> (String, Vec<String>) {
        let request = Request::get(path)
            .header("host", "localhost:8000")
            .header("authorization", format!("Bearer {}", self.token))
            .body(Body::empty())
            .unwrap();
        let (response, queries) = queries(web::router(self.state.clone()).oneshot(request)).await;
        let response = response.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (String::from_utf8(body.to_vec()).unwrap(), queries)
    }
}

fn state(app: &TestApp) -> AppState {
    AppState::new(app.store().clone(), app.hub().clone(), Config::default())
}

/// So many conversations of every state, with answers, notes, tags and holders; every third is the same customer's. Tells
/// one of these.
async fn fill(store: &Store, agents: &[Arc<Agent>], count: usize) -> ConversationId {
    let regular = CustomerId::new();
    let now = store.clock().now();
    let past = (0..count).map(|number| {
        let agent = Arc::clone(&agents[number % agents.len()]);
        let begun = now - Duration::from_secs(60 * (count - number) as u64 + 600);
        let mut deeds = vec![PastDeed::CustomerWrote(format!("Where is parcel {number}?"))];
        if number % 4 > 0 {
            deeds.push(PastDeed::Claimed(Arc::clone(&agent)));
            deeds.push(PastDeed::AgentWrote(Arc::clone(&agent), "It is on its way".into()));
            deeds.push(PastDeed::Noted(Arc::clone(&agent), "A parcel again".into()));
        }
        match number % 4 {
            2 => deeds.push(PastDeed::Snoozed(agent, now + Duration::from_secs(86_400))),
            3 => deeds.push(PastDeed::Resolved(agent)),
            _ => {}
        }
        let steps = (0..).zip(deeds).map(|(second, deed)| {
            let at: Timestamp = begun + Duration::from_secs(second);
            PastStep { at, deed }
        });
        let customer = if number % 3 == 0 { regular } else { CustomerId::new() };
        Past {
            conversation: ConversationId::new(),
            customer,
            name: format!("Customer {customer}"),
            email: Some(if number % 2 == 0 {
                "shared@example.com".into()
            } else {
                format!("{customer}@example.com")
            }),
            earlier: 0,
            tags: vec!["parcel".into(), format!("tag-{}", number % 7)],
            steps: steps.collect(),
        }
    });
    let past: Vec<_> = past.collect();
    store.add_past(&past).await.unwrap();
    past[3].conversation
}

both_databases! {
    /// S5: how many queries a page asks depends on the page alone, not on how much there is to show.
    async fn s5_pages_ask_a_fixed_number_of_queries(app: TestApp) {
        let state = state(&app);
        let (noor, ada, bo) = (app.customer("Noor").await, app.agent("Ada").await, app.agent("Bo").await);
        let agent = Reader::new(&state, ada.token()).await;
        let customer = Reader::new(&state, noor.token()).await;
        let agents = [agent.agent(), Reader::new(&state, bo.token()).await.agent()];
        let own = noor.open_conversation("Where is my parcel?").await;

        ada.claim(&own).await;
        let mut asked = Vec::new();
        for more in [9, 990] {
            let regular = fill(app.store(), &agents, more).await;
            for number in 0..more.min(70) {
                noor.say(&own, &format!("And another thing, the {number}th")).await;
                ada.note(&own, "This customer writes a lot").await;
            }
            let pages = [
                (&agent, "/support/agent/".to_owned(), 12),
                (&agent, "/support/agent/?status=all&sort=waiting".to_owned(), 12),
                (&agent, "/support/agent/?holder=me".to_owned(), 12),
                (&agent, "/support/agent/?tag=parcel&status=open&urgency=normal,low&age=%3C1h,1h-4h".to_owned(), 23),
                (&agent, "/support/agent/?q=parcel".to_owned(), 17),
                (&agent, format!("/chat/{own}/?as=agent&mode=view"), 21),
                (&agent, format!("/chat/{regular}/?as=agent&mode=view"), 23),
                (&agent, format!("/chat/{own}/pane/?as=agent&mode=view"), 11),
                (&agent, "/api/v1/conversations".to_owned(), 4),
                (&agent, "/api/v1/search?q=parcel".to_owned(), 11),
                (&customer, "/support/customer/".to_owned(), 5),
                (&customer, format!("/chat/{own}/"), 4),
            ];
            for (reader, path, queries) in pages {
                let (_, asked_of) = reader.ask(&path).await;
                if asked_of.len() != queries { asked.push((path, more, queries, asked_of)); }
            }
        }
        assert!(asked.is_empty(), "not as many queries as the page has: {asked:#?}");
    }

    /// Two hundred agents who look at the same list have it read once; all see what changed.
    async fn equal_lists_are_read_once_for_all_who_renew_them(app: TestApp) {
        let state = state(&app);
        let noor = app.customer("Noor").await;
        noor.open_conversation("The first").await;
        let mut readers = Vec::new();
        for name in ["Ada", "Bo", "Kim"] {
            readers.push(Reader::new(&state, app.agent(name).await.token()).await);
        }
        let mut inbox = Socket::open(app.url(), "/ws/agent/", &readers[0].token).await;
        inbox.frame("facets").await;
        let path = "/support/agent/list/?status=all";
        // Whoever just came has everything counted once more.
        loop {
            let told = state.hub.told();
            let page = readers[0].ask("/support/agent/?status=all").await.1;
            let mut renewals = Vec::new();
            for reader in &readers {
                let (list, queries) = reader.ask(path).await;
                assert!(list.contains("The first") && list.contains("1 conversation"), "{list}");
                renewals.push(queries);
            }
            if state.hub.told() == told {
                let counts: Vec<_> = renewals.iter().map(Vec::len).collect();
                assert_eq!((page.len(), &*counts), (12, &[6, 6, 6][..]), "their session and what is their own: {renewals:#?}");
                break;
            }
        }
        noor.open_conversation("The second").await;
        inbox.frame("queue_changed").await;
        inbox.frame_where("the count", |frame| frame["facets"]["status"][0]["count"] == 2).await;
        for reader in &readers {
            let (list, _) = reader.ask(path).await;
            assert!(list.contains("The first") && list.contains("The second") && list.contains("2 conversations"), "{list}");
        }
    }
}
