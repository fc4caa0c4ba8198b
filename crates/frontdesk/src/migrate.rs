//! `frontdesk migrate`: creates the database or brings it up to date.

use crate::config::{self, DatabaseArgs};
use crate::failure::Failure;
use crate::output;
use store::known_migrations;

/// Runs the command.
///
/// # Errors
/// When the database cannot be opened or is newer than the program.
pub async fn run(args: &DatabaseArgs) -> Result<(), Failure> {
    let database = args.database(config::env)?;
    database.open().await?;
    let newest = known_migrations().last().map_or(0, |(version, _)| *version);
    output::print(format!("Up to date: {database}, migration {newest}."))?;
    Ok(())
}
