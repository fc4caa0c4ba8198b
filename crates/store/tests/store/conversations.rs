use crate::{agent, conversation, customer, message};
use domain::{ClientId, Status};
use std::time::Duration;
use store::Error;
use testkit::{TestStore, both_databases};

both_databases! {
    /// A1: another customer's conversation is as missing as none.
    async fn a1_foreign_conversations_are_missing(store: TestStore) {
        let (owner, stranger) = (customer(&store, "Owner").await, customer(&store, "Stranger").await);
        let conversation = conversation(&store, &owner).await;
        assert!(store.conversation(&owner.actor, conversation.id).await.is_ok());
        assert!(matches!(store.conversation(&stranger.actor, conversation.id).await, Err(Error::NotFound(_))));
        assert!(matches!(store.resolve(&stranger, conversation.id).await, Err(Error::NotFound(_))));
    }

    /// The customer's place in the queue is what "next" goes by.
    async fn queue_positions_follow_the_queue(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let mut positions = Vec::new();
        for _ in 0..3 {
            let conversation = conversation(&store, &customer).await;
            positions.push(store.queue_position(&conversation).await.unwrap());
        }
        assert_eq!(positions, [0, 1, 2]);
        let agent = agent(&store, "Ada").await;
        let claimed = store.claim_next(&agent).await.unwrap().unwrap();
        assert_eq!(store.queue_position(&claimed).await.unwrap(), 0);
    }

    /// How long the queue takes is learned from when agents took conversations out of it, and forgotten after an hour.
    async fn the_pace_of_the_queue_is_that_of_the_last_hour(store: TestStore) {
        let (customer, agent) = (customer(&store, "Noor").await, agent(&store, "Ada").await);
        for _ in 0..4 {
            conversation(&store, &customer).await;
        }
        for taken in 1..=4 {
            assert_eq!(store.queue_pace().await.unwrap().is_some(), taken > 3);
            store.clock().advance(Duration::from_secs(4 * 60));
            let claimed = store.claim_next(&agent).await.unwrap().unwrap();
            store.resolve(&agent, claimed.id).await.unwrap();
        }
        let pace = store.queue_pace().await.unwrap().unwrap();
        assert_eq!([pace.estimate_s(0), pace.estimate_s(2)], [Some(4 * 60), Some(12 * 60)]);
        store.clock().advance(Duration::from_secs(60 * 60));
        assert_eq!(store.queue_pace().await.unwrap(), None);
    }

    /// A snoozed conversation leaves the queue, comes back on time, and its log says so.
    async fn snoozing_ends_on_time(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let agent = agent(&store, "Ada").await;
        store.claim(&agent, conversation.id).await.unwrap();
        let until = store.clock().now() + Duration::from_secs(600);
        let snoozed = store.snooze(&agent, conversation.id, until).await.unwrap();
        assert_eq!(snoozed.status(), Status::Snoozed);
        assert_eq!(store.claim_next(&agent).await.unwrap(), None);
        assert_eq!(store.wake_snoozed().await.unwrap(), 0);
        store.clock().advance(Duration::from_secs(601));
        assert_eq!(store.wake_snoozed().await.unwrap(), 1);
        assert_eq!(store.claim_next(&agent).await.unwrap().unwrap().id, conversation.id);
    }

    /// Notes have a dense log of their own, and repeat as messages do (D2, D3).
    async fn d2_d3_notes_are_dense_and_repeatable(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let agent = agent(&store, "Ada").await;
        let id = ClientId::new();
        let (first, is_new) = store.add_note(&agent, conversation.id, id, "is a regular").await.unwrap();
        assert!(is_new);
        let (again, is_new) = store.add_note(&agent, conversation.id, id, "is a regular").await.unwrap();
        assert_eq!((again, is_new), (first, false));
        assert!(matches!(store.add_note(&agent, conversation.id, id, "other").await, Err(Error::ClientIdReused)));
        store.claim(&agent, conversation.id).await.unwrap();
        store.append(&customer, message(&conversation, "hello?")).await.unwrap();
        store.resolve(&agent, conversation.id).await.unwrap();
        let log = store.notes(conversation.key, 0, 10).await.unwrap();
        let places: Vec<_> = log.iter().map(|note| (note.note_seq, note.after_seq)).collect();
        assert_eq!(places, [(1, 1), (2, 1), (3, 2)]);
        let after = store.conversation(&agent.actor, conversation.id).await.unwrap();
        assert_eq!((after.last_note_seq, after.last_seq), (3, 2));
    }

    /// Seeing goes forward only, and of agents only the holder's counts.
    async fn only_the_holders_reading_counts(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let (holder, other) = (agent(&store, "Holder").await, agent(&store, "Other").await);
        store.claim(&holder, conversation.id).await.unwrap();
        let seen = || async { store.conversation(&holder.actor, conversation.id).await.unwrap().agent_seen_seq };
        store.mark_seen(&other, conversation.id, 1).await.unwrap();
        assert_eq!(seen().await, 0);
        store.mark_seen(&holder, conversation.id, 99).await.unwrap();
        assert_eq!(seen().await, 1, "nobody sees what is not there");
        store.mark_seen(&holder, conversation.id, 0).await.unwrap();
        assert_eq!(seen().await, 1);
    }
}
