use crate::{agent, conversation, customer, message};
use domain::{Conversation, ConversationKey};
use std::time::Duration;
use store::{MAIL_ATTEMPTS, MailOutcome, Session};
use testkit::{TestStore, both_databases};

const FIVE_MINUTES: Duration = Duration::from_secs(5 * 60);

both_databases! {
    /// Who has left an answer unread for five minutes is written to once, by one of two nodes, until they are back.
    async fn one_mail_in_each_absence(store: TestStore) {
        let (noor, grace) = (customer(&store, "Noor").await, agent(&store, "Grace").await);
        let (first, second) = (conversation(&store, &noor).await, conversation(&store, &noor).await);
        answer(&store, &grace, &first).await;
        assert_eq!(due(&store).await, 0, "not yet");
        store.clock().advance(FIVE_MINUTES);
        answer(&store, &grace, &second).await;
        let looks = || store.note_absences(FIVE_MINUTES);
        let (one, other) = tokio::join!(looks(), looks());
        one.and(other).unwrap();
        let (one, other) = tokio::join!(store.next_absence_mail(), store.next_absence_mail());
        let mails: Vec<_> = [one.unwrap(), other.unwrap()].into_iter().flatten().collect();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].email, "someone@example.com");
        let link = store.customer_link(mails[0].link.reveal()).await.unwrap();
        assert_eq!((link.customer.name.as_str(), link.conversation), ("Noor", Some(first.id)));
        assert!(!store.settle_absence_mail(&mails[0], MailOutcome::Sent).await.unwrap());
        assert_eq!(events(&store, first.key).await, ["claimed", "mailed"]);

        // In the same absence there is no other, whichever conversation it is about.
        store.clock().advance(FIVE_MINUTES);
        assert_eq!(due(&store).await, 0);
        store.mark_seen(&noor, second.id, 2).await.unwrap();
        answer(&store, &grace, &second).await;
        assert_eq!(due(&store).await, 0, "they are back, whatever they have not read");
        store.clock().advance(FIVE_MINUTES);
        assert_eq!(due(&store).await, 1);
        store.clock().advance(FIVE_MINUTES);
        assert_eq!(due(&store).await, 0);
    }

    /// Who reads in time, writes themselves or gave no address gets none.
    async fn who_is_there_gets_none(store: TestStore) {
        let (noor, grace) = (customer(&store, "Noor").await, agent(&store, "Grace").await);
        let read = conversation(&store, &noor).await;
        answer(&store, &grace, &read).await;
        store.mark_seen(&noor, read.id, 2).await.unwrap();
        let written = conversation(&store, &noor).await;
        answer(&store, &grace, &written).await;
        store.append(&noor, message(&written, "Thanks")).await.unwrap();
        store.clock().advance(FIVE_MINUTES);
        assert_eq!(due(&store).await, 0);
    }

    /// A program that only writes is back by writing.
    async fn who_writes_is_back(store: TestStore) {
        let (noor, grace) = (customer(&store, "Noor").await, agent(&store, "Grace").await);
        let conversation = conversation(&store, &noor).await;
        answer(&store, &grace, &conversation).await;
        store.clock().advance(FIVE_MINUTES);
        assert_eq!(due(&store).await, 1);
        store.append(&noor, message(&conversation, "Here I am")).await.unwrap();
        assert_eq!(due(&store).await, 0);
        answer(&store, &grace, &conversation).await;
        store.clock().advance(FIVE_MINUTES);
        assert_eq!(due(&store).await, 1);
    }

    /// What did not go out is tried again, later each time, and then given up where agents see it.
    async fn failing_mails_are_given_up_visibly(store: TestStore) {
        let (noor, grace) = (customer(&store, "Noor").await, agent(&store, "Grace").await);
        let conversation = conversation(&store, &noor).await;
        answer(&store, &grace, &conversation).await;
        store.clock().advance(FIVE_MINUTES);
        store.note_absences(FIVE_MINUTES).await.unwrap();
        let mut wait = Duration::from_secs(60);
        for attempt in 1..=MAIL_ATTEMPTS {
            let mail = store.next_absence_mail().await.unwrap().expect("due");
            assert_eq!(mail.attempts, attempt);
            let again = store.settle_absence_mail(&mail, MailOutcome::Later).await.unwrap();
            assert_eq!(again, attempt < MAIL_ATTEMPTS);
            store.clock().advance(wait - Duration::from_secs(1));
            assert_eq!(store.next_absence_mail().await.unwrap(), None);
            store.clock().advance(Duration::from_secs(1));
            wait *= 4;
        }
        assert_eq!(events(&store, conversation.key).await, ["claimed", "not_mailed"]);
    }

    /// When a node stops while it sends, nobody knows whether the e-mail went out: it is given up, not sent again.
    async fn a_mail_whose_sender_crashed_is_not_sent_again(store: TestStore) {
        let (noor, grace) = (customer(&store, "Noor").await, agent(&store, "Grace").await);
        let conversation = conversation(&store, &noor).await;
        answer(&store, &grace, &conversation).await;
        store.clock().advance(FIVE_MINUTES);
        assert_eq!(due(&store).await, 1);
        assert_eq!(store.give_up_lost_mails().await.unwrap(), 0);
        store.clock().advance(Duration::from_secs(10 * 60));
        assert_eq!(store.give_up_lost_mails().await.unwrap(), 1);
        assert_eq!(due(&store).await, 0);
        assert_eq!(events(&store, conversation.key).await, ["claimed", "not_mailed"]);
    }
}

async fn answer(store: &TestStore, agent: &Session, conversation: &Conversation) {
    store.claim(agent, conversation.id).await.unwrap();
    store.append(agent, message(conversation, "An answer")).await.unwrap();
}

/// How many e-mails are due now.
async fn due(store: &TestStore) -> usize {
    store.note_absences(FIVE_MINUTES).await.unwrap();
    let mut due = 0;
    while store.next_absence_mail().await.unwrap().is_some() {
        due += 1;
    }
    due
}

/// What the agents' log says, without what the passing time does.
async fn events(store: &TestStore, conversation: ConversationKey) -> Vec<String> {
    let notes = store.notes(conversation, 0, 100).await.unwrap();
    let names = notes.into_iter().filter_map(|note| Some(note.data?["event"].as_str()?.to_owned()));
    names.filter(|name| name != "expired").collect()
}
