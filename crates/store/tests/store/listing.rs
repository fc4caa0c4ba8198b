use crate::{agent, conversation, customer};
use domain::{Age, Filter, Holder, Status};
use std::time::Duration;
use store::{Error, Session, Sort};
use testkit::{TestStore, both_databases};

async fn ids(store: &TestStore, session: &Session, filter: &Filter, sort: Sort, limit: u32) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.conversations(&session.actor, filter, sort, cursor.as_deref(), limit).await.unwrap();
        assert!(page.items.len() <= limit as usize);
        ids.extend(page.items.iter().map(|conversation| conversation.id.to_string()));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return ids;
        }
    }
}

both_databases! {
    /// Every order pages through all, once each, whatever the page's size.
    async fn pages_join_into_the_whole(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let agent = agent(&store, "Ada").await;
        for n in 0..7 {
            let conversation = conversation(&store, &customer).await;
            if n % 3 == 0 {
                store.claim(&agent, conversation.id).await.unwrap();
            }
        }
        for sort in [Sort::Queue, Sort::Urgency, Sort::Waiting, Sort::Newest] {
            let whole = ids(&store, &agent, &Filter::default(), sort, 100).await;
            assert_eq!(whole.len(), 7);
            for limit in [1, 2, 3, 7] {
                assert_eq!(ids(&store, &agent, &Filter::default(), sort, limit).await, whole, "{sort:?} by {limit}");
            }
        }
    }

    /// A1: a customer's list holds their own only.
    async fn a1_customers_list_their_own(store: TestStore) {
        let (one, other) = (customer(&store, "One").await, customer(&store, "Other").await);
        let mine = conversation(&store, &one).await;
        conversation(&store, &other).await;
        assert_eq!(ids(&store, &one, &Filter::default(), Sort::Newest, 10).await, [mine.id.to_string()]);
    }

    /// Each facet narrows; values of one facet add up.
    async fn filters_narrow(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let (ada, bo) = (agent(&store, "Ada").await, agent(&store, "Bo").await);
        let old = [conversation(&store, &customer).await.id.to_string()];
        store.clock().advance(Duration::from_secs(2 * 3600));
        let held = conversation(&store, &customer).await;
        store.claim(&ada, held.id).await.unwrap();
        store.set_tags(&ada, held.id, &["refund".into(), "vip's".into()]).await.unwrap();
        let held = [held.id.to_string()];
        let found = |filter: Filter| {
            let (store, bo) = (&store, &bo);
            async move { ids(store, bo, &filter, Sort::Queue, 10).await }
        };
        let ada_id = ada.actor.agent().unwrap().id;
        assert_eq!(found(Filter { status: vec![Status::Ongoing], ..Filter::default() }).await, held);
        assert_eq!(found(Filter { holder: vec![Holder::Agent(ada_id)], ..Filter::default() }).await, held);
        assert_eq!(found(Filter { holder: vec![Holder::Nobody], ..Filter::default() }).await, old);
        assert!(found(Filter { holder: vec![Holder::Me], ..Filter::default() }).await.is_empty());
        assert_eq!(found(Filter { tag: vec!["vip's".into()], ..Filter::default() }).await, held);
        assert!(found(Filter { tag: vec!["' OR 1=1 --".into()], ..Filter::default() }).await.is_empty());
        assert_eq!(found(Filter { age: vec![Age::OneToFourHours], ..Filter::default() }).await, old);
        assert_eq!(found(Filter { age: vec![Age::OneToFourHours, Age::UnderAnHour], ..Filter::default() }).await.len(), 2);
        store.clock().advance(Duration::from_secs(8 * 24 * 3600));
        assert_eq!(found(Filter { age: vec![Age::OverSevenDays], ..Filter::default() }).await.len(), 2);
        let facets = store.facets(&bo.actor, &Filter::default()).await.unwrap();
        let ages: Vec<_> = facets["age"].iter().map(|age| (age.value.as_str(), age.count)).filter(|(_, count)| *count > 0).collect();
        assert_eq!(ages, [(">7d", 2)]);
    }

    /// A cursor nobody answered with is refused, not misread.
    async fn foreign_cursors_are_refused(store: TestStore) {
        let agent = agent(&store, "Ada").await;
        for cursor in ["", "x", "MSAyIDM", "8J-YgA"] {
            let page = store.conversations(&agent.actor, &Filter::default(), Sort::Queue, Some(cursor), 10).await;
            assert!(matches!(page, Err(Error::BadCursor)), "{cursor:?}");
        }
    }
}
