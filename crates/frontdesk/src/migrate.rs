//! `frontdesk migrate`: creates the database or brings it up to date.

use crate::config::{self, DatabaseArgs};
use crate::failure::Failure;
use crate::output;
use store::{DatabaseConfig, known_migrations};

/// Runs the command.
///
/// # Errors
/// When the database cannot be opened or is newer than the program.
pub async fn run(args: &DatabaseArgs) -> Result<(), Failure> {
    let database = args.database(config::env)?;
    database.open().await?;
    let place = match &database {
        DatabaseConfig::Sqlite { directory } => format!("The database in {}", directory.display()),
        DatabaseConfig::Postgres { .. } => "The PostgreSQL database".to_owned(),
    };
    let newest = known_migrations().last().map_or(0, |(version, _)| *version);
    output::print(format!("{place} is up to date (migration {newest})."))?;
    Ok(())
}
