//! The rules of urgency, and what they make of the newest messages (U1).

use super::Records;
use crate::audit::Action;
use crate::db::{Time, execute, fetch_all, fetch_optional};
use crate::search::LANGUAGE;
use crate::urgency::{newest_version, scorer};
use crate::{Error, Mistake, Result};
use domain::{Rules, Scorer, Timestamp, UrgencyLevel, Words};
use tokio::task;

/// Customers' messages a preview shows at most, the newest of them.
pub const PREVIEW_MESSAGES: i64 = 1_000;

/// The rules as they are in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrgencyRules {
    /// What a change is based on.
    pub version: i64,
    /// Whether they are those every installation starts with.
    pub are_built_in: bool,
    /// They.
    pub rules: Rules,
}

/// A message, and what two sets of rules make of it, words alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The message.
    pub text: String,
    /// By the rules as they are.
    pub before: (UrgencyLevel, Words),
    /// By the rules as they would be.
    pub after: (UrgencyLevel, Words),
}

impl Records<'_> {
    /// The newest rules, whichever node they were changed on.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn urgency_rules(&self) -> Result<UrgencyRules> {
        let sql = "SELECT version, rules FROM urgency_rules ORDER BY version DESC LIMIT 1";
        let mut conn = self.store.db.read().await?;
        let changed = fetch_optional!(conn, (i64, Option<String>), sql)?;
        let version = newest_version(changed.as_ref().map(|(version, _)| *version));
        let rules = changed.and_then(|(_, rules)| rules).and_then(|rules| serde_json::from_str(&rules).ok());
        Ok(UrgencyRules {
            version,
            are_built_in: rules.is_none(),
            rules: rules.unwrap_or_else(|| Rules::of(LANGUAGE)),
        })
    }

    /// Puts these rules in the place of version `instead_of`; none puts back those every installation starts with. This
    /// node goes by them at once, others within five seconds; who waits already is scored anew little by little. Audited.
    ///
    /// # Errors
    /// [`Error::Invalid`] when they cannot be used, or somebody else changed them meanwhile.
    pub async fn change_urgency_rules(&self, instead_of: i64, rules: Option<&Rules>) -> Result<()> {
        if let Some(rules) = rules {
            scorer(rules.clone())?;
        }
        let (mut tx, now) = self.begin().await?;
        let rules = rules.map(|rules| serde_json::json!(rules).to_string());
        let written = execute!(
            tx,
            "INSERT INTO urgency_rules (version, rules, changed_at, changed_by)
             SELECT $1 + 1, $2, $3, $4
             WHERE $1 = (SELECT COALESCE(MAX(version), 1) FROM urgency_rules)
             ON CONFLICT (version) DO NOTHING",
            instead_of,
            rules,
            Time(now),
            self.administrator.name.as_str()
        )?;
        if written == 0 {
            return Err(Error::invalid("version")(Mistake::RulesChanged));
        }
        self.audit(&mut tx, Action::SettingsChanged, "urgency rules", now).await?;
        tx.commit().await?;
        self.store.refresh_urgency_rules().await
    }

    /// What these rules would make of the newest customers' messages.
    ///
    /// # Errors
    /// [`Error::Invalid`] when they cannot be used.
    pub async fn preview_urgency(&self, rules: &Rules) -> Result<Vec<Preview>> {
        let before = scorer(self.urgency_rules().await?.rules)?;
        let after = scorer(rules.clone())?;
        let sql = "SELECT text, created_at FROM messages WHERE side = 'customer' AND text IS NOT NULL
                   ORDER BY id DESC LIMIT $1";
        let mut conn = self.store.db.read().await?;
        let messages = fetch_all!(conn, (String, Time), sql, PREVIEW_MESSAGES)?;
        drop(conn);
        let compare =
            move || messages.into_iter().map(|(text, at)| preview(text, at.0, &before, &after)).collect();
        task::spawn_blocking(compare).await.map_err(|_| Error::Unanswered)
    }
}

fn preview(text: String, at: Timestamp, before: &Scorer, after: &Scorer) -> Preview {
    let judge = |scorer: &Scorer| {
        let words = scorer.words(&text, at);
        (scorer.level(&words), words)
    };
    let (before, after) = (judge(before), judge(after));
    Preview { text, before, after }
}
