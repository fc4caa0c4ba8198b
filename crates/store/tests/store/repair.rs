//! D6: what a node reads to find out what it missed.

use crate::{agent, conversation, customer, message};
use domain::{ConversationKey, SessionKey};
use store::Position;
use testkit::{TestStore, both_databases};

both_databases! {
    /// D6: where conversations stand is read for many at once; those that are gone are left out.
    async fn d6_where_conversations_stand(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let one = conversation(&store, &noor).await;
        let two = conversation(&store, &noor).await;
        store.append(&noor, message(&two, "more")).await.unwrap();
        store.mark_seen(&noor, two.id, 2).await.unwrap();
        let stands = store.stands(&[one.key, two.key, ConversationKey(4711)]).await.unwrap();
        assert_eq!(stands.len(), 2);
        for stand in &stands {
            let stored = store.conversation(&noor.actor, stand.id).await.unwrap();
            assert_eq!((stand.key, stand.at), (stored.key, Position::of(&stored)));
        }
        let second = stands.iter().find(|stand| stand.id == two.id).unwrap().at;
        assert_eq!((second.seq, second.customer_seen), (2, 2));
        let read = store.conversations_by_key(&[two.key, ConversationKey(4711)]).await.unwrap();
        assert_eq!(read.iter().map(|read| read.id).collect::<Vec<_>>(), [two.id]);
    }

    /// D6: the messages after a number each, in order, of several conversations.
    async fn d6_messages_since(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let one = conversation(&store, &noor).await;
        let two = conversation(&store, &noor).await;
        for text in ["a", "b"] {
            store.append(&noor, message(&one, text)).await.unwrap();
            store.append(&noor, message(&two, text)).await.unwrap();
        }
        let since = [(one.key, 1), (two.key, 2)];
        let messages = store.messages_since(&since, 100).await.unwrap();
        let numbers: Vec<_> = messages.iter().map(|(key, message)| (*key, message.seq)).collect();
        assert_eq!(numbers, [(one.key, 2), (one.key, 3), (two.key, 3)]);
        assert_eq!(store.messages_since(&since, 1).await.unwrap().len(), 1);
    }

    /// A2: sessions that were ended are found among those that stand.
    async fn a2_ended_sessions_are_found(store: TestStore) {
        let (noor, kim) = (customer(&store, "Noor").await, agent(&store, "Kim").await);
        assert_eq!(store.ended_sessions(&[noor.key, kim.key]).await.unwrap(), []);
        store.end_session(&kim).await.unwrap();
        let unknown = SessionKey(4711);
        assert_eq!(store.ended_sessions(&[noor.key, kim.key, unknown]).await.unwrap(), [kim.key, unknown]);
    }

    /// D6: renewing a claim is no change that views would have to read.
    async fn d6_renewing_raises_no_version(store: TestStore) {
        let (noor, kim) = (customer(&store, "Noor").await, agent(&store, "Kim").await);
        let begun = conversation(&store, &noor).await;
        let claimed = store.claim(&kim, begun.id).await.unwrap();
        store.clock().advance(std::time::Duration::from_secs(30));
        let renewed = store.renew_claim(&kim, begun.id, Some(claimed.claim_token), false).await.unwrap();
        let stored = store.conversation(&kim.actor, begun.id).await.unwrap();
        let ends = |conversation: &domain::Conversation| conversation.current_claim().unwrap().expires_at;
        assert!(ends(&renewed) > ends(&claimed));
        assert_eq!((ends(&stored), stored.version), (ends(&renewed), claimed.version));
    }

    /// D6: of all conversations, inboxes are kept right about the queue's head, the held and the latest.
    async fn d6_what_inboxes_show_first(store: TestStore) {
        let (noor, kim) = (customer(&store, "Noor").await, agent(&store, "Kim").await);
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(conversation(&store, &noor).await.id);
        }
        store.claim(&kim, ids[1]).await.unwrap();
        store.resolve(&noor, ids[2]).await.unwrap();
        let mut found: Vec<_> = store.inbox_stands().await.unwrap().iter().map(|stand| stand.id).collect();
        found.sort_unstable();
        ids.sort_unstable();
        assert_eq!(found, ids);
    }
}
