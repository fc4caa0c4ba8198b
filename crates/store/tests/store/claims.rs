use crate::{administrator, agent, conversation, customer, message};
use domain::{Refusal, Status};
use std::time::Duration;
use store::{Append, Error};
use testkit::{TestStore, both_databases};
use tokio::task::JoinSet;

both_databases! {
    /// C1: of many who claim at once, one holds it, and the others are told who.
    async fn c1_one_of_many_claims_wins(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let mut agents = Vec::new();
        for n in 0..16 {
            agents.push(agent(&store, &format!("Agent {n}")).await);
        }
        let mut tasks = JoinSet::new();
        for agent in agents {
            let store = (*store).clone();
            tasks.spawn(async move { (agent.actor.name().to_owned(), store.claim(&agent, conversation.id).await) });
        }
        let results = tasks.join_all().await;
        let winners: Vec<&String> = results.iter().filter(|(_, r)| r.is_ok()).map(|(name, _)| name).collect();
        assert_eq!(winners.len(), 1);
        for (name, result) in &results {
            if let Err(error) = result {
                assert!(
                    matches!(error, Error::Refused(Refusal::AlreadyClaimed(holder)) if holder.name == *winners[0]),
                    "{name}: {error}"
                );
            }
        }
    }

    /// C1: "next" never gives one conversation to two agents, and skips none.
    async fn c1_next_gives_each_conversation_once_in_queue_order(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let mut waiting = Vec::new();
        for _ in 0..12 {
            waiting.push(conversation(&store, &customer).await.id);
        }
        let first = agent(&store, "First").await;
        assert_eq!(store.claim_next(&first).await.unwrap().unwrap().id, waiting[0]);
        let mut tasks = JoinSet::new();
        for n in 0..4 {
            let agent = agent(&store, &format!("Agent {n}")).await;
            let store = (*store).clone();
            tasks.spawn(async move {
                let mut got = Vec::new();
                while let Some(conversation) = store.claim_next(&agent).await.unwrap() {
                    got.push(conversation.id);
                }
                got
            });
        }
        let mut got: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
        got.sort();
        waiting.remove(0);
        waiting.sort();
        assert_eq!(got, waiting);
    }

    /// C2: a stale token is refused, however long its bearer was stopped; a renewed one is not stale.
    async fn c2_a_stale_token_is_refused(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let (one, other) = (agent(&store, "One").await, agent(&store, "Other").await);
        let token = store.claim(&one, conversation.id).await.unwrap().claim_token;
        assert_eq!(store.claim(&one, conversation.id).await.unwrap().claim_token, token, "renewing keeps it");
        let write = |text: &str| Append { claim_token: Some(token), ..message(&conversation, text) };
        store.append(&one, write("hello")).await.unwrap();
        store.clock().advance(Duration::from_secs(61));
        assert!(matches!(
            store.append(&one, write("too late")).await,
            Err(Error::Refused(Refusal::ClaimLost))
        ), "also before anybody swept");
        let newer = store.claim(&other, conversation.id).await.unwrap().claim_token;
        assert!(newer > token);
        assert!(matches!(store.append(&one, write("later still")).await, Err(Error::Refused(Refusal::ClaimLost))));
        let no_token = message(&conversation, "no token");
        assert!(matches!(store.append(&one, no_token).await, Err(Error::Refused(Refusal::NotClaimed))));
    }

    /// C3: an unrenewed claim returns to the queue with its old waiting time; a renewed one stays.
    async fn c3_leases_end_unless_renewed(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let (left, kept) = (conversation(&store, &customer).await, conversation(&store, &customer).await);
        let agent = agent(&store, "Ada").await;
        store.claim(&agent, left.id).await.unwrap();
        let token = store.claim(&agent, kept.id).await.unwrap().claim_token;
        store.clock().advance(Duration::from_secs(59));
        assert_eq!(store.expire_claims().await.unwrap(), 0);
        store.renew_claim(&agent, kept.id, Some(token), false).await.unwrap();
        store.clock().advance(Duration::from_secs(1));
        assert_eq!(store.expire_claims().await.unwrap(), 1);
        let left = store.conversation(&agent.actor, left.id).await.unwrap();
        assert_eq!((left.status(), left.waiting_since), (Status::Open, Some(left.created_at)));
        assert_eq!(store.conversation(&agent.actor, kept.id).await.unwrap().status(), Status::Ongoing);
        let log = store.notes(left.key, 0, 10).await.unwrap();
        let events: Vec<_> = log.iter().map(|note| note.data.as_ref().unwrap()["event"].clone()).collect();
        assert_eq!(events, ["claimed", "expired"]);
    }

    /// C3: a holder who does nothing while the customer waits is warned, then loses the conversation; who types keeps it.
    async fn c3_idle_holders_lose_waiting_customers(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let (left, kept) = (conversation(&store, &customer).await, conversation(&store, &customer).await);
        let answered = conversation(&store, &customer).await;
        let agent = agent(&store, "Ada").await;
        for id in [left.id, kept.id, answered.id] {
            store.claim(&agent, id).await.unwrap();
        }
        store.append(&agent, message(&answered, "Here you are")).await.unwrap();
        let stay_connected = async |time: Duration| {
            let step = Duration::from_secs(30);
            for _ in 0..time.as_secs() / step.as_secs() {
                store.clock().advance(step);
                store.renew_claims(&agent).await.unwrap();
            }
        };
        let returns_at = async |id| {
            let conversation = store.conversation(&agent.actor, id).await.unwrap();
            conversation.current_claim().and_then(|claim| claim.returns_at)
        };
        stay_connected(Duration::from_secs(14 * 60)).await;
        assert_eq!(store.warn_idle_holders().await.unwrap(), 0);
        stay_connected(Duration::from_secs(60)).await;
        assert_eq!(store.warn_idle_holders().await.unwrap(), 2);
        assert_eq!(store.warn_idle_holders().await.unwrap(), 0, "once");
        assert!(returns_at(left.id).await.is_some() && returns_at(answered.id).await.is_none());

        store.renew_claim(&agent, kept.id, None, true).await.unwrap();
        assert_eq!(returns_at(kept.id).await, None);
        stay_connected(Duration::from_secs(120)).await;
        assert_eq!(store.return_idle_claims().await.unwrap(), 1);
        let left = store.conversation(&agent.actor, left.id).await.unwrap();
        assert_eq!((left.status(), left.waiting_since), (Status::Open, Some(left.created_at)));
        let log = store.notes(left.key, 0, 10).await.unwrap();
        let events: Vec<_> = log.iter().map(|note| note.data.as_ref().unwrap()["event"].clone()).collect();
        assert_eq!(events, ["claimed", "warned", "left_unanswered"]);
    }

    /// C4: only the holder and administrators move a claim.
    async fn c4_only_holder_and_administrator_move_a_claim(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let (holder, other) = (agent(&store, "Holder").await, agent(&store, "Other").await);
        let boss = administrator(&store, "Boss").await;
        let id_of = |session: &store::Session| session.actor.agent().unwrap().id;
        store.claim(&holder, conversation.id).await.unwrap();
        let refused = |result: Result<_, Error>| matches!(result, Err(Error::Refused(Refusal::NotClaimed)));
        assert!(refused(store.release_claim(&other, conversation.id).await));
        assert!(refused(store.hand_over(&other, conversation.id, id_of(&other)).await));
        assert!(refused(store.resolve(&other, conversation.id).await));
        let taken = store.hand_over(&boss, conversation.id, id_of(&boss)).await.unwrap();
        assert_eq!(taken.current_claim().unwrap().holder.name, "Boss");
        let given = store.hand_over(&boss, conversation.id, id_of(&other)).await.unwrap();
        assert_eq!(given.current_claim().unwrap().holder.name, "Other");
        store.release_claim(&other, conversation.id).await.unwrap();
        let customers = store.claim(&customer, conversation.id).await;
        assert!(matches!(customers, Err(Error::Refused(Refusal::Forbidden))));
    }

    /// C4, A7: what ends another agent's claim is in the audit log, with who did it; one's own release is not.
    async fn c4_a_take_over_is_audited(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let (holder, boss) = (agent(&store, "Holder").await, administrator(&store, "Boss").await);
        let take_overs = async || {
            let entries = store.audit_log(None, 100).await.unwrap().items;
            entries.into_iter().filter(|entry| entry.action.starts_with("claim_")).collect::<Vec<_>>()
        };
        store.claim(&holder, conversation.id).await.unwrap();
        store.release_claim(&holder, conversation.id).await.unwrap();
        assert!(take_overs().await.is_empty());

        let boss_id = boss.actor.agent().unwrap().id;
        store.claim(&holder, conversation.id).await.unwrap();
        store.hand_over(&boss, conversation.id, boss_id).await.unwrap();
        store.release_claim(&boss, conversation.id).await.unwrap();
        store.claim(&holder, conversation.id).await.unwrap();
        store.release_claim(&boss, conversation.id).await.unwrap();
        store.claim(&holder, conversation.id).await.unwrap();
        store.resolve(&boss, conversation.id).await.unwrap();
        let found = take_overs().await;
        let actions: Vec<_> = found.iter().rev().map(|entry| &*entry.action).collect();
        assert_eq!(actions, ["claim_taken_over", "claim_returned", "claim_taken_over"]);
        let object = format!("conversation {}", conversation.id);
        assert!(found.iter().all(|entry| entry.actor == "Boss" && entry.object == object));
    }

    /// C1: clocks that jump may end leases early, never make two holders.
    async fn c1_a_jumping_clock_makes_no_second_holder(store: TestStore) {
        let customer = customer(&store, "Noor").await;
        let conversation = conversation(&store, &customer).await;
        let (one, other) = (agent(&store, "One").await, agent(&store, "Other").await);
        let token = store.claim(&one, conversation.id).await.unwrap().claim_token;
        store.clock().rewind(Duration::from_secs(3600));
        assert!(store.claim(&other, conversation.id).await.is_err());
        store.clock().advance(Duration::from_secs(7200));
        store.claim(&other, conversation.id).await.unwrap();
        let stale = Append { claim_token: Some(token), ..message(&conversation, "mine?") };
        assert!(matches!(store.append(&one, stale).await, Err(Error::Refused(Refusal::ClaimLost))));
    }
}
