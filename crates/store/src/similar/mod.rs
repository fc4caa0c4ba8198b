//! More like this: earlier resolved conversations about the same, and the reply that closed each.

mod candidates;
mod lines;

#[cfg(test)]
pub(crate) use lines::lines_sql;

use crate::claims::agent_of;
use crate::db::{Conn, fetch_all};
use crate::dialect;
use crate::search::normaliser;
use crate::{Result, Session, Store};
use candidates::candidates;
use domain::search::{Segment, snippet};
use domain::similar::{Matter, closing_reply, names};
use domain::{Conversation, ConversationKey, Side, Status};
use lines::{first_lines, last_lines, of_customer};
use std::collections::{BTreeSet, HashMap};

/// How many are offered at most.
pub const MAX_SIMILAR: usize = 5;

/// How many of the customer's messages say what a conversation is about: the first since it was last opened.
const OWN_MESSAGES: i64 = 20;

/// Less alike ones are not offered, on a scale to 1.
const LEAST_LIKENESS: f64 = 0.2;

/// An earlier conversation about the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Similar {
    /// It, resolved.
    pub conversation: Conversation,
    /// What its customer said that is most like this one, with what is shared marked.
    pub snippet: Vec<Segment>,
    /// The agent's reply that closed it, exactly.
    pub reply: String,
    /// The reply again, with what names its customer marked where that is somebody else than this conversation's.
    pub marked_reply: Vec<Segment>,
    /// How alike they are, from 0 to 1.
    pub likeness: f64,
}

impl Similar {
    /// Whether the reply names another customer.
    pub fn names_another(&self) -> bool {
        self.marked_reply.iter().any(|segment| segment.hit)
    }
}

impl Store {
    /// Resolved conversations most like this one by what their customers said, that an agent's reply closed; most alike
    /// first. Notes have no part in it.
    ///
    /// # Errors
    /// [`Forbidden`](domain::Refusal::Forbidden) for customers, [`Error::Database`](crate::Error::Database).
    pub async fn similar(&self, session: &Session, conversation: &Conversation) -> Result<Vec<Similar>> {
        agent_of(session)?;
        let mut conn = self.db.read().await?;
        let matter = matter(&mut conn, conversation).await?;
        let Some(query) = matter.query() else { return Ok(Vec::new()) };
        let (weights, candidates) = candidates(&mut conn, conversation.key, &matter).await?;
        let said = first_lines(&mut conn, &candidates).await?;
        let mut alike: Vec<_> = said
            .iter()
            .map(|(key, lines)| (matter.likeness(&weights, of_customer(lines)), *key))
            .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
            .collect();
        // The newest first among equals.
        alike.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(other.1.cmp(&one.1)));
        alike.truncate(2 * MAX_SIMILAR);

        let keys: Vec<_> = alike.iter().map(|(_, key)| ConversationKey(*key)).collect();
        let mut found = dialect::load_by_key(&mut conn, &keys).await?;
        // One may have been reopened meanwhile.
        found.retain(|other| other.status() == Status::Resolved);
        let mut ends = last_lines(&mut conn, &found).await?;
        drop(conn);
        let mut found: HashMap<_, _> = found.into_iter().map(|other| (other.key.0, other)).collect();
        let similar = alike.into_iter().filter_map(|(likeness, key)| {
            let (other, end) = (found.remove(&key)?, ends.remove(&key)?);
            let end: Vec<_> = end.iter().map(|(side, text)| (*side, text.as_str())).collect();
            let reply = closing_reply(&end, normaliser())?;
            let likest = |text: &&str| matter.likeness(&weights, [*text]);
            let text = of_customer(&said[&key]).max_by(|one, other| likest(one).total_cmp(&likest(other)))?;
            let is_own = other.customer.key == conversation.customer.key;
            let marked_reply = if is_own {
                vec![Segment { text: reply.clone(), hit: false }]
            } else {
                names(&reply, &other.customer, normaliser())
            };
            let snippet = snippet(text, &query, normaliser());
            Some(Similar { conversation: other, snippet, reply, marked_reply, likeness })
        });
        Ok(similar.take(MAX_SIMILAR).collect())
    }
}

/// What a conversation is about: what its customer said since it was last opened, or if that tells nothing, from the
/// beginning.
async fn matter(conn: &mut Conn, conversation: &Conversation) -> Result<Matter> {
    let customer = &conversation.customer;
    let names: Vec<&str> = [&*customer.name].into_iter().chain(customer.email.as_deref()).collect();
    let mut matter = Matter::of([], &names, normaliser());
    for after in BTreeSet::from([conversation.opened_seq, 0]).into_iter().rev() {
        let rows = fetch_all!(
            conn,
            (String,),
            "SELECT text FROM messages
             WHERE conversation_id = $1 AND seq > $2 AND side = $3 AND text IS NOT NULL ORDER BY seq LIMIT $4",
            conversation.key.0,
            after,
            Side::Customer.as_str(),
            OWN_MESSAGES
        )?;
        matter = Matter::of(rows.iter().map(|(text,)| text.as_str()), &names, normaliser());
        if matter.query().is_some() {
            break;
        }
    }
    Ok(matter)
}
