use crate::{agent, conversation, customer, message};
use domain::{ClaimToken, ClientId, ConversationId, Refusal, Status};
use store::{Append, Change, Error, Store};
use testkit::{TestStore, both_databases, count};
use tokio::task::JoinSet;

both_databases! {
    /// D2, D3: however many send the same at once, each message is there once, numbered without gaps.
    async fn d2_d3_repeated_sends_at_once_are_one_message_each(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let appends: Vec<Append> = (0..50).map(|n| message(&conversation, &format!("line {n}"))).collect();
        let mut tasks = JoinSet::new();
        for append in appends.iter().cycle().take(200).cloned() {
            let (store, customer) = ((*store).clone(), customer.clone());
            tasks.spawn(async move { store.append(&customer, append).await.unwrap() });
        }
        let results = tasks.join_all().await;
        assert_eq!(results.iter().filter(|appended| appended.is_new).count(), 50);
        let messages = store.messages(conversation.key, 0, 100).await.unwrap();
        assert_eq!(messages.iter().map(|m| m.seq).collect::<Vec<_>>(), (1..=51).collect::<Vec<_>>());
        for append in appends {
            assert_eq!(messages.iter().filter(|m| m.client_id == append.client_id).count(), 1);
        }
        for appended in results {
            let kept = &messages[usize::try_from(appended.message.seq - 1).unwrap()];
            assert_eq!(*appended.message, *kept, "every caller was told the message that is kept");
        }
    }

    /// D3: two nodes that write the same conversation at once still number without gaps.
    async fn d3_two_nodes_share_one_numbering(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let other = Store::open(store.config(), store.clock().clone(), store::Settings::default(), |_| {}).await.unwrap();
        let mut tasks = JoinSet::new();
        for n in 0..100 {
            let node = if n % 2 == 0 { (*store).clone() } else { other.clone() };
            let (customer, append) = (customer.clone(), message(&conversation, &format!("line {n}")));
            tasks.spawn(async move { node.append(&customer, append).await.unwrap().message.seq });
        }
        let mut numbers = tasks.join_all().await;
        numbers.sort_unstable();
        assert_eq!(numbers, (2..=101).collect::<Vec<_>>());
        let kept = store.messages(conversation.key, 0, 200).await.unwrap();
        assert_eq!(kept.iter().map(|m| m.seq).collect::<Vec<_>>(), (1..=101).collect::<Vec<_>>());
        other.close().await;
        // The table has no key that could enforce this: it must fit monthly partitions.
        let doubled = "SELECT COUNT(*) FROM (SELECT 1 FROM messages GROUP BY conversation_id, seq HAVING COUNT(*) > 1) d";
        assert_eq!(count(store.config(), doubled).await, 0);
    }

    /// D1: what was acknowledged is there when the same data is opened again.
    async fn d1_acknowledged_messages_survive_reopening(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        store.append(&customer, message(&conversation, "still here?")).await.unwrap();
        let again = Store::open(store.config(), store.clock().clone(), store::Settings::default(), |_| {}).await.unwrap();
        let texts: Vec<_> = again.messages(conversation.key, 0, 10).await.unwrap().into_iter().map(|m| m.text).collect();
        assert_eq!(texts, [Some("My parcel is late".into()), Some("still here?".into())]);
        again.close().await;
    }

    /// D1: others hear of a message only after its commit, in the order of the numbers.
    async fn d1_changes_are_told_in_order_with_the_state_after(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        for n in 0..20 {
            store.append(&customer, message(&conversation, &format!("line {n}"))).await.unwrap();
        }
        let told: Vec<i64> = store.take_changes().into_iter().filter_map(|change| match change {
            Change::Message { conversation, message } => {
                assert!(conversation.last_seq >= message.seq);
                Some(message.seq)
            }
            _ => None,
        }).collect();
        assert_eq!(told, (1..=21).collect::<Vec<_>>());
    }

    /// D2: the same client_id with another text is refused, whatever happened since.
    async fn d2_a_client_id_stands_for_one_text(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let first = message(&conversation, "one");
        store.append(&customer, first.clone()).await.unwrap();
        let other = Append { text: "two".into(), ..first };
        assert!(matches!(store.append(&customer, other).await, Err(Error::ClientIdReused)));
    }

    /// D2: a repeat is found before any state is looked at: after losing the claim, after resolution.
    async fn d2_a_repeat_is_answered_whatever_the_state(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let agent = agent(&store, "Ada").await;
        let token = store.claim(&agent, conversation.id).await.unwrap().claim_token;
        let reply = Append { claim_token: Some(token), ..message(&conversation, "on its way") };
        let first = store.append(&agent, reply.clone()).await.unwrap();
        let question = message(&conversation, "where?");
        store.append(&customer, question.clone()).await.unwrap();
        store.resolve(&agent, conversation.id).await.unwrap();
        let again = store.append(&agent, reply).await.unwrap();
        assert_eq!((again.is_new, again.message), (false, first.message));
        assert!(!store.append(&customer, question).await.unwrap().is_new);
        let after = store.conversation(&customer.actor, conversation.id).await.unwrap();
        assert_eq!(after.status(), Status::Resolved, "a repeat reopens nothing");
    }

    /// D2: two customers may use the same client_id; neither sees the other's.
    async fn d2_keys_belong_to_their_author(store: TestStore) {
        let id = ClientId::new();
        let (one, other) = (customer(&store, "One").await, customer(&store, "Other").await);
        let (first, _) = store.create_conversation(&one, id, "hello").await.unwrap();
        let (second, created) = store.create_conversation(&other, id, "hello").await.unwrap();
        assert!(created);
        assert_ne!(first.id, second.id);
    }

    /// D2: a conversation begun twice with one client_id is one conversation, also at once.
    async fn d2_a_conversation_begins_once(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let id = ClientId::new();
        let mut tasks = JoinSet::new();
        for _ in 0..10 {
            let (store, customer) = ((*store).clone(), customer.clone());
            tasks.spawn(async move { store.create_conversation(&customer, id, "hello").await.unwrap() });
        }
        let results = tasks.join_all().await;
        assert_eq!(results.iter().filter(|(_, created)| *created).count(), 1);
        assert!(results.iter().all(|(conversation, _)| conversation.id == results[0].0.id));
        assert!(matches!(store.create_conversation(&customer, id, "other").await, Err(Error::ClientIdReused)));
    }

    /// D8: in one batch with good messages, only the bad ones fail.
    async fn d8_one_bad_message_never_sinks_its_batch(store: TestStore) {
        let (owner, stranger) = (customer(&store, "Owner").await, customer(&store, "Stranger").await);
        let conversation = conversation(&store, &owner).await;
        let agent = agent(&store, "Ada").await;
        let (good, foreign, unclaimed, missing) = tokio::join!(
            store.append(&owner, message(&conversation, "good")),
            store.append(&stranger, message(&conversation, "not mine")),
            store.append(&agent, Append { claim_token: Some(ClaimToken(7)), ..message(&conversation, "stale") }),
            store.append(&owner, Append { conversation: ConversationId::new(), ..message(&conversation, "nowhere") }),
        );
        assert!(good.unwrap().is_new);
        assert!(matches!(foreign, Err(Error::NotFound(_))), "A1: foreign is missing");
        assert!(matches!(unclaimed, Err(Error::Refused(Refusal::ClaimLost))));
        assert!(matches!(missing, Err(Error::NotFound(_))));
        assert_eq!(store.messages(conversation.key, 0, 10).await.unwrap().len(), 2);
    }

    /// A2: every write looks at its session again, inside its own transaction.
    async fn a2_an_ended_session_writes_nothing(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        store.end_session(&customer).await.unwrap();
        assert!(matches!(store.append(&customer, message(&conversation, "late")).await, Err(Error::SignedOut)));
        assert!(matches!(store.resolve(&customer, conversation.id).await, Err(Error::SignedOut)));
        assert!(matches!(store.create_conversation(&customer, ClientId::new(), "x").await, Err(Error::SignedOut)));
    }

    /// A customer's message on a resolved conversation reopens it, in the message's own transaction.
    async fn a_message_reopens_a_resolved_conversation(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        store.resolve(&customer, conversation.id).await.unwrap();
        let appended = store.append(&customer, message(&conversation, "one more thing")).await.unwrap();
        assert_eq!(appended.conversation.status(), Status::Open);
        let kept = store.conversation(&customer.actor, conversation.id).await.unwrap();
        assert_eq!(kept, *appended.conversation, "what is told is what is kept");
    }

    /// D2: text is kept exactly as sent.
    async fn text_is_kept_as_sent(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let text = " \u{202e}abc\r\n\t'); DROP TABLE messages; -- {{7*7}} <script>alert(1)</script> 👩‍👩‍👧 \u{feff}é e\u{301} ";
        store.append(&customer, message(&conversation, text)).await.unwrap();
        let kept = store.messages(conversation.key, 1, 10).await.unwrap();
        assert_eq!(kept[0].text.as_deref(), Some(text));
    }
}
