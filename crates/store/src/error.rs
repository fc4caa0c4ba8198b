//! What can go wrong with what is kept.

use crate::PasswordError;
use crate::metrics::DATABASE_ERRORS;
use domain::canned::UnknownPlaceholder;
use domain::search::QueryError;
use domain::urgency::RulesError;
use domain::{EmailError, Refusal, TextError};
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;
use std::sync::Arc;

/// The result of everything the store does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the store did not do what it was asked to. Whatever it is, nothing was half done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// No such object, or none the caller may know of (A1).
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The session ended (A2).
    #[error("the session has ended: sign in again")]
    SignedOut,
    /// What was typed cannot be kept.
    #[error("{why}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// What is wrong and what to do.
        why: Mistake,
    },
    /// The rules of the conversation refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The `client_id` was used before for another text (D2).
    #[error("this client_id was used before for another text: use a new one for a new message")]
    ClientIdReused,
    /// The cursor was not made by the list it was given to.
    #[error("this cursor belongs to no list here: start without one")]
    BadCursor,
    /// The value must be unique and is taken.
    #[error("{0} is taken already: choose another")]
    Taken(&'static str),
    /// Something else still depends on it.
    #[error(transparent)]
    InUse(#[from] InUse),
    /// More is waiting to be written than the store takes on (D8).
    #[error("too much is waiting to be written: try again shortly")]
    Overloaded,
    /// Somebody else keeps the conversation locked in the database.
    #[error("the conversation is locked by another: try again shortly")]
    Locked,
    /// The database took too long; nothing is known to be written.
    #[error("the database takes too long")]
    Unanswered,
    /// A password could not be hashed or compared.
    #[error("the password could not be checked: see that the machine has memory to spare")]
    Hashing,
    /// The database is of a newer version than the program.
    #[error(
        "the database has migration {0}, which this program does not know: run the newer program that made it, or restore a backup"
    )]
    NewerDatabase(i64),
    /// The database cannot be opened as asked.
    #[error("{0}")]
    Open(String),
    /// The database did not answer, or answered with a fault; nothing is known to be written.
    #[error("the database does not answer: {0}")]
    Database(#[source] Arc<sqlx::Error>),
}

/// Why something cannot be given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InUse {
    /// Nobody deletes themselves.
    #[error("you cannot delete yourself: let another administrator do it")]
    Yourself,
    /// Somebody has to look after everything.
    #[error("this is the only administrator: make another one first")]
    OnlyAdministrator,
    /// The agent took a conversation just now.
    #[error("the agent has just taken a conversation: try again")]
    JustTookOne,
}

/// Why something typed cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each is what its own type says")]
pub enum Mistake {
    #[error(transparent)]
    Text(#[from] TextError),
    #[error(transparent)]
    Email(#[from] EmailError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Placeholder(#[from] UnknownPlaceholder),
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    Rules(#[from] RulesError),
    #[error("somebody else changed the rules meanwhile; look at them as they are now")]
    RulesChanged,
    #[error("{0}")]
    Other(String),
}

impl From<String> for Mistake {
    fn from(words: String) -> Self {
        Self::Other(words)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let error = Self::Database(Arc::new(error));
        if error.is_outage() {
            DATABASE_ERRORS.inc();
        }
        error
    }
}

impl Error {
    /// Names the field of what was typed and cannot be kept: `check_name(name).map_err(Error::invalid("name"))`.
    pub fn invalid<E: Into<Mistake>>(field: &'static str) -> impl Fn(E) -> Self {
        move |why| Self::Invalid { field, why: why.into() }
    }

    /// Whether a unique key of the database refused it.
    pub(crate) fn is_unique_violation(&self) -> bool {
        let Self::Database(error) = self else { return false };
        error.as_database_error().is_some_and(DatabaseError::is_unique_violation)
    }

    /// Whether another row refers to what was to be deleted.
    pub(crate) fn is_foreign_key_violation(&self) -> bool {
        let Self::Database(error) = self else { return false };
        error.as_database_error().is_some_and(DatabaseError::is_foreign_key_violation)
    }

    /// Whether a lock was waited for too long, in PostgreSQL.
    pub(crate) fn is_lock_timeout(&self) -> bool {
        let Self::Database(error) = self else { return false };
        error.as_database_error().and_then(DatabaseError::code).is_some_and(|code| code == "55P03")
    }

    /// Whether it is the database's own trouble and no message's: to try each message alone is of no use.
    pub(crate) fn is_outage(&self) -> bool {
        match self {
            Self::Unanswered | Self::Locked => true,
            Self::Database(error) => match &**error {
                sqlx::Error::Database(refusal) => !is_about_the_data(refusal.as_ref()),
                sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => false,
                _ => true,
            },
            _ => false,
        }
    }
}

/// Whether the database refused a value. PostgreSQL: data exceptions, broken constraints, values too large. SQLite: its
/// primary codes for too large, broken constraint, wrong type.
fn is_about_the_data(refusal: &dyn DatabaseError) -> bool {
    let Some(code) = refusal.code() else { return false };
    if refusal.try_downcast_ref::<PgDatabaseError>().is_some() {
        return ["22", "23", "54"].iter().any(|class| code.starts_with(class));
    }
    code.parse::<i32>().is_ok_and(|code| matches!(code & 0xff, 18..=20))
}
