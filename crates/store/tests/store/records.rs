//! What administrators do to records (A10).

use crate::{administrator, agent, conversation, customer, message};
use domain::{Agent, AgentRole, ClientId, CustomerId, Refusal, Status};
use std::time::Duration;
use store::{Action, Change, Error, ListQuery, MessageFilter, Order, Role, Session, Target};
use testkit::{TestStore, both_databases, count};

const ALL: ListQuery<'_> = ListQuery { search: "", order: Order::Newest, cursor: None, limit: 100 };

fn searching(search: &str) -> ListQuery<'_> {
    ListQuery { search, ..ALL }
}

fn customer_id(session: &Session) -> CustomerId {
    match &session.actor {
        domain::Actor::Customer(customer) => customer.id,
        domain::Actor::Agent(_) => panic!("no customer"),
    }
}

fn who(session: &Session) -> &Agent {
    session.actor.agent().unwrap()
}

/// What was audited, newest first, sign-ins aside.
async fn audited(store: &TestStore, administrator: &Session) -> Vec<String> {
    let page = store.records(administrator).unwrap().audit_log(None, &ALL).await.unwrap();
    page.items.into_iter().map(|entry| entry.action).filter(|action| action != "signed_in").collect()
}

/// The names of users in an order, page by page.
async fn user_names(store: &TestStore, administrator: &Session, order: Order, limit: u32) -> Vec<String> {
    let records = store.records(administrator).unwrap();
    let (mut names, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let query = ListQuery { order, limit, cursor: cursor.as_deref(), search: "" };
        let page = records.users(None, &query).await.unwrap();
        assert!(page.items.len() <= limit as usize);
        names.extend(page.items.into_iter().map(|user| user.name));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return names;
        }
    }
}

both_databases! {
    /// U+0000, which PostgreSQL cannot take, is searched for like anything nobody wrote.
    async fn a_nul_finds_nothing(store: TestStore) {
        let boss = administrator(&store, "Boss").await;
        let (records, query) = (store.records(&boss).unwrap(), searching("a\0"));
        assert!(records.users(None, &query).await.unwrap().items.is_empty());
        assert!(records.agents(None, &query).await.unwrap().items.is_empty());
        assert!(records.canned_replies(None, &query).await.unwrap().items.is_empty());
        assert!(records.audit_log(None, &query).await.unwrap().items.is_empty());
    }

    /// A change of state and tags is made whole or not at all.
    async fn a_refused_change_leaves_the_tags(store: TestStore) {
        let (noor, boss) = (customer(&store, "Noor").await, administrator(&store, "Boss").await);
        let id = conversation(&store, &noor).await.id;
        let records = store.records(&boss).unwrap();
        let tags = |tag: &str| [tag.to_owned()];
        let changed = records.change_conversation(id, Target::Resolved, &tags("before")).await.unwrap();
        assert_eq!((changed.status(), changed.tags), (Status::Resolved, vec!["before".to_owned()]));
        let past = store.clock().now() - Duration::from_secs(60);
        let refused = records.change_conversation(id, Target::Snoozed(past), &tags("after")).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::NotInTheFuture))));
        assert!(records.change_conversation(id, Target::Queue, &tags("one, two")).await.is_err());
        let stored = store.conversation(&boss.actor, id).await.unwrap();
        assert_eq!((stored.status(), stored.tags), (Status::Resolved, vec!["before".to_owned()]));
    }

    /// Who may not sign in any more holds nothing.
    async fn disabling_an_agent_returns_what_they_hold(store: TestStore) {
        let (noor, kim) = (customer(&store, "Noor").await, agent(&store, "Kim").await);
        let boss = administrator(&store, "Boss").await;
        let id = conversation(&store, &noor).await.id;
        store.claim(&kim, id).await.unwrap();
        let disabled = store::AgentChanges { disabled: Some(true), ..Default::default() };
        store.update_agent(&boss, who(&kim).id, &disabled).await.unwrap();
        assert_eq!(store.conversation(&boss.actor, id).await.unwrap().status(), Status::Open);
    }

    /// A10: only administrators have records, and only as long as they are some.
    async fn a10_records_are_the_administrators(store: TestStore) {
        let noor = customer(&store, "Noor").await;
        let ordinary = agent(&store, "Ada").await;
        for session in [&noor, &ordinary] {
            assert!(matches!(store.records(session), Err(Error::Refused(Refusal::Forbidden))));
        }
        let boss = administrator(&store, "Boss").await;
        let second = administrator(&store, "Second").await;
        let demoted = store::AgentChanges { role: Some(AgentRole::Agent), ..Default::default() };
        store.update_agent(&boss, who(&second).id, &demoted).await.unwrap();
        let refused = store.records(&second).unwrap().create_customer("Eve", "").await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::Forbidden))), "{refused:?}");
        store.end_session(&second).await.unwrap();
        let refused = store.records(&second).unwrap().erase_customer(customer_id(&noor)).await;
        assert!(matches!(refused, Err(Error::SignedOut)), "{refused:?}");
    }

    /// Every order pages through all, once each, whatever the page's size.
    async fn pages_join_into_the_whole(store: TestStore) {
        let boss = administrator(&store, "boss").await;
        for name in ["Émile", "ann", "Bob", "ann", "Ω", "it's % _ \\"] {
            customer(&store, name).await;
        }
        for order in [Order::Newest, Order::Oldest, Order::Name] {
            let whole = user_names(&store, &boss, order, 100).await;
            assert_eq!(whole.len(), 7);
            for limit in [1, 2, 3, 7] {
                assert_eq!(user_names(&store, &boss, order, limit).await, whole, "{order:?} by {limit}");
            }
        }
        assert_eq!(user_names(&store, &boss, Order::Name, 100).await[..3], ["ann", "ann", "Bob"]);
        let newest = store.records(&boss).unwrap().users(None, &ListQuery { limit: 1, ..ALL }).await.unwrap();
        let by_name = ListQuery { cursor: newest.next_cursor.as_deref(), order: Order::Name, ..ALL };
        let by_name = store.records(&boss).unwrap().users(None, &by_name).await;
        assert!(matches!(by_name, Err(Error::BadCursor)), "{by_name:?}");
        let bad = store.records(&boss).unwrap().users(None, &ListQuery { cursor: Some("x"), ..ALL }).await;
        assert!(matches!(bad, Err(Error::BadCursor)));
    }

    /// Searches find customers, agents and messages by words, and any record by its id; filters narrow.
    async fn searches_and_filters_narrow(store: TestStore) {
        let boss = administrator(&store, "Grace Boss").await;
        let noor = customer(&store, "Noor Ali").await;
        customer(&store, "Bob").await;
        let conversation = conversation(&store, &noor).await;
        store.append(&noor, message(&conversation, "the invoice is wrong")).await.unwrap();
        let records = store.records(&boss).unwrap();
        let users = async |search, role| {
            let page = records.users(role, &searching(search)).await.unwrap();
            page.items.into_iter().map(|user| user.name).collect::<Vec<_>>()
        };
        assert_eq!(users("noor", None).await, ["Noor Ali"]);
        assert_eq!(users("grace", None).await, ["Grace Boss"]);
        assert_eq!(users("GRACE.boss@", None).await, ["Grace Boss"]);
        assert_eq!(users("", Some(Role::Customer)).await, ["Bob", "Noor Ali"]);
        assert_eq!(users("", Some(Role::Agent(AgentRole::Administrator))).await, ["Grace Boss"]);
        assert_eq!(users("' OR 1=1 --", None).await, Vec::<String>::new());
        let customers = records.customers(&searching("noor")).await.unwrap().items;
        assert_eq!((customers.len(), customers[0].conversations), (1, 1));
        let by_id = records.customers(&searching(&customer_id(&noor).to_string())).await.unwrap().items;
        assert_eq!(by_id, customers);
        assert_eq!(records.agents(None, &searching("grace")).await.unwrap().items.len(), 1);
        assert_eq!(records.agents(Some(true), &ALL).await.unwrap().items, []);
        let messages = records.messages(MessageFilter::default(), &searching("invoices")).await.unwrap().items;
        assert_eq!((messages.len(), messages[0].conversation), (1, conversation.id));
        let of_agents = MessageFilter { side: Some(domain::Side::Agent), ..MessageFilter::default() };
        assert_eq!(records.messages(of_agents, &ALL).await.unwrap().items, []);
        let here = MessageFilter { conversation: Some(conversation.id), ..MessageFilter::default() };
        assert_eq!(records.messages(here, &ALL).await.unwrap().items.len(), 2);
    }

    /// A8, A10: erasing a customer leaves nothing of theirs, closes what they have open, and is audited by id alone.
    async fn a8_erasing_a_customer_leaves_nothing(store: TestStore) {
        let boss = administrator(&store, "Boss").await;
        let noor = customer(&store, "Noor").await;
        let other = customer(&store, "Other").await;
        let kept = conversation(&store, &other).await;
        let conversation = conversation(&store, &noor).await;
        let sent = store.append(&noor, message(&conversation, "secret words")).await.unwrap().message;
        store.edit_message(&noor, conversation.id, sent.id, "other words").await.unwrap();
        store.add_note(&boss, conversation.id, ClientId::new(), "she is angry").await.unwrap();
        store.set_tags(&boss, conversation.id, &["vip".into()]).await.unwrap();
        store.take_changes();
        let records = store.records(&boss).unwrap();
        let depends = records.customer_dependents(customer_id(&noor)).await.unwrap();
        assert_eq!((depends.conversations, depends.messages, depends.notes, depends.sessions), (1, 2, 1, 1));
        records.erase_customer(customer_id(&noor)).await.unwrap();
        let told = store.take_changes();
        assert!(matches!(&told[..], [Change::SessionsEnded(ended), Change::Erased(erased)]
            if *ended == [noor.key] && *erased == [conversation.id]), "{told:?}");
        assert_eq!(count(store.config(), "SELECT COUNT(*) FROM users").await, 2, "the boss and the other one");
        assert_eq!(count(store.config(), "SELECT COUNT(*) FROM conversations").await, 1);
        assert_eq!(count(store.config(), "SELECT COUNT(*) FROM messages").await, 1);
        assert_eq!(count(store.config(), "SELECT COUNT(*) FROM message_keys").await, 1);
        assert_eq!(count(store.config(), "SELECT COUNT(*) FROM conversation_keys").await, 1);
        assert_eq!(count(store.config(), "SELECT COUNT(*) FROM message_edits").await, 0);
        assert_eq!(count(store.config(), "SELECT COUNT(*) FROM notes").await, 0);
        assert_eq!(count(store.config(), "SELECT COUNT(*) FROM conversation_tags").await, 0);
        assert_eq!(count(store.config(), "SELECT COUNT(*) FROM sessions").await, 2);
        assert_eq!(records.customers(&searching("noor")).await.unwrap().items, []);
        let everything = MessageFilter::default();
        assert_eq!(records.messages(everything, &searching("words")).await.unwrap().items, []);
        assert_eq!(records.messages(everything, &ALL).await.unwrap().items[0].conversation, kept.id);
        let refused = store.append(&noor, message(&conversation, "still here")).await;
        assert!(matches!(refused, Err(Error::SignedOut)), "{refused:?}");
        let entry = &records.audit_log(Some(Action::CustomerErased), &ALL).await.unwrap().items[0];
        assert_eq!((&*entry.object, &*entry.actor), (&*format!("customer {}", customer_id(&noor)), "Boss"));
        let again = records.erase_customer(customer_id(&noor)).await;
        assert!(matches!(again, Err(Error::NotFound("customer"))));
    }

    /// Deleting a conversation takes all that was said in it, and nothing of the customer's others.
    async fn deleting_a_conversation_takes_what_was_said(store: TestStore) {
        let boss = administrator(&store, "Boss").await;
        let noor = customer(&store, "Noor").await;
        let (kept, gone) = (conversation(&store, &noor).await, conversation(&store, &noor).await);
        store.add_note(&boss, gone.id, ClientId::new(), "a note").await.unwrap();
        store.take_changes();
        let records = store.records(&boss).unwrap();
        records.delete_conversation(gone.id).await.unwrap();
        assert!(matches!(&store.take_changes()[..], [Change::Erased(erased)] if *erased == [gone.id]));
        assert!(matches!(store.conversation(&boss.actor, gone.id).await, Err(Error::NotFound(_))));
        let left = records.messages(MessageFilter::default(), &searching("parcel")).await.unwrap().items;
        assert_eq!(left.iter().map(|record| record.conversation).collect::<Vec<_>>(), [kept.id]);
        assert_eq!(audited(&store, &boss).await[0], "conversation_deleted");
    }

    /// A10: an administrator's edit of somebody's message keeps what it said; a deletion leaves the mark.
    async fn a10_edits_keep_history_and_deletions_a_mark(store: TestStore) {
        let boss = administrator(&store, "Boss").await;
        let noor = customer(&store, "Noor").await;
        let conversation = conversation(&store, &noor).await;
        let records = store.records(&boss).unwrap();
        let id = store.messages(conversation.key, 0, 1).await.unwrap()[0].id;
        store.take_changes();
        let edited = records.edit_message(id, "my card number is gone").await.unwrap();
        assert_eq!((edited.rev, &*edited.author.name), (1, "Noor"));
        let edits = records.message_edits(id).await.unwrap();
        assert_eq!(edits.iter().map(|edit| (&*edit.text, &*edit.by)).collect::<Vec<_>>(), [("My parcel is late", "Boss")]);
        let changed = MessageFilter { changed: true, ..MessageFilter::default() };
        assert_eq!(records.messages(changed, &ALL).await.unwrap().items.len(), 1);
        let deleted = records.delete_message(id).await.unwrap();
        assert_eq!((deleted.seq, deleted.text, deleted.deleted), (1, None, true));
        assert_eq!(records.message_edits(id).await.unwrap(), []);
        assert_eq!(records.messages(MessageFilter::default(), &searching("card")).await.unwrap().items, []);
        assert!(matches!(records.edit_message(id, "x").await, Err(Error::NotFound("message"))));
        let told = store.take_changes();
        assert!(matches!(&told[..], [Change::MessageChanged { .. }, Change::MessageChanged { .. }]), "{told:?}");
        assert_eq!(audited(&store, &boss).await, ["message_changed", "message_changed", "agent_added"]);
    }

    /// A10, C2: a message of the admin panel goes through the append path, by a holder; taking over is audited.
    async fn a10_writing_takes_the_claim_first(store: TestStore) {
        let boss = administrator(&store, "Boss").await;
        let ada = agent(&store, "Ada").await;
        let noor = customer(&store, "Noor").await;
        let conversation = conversation(&store, &noor).await;
        store.claim(&ada, conversation.id).await.unwrap();
        let records = store.records(&boss).unwrap();
        let client_id = ClientId::new();
        let written = records.write_message(conversation.id, client_id, "I take care".into()).await.unwrap();
        assert_eq!((written.is_new, written.message.seq), (true, 2));
        assert!(written.conversation.is_held_by(who(&boss).key, store.clock().now()));
        let refused = store.append(&ada, message(&conversation, "me too")).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::NotClaimed))));
        store.hand_over(&boss, conversation.id, who(&ada).id).await.unwrap();
        let again = records.write_message(conversation.id, client_id, "I take care".into()).await.unwrap();
        assert_eq!((again.is_new, again.message.seq), (false, 2), "a repeat takes nothing over");
        store.resolve(&boss, conversation.id).await.unwrap();
        let reopened = records.write_message(conversation.id, ClientId::new(), "one more".into()).await.unwrap();
        assert_eq!(reopened.conversation.status(), Status::Ongoing);
        let actions = audited(&store, &boss).await;
        // The one in the middle is of the resolution, which ended Ada's claim.
        assert_eq!(
            actions[..4],
            ["message_added", "conversation_changed", "claim_taken_over", "message_added"],
        );
    }

    /// A conversation begun in the admin panel is held by who began it; beginning it twice makes one (D2).
    async fn d2_a_conversation_is_begun_once(store: TestStore) {
        let boss = administrator(&store, "Boss").await;
        let records = store.records(&boss).unwrap();
        let customer = records.create_customer("Noor", " noor@example.com ").await.unwrap();
        assert_eq!((customer.email.as_deref(), customer.email_verified), (Some("noor@example.com"), false));
        let client_id = ClientId::new();
        let first = records.start_conversation(customer.id, client_id, "We found it".into()).await.unwrap();
        let again = records.start_conversation(customer.id, client_id, "We found it".into()).await.unwrap();
        assert_eq!((first.conversation.id, again.is_new), (again.conversation.id, false));
        assert_eq!((first.message.seq, first.conversation.status()), (1, Status::Ongoing));
        let other = records.start_conversation(customer.id, client_id, "We lost it".into()).await;
        assert!(matches!(other, Err(Error::ClientIdReused)));
        assert_eq!(records.customer(customer.id).await.unwrap().conversations, 1);
    }

    /// Every state leads to every other, in the steps anybody takes; taking a claim from another agent is audited as such.
    async fn conversations_move_to_every_state(store: TestStore) {
        let boss = administrator(&store, "Boss").await;
        let ada = agent(&store, "Ada").await;
        let noor = customer(&store, "Noor").await;
        let conversation = conversation(&store, &noor).await;
        let records = store.records(&boss).unwrap();
        let until = store.clock().now() + Duration::from_secs(3600);
        let targets = [
            (Target::Queue, Status::Open),
            (Target::Held(who(&ada).id), Status::Ongoing),
            (Target::Snoozed(until), Status::Snoozed),
            (Target::Resolved, Status::Resolved),
        ];
        for (from, _) in targets {
            for (to, status) in targets {
                records.move_conversation(conversation.id, from).await.unwrap();
                let moved = records.move_conversation(conversation.id, to).await.unwrap();
                assert_eq!(moved.status(), status, "{from:?} to {to:?}");
                let same = records.move_conversation(conversation.id, to).await.unwrap();
                assert_eq!(same.version, moved.version, "nothing changes twice");
            }
        }
        let nobody = records.move_conversation(conversation.id, Target::Held(domain::AgentId::new())).await;
        assert!(matches!(nobody, Err(Error::NotFound("agent"))));
        let past = Target::Snoozed(store.clock().now());
        let refused = records.move_conversation(conversation.id, past).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::NotInTheFuture))));
        records.move_conversation(conversation.id, Target::Held(who(&ada).id)).await.unwrap();
        records.move_conversation(conversation.id, Target::Held(who(&boss).id)).await.unwrap();
        assert_eq!(audited(&store, &boss).await[0], "claim_taken_over");
    }

    /// A7: whoever takes a claim from its holder is audited, in the admin panel or not.
    async fn a7_take_overs_are_audited(store: TestStore) {
        let boss = administrator(&store, "Boss").await;
        let ada = agent(&store, "Ada").await;
        let conversation = conversation(&store, &customer(&store, "Noor").await).await;
        store.claim(&ada, conversation.id).await.unwrap();
        store.release_claim(&ada, conversation.id).await.unwrap();
        assert_eq!(audited(&store, &boss).await, ["agent_added", "agent_added"], "one's own is no take-over");
        store.claim(&ada, conversation.id).await.unwrap();
        store.release_claim(&boss, conversation.id).await.unwrap();
        assert_eq!(audited(&store, &boss).await[0], "claim_returned");
        store.claim(&ada, conversation.id).await.unwrap();
        let disabled = store::AgentChanges { disabled: Some(true), ..Default::default() };
        store.update_agent(&boss, who(&ada).id, &disabled).await.unwrap();
        assert_eq!(audited(&store, &boss).await[..2], ["claim_returned", "agent_disabled"], "nobody took anything over");
        store.claim(&boss, conversation.id).await.unwrap();
    }

    /// A customer's correction shows where they are named and found; a new address is unverified (A11).
    async fn a11_corrections_show_everywhere(store: TestStore) {
        let boss = administrator(&store, "Boss").await;
        let noor = customer(&store, "Nor").await;
        let conversation = conversation(&store, &noor).await;
        store.take_changes();
        let records = store.records(&boss).unwrap();
        records.update_customer(customer_id(&noor), "Noor Ali", "noor@example.org").await.unwrap();
        let now = store.conversation(&boss.actor, conversation.id).await.unwrap();
        assert_eq!((&*now.customer.name, now.customer.email.as_deref()), ("Noor Ali", Some("noor@example.org")));
        assert!(matches!(&store.take_changes()[..], [Change::Conversation(told)] if told.customer.name == "Noor Ali"));
        assert_eq!(records.customers(&searching("ali")).await.unwrap().items.len(), 1);
        assert_eq!(records.customers(&searching("someone")).await.unwrap().items, []);
        assert_eq!(store.messages(conversation.key, 0, 1).await.unwrap()[0].author.name, "Nor", "as it was written");
        let bad = records.update_customer(customer_id(&noor), " ", "").await;
        assert!(matches!(bad, Err(Error::Invalid { field: "name", .. })));
        records.update_customer(customer_id(&noor), "Noor", "").await.unwrap();
        assert_eq!(records.customer(customer_id(&noor)).await.unwrap().customer.email, None);
    }

    /// Deleting an agent returns what they hold, ends their sessions, and keeps their name on what they wrote.
    async fn deleting_an_agent_keeps_what_they_wrote(store: TestStore) {
        let boss = administrator(&store, "Boss").await;
        let ada = agent(&store, "Ada").await;
        let noor = customer(&store, "Noor").await;
        let (held, resolved) = (conversation(&store, &noor).await, conversation(&store, &noor).await);
        for conversation in [&held, &resolved] {
            store.claim(&ada, conversation.id).await.unwrap();
            store.append(&ada, message(conversation, "hello")).await.unwrap();
        }
        store.resolve(&ada, resolved.id).await.unwrap();
        let records = store.records(&boss).unwrap();
        let depends = records.agent_dependents(who(&ada).id).await.unwrap();
        assert_eq!((depends.claims, depends.sessions), (1, 1));
        store.take_changes();
        records.delete_agent(who(&ada).id).await.unwrap();
        assert!(store.take_changes().iter().any(|told| matches!(told, Change::SessionsEnded(keys) if *keys == [ada.key])));
        let now = store.conversation(&boss.actor, held.id).await.unwrap();
        assert_eq!(now.status(), Status::Open);
        assert_eq!(store.conversation(&boss.actor, resolved.id).await.unwrap().status(), Status::Resolved);
        assert_eq!(store.messages(held.key, 1, 1).await.unwrap()[0].author.name, "Ada");
        assert_eq!(records.users(None, &searching("ada")).await.unwrap().items, []);
        assert_eq!(audited(&store, &boss).await[0], "agent_deleted");
        let oneself = records.delete_agent(who(&boss).id).await;
        assert!(matches!(oneself, Err(Error::InUse(_))));
    }

    /// A user is deleted in whichever role they have.
    async fn users_go_as_what_they_are(store: TestStore) {
        let boss = administrator(&store, "Boss").await;
        agent(&store, "Ada").await;
        customer(&store, "Noor").await;
        let records = store.records(&boss).unwrap();
        for user in records.users(None, &ALL).await.unwrap().items {
            if user.name != "Boss" {
                records.update_user(user.id, "Renamed", "renamed@example.com").await.unwrap();
                assert_eq!(records.user(user.id).await.unwrap().name, "Renamed");
                records.delete_user(user.id).await.unwrap();
            }
        }
        assert_eq!(user_names(&store, &boss, Order::Newest, 10).await, ["Boss"]);
        let actions = audited(&store, &boss).await;
        assert_eq!(actions[..4], ["agent_deleted", "agent_changed", "customer_erased", "customer_changed"]);
    }
}
