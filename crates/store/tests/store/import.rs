//! Importing: what was is kept as it was, and importing again changes nothing.

use crate::bring_in;
use domain::{
    Actor, Agent, AgentId, AgentKey, AgentRole, ClientId, Conversation, ConversationId, CustomerId, Status,
    Timestamp,
};
use store::{Import, ImportMessage, Imported};
use testkit::{TestStore, both_databases};

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

pub(super) fn import(texts: &[(i64, &str)]) -> Import {
    let message = |(second, text): &(i64, &str)| ImportMessage {
        client_id: ClientId::new(),
        at: at(*second),
        text: (*text).to_owned(),
    };
    Import {
        customer: CustomerId::new(),
        name: "Customer 208".to_owned(),
        conversation: ConversationId::new(),
        messages: texts.iter().map(message).collect(),
    }
}

async fn conversation(store: &TestStore, id: ConversationId) -> Conversation {
    let agent = Agent {
        key: AgentKey(0),
        id: AgentId::new(),
        name: "Noor".to_owned(),
        email: "noor@example.com".to_owned(),
        role: AgentRole::Agent,
    };
    store.conversation(&Actor::Agent(agent), id).await.unwrap()
}

both_databases! {
    /// D3: messages are numbered in their order, with their own times, and wait in the queue since the first.
    async fn d3_a_conversation_comes_in_with_its_times_and_waits(store: TestStore) {
        let import = import(&[(10, "first"), (20, "second"), (20, "second")]);
        let done = bring_in(&store, std::slice::from_ref(&import)).await.unwrap();
        assert_eq!(done, Imported { customers: 1, conversations: 1, messages: 3 });

        let conversation = conversation(&store, import.conversation).await;
        assert_eq!((conversation.status(), conversation.waiting_since), (Status::Open, Some(at(10))));
        assert_eq!((conversation.created_at, conversation.last_message_at), (at(10), at(20)));
        assert_eq!((conversation.customer.name.as_str(), conversation.customer.email.as_deref()), ("Customer 208", None));
        let messages = store.messages(conversation.key, 0, 10).await.unwrap();
        let seen: Vec<_> = messages.iter().map(|m| (m.seq, m.created_at, m.text.as_deref().unwrap())).collect();
        assert_eq!(seen, [(1, at(10), "first"), (2, at(20), "second"), (3, at(20), "second")]);
    }

    /// D2: importing again changes nothing; what is new is added after what is there.
    async fn d2_importing_again_changes_nothing(store: TestStore) {
        let mut import = import(&[(10, "first"), (20, "second")]);
        bring_in(&store, std::slice::from_ref(&import)).await.unwrap();
        let before = conversation(&store, import.conversation).await;
        assert_eq!(bring_in(&store, std::slice::from_ref(&import)).await.unwrap(), Imported::default());
        assert_eq!(conversation(&store, import.conversation).await, before);

        import.messages.insert(0, ImportMessage { client_id: ClientId::new(), at: at(5), text: "found later".to_owned() });
        let done = bring_in(&store, &[import]).await.unwrap();
        assert_eq!(done, Imported { messages: 1, ..Imported::default() });
        let messages = store.messages(before.key, 0, 10).await.unwrap();
        assert_eq!(messages.iter().map(|m| m.seq).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(messages[2].text.as_deref(), Some("found later"));
    }

    /// D2: the same file imported by several programs at once comes in once.
    async fn d2_importing_at_once_imports_once(store: TestStore) {
        let imports: Vec<Import> = (0..20).map(|_| import(&[(1, "a"), (2, "b")])).collect();
        let several = (0..4).map(|_| bring_in(&store, &imports));
        let done = futures_util::future::join_all(several).await;
        let messages: usize = done.into_iter().map(|done| done.unwrap().messages).sum();
        assert_eq!(messages, 40);
    }

    async fn an_empty_import_changes_nothing(store: TestStore) {
        assert_eq!(bring_in(&store, &[]).await.unwrap(), Imported::default());
    }
}
