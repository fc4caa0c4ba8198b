//! Urgency (U1): the rules every node goes by, and conversations whose urgency changes with nobody doing anything.

use crate::db::{Time, Tx, fetch_all, fetch_optional};
use crate::search::LANGUAGE;
use crate::{Change, Db, Error, Result, Store, dialect};
use domain::{Conversation, ConversationId, Rules, Scorer, Timestamp, Words};
use std::sync::{Arc, PoisonError, RwLock};
use uuid::Uuid;

/// The version of the rules nobody has changed.
const BUILT_IN: i64 = 1;
/// Conversations assessed anew in one go.
const SWEEP: i64 = 100;
/// Conversations scored anew in one go: fewer, since their messages are read and scored while writers wait (D8).
const RESCORED: i64 = 10;
/// Unanswered messages of one conversation that are scored anew, the newest of them.
const RESCORED_MESSAGES: i64 = 50;

const DUE: &str =
    "SELECT external_id FROM conversations WHERE urgency_due_at <= $1 ORDER BY urgency_due_at LIMIT $2";
const OUTDATED: &str =
    "SELECT external_id FROM conversations WHERE waiting_since IS NOT NULL AND urgency_rules < $1
                        ORDER BY urgency_rules LIMIT $2";

/// The rules and their version.
#[derive(Debug, Clone)]
pub(crate) struct Versioned {
    pub version: i64,
    pub scorer: Arc<Scorer>,
}

/// The rules this node goes by now. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct CurrentRules(Arc<RwLock<Versioned>>);

impl CurrentRules {
    /// Those in the database.
    pub async fn load(db: &Db) -> Result<Self> {
        let rules = Self(Arc::new(RwLock::new(Versioned { version: BUILT_IN, scorer: built_in()? })));
        rules.refresh(db).await?;
        Ok(rules)
    }

    pub fn get(&self) -> Versioned {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes over newer rules, if there are any.
    pub async fn refresh(&self, db: &Db) -> Result<()> {
        let sql = "SELECT version, rules FROM urgency_rules WHERE version > $1 ORDER BY version DESC LIMIT 1";
        let mut conn = db.read().await?;
        let newer = fetch_optional!(conn, (i64, Option<String>), sql, self.get().version)?;
        if let Some((version, rules)) = newer {
            let scorer = match rules {
                None => built_in()?,
                Some(rules) => Arc::new(scorer(serde_json::from_str(&rules).map_err(|_| unreadable())?)?),
            };
            *self.0.write().unwrap_or_else(PoisonError::into_inner) = Versioned { version, scorer };
        }
        Ok(())
    }
}

/// The version of the newest rules, when this is the newest change.
pub(crate) fn newest_version(changed: Option<i64>) -> i64 {
    changed.unwrap_or(BUILT_IN)
}

/// What every installation starts with.
fn built_in() -> Result<Arc<Scorer>> {
    scorer(Rules::of(LANGUAGE)).map(Arc::new)
}

/// Rules made ready for use.
pub(crate) fn scorer(rules: Rules) -> Result<Scorer> {
    Scorer::new(rules, LANGUAGE).map_err(Error::invalid("rules"))
}

fn unreadable() -> Error {
    Error::from(sqlx::Error::Decode("the urgency rules cannot be read".into()))
}

impl Versioned {
    /// What a message says.
    pub fn words(&self, text: &str, at: Timestamp) -> Words {
        self.scorer.words(text, at)
    }

    /// Works out a conversation's urgency.
    pub fn assess(&self, conversation: &mut Conversation, now: Timestamp) {
        conversation.assess(self.scorer.rules(), now);
    }

    /// Reads the unanswered messages again, because one of them or the rules changed, and assesses the conversation.
    pub async fn rescore(&self, tx: &mut Tx, conversation: &mut Conversation, now: Timestamp) -> Result<()> {
        let sql = "SELECT text, created_at FROM messages
                   WHERE conversation_id = $1 AND seq > $2 AND side = 'customer' AND text IS NOT NULL
                   ORDER BY seq DESC LIMIT $3";
        let answered = conversation.last_agent_seq.max(conversation.opened_seq);
        let unanswered =
            fetch_all!(tx, (String, Time), sql, conversation.key.0, answered, RESCORED_MESSAGES)?;
        conversation.words = None;
        conversation.rules_version = self.version;
        for (text, at) in unanswered {
            conversation.hear(self.words(&text, at.0), self.version);
        }
        self.assess(conversation, now);
        Ok(())
    }
}

impl Store {
    /// Takes over rules that an administrator changed, on whichever node.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn refresh_urgency_rules(&self) -> Result<()> {
        self.rules.refresh(&self.db).await
    }

    /// Assesses conversations that have waited for one step longer (U1); tells how many. Any number of nodes may do so
    /// at once.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn assess_due(&self) -> Result<usize> {
        let mut conn = self.db.read().await?;
        let now = dialect::now(conn.get(), &self.clock).await?;
        let due = fetch_all!(conn, (Uuid,), DUE, Time(now), SWEEP)?;
        drop(conn);
        let is_due =
            |conversation: &Conversation, now| conversation.urgency_due_at.is_some_and(|at| at <= now);
        self.assess_again(due, is_due).await
    }

    /// Scores waiting conversations by the rules as they are now that were scored by older ones, or never; tells how
    /// many. Any number of nodes may do so at once.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn rescore_outdated(&self) -> Result<usize> {
        let version = self.rules.get().version;
        let mut conn = self.db.read().await?;
        let outdated = fetch_all!(conn, (Uuid,), OUTDATED, version, RESCORED)?;
        drop(conn);
        self.assess_again(outdated, |conversation, _| conversation.rules_version < version).await
    }

    /// Assesses those of these conversations that `needs_it`, and that nobody else has locked, in one commit.
    async fn assess_again(
        &self,
        ids: Vec<(Uuid,)>,
        needs_it: impl Fn(&Conversation, Timestamp) -> bool,
    ) -> Result<usize> {
        if ids.is_empty() {
            return Ok(0);
        }
        let ids: Vec<ConversationId> = ids.into_iter().map(|(id,)| ConversationId(id)).collect();
        let rules = self.rules.get();
        let mut tx = self.db.begin().await?;
        let (locked, now) = dialect::lock_free(&mut tx, &ids, &self.clock).await?;
        let mut assessed = dialect::load(&mut tx, &locked).await?;
        assessed.retain(|conversation| needs_it(conversation, now));
        for conversation in &mut assessed {
            if conversation.rules_version < rules.version {
                rules.rescore(&mut tx, conversation, now).await?;
            } else {
                rules.assess(conversation, now);
            }
        }
        dialect::save_progress(&mut tx, &assessed.iter().collect::<Vec<_>>()).await?;
        tx.commit().await?;
        let count = assessed.len();
        for mut conversation in assessed {
            conversation.version += 1;
            self.tell(Change::Conversation(Arc::new(conversation)));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DatabaseConfig;
    use crate::db::Pools;
    use sqlx::AssertSqlSafe;

    /// What is due is found without looking at what is not.
    #[tokio::test]
    async fn u1_what_is_due_is_read_from_an_index() {
        let directory = tempfile::tempdir().unwrap();
        let config = DatabaseConfig::Sqlite { directory: directory.path().to_owned() };
        let db = config.open().await.unwrap();
        let Pools::Sqlite { read, .. } = &db.pools else { panic!("not SQLite") };
        for (sql, index) in [(DUE, "conversations_urgency_due"), (OUTDATED, "conversations_urgency_rules")] {
            let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(sql).fetch_all(read).await.unwrap();
            let expected = format!("SEARCH conversations USING INDEX {index}");
            assert!(plan.len() == 1 && plan[0].3.starts_with(&expected), "{plan:?}");
        }
        db.close().await;
    }
}
