//! Accounts: customers, agents, their sessions and one-time links, on both databases.

use domain::{Actor, Agent, AgentRole, SessionKey};
use std::time::Duration;
use store::{
    AGENT_IDLE, AGENT_MAX, AgentChanges, By, CUSTOMER_IDLE, Change, Error, LINK_LIFETIME, NewAgent,
    OneTimeLink, Session, Store,
};
use testkit::{TestStore, both_databases};

const PASSWORD: &str = "correct horse battery";

async fn add(store: &Store, email: &str, role: AgentRole) -> Agent {
    let new = NewAgent { name: "Ann".into(), email: email.into(), role, password: Some(PASSWORD.into()) };
    store.create_agent(&By::command_line(), &new).await.unwrap()
}

async fn sign_in(store: &Store, email: &str) -> (String, Session) {
    let (token, _) = store.sign_in(email, PASSWORD, None).await.unwrap().expect("signs in");
    let session = store.authenticate(token.reveal()).await.unwrap().expect("is signed in");
    (token.reveal().to_owned(), session)
}

fn ended(store: &TestStore) -> Vec<SessionKey> {
    let of = |change| if let Change::SessionsEnded(keys) = change { keys } else { Vec::new() };
    store.take_changes().into_iter().flat_map(of).collect()
}

async fn audited(store: &Store) -> Vec<String> {
    let entries = store.audit_log(None, 100).await.unwrap().items;
    entries.into_iter().rev().map(|entry| entry.action).collect()
}

both_databases! {
    /// A11: the same name and address again is somebody else.
    async fn a_customer_is_always_a_new_identity(store: TestStore) {
        let (token, one) = store.start_customer_session("Jo", "jo@example.com").await.unwrap();
        let (_, other) = store.start_customer_session("Jo", "jo@example.com").await.unwrap();
        assert_ne!(one.id, other.id);
        assert!(!one.email_verified);
        let session = store.authenticate(token.reveal()).await.unwrap().unwrap();
        assert_eq!(session.actor, Actor::Customer(one));
        assert_eq!(store.authenticate("unknown").await.unwrap(), None);
    }

    async fn a_bad_name_or_address_is_refused(store: TestStore) {
        for (name, email, field) in [(" ", "jo@example.com", "name"), ("Jo", "jo", "email"), ("J\0", "jo@x", "name")] {
            let error = store.start_customer_session(name, email).await.unwrap_err();
            assert!(matches!(error, Error::Invalid { field: wrong, .. } if wrong == field), "{error}");
        }
    }

    /// A2: customers stay signed in for 180 days after they were last seen.
    async fn a_customers_session_rolls(store: TestStore) {
        let (token, _) = store.start_customer_session("Jo", "jo@example.com").await.unwrap();
        let almost = CUSTOMER_IDLE - Duration::from_secs(60);
        for _ in 0..2 {
            store.clock().advance(almost);
            assert!(store.authenticate(token.reveal()).await.unwrap().is_some());
        }
        store.clock().advance(CUSTOMER_IDLE);
        assert_eq!(store.authenticate(token.reveal()).await.unwrap(), None);
    }

    /// A2: agents are signed out after 12 idle hours, and after 30 days whatever they do.
    async fn an_agents_session_goes_idle_and_ends(store: TestStore) {
        add(&store, "ann@example.com", AgentRole::Agent).await;
        let (token, _) = sign_in(&store, "ann@example.com").await;
        store.clock().advance(AGENT_IDLE);
        assert_eq!(store.authenticate(&token).await.unwrap(), None);

        let (token, _) = sign_in(&store, "ann@example.com").await;
        let step = Duration::from_secs(11 * 60 * 60);
        let mut lasted = Duration::ZERO;
        while lasted + step < AGENT_MAX {
            store.clock().advance(step);
            lasted += step;
            assert!(store.authenticate(&token).await.unwrap().is_some(), "after {lasted:?}");
        }
        store.clock().advance(AGENT_MAX - lasted);
        assert_eq!(store.authenticate(&token).await.unwrap(), None);
    }

    /// A2: the case of the address does not matter; unknown, wrong and disabled are answered alike.
    async fn signing_in_needs_the_password(store: TestStore) {
        add(&store, "Ann@Example.com", AgentRole::Administrator).await;
        let (_, session) = sign_in(&store, "ann@EXAMPLE.com").await;
        for (email, password) in
            [("ann@example.com", "wrong"), ("bob@example.com", PASSWORD), ("", ""), ("ann@example.com", "")]
        {
            assert_eq!(store.sign_in(email, password, None).await.unwrap(), None, "{email}");
        }
        let bob = add(&store, "bob@example.com", AgentRole::Agent).await;
        let disable = AgentChanges { disabled: Some(true), ..AgentChanges::default() };
        store.update_agent(&session, bob.id, &disable).await.unwrap();
        assert_eq!(store.sign_in("bob@example.com", PASSWORD, None).await.unwrap(), None);
    }

    async fn no_two_agents_share_an_address(store: TestStore) {
        add(&store, "ann@example.com", AgentRole::Agent).await;
        let new = NewAgent {
            name: "Other".into(),
            email: " ANN@example.com".into(),
            role: AgentRole::Agent,
            password: None,
        };
        let error = store.create_agent(&By::command_line(), &new).await.unwrap_err();
        assert!(matches!(error, Error::Taken(_)), "{error}");
        assert_eq!(store.agents(None, 10).await.unwrap().items.len(), 1);
    }

    /// A2: signing out ends the session, here and for the sockets that hear of it.
    async fn signing_out_ends_the_session(store: TestStore) {
        add(&store, "ann@example.com", AgentRole::Agent).await;
        let (token, session) = sign_in(&store, "ann@example.com").await;
        store.end_session(&session).await.unwrap();
        assert_eq!(store.authenticate(&token).await.unwrap(), None);
        assert_eq!(ended(&store), [session.key]);
        store.end_session(&session).await.unwrap();
        assert_eq!(audited(&store).await, ["agent_added", "signed_in", "signed_out"]);
    }

    /// A2: disabling an agent ends their sessions; A7: it is written down.
    async fn disabling_signs_out(store: TestStore) {
        add(&store, "admin@example.com", AgentRole::Administrator).await;
        let bob = add(&store, "bob@example.com", AgentRole::Agent).await;
        let (_, admin) = sign_in(&store, "admin@example.com").await;
        let (token, session) = sign_in(&store, "bob@example.com").await;
        let disable = AgentChanges { disabled: Some(true), ..AgentChanges::default() };
        let record = store.update_agent(&admin, bob.id, &disable).await.unwrap();
        assert!(record.disabled_at.is_some());
        assert_eq!(store.authenticate(&token).await.unwrap(), None);
        assert_eq!(ended(&store), [session.key]);
        let write = store.update_agent(&session, bob.id, &AgentChanges::default()).await;
        assert!(matches!(write, Err(Error::SignedOut)));
        assert_eq!(audited(&store).await.last().unwrap(), "agent_disabled");
    }

    /// A2: adding an agent, as every write, checks its session in its own transaction.
    async fn who_signed_out_adds_nobody(store: TestStore) {
        add(&store, "admin@example.com", AgentRole::Administrator).await;
        let (_, admin) = sign_in(&store, "admin@example.com").await;
        store.end_session(&admin).await.unwrap();
        let new =
            NewAgent { name: "Bob".into(), email: "bob@example.com".into(), role: AgentRole::Agent, password: None };
        assert!(matches!(store.create_agent(&By::from(&admin), &new).await, Err(Error::SignedOut)));
        assert_eq!(store.agents(None, 10).await.unwrap().items.len(), 1);
    }

    async fn an_agent_is_changed_in_part(store: TestStore) {
        add(&store, "admin@example.com", AgentRole::Administrator).await;
        let bob = add(&store, "bob@example.com", AgentRole::Agent).await;
        let (_, admin) = sign_in(&store, "admin@example.com").await;
        let rename = AgentChanges { name: Some("Robert".into()), ..AgentChanges::default() };
        let record = store.update_agent(&admin, bob.id, &rename).await.unwrap();
        assert_eq!(record.agent, Agent { name: "Robert".into(), ..bob.clone() });
        assert_eq!(store.agent(bob.id).await.unwrap(), record);
        let taken = AgentChanges { email: Some("ADMIN@example.com".into()), ..AgentChanges::default() };
        assert!(matches!(store.update_agent(&admin, bob.id, &taken).await, Err(Error::Taken(_))));
        assert_eq!(store.agent(bob.id).await.unwrap(), record);
    }

    async fn the_last_administrator_stays(store: TestStore) {
        let only = add(&store, "admin@example.com", AgentRole::Administrator).await;
        let (_, admin) = sign_in(&store, "admin@example.com").await;
        for changes in [
            AgentChanges { disabled: Some(true), ..AgentChanges::default() },
            AgentChanges { role: Some(AgentRole::Agent), ..AgentChanges::default() },
        ] {
            assert!(matches!(store.update_agent(&admin, only.id, &changes).await, Err(Error::InUse(_))));
        }
        assert!(store.authenticate("x").await.unwrap().is_none());
        assert_eq!(store.agent(only.id).await.unwrap().agent, only);
    }

    async fn agents_are_listed_page_by_page(store: TestStore) {
        for name in ["a", "b", "c"] {
            add(&store, &format!("{name}@example.com"), AgentRole::Agent).await;
        }
        let first = store.agents(None, 2).await.unwrap();
        let rest = store.agents(first.next_cursor.as_deref(), 2).await.unwrap();
        assert_eq!((first.items.len(), rest.items.len(), rest.next_cursor), (2, 1, None));
        assert_eq!(rest.items[0].agent.email, "c@example.com");
    }

    /// A2, A5: a link sets the password once, and ends the sessions of the old one.
    async fn a_password_link_works_once(store: TestStore) {
        let ann = add(&store, "ann@example.com", AgentRole::Agent).await;
        let (token, session) = sign_in(&store, "ann@example.com").await;
        let old = store.new_password_link(&By::command_line(), ann.id).await.unwrap();
        let link = store.new_password_link(&By::command_line(), ann.id).await.unwrap();
        assert!(matches!(store.one_time_link(old.reveal()).await, Err(Error::NotFound(_))));
        assert_eq!(store.one_time_link(link.reveal()).await.unwrap(), OneTimeLink::SetPassword(ann.clone()));

        let short = store.use_password_link(link.reveal(), "short", None).await;
        assert!(matches!(short, Err(Error::Invalid { field: "password", .. })));
        assert_eq!(store.use_password_link(link.reveal(), "a new password", None).await.unwrap(), ann);
        let again = store.use_password_link(link.reveal(), "another password", None).await;
        assert!(matches!(again, Err(Error::NotFound(_))));
        assert_eq!(store.authenticate(&token).await.unwrap(), None);
        assert_eq!(ended(&store), [session.key]);
        assert!(store.sign_in("ann@example.com", "a new password", None).await.unwrap().is_some());
    }

    /// A5: links end after 24 hours.
    async fn a_link_grows_old(store: TestStore) {
        let ann = add(&store, "ann@example.com", AgentRole::Agent).await;
        let link = store.new_password_link(&By::command_line(), ann.id).await.unwrap();
        store.clock().advance(LINK_LIFETIME);
        assert!(matches!(store.one_time_link(link.reveal()).await, Err(Error::NotFound(_))));
        let used = store.use_password_link(link.reveal(), "a new password", None).await;
        assert!(matches!(used, Err(Error::NotFound(_))));
    }

    /// A5: a set-up link is there only while no administrator is, and one at a time.
    async fn the_set_up_link_makes_the_first_administrator(store: TestStore) {
        let old = store.new_setup_link().await.unwrap().unwrap();
        let link = store.new_setup_link().await.unwrap().unwrap();
        assert!(store.one_time_link(old.reveal()).await.is_err());
        assert_eq!(store.one_time_link(link.reveal()).await.unwrap(), OneTimeLink::SetUp);
        let made = store.use_setup_link(link.reveal(), "Ann", "ann@example.com", PASSWORD, None).await.unwrap();
        assert_eq!(made.role, AgentRole::Administrator);
        assert!(store.use_setup_link(link.reveal(), "B", "b@example.com", PASSWORD, None).await.is_err());
        assert_eq!(store.new_setup_link().await.unwrap(), None);
        sign_in(&store, "ann@example.com").await;
    }

    /// A5: an unused set-up link is of no use once an administrator was made in another way.
    async fn an_administrator_ends_the_set_up_link(store: TestStore) {
        let link = store.new_setup_link().await.unwrap().unwrap();
        add(&store, "admin@example.com", AgentRole::Administrator).await;
        assert!(store.one_time_link(link.reveal()).await.is_err());
        assert!(store.use_setup_link(link.reveal(), "B", "b@example.com", PASSWORD, None).await.is_err());
    }
}
