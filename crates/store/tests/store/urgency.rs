//! Urgency (U1, U2): computed where messages are written, kept, and moved on by time.

use crate::import::import;
use crate::{administrator, agent, bring_in, customer, message};
use domain::{ClientId, Conversation, Filter, Status, UrgencyLevel};
use std::time::Duration;
use store::{Action, Change, ListQuery, Order, Session, Settings, Sort, Store};
use testkit::{TestStore, both_databases};

const HOUR: Duration = Duration::from_secs(3600);

async fn begin(store: &TestStore, customer: &Session, text: &str) -> Conversation {
    store.create_conversation(customer, ClientId::new(), text).await.unwrap().0
}

/// The conversation as it is kept.
async fn kept(store: &Store, agent: &Session, conversation: &Conversation) -> Conversation {
    store.conversation(&agent.actor, conversation.id).await.unwrap()
}

/// Its level, score and reasons.
async fn urgency(
    store: &Store,
    agent: &Session,
    conversation: &Conversation,
) -> (UrgencyLevel, i32, Vec<String>) {
    let urgency = kept(store, agent, conversation).await.urgency;
    (urgency.level, urgency.score, urgency.reasons)
}

fn why(reasons: &[&str]) -> Vec<String> {
    reasons.iter().map(|reason| (*reason).to_owned()).collect()
}

both_databases! {
    /// U1: the strongest message since the last answer counts, and says why; an answer starts anew.
    async fn u1_the_strongest_unanswered_message_counts(store: TestStore) {
        let (noor, ada) = (customer(&store, "Noor").await, agent(&store, "Ada").await);
        let conversation = begin(&store, &noor, "I can't log in").await;
        let first = (UrgencyLevel::High, 60, why(&["cannot get in"]));
        assert_eq!(urgency(&store, &ada, &conversation).await, first);
        let appended = store.append(&noor, message(&conversation, "ok thanks")).await.unwrap();
        let second = (UrgencyLevel::High, 65, why(&["cannot get in", "wrote twice without an answer"]));
        assert_eq!(urgency(&store, &ada, &conversation).await, second);
        assert_eq!(appended.conversation.urgency.score, 65, "whoever sees the message sees it too");

        store.claim(&ada, conversation.id).await.unwrap();
        assert_eq!(urgency(&store, &ada, &conversation).await, second, "a claim is no answer");
        store.append(&ada, message(&conversation, "Try again, please")).await.unwrap();
        assert_eq!(urgency(&store, &ada, &conversation).await, (UrgencyLevel::Low, 0, vec![]));
        store.append(&noor, message(&conversation, "Where do I find it?")).await.unwrap();
        assert_eq!(urgency(&store, &ada, &conversation).await, (UrgencyLevel::Normal, 20, vec![]));
    }

    /// U1: the queue, "next" and the lists go by level, then by waiting time, then by id.
    async fn u1_queue_order_is_level_then_waiting_then_id(store: TestStore) {
        let (noor, ada) = (customer(&store, "Noor").await, agent(&store, "Ada").await);
        let mut begun = Vec::new();
        for text in ["Are you open?", "thank you", "I can't log in", "Are you open?", "My card was stolen"] {
            begun.push(begin(&store, &noor, text).await.id);
            store.clock().advance(Duration::from_millis(10));
        }
        let order = [begun[2], begun[4], begun[0], begun[3], begun[1]];
        assert_eq!(store.queue_head(10).await.unwrap(), order);
        let listed = |sort, filter: Filter| {
            let (store, ada) = (&store, &ada);
            async move {
                let page = store.conversations(&ada.actor, &filter, sort, None, 10).await.unwrap();
                page.items.into_iter().map(|conversation| conversation.id).collect::<Vec<_>>()
            }
        };
        assert_eq!(listed(Sort::Queue, Filter::default()).await, order);
        let newest_first = [begun[4], begun[2], begun[3], begun[0], begun[1]];
        assert_eq!(listed(Sort::Urgency, Filter::default()).await, newest_first);
        let high = Filter { urgency: vec![UrgencyLevel::High], ..Filter::default() };
        assert_eq!(listed(Sort::Queue, high).await, order[..2]);
        let last = store.conversation(&ada.actor, begun[1]).await.unwrap();
        assert_eq!(store.queue_position(&last).await.unwrap(), 4);
        for next in order {
            assert_eq!(store.claim_next(&ada).await.unwrap().unwrap().id, next);
        }
    }

    /// U2: what is lost comes before what is promised, however long the promise waits.
    async fn u2_losing_access_or_money_comes_before_promises_and_thanks(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let calm = ["I will pay on Friday", "Thanks a lot", "Just so you know, we moved"];
        let alarming = ["I cannot get in", "I have not received the money", "Why was I rejected?", "It is fraud",
                        "I need the letter by tomorrow"];
        let mut later = Vec::new();
        for text in calm {
            later.push(begin(&store, &noor, text).await.id);
        }
        store.clock().advance(30 * 24 * HOUR);
        store.assess_due().await.unwrap();
        let mut first = Vec::new();
        for text in alarming {
            first.push(begin(&store, &noor, text).await.id);
        }
        let ada = agent(&store, "Ada").await;
        let mut queue = Vec::new();
        while let Some(next) = store.claim_next(&ada).await.unwrap() {
            queue.push(next.id);
        }
        assert_eq!(queue, [first, later].concat());
    }

    /// U1: time moves what is due and nothing else, once, however many nodes look.
    async fn u1_waiting_raises_what_is_due_once_over_all_nodes(store: TestStore) {
        let (noor, ada) = (customer(&store, "Noor").await, agent(&store, "Ada").await);
        let early = begin(&store, &noor, "Are you open?").await;
        let calm = begin(&store, &noor, "thank you").await;
        store.clock().advance(HOUR / 2);
        let late = begin(&store, &noor, "Are you open?").await;
        store.clock().advance(HOUR / 2);
        let other = Store::open(store.config(), store.clock().clone(), Settings::default(), |_| {}).await.unwrap();
        store.take_changes();
        let (here, there) = tokio::join!(store.assess_due(), other.assess_due());
        assert_eq!(here.unwrap() + there.unwrap(), 2);
        assert_eq!(store.assess_due().await.unwrap() + other.assess_due().await.unwrap(), 0);
        let earlier = kept(&store, &ada, &late).await.earlier;
        assert_eq!((kept(&store, &ada, &early).await.version, earlier), (2, 2));
        assert_eq!(urgency(&store, &ada, &early).await, (UrgencyLevel::Normal, 24, why(&["waiting 1 h"])));
        let reasons = why(&["waiting 15 min", "2 earlier conversations in 30 days"]);
        assert_eq!(urgency(&store, &ada, &late).await, (UrgencyLevel::Normal, 27, reasons));
        assert_eq!(kept(&store, &ada, &calm).await.version, 1, "nothing is ever due in it");
        let told = store.take_changes();
        assert!(told.iter().all(|change| matches!(change, Change::Conversation(_))), "{told:?}");
        other.close().await;
    }

    /// U1: who comes back after the end is more urgent; what they said before it does not count again.
    async fn u1_history_counts(store: TestStore) {
        let (noor, ada) = (customer(&store, "Noor").await, agent(&store, "Ada").await);
        let conversation = begin(&store, &noor, "I can't log in").await;
        store.resolve(&noor, conversation.id).await.unwrap();
        assert_eq!(urgency(&store, &ada, &conversation).await, (UrgencyLevel::Low, 0, vec![]));
        store.append(&noor, message(&conversation, "Are you open?")).await.unwrap();
        let reasons = why(&["came back after it was resolved"]);
        assert_eq!(urgency(&store, &ada, &conversation).await, (UrgencyLevel::Normal, 30, reasons));
    }

    /// U1: what is unsaid does not count any more; what is said instead does.
    async fn u1_edits_and_deletions_count(store: TestStore) {
        let (noor, ada) = (customer(&store, "Noor").await, agent(&store, "Ada").await);
        let conversation = begin(&store, &noor, "Are you open?").await;
        let said = store.append(&noor, message(&conversation, "My card was stolen")).await.unwrap().message;
        assert_eq!(urgency(&store, &ada, &conversation).await.0, UrgencyLevel::High);
        store.edit_message(&noor, conversation.id, said.id, "I can't log in").await.unwrap();
        assert_eq!(urgency(&store, &ada, &conversation).await.2[0], "cannot get in");
        store.delete_message(&noor, conversation.id, said.id).await.unwrap();
        assert_eq!(urgency(&store, &ada, &conversation).await.0, UrgencyLevel::Normal);
    }

    /// U1: what is imported has its urgency at once.
    async fn u1_imports_have_their_urgency(store: TestStore) {
        let ada = agent(&store, "Ada").await;
        let import = import(&[(10, "I have not received the money"), (20, "ok")]);
        bring_in(&store, std::slice::from_ref(&import)).await.unwrap();
        let imported = store.conversation(&ada.actor, import.conversation).await.unwrap();
        let reasons = ["says money was not received", "wrote twice without an answer", "waiting 3 days"];
        assert_eq!((imported.urgency.level, imported.status()), (UrgencyLevel::High, Status::Open));
        assert_eq!((imported.urgency.score, imported.urgency.reasons), (20 + 40 + 16 + 5, why(&reasons)));
    }

    /// U1, A7: an administrator's words and weights count on every node, also for who waits already, and are audited.
    async fn u1_changed_rules_count_on_every_node(store: TestStore) {
        let (noor, ada) = (customer(&store, "Noor").await, agent(&store, "Ada").await);
        let boss = administrator(&store, "Boss").await;
        let other = Store::open(store.config(), store.clock().clone(), Settings::default(), |_| {}).await.unwrap();
        let before = begin(&store, &noor, "The zebra is ill").await;
        let records = store.records(&boss).unwrap();
        let found = records.urgency_rules().await.unwrap();
        assert!(found.are_built_in);
        let mut rules = found.rules.clone();
        rules.topics[0].phrases.push("zebra".into());
        let preview = records.preview_urgency(&rules).await.unwrap();
        assert_eq!((preview[0].before.0, preview[0].after.0), (UrgencyLevel::Normal, UrgencyLevel::High));

        records.change_urgency_rules(found.version, Some(&rules)).await.unwrap();
        let too_late = records.change_urgency_rules(found.version, None).await.unwrap_err();
        assert!(too_late.to_string().contains("meanwhile"), "{too_late}");
        assert_eq!(records.urgency_rules().await.unwrap().rules, rules);
        other.refresh_urgency_rules().await.unwrap();
        let (after, _) = other.create_conversation(&noor, ClientId::new(), "My zebra!").await.unwrap();
        assert_eq!(after.urgency.level, UrgencyLevel::High);
        assert_eq!(urgency(&store, &ada, &before).await.0, UrgencyLevel::Normal);
        assert_eq!(other.rescore_outdated().await.unwrap(), 1);
        assert_eq!(urgency(&store, &ada, &before).await.0, UrgencyLevel::High);
        assert_eq!(store.rescore_outdated().await.unwrap(), 0);

        records.change_urgency_rules(found.version + 1, None).await.unwrap();
        assert!(records.urgency_rules().await.unwrap().are_built_in);
        let query = ListQuery { search: "", order: Order::Newest, cursor: None, limit: 10 };
        let audited = records.audit_log(Some(Action::SettingsChanged), &query).await.unwrap().items;
        assert_eq!(audited.len(), 2);
        assert_eq!(audited[0].object, "urgency rules");
        other.close().await;
    }

    /// A rule that cannot be used changes nothing.
    async fn rules_that_cannot_be_used_are_refused(store: TestStore) {
        let boss = administrator(&store, "Boss").await;
        let records = store.records(&boss).unwrap();
        let mut found = records.urgency_rules().await.unwrap();
        found.rules.topics[0].weight = 1_000;
        let refused = records.change_urgency_rules(found.version, Some(&found.rules)).await.unwrap_err();
        assert!(refused.to_string().contains("from -100 to 100"), "{refused}");
        assert!(records.urgency_rules().await.unwrap().are_built_in);
        assert!(store.records(&agent(&store, "Ada").await).is_err());
    }
}
