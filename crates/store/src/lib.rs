//! Where conversations are kept: SQLite or PostgreSQL, one SQL text for both.
//!
//! One file per aggregate; what differs between the databases is in `dialect` alone. Everything here is durable
//! when it returns (D1), and refuses what the rules of [`domain`] refuse.

mod absences;
mod agents;
mod append;
mod audit;
mod canned_replies;
mod change;
mod claims;
mod clock;
mod conversation_row;
mod conversations;
mod customer_links;
mod customer_notes;
mod customers;
mod db;
pub mod deliberate;
mod dialect;
mod entrance;
mod error;
mod facts;
mod filter;
mod import;
mod lines;
mod links;
#[cfg(test)]
mod list_plan_tests;
mod listing;
mod mentions;
mod messages;
mod metrics;
mod notes;
mod notification_settings;
mod open;
mod page;
mod passwords;
mod past;
mod queue;
mod records;
mod repair;
mod resolution;
mod saved_views;
mod search;
mod sessions;
mod similar;
mod store;
mod suggestions;
mod tags;
mod token;
mod transitions;
mod urgency;
mod uses;

pub use absences::{AbsenceMail, MAIL_ATTEMPTS, MailOutcome};
pub use agents::{AgentChanges, AgentRecord, NewAgent};
pub use append::{Append, Appended, MAX_WAITING, OVERLOAD_RETRY};
pub use audit::{Action, AuditEntry, By};
pub use canned_replies::{CannedReplyChanges, NewCannedReply, Scope};
pub use change::Change;
pub use clock::Clock;
pub use customer_links::{BROWSER_LINK_LIFETIME, CustomerLink, MAIL_LINK_LIFETIME};
pub use customer_notes::CustomerNote;
pub use db::Db;
pub use entrance::{ENTRANCE_REPEATABLE, Entrance, FormKey};
pub use error::{Error, InUse, Mistake, Result};
pub use facts::Facts;
pub use import::{Import, ImportMessage, Imported, PreparedImport};
pub use links::{LINK_LIFETIME, OneTimeLink};
pub use listing::Sort;
pub use mentions::Mention;
pub use metrics::Metrics;
pub use notification_settings::NotificationSettings;
pub use open::{DatabaseConfig, SQLITE_FILE, known_migrations};
pub use page::Page;
pub use passwords::{PASSWORD_MAX, PASSWORD_MIN, PasswordError, check_password};
pub use past::{Past, PastDeed, PastStep};
pub use queue::{COUNTED, Counts};
pub use records::{
    CustomerRecord, Dependents, ListQuery, MessageEdit, MessageFilter, MessageRecord, Order,
    PREVIEW_MESSAGES, Preview, Records, Role, Target, UrgencyRules, UserRecord,
};
pub use repair::{Position, Stand};
pub use saved_views::{MAX_SAVED_VIEWS, MAX_VIEW_PARAMETERS, SavedView};
pub use search::{FacetValue, Facets, Found, Hit, MAX_CONVERSATIONS, Reindexing, Search, SearchResults};
pub use sessions::{AGENT_IDLE, AGENT_MAX, CUSTOMER_IDLE, Session};
pub use similar::{MAX_SIMILAR, Similar};
pub use store::{Settings, Store};
pub use suggestions::{FilledReply, MAX_SUGGESTIONS, Suggestion, Suggestions};
pub use token::Token;
