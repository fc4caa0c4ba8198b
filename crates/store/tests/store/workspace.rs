//! Saved views, notes about customers, mentions: what the agents' workspace keeps.

use crate::{administrator, agent, conversation, customer};
use domain::{ClientId, Filter, Refusal, Status, UrgencyLevel};
use store::{Change, Error, MAX_SAVED_VIEWS, MAX_VIEW_PARAMETERS, NotificationSettings, Scope, Session};
use testkit::{TestStore, both_databases};

async fn views(store: &TestStore, session: &Session) -> Vec<String> {
    let views = store.saved_views(session.actor.agent().unwrap()).await.unwrap();
    views.into_iter().map(|view| view.name).collect()
}

async fn mentions(store: &TestStore, session: &Session) -> Vec<i64> {
    let mentions = store.mentions(session.actor.agent().unwrap()).await.unwrap();
    mentions.into_iter().map(|mention| mention.note_seq).collect()
}

both_databases! {
    /// A1: an agent's own views are theirs alone; shared ones are the administrators' to make and delete.
    async fn a1_saved_views_are_their_agents_own_or_shared(store: TestStore) {
        let (ada, bo) = (agent(&store, "Ada").await, agent(&store, "Bo").await);
        let (chief, noor) = (administrator(&store, "Chief").await, customer(&store, "Noor").await);
        let own = store.save_view(&ada, Scope::Own, "refunds", "tag=refund").await.unwrap();
        let shared = store.save_view(&chief, Scope::Shared, "All open", "status=open").await.unwrap();
        assert_eq!(views(&store, &ada).await, ["All open", "refunds"]);
        assert_eq!(views(&store, &bo).await, ["All open"]);
        let forbidden = |error| matches!(error, Error::Refused(Refusal::Forbidden));
        assert!(forbidden(store.save_view(&ada, Scope::Shared, "x", "").await.unwrap_err()));
        assert!(forbidden(store.save_view(&noor, Scope::Own, "x", "").await.unwrap_err()));
        assert!(forbidden(store.delete_view(&ada, shared.id).await.unwrap_err()));
        for session in [&bo, &chief] {
            assert!(matches!(store.delete_view(session, own.id).await, Err(Error::NotFound(_))));
        }
        store.delete_view(&ada, own.id).await.unwrap();
        store.delete_view(&chief, shared.id).await.unwrap();
        assert!(views(&store, &ada).await.is_empty());
        let changes = store.audit_log(None, 2).await.unwrap().items;
        assert!(changes.iter().all(|entry| entry.action == "settings_changed"), "{changes:?}");
    }

    /// D8: views are so many and so long.
    async fn d8_saved_views_are_bounded(store: TestStore) {
        let (ada, bo) = (agent(&store, "Ada").await, agent(&store, "Bo").await);
        let invalid = |error| matches!(error, Error::Invalid { .. });
        let long = "x".repeat(MAX_VIEW_PARAMETERS + 1);
        assert!(invalid(store.save_view(&ada, Scope::Own, "long", &long).await.unwrap_err()));
        assert!(invalid(store.save_view(&ada, Scope::Own, " ", "").await.unwrap_err()));
        for n in 0..MAX_SAVED_VIEWS {
            store.save_view(&ada, Scope::Own, &format!("View {n}"), &long[1..]).await.unwrap();
        }
        assert!(invalid(store.save_view(&ada, Scope::Own, "one more", "").await.unwrap_err()));
        store.save_view(&bo, Scope::Own, "first", "").await.unwrap();
    }

    /// No two views of one owner have the same name.
    async fn saved_views_have_names_of_their_own(store: TestStore) {
        let (ada, chief) = (agent(&store, "Ada").await, administrator(&store, "Chief").await);
        let taken = |saved| matches!(saved, Err(Error::Taken(_)));
        store.save_view(&ada, Scope::Own, "Été", "").await.unwrap();
        assert!(taken(store.save_view(&ada, Scope::Own, " éTÉ ", "tag=x").await));
        store.save_view(&chief, Scope::Own, "Été", "").await.unwrap();
        store.save_view(&chief, Scope::Shared, "Été", "").await.unwrap();
        assert!(taken(store.save_view(&chief, Scope::Shared, "été", "").await));
        let (one, other) = tokio::join!(
            store.save_view(&ada, Scope::Own, "Twice", ""),
            store.save_view(&ada, Scope::Own, "twice", "")
        );
        assert!(one.is_ok() != other.is_ok());
    }

    /// Nobody overwrites words about a customer that they have not read; an erased customer's are gone.
    async fn a_customers_note_is_written_by_version(store: TestStore) {
        let (ada, chief) = (agent(&store, "Ada").await, administrator(&store, "Chief").await);
        let noor = customer(&store, "Noor").await;
        let customer = conversation(&store, &noor).await.customer;
        assert_eq!(store.customer_note(&customer).await.unwrap(), None);
        assert_eq!(store.write_customer_note(&ada, &customer, 0, "Likes tea").await.unwrap(), Some(1));
        assert_eq!(store.write_customer_note(&chief, &customer, 0, "Likes coffee").await.unwrap(), None);
        assert_eq!(store.write_customer_note(&chief, &customer, 1, "Likes both").await.unwrap(), Some(2));
        let note = store.customer_note(&customer).await.unwrap().unwrap();
        assert_eq!((&*note.text, note.version, &*note.edited_by), ("Likes both", 2, "Chief"));
        let long = "x".repeat(10_001);
        for bad in [&*long, "a\0b"] {
            let refused = store.write_customer_note(&ada, &customer, 2, bad).await;
            assert!(matches!(refused, Err(Error::Invalid { field: "text", .. })));
        }
        let refused = store.write_customer_note(&noor, &customer, 2, "mine").await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::Forbidden))));
        store.records(&chief).unwrap().erase_customer(customer.id).await.unwrap();
        assert_eq!(store.customer_note(&customer).await.unwrap(), None);
        assert!(matches!(store.write_customer_note(&ada, &customer, 0, "x").await, Err(Error::NotFound(_))));
    }

    /// Whom a note names finds it in their inbox until they have read it.
    async fn a_note_reaches_whom_it_names(store: TestStore) {
        let (ada, bo) = (agent(&store, "Ada").await, agent(&store, "Bo").await);
        let conversation = conversation(&store, &customer(&store, "Noor").await).await;
        for text in ["nobody in particular", "@Bo, @Ada: yours?", "again, @Bo"] {
            store.add_note(&ada, conversation.id, ClientId::new(), text).await.unwrap();
        }
        assert_eq!(mentions(&store, &bo).await, [3]);
        assert!(mentions(&store, &ada).await.is_empty(), "who writes a note has read it");
        let read = async |up_to| {
            store.read_mention(&bo, conversation.key, up_to).await.unwrap();
        };
        store.take_changes();
        read(2).await;
        assert_eq!(mentions(&store, &bo).await, [3], "the last note that names them was not read yet");
        read(3).await;
        assert!(mentions(&store, &bo).await.is_empty());
        assert!(matches!(store.take_changes()[..], [Change::MentionRead(_)]), "their other pages hear of it");
        store.add_note(&ada, conversation.id, ClientId::new(), "@Bo, still").await.unwrap();
        store.end_session(&bo).await.unwrap();
        let refused = store.read_mention(&bo, conversation.key, 4).await;
        assert!(matches!(refused, Err(Error::SignedOut)), "who is signed out reads nothing (A2)");
        assert_eq!(mentions(&store, &bo).await, [4]);
    }

    /// What an agent wants to be told of is theirs, in whatever session, and no customer's.
    async fn notification_settings_follow_their_agent(store: TestStore) {
        let (ada, bo, noor) = (agent(&store, "Ada").await, agent(&store, "Bo").await, customer(&store, "Noor").await);
        let settings = async |session: &Session| {
            store.notification_settings(session.actor.agent().unwrap()).await.unwrap()
        };
        assert_eq!(settings(&ada).await, NotificationSettings::default());
        for wanted in [
            NotificationSettings { desktop: true, sound: true, queue: false },
            NotificationSettings { desktop: true, sound: false, queue: true },
        ] {
            store.keep_notification_settings(&ada, wanted).await.unwrap();
            assert_eq!(settings(&ada).await, wanted);
        }
        assert_eq!(settings(&bo).await, NotificationSettings::default());
        let refused = store.keep_notification_settings(&noor, NotificationSettings::default()).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::Forbidden))));
    }

    /// A11: the same address under another identity is listed apart, whatever its case.
    async fn a11_the_same_address_is_another_identity(store: TestStore) {
        let (noor, sam) = (customer(&store, "Noor").await, customer(&store, "Sam").await);
        let (first, second) = (conversation(&store, &noor).await, conversation(&store, &sam).await);
        let others = store.same_address(&first.customer, 10).await.unwrap();
        assert_eq!(others.iter().map(|other| other.id).collect::<Vec<_>>(), [second.id]);
        let (token, _) = store.start_customer_session("Kim", "SOMEONE@example.com").await.unwrap();
        let kim = store.authenticate(token.reveal()).await.unwrap().unwrap();
        let third = conversation(&store, &kim).await;
        assert_eq!(store.same_address(&third.customer, 10).await.unwrap().len(), 2);
        assert!(store.customer_since(&third.customer).await.unwrap() <= third.created_at);
    }

    /// S2: each facet is counted without its own filter.
    async fn s2_facets_of_a_list_leave_their_own_filter_out(store: TestStore) {
        let (ada, noor) = (agent(&store, "Ada").await, customer(&store, "Noor").await);
        let (first, _) = (conversation(&store, &noor).await, conversation(&store, &noor).await);
        store.set_tags(&ada, first.id, &["refund".into(), "late".into()]).await.unwrap();
        let filter = Filter {
            status: vec![Status::Open],
            tag: vec!["late".into()],
            urgency: vec![UrgencyLevel::High],
            ..Filter::default()
        };
        let counted = async |filter: &Filter, facet: &str| {
            let facets = store.facets(&ada.actor, filter).await.unwrap();
            let values = facets[facet].iter().filter(|value| value.count > 0);
            values.map(|value| (value.value.clone(), value.count)).collect::<Vec<_>>()
        };
        assert_eq!(counted(&filter, "urgency").await, [("normal".to_owned(), 1)]);
        assert!(counted(&filter, "tag").await.is_empty(), "nothing urgent has a tag");
        let filter = Filter { urgency: Vec::new(), ..filter };
        assert_eq!(counted(&filter, "tag").await, [("late".to_owned(), 1), ("refund".to_owned(), 1)]);
        assert_eq!(counted(&filter, "age").await, [("<1h".to_owned(), 1)]);
        assert_eq!(counted(&Filter::default(), "age").await, [("<1h".to_owned(), 2)]);
    }
}
