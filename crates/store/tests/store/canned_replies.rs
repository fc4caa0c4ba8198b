use crate::{administrator, agent, conversation, customer, message};
use domain::{CannedReplyId, Refusal, Stage};
use std::time::Duration;
use store::{Append, CannedReplyChanges, Error, NewCannedReply, Scope, Session};
use testkit::{TestStore, both_databases};

fn new(scope: Scope, stage: Stage, text: &str) -> NewCannedReply {
    NewCannedReply { scope, stage, short_code: None, text: text.into() }
}

async fn visible(store: &TestStore, session: &Session) -> Vec<CannedReplyId> {
    let page = store.canned_replies(session, None, 100).await.unwrap();
    page.items.into_iter().map(|(reply, _)| reply.id).collect()
}

both_databases! {
    /// Shared ones are the administrators', own ones their agent's; a foreign one is missing (A1).
    async fn scopes_decide_who_sees_and_changes(store: TestStore) {
        let (ada, bo) = (agent(&store, "Ada").await, agent(&store, "Bo").await);
        let (chief, noor) = (administrator(&store, "Chief").await, customer(&store, "Noor").await);
        let seeded = visible(&store, &ada).await.len();
        assert!(seeded >= 3, "a new installation has some of every stage");
        let own = store.create_canned_reply(&ada, &new(Scope::Own, Stage::Ongoing, "My way")).await.unwrap();
        let shared = store.create_canned_reply(&chief, &new(Scope::Shared, Stage::Ongoing, "Our way")).await.unwrap();
        assert_eq!(visible(&store, &ada).await.len(), seeded + 2);
        assert_eq!(visible(&store, &bo).await.len(), seeded + 1);
        let change = CannedReplyChanges { text: Some("changed".into()), ..CannedReplyChanges::default() };
        let forbidden = |error| matches!(error, Error::Refused(Refusal::Forbidden));
        assert!(forbidden(store.create_canned_reply(&ada, &new(Scope::Shared, Stage::Ongoing, "x")).await.unwrap_err()));
        assert!(forbidden(store.update_canned_reply(&ada, shared.id, &change).await.unwrap_err()));
        assert!(forbidden(store.delete_canned_reply(&ada, shared.id).await.unwrap_err()));
        assert!(forbidden(store.canned_replies(&noor, None, 10).await.unwrap_err()));
        for session in [&bo, &chief] {
            assert!(matches!(store.update_canned_reply(session, own.id, &change).await, Err(Error::NotFound(_))));
            assert!(matches!(store.delete_canned_reply(session, own.id).await, Err(Error::NotFound(_))));
            assert!(matches!(store.canned_reply(session, own.id).await, Err(Error::NotFound(_))));
        }
        let (changed, scope) = store.update_canned_reply(&ada, own.id, &change).await.unwrap();
        assert_eq!((changed.text.as_str(), changed.stage, scope), ("changed", Stage::Ongoing, Scope::Own));
        assert_eq!(store.canned_reply(&ada, own.id).await.unwrap(), (changed, Scope::Own));
        store.delete_canned_reply(&ada, own.id).await.unwrap();
        assert!(matches!(store.delete_canned_reply(&ada, own.id).await, Err(Error::NotFound(_))));
    }

    /// What cannot be a reply is refused with the field's name.
    async fn bad_replies_are_refused(store: TestStore) {
        let ada = agent(&store, "Ada").await;
        let long = "x".repeat(10_001);
        for (text, code, named) in [
            ("{{ customer.shoe }}", None, "text"), (" ", None, "text"), (&*long, None, "text"), ("fine", Some("a\nb"), "short_code"),
        ] {
            let new = NewCannedReply { short_code: code.map(Into::into), ..new(Scope::Own, Stage::Greeting, text) };
            let error = store.create_canned_reply(&ada, &new).await.unwrap_err();
            assert!(matches!(error, Error::Invalid { field, .. } if field == named), "{error}");
        }
    }

    /// Pages join into the whole.
    async fn canned_replies_are_paged(store: TestStore) {
        let ada = agent(&store, "Ada").await;
        let (mut paged, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.canned_replies(&ada, cursor.as_deref(), 4).await.unwrap();
            paged.extend(page.items.into_iter().map(|(reply, _)| reply.id));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(paged, visible(&store, &ada).await);
        assert!(matches!(store.canned_replies(&ada, Some("x"), 4).await, Err(Error::BadCursor)));
    }

    /// K1: suggestions are the stage's, and the stage follows the conversation.
    async fn k1_suggestions_follow_the_stage(store: TestStore) {
        let (noor, ada) = (customer(&store, "Noor").await, agent(&store, "Ada").await);
        let begun = conversation(&store, &noor).await;
        store.create_canned_reply(&ada, &new(Scope::Own, Stage::Greeting, "Hi {{ customer.name | \"you\" }}, {{ agent.name }} here")).await.unwrap();
        let stage = || async {
            let now = store.conversation(&ada.actor, begun.id).await.unwrap();
            store.suggestions(&ada, &now).await.unwrap()
        };
        let greeting = stage().await;
        assert_eq!(greeting.stage, Stage::Greeting);
        assert!(greeting.items.iter().any(|item| item.text == "Hi Noor, Ada here"));
        store.claim(&ada, begun.id).await.unwrap();
        store.append(&ada, message(&begun, "hello")).await.unwrap();
        assert_eq!(stage().await.stage, Stage::Ongoing);
        store.append(&noor, message(&begun, "Thanks, it came!")).await.unwrap();
        assert_eq!(stage().await.stage, Stage::Resolved);
        store.append(&noor, message(&begun, "It is the wrong one")).await.unwrap();
        assert_eq!(stage().await.stage, Stage::Ongoing);
    }

    /// A reply that was just sent is not offered again until the customer has written.
    async fn what_was_just_answered_is_not_offered_again(store: TestStore) {
        let (noor, ada) = (customer(&store, "Noor").await, agent(&store, "Ada").await);
        let begun = conversation(&store, &noor).await;
        let text = "One moment, {{ customer.name }}, I look it up";
        let reply = store.create_canned_reply(&ada, &new(Scope::Own, Stage::Ongoing, text)).await.unwrap();
        let is_offered = || async {
            let now = store.conversation(&ada.actor, begun.id).await.unwrap();
            let offered = store.suggestions(&ada, &now).await.unwrap();
            assert_eq!(offered.stage, Stage::Ongoing);
            offered.items.iter().any(|item| item.canned_reply == reply.id)
        };
        store.claim(&ada, begun.id).await.unwrap();
        store.append(&ada, message(&begun, "hello")).await.unwrap();
        assert!(is_offered().await);
        store.append(&ada, message(&begun, "One moment, Noor, I look it up\n")).await.unwrap();
        assert!(!is_offered().await);
        store.append(&noor, message(&begun, "Which one?")).await.unwrap();
        assert!(is_offered().await);
    }

    /// K2: sending a reply's text counts as using it, and 20 uses move it above an equal one.
    async fn k2_twenty_uses_move_a_reply_up(store: TestStore) {
        let (noor, ada) = (customer(&store, "Noor").await, agent(&store, "Ada").await);
        let begun = conversation(&store, &noor).await;
        let one = store.create_canned_reply(&ada, &new(Scope::Own, Stage::Ongoing, "Parcel one, {{ customer.name }}")).await.unwrap();
        let two = store.create_canned_reply(&ada, &new(Scope::Own, Stage::Ongoing, "Parcel two, {{ customer.name }}")).await.unwrap();
        store.claim(&ada, begun.id).await.unwrap();
        store.append(&ada, message(&begun, "hello")).await.unwrap();
        let first = || async {
            let now = store.conversation(&ada.actor, begun.id).await.unwrap();
            store.suggestions(&ada, &now).await.unwrap().items[0].canned_reply
        };
        assert_eq!(first().await, one.id);
        let sent = message(&begun, "Parcel two, Noor");
        for _ in 0..20 {
            store.append(&ada, Append { client_id: domain::ClientId::new(), ..sent.clone() }).await.unwrap();
        }
        let counted = async {
            while store.canned_reply(&ada, two.id).await.unwrap().0.usage.count < 19.9 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), counted).await.unwrap();
        store.append(&noor, message(&begun, "Which one?")).await.unwrap();
        assert_eq!(first().await, two.id);
    }
}
