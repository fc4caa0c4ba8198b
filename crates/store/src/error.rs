//! What can go wrong with what is kept.

use domain::Refusal;
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
    #[error("{detail}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// What is wrong and what to do.
        detail: String,
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
    #[error("{0}")]
    InUse(&'static str),
    /// More is waiting to be written than the store takes on (D8).
    #[error("too much is waiting to be written: try again shortly")]
    Overloaded,
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

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl Error {
    /// Names the field of what was typed and cannot be kept: `check_name(name).map_err(Error::invalid("name"))`.
    pub fn invalid<E: ToString>(field: &'static str) -> impl Fn(E) -> Self {
        move |why| Self::Invalid { field, detail: why.to_string() }
    }

    /// Whether a unique key of the database refused it.
    pub(crate) fn is_unique_violation(&self) -> bool {
        let Self::Database(error) = self else { return false };
        error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
    }

    /// Whether another row refers to what was to be deleted.
    pub(crate) fn is_foreign_key_violation(&self) -> bool {
        let Self::Database(error) = self else { return false };
        error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation)
    }

    /// Whether the database itself is out of reach, so that trying again at once is of no use.
    pub(crate) fn is_outage(&self) -> bool {
        let Self::Database(error) = self else { return false };
        matches!(**error, sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed)
    }
}
