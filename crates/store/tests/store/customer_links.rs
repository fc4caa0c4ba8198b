use crate::{conversation, customer};
use domain::Actor;
use std::time::Duration;
use store::{BROWSER_LINK_LIFETIME, Change, ENTRANCE_REPEATABLE, Entrance, Error, FormKey};
use testkit::{TestStore, both_databases};

both_databases! {
    /// A link opens once, for who made it, and ends the session it takes the place of.
    async fn a_link_works_once(store: TestStore) {
        let (noor, sam) = (customer(&store, "Noor").await, customer(&store, "Sam").await);
        let link = store.new_browser_link(&noor).await.unwrap();
        for _ in 0..2 {
            assert_eq!(store.customer_link(link.reveal()).await.unwrap().customer.name, "Noor", "looking uses nothing up");
        }
        store.take_changes();
        let token = store.use_customer_link(link.reveal(), Some(&sam)).await.unwrap();
        let session = store.authenticate(token.reveal()).await.unwrap().unwrap();
        assert_eq!(session.actor, noor.actor);
        assert_ne!(session.key, noor.key);
        assert!(store.check_session(&noor).await.is_ok(), "the browser it was made in stays signed in");
        assert!(matches!(store.check_session(&sam).await, Err(Error::SignedOut)));
        assert!(matches!(&store.take_changes()[..], [Change::SessionsEnded(ended)] if *ended == [sam.key]));
        assert!(matches!(store.use_customer_link(link.reveal(), None).await, Err(Error::NotFound(_))));
        assert!(matches!(store.customer_link(link.reveal()).await, Err(Error::NotFound(_))));
    }

    /// Of two who follow a link at once, one gets in.
    async fn of_two_at_once_one_gets_in(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let link = store.new_browser_link(&noor).await.unwrap();
        let follow = || store.use_customer_link(link.reveal(), None);
        let (one, other) = tokio::join!(follow(), follow());
        assert_eq!([one, other].iter().filter(|result| result.is_ok()).count(), 1);
    }

    /// A link lives for a quarter of an hour, until another is made, and until its customer signs out.
    async fn a_link_ends(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let first = store.new_browser_link(&noor).await.unwrap();
        let second = store.new_browser_link(&noor).await.unwrap();
        assert!(store.customer_link(first.reveal()).await.is_err());
        store.clock().advance(BROWSER_LINK_LIFETIME - Duration::from_secs(1));
        assert!(store.customer_link(second.reveal()).await.is_ok());
        store.clock().advance(Duration::from_secs(1));
        assert!(store.customer_link(second.reveal()).await.is_err());
        let unused = store.new_browser_link(&noor).await.unwrap();
        store.end_session(&noor).await.unwrap();
        assert!(store.customer_link(unused.reveal()).await.is_err(), "nor does it outlive being forgotten");
        store.end_session(&noor).await.unwrap();
        assert!(matches!(store.new_browser_link(&noor).await, Err(Error::SignedOut)));
    }

    /// The entrance's form sent twice, also at once, makes one customer; other words, another form, or a customer who
    /// was forgotten make another.
    async fn one_form_makes_one_customer(store: TestStore) {
        let (key, another) = (FormKey::new(), FormKey::new());
        let form = Entrance { key: &key, name: "Noor", email: "noor@example.com", text: "Help" };
        let (one, other) = tokio::join!(store.enter(&form), store.enter(&form));
        let mut sessions = Vec::new();
        for token in [one, other, store.enter(&form).await] {
            sessions.push(store.authenticate(token.unwrap().reveal()).await.unwrap().unwrap());
        }
        assert!(sessions.iter().all(|session| session.actor == sessions[0].actor));
        let begin = |n: usize| store.create_conversation(&sessions[n], key.client_id(), form.text);
        assert_eq!(begin(0).await.unwrap().0.id, begin(1).await.unwrap().0.id);

        let who = async |form: &Entrance<'_>| {
            let token = store.enter(form).await.unwrap();
            store.authenticate(token.reveal()).await.unwrap().unwrap().actor
        };
        let others =
            [Entrance { text: "Help!", ..form }, Entrance { name: "Sam", ..form }, Entrance { key: &another, ..form }];
        for other in &others {
            assert_ne!(who(other).await, sessions[0].actor);
        }
        store.end_session(&sessions[0]).await.unwrap();
        assert_ne!(who(&form).await, sessions[0].actor, "forgotten");
    }

    /// A11: the entrance's form signs its customer in again for a quarter of an hour; then it makes another, who has the form
    /// for as long.
    async fn a11_an_old_form_begins_anew(store: TestStore) {
        let key = FormKey::new();
        let form = Entrance { key: &key, name: "Noor", email: "noor@example.com", text: "Help" };
        let who = async || {
            let token = store.enter(&form).await.unwrap();
            store.authenticate(token.reveal()).await.unwrap().unwrap().actor
        };
        let first = who().await;
        store.clock().advance(ENTRANCE_REPEATABLE - Duration::from_secs(1));
        assert_eq!(who().await, first);
        store.clock().advance(Duration::from_secs(1));
        let second = who().await;
        assert_ne!(second, first);
        assert_eq!(who().await, second);
    }

    /// A8: erasing a customer leaves no link of theirs.
    async fn a8_links_go_with_their_customer(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        conversation(&store, &noor).await;
        let link = store.new_browser_link(&noor).await.unwrap();
        let administrator = crate::administrator(&store, "Grace").await;
        let Actor::Customer(customer) = &noor.actor else { unreachable!() };
        store.records(&administrator).unwrap().erase_customer(customer.id).await.unwrap();
        assert!(store.customer_link(link.reveal()).await.is_err());
    }
}
