use crate::{agent, conversation, customer, message};
use domain::MessageId;
use store::{Change, Error};
use testkit::{TestStore, both_databases};

both_databases! {
    /// Edits and deletions keep the number, raise the revision, and are told; a repeat of the sending shows them (D2, D4).
    async fn edits_and_deletions_leave_their_mark(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let append = message(&conversation, "teh parcel");
        let sent = store.append(&customer, append.clone()).await.unwrap().message;
        store.take_changes();
        let edited = store.edit_message(&customer, conversation.id, sent.id, "the parcel").await.unwrap();
        assert_eq!((edited.seq, edited.rev, edited.text.as_deref()), (sent.seq, 1, Some("the parcel")));
        assert!(edited.edited_at.is_some());
        let deleted = store.delete_message(&customer, conversation.id, sent.id).await.unwrap();
        assert_eq!((deleted.seq, deleted.rev, deleted.text.as_deref(), deleted.deleted), (sent.seq, 2, None, true));
        assert_eq!(store.delete_message(&customer, conversation.id, sent.id).await.unwrap(), deleted, "once is enough");
        let changed = store.changed_messages(conversation.key, 10, 0, 10).await.unwrap();
        assert_eq!(changed, std::slice::from_ref(&deleted));
        assert!(store.changed_messages(conversation.key, 10, 2, 10).await.unwrap().is_empty());
        let told = store.take_changes();
        assert!(matches!(&told[..], [Change::MessageChanged { .. }, Change::MessageChanged { .. }]), "{told:?}");
        let again = store.append(&customer, append).await.unwrap();
        assert_eq!((again.is_new, (*again.message).clone()), (false, deleted));
    }

    /// A1: nobody changes what somebody else wrote.
    async fn a1_only_own_messages_change(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let agent = agent(&store, "Ada").await;
        store.claim(&agent, conversation.id).await.unwrap();
        let reply = store.append(&agent, message(&conversation, "hello")).await.unwrap().message;
        for (session, id) in [(&customer, reply.id), (&agent, MessageId::new())] {
            let refused = store.edit_message(session, conversation.id, id, "x").await;
            assert!(matches!(refused, Err(Error::NotFound(_))));
            let refused = store.delete_message(session, conversation.id, id).await;
            assert!(matches!(refused, Err(Error::NotFound(_))));
        }
    }

    /// Pages of messages go forward and back in the order of the numbers.
    async fn messages_page_both_ways(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        for n in 2..=9 {
            store.append(&customer, message(&conversation, &n.to_string())).await.unwrap();
        }
        let numbers = |messages: Vec<domain::Message>| messages.iter().map(|m| m.seq).collect::<Vec<_>>();
        assert_eq!(numbers(store.messages(conversation.key, 3, 4).await.unwrap()), [4, 5, 6, 7]);
        assert_eq!(numbers(store.messages_before(conversation.key, 6, 3).await.unwrap()), [3, 4, 5]);
    }
}
