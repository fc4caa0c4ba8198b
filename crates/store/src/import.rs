//! Conversations from elsewhere: customers' messages in bulk, with times of their own, any number of times.

use crate::append::{NewMessage, SentKey, hash};
use crate::conversation_row::save;
use crate::db::Tx;
use crate::notes::insert_event;
use crate::search::index_words;
use crate::urgency::Versioned;
use crate::{Result, Store, dialect};
use domain::{
    Author, ClientId, Conversation, ConversationId, CustomerId, Message, MessageId, Side, Timestamp, Words,
};
use std::collections::{HashMap, HashSet};

/// A customer and what they wrote. The ids are the importer's: what has been imported is known by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The customer's id; made a customer when unknown.
    pub customer: CustomerId,
    /// The customer's name, if they are new.
    pub name: String,
    /// The conversation's id; made a conversation of the customer's when unknown.
    pub conversation: ConversationId,
    /// The messages, oldest first.
    pub messages: Vec<ImportMessage>,
}

impl Import {
    /// When it began; without messages, at the beginning of time.
    fn began_at(&self) -> Timestamp {
        self.messages.first().map_or(Timestamp::from_micros(0), |message| message.at)
    }

    fn newcomer(&self) -> Newcomer<'_> {
        Newcomer { id: self.customer, name: &self.name, email: None, at: self.began_at() }
    }

    fn beginning(&self) -> Beginning {
        Beginning { customer: self.customer, conversation: self.conversation, at: self.began_at() }
    }
}

/// A customer to be made, unless there is one with this id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Newcomer<'a> {
    pub id: CustomerId,
    pub name: &'a str,
    pub email: Option<&'a str>,
    pub at: Timestamp,
}

/// A conversation to be made, empty and open, unless there is one with this id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beginning {
    pub customer: CustomerId,
    pub conversation: ConversationId,
    pub at: Timestamp,
}

/// A message from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportMessage {
    /// What it is known by: imported again it changes nothing (D2).
    pub client_id: ClientId,
    /// When it was written.
    pub at: Timestamp,
    /// The text, already found fit to be a message.
    pub text: String,
}

/// Imports with what their texts need to be found and judged by, which takes as long as to write them and needs no database.
#[derive(Debug)]
pub struct PreparedImport {
    imports: Vec<(Import, Vec<PreparedText>)>,
    rules: Versioned,
}

impl PreparedImport {
    /// How many messages it has.
    pub fn messages(&self) -> usize {
        self.imports.iter().map(|(import, _)| import.messages.len()).sum()
    }
}

/// What a message's text needs.
#[derive(Debug)]
struct PreparedText {
    hash: [u8; 32],
    index_words: String,
    words: Words,
}

impl PreparedText {
    fn new(message: &ImportMessage, rules: &Versioned) -> Self {
        Self {
            hash: hash(&message.text),
            index_words: index_words(&message.text),
            words: rules.words(&message.text, message.at),
        }
    }
}

/// What an import changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Customers who were not there before.
    pub customers: usize,
    /// Conversations that were not there before.
    pub conversations: usize,
    /// Messages that were not there before.
    pub messages: usize,
}

impl Store {
    /// Prepares what [`import`](Self::import) writes: work for a thread of its own, while what was prepared before is
    /// written.
    pub fn prepare_import(&self, imports: Vec<Import>) -> PreparedImport {
        let rules = self.rules.get();
        let prepare = |import: Import| {
            let texts = import.messages.iter().map(|message| PreparedText::new(message, &rules)).collect();
            (import, texts)
        };
        let imports = imports.into_iter().map(prepare).collect();
        PreparedImport { imports, rules }
    }

    /// Imports all of it in one commit, numbered after what is there already. New messages reopen a resolved or
    /// snoozed conversation, as a customer's writing does. Nobody is notified.
    ///
    /// # Errors
    /// [`Error::Database`](crate::Error::Database); then nothing of it was imported.
    pub async fn import(&self, prepared: PreparedImport) -> Result<Imported> {
        let PreparedImport { imports, rules } = prepared;
        let ids: Vec<ConversationId> = imports.iter().map(|(import, _)| import.conversation).collect();
        let mut tx = self.db.begin().await?;
        let newcomers: Vec<_> = imports.iter().map(|(import, _)| import.newcomer()).collect();
        let customers = dialect::insert_customers(&mut tx, &newcomers).await?;
        let beginnings: Vec<_> = imports.iter().map(|(import, _)| import.beginning()).collect();
        let conversations = dialect::insert_conversations(&mut tx, &beginnings).await?;
        let now = dialect::lock(&mut tx, &ids, &self.clock).await?;
        let found = dialect::load(&mut tx, &ids).await?;
        let mut found: HashMap<ConversationId, Conversation> = found.into_iter().map(|c| (c.id, c)).collect();
        let mut sent = sent_before(&mut tx, imports.iter().map(|(import, _)| import), &found).await?;

        let mut new = Vec::new();
        let mut unchanged_state = Vec::new();
        for (import, texts) in imports {
            let Some(mut conversation) = found.remove(&import.conversation) else { continue };
            let before = new.len();
            let messages = import.messages.into_iter().zip(texts);
            let events = write(&mut conversation, messages, &mut sent, &mut new, rules.version);
            rules.assess(&mut conversation, now);
            for event in &events {
                insert_event(&mut tx, &mut conversation, event, None, now).await?;
            }
            if !events.is_empty() {
                save(&mut tx, &mut conversation).await?;
            } else if new.len() > before {
                unchanged_state.push(conversation);
            }
        }
        dialect::insert_messages(&mut tx, &new).await?;
        dialect::save_progress(&mut tx, &unchanged_state.iter().collect::<Vec<_>>()).await?;
        tx.commit().await?;
        self.learn_words().await?;
        Ok(Imported { customers, conversations, messages: new.len() })
    }
}

/// The keys among these that were imported before.
async fn sent_before(
    tx: &mut Tx,
    imports: impl Iterator<Item = &Import>,
    found: &HashMap<ConversationId, Conversation>,
) -> Result<HashSet<SentKey>> {
    let keys: Vec<SentKey> = imports
        .filter_map(|import| found.get(&import.conversation).map(|conversation| (conversation, import)))
        .flat_map(|(conversation, import)| {
            import.messages.iter().map(|message| key(conversation, message.client_id))
        })
        .collect();
    let rows = dialect::sent_before(tx, &keys.iter().collect::<Vec<_>>()).await?;
    rows.into_iter().map(|row| row.into_key().map(|(key, _, _)| key)).collect()
}

/// Numbers the messages not `sent` yet; returns what else happened to the conversation.
fn write(
    conversation: &mut Conversation,
    messages: impl Iterator<Item = (ImportMessage, PreparedText)>,
    sent: &mut HashSet<SentKey>,
    new: &mut Vec<NewMessage>,
    rules_version: i64,
) -> Vec<domain::Event> {
    let mut events = Vec::new();
    for (message, prepared) in messages {
        let key = key(conversation, message.client_id);
        if !sent.insert(key.clone()) {
            continue;
        }
        let newest = conversation.last_message_at;
        let (seq, event) = conversation.customer_writes(message.at);
        conversation.hear(prepared.words, rules_version);
        conversation.last_message_at = newest.max(message.at);
        events.extend(event);
        new.push(NewMessage {
            key,
            text_hash: prepared.hash,
            words: prepared.index_words,
            message: Message {
                id: MessageId::new(),
                seq,
                author: Author { role: Side::Customer, name: conversation.customer.name.clone() },
                author_key: conversation.customer.key.0,
                text: Some(message.text),
                client_id: message.client_id,
                created_at: message.at,
                rev: 0,
                edited_at: None,
                deleted: false,
            },
        });
    }
    events
}

fn key(conversation: &Conversation, client_id: ClientId) -> SentKey {
    SentKey {
        conversation: conversation.key,
        side: Side::Customer,
        author: conversation.customer.key.0,
        client_id,
    }
}
