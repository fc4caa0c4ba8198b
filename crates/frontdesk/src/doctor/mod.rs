//! `frontdesk doctor`: is everything there that the server needs, and what to do about what is not.

mod database;
mod machine;

use crate::cli::DoctorArgs;
use crate::config;
use crate::failure::Failure;
use crate::output;
use std::fmt;
use store::{DatabaseConfig, SQLITE_FILE};

/// What was looked at, and what came of it: one line.
#[derive(Debug)]
struct Check {
    what: &'static str,
    verdict: Verdict,
}

#[derive(Debug)]
enum Verdict {
    /// Fine, with what was found.
    Ok(String),
    /// The server runs, but somebody should look at it: what was found and what to do.
    Warn(String),
    /// The server does not run: what was found and what to do.
    Fail(String),
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, found) = match &self.verdict {
            Verdict::Ok(found) => ("ok", found),
            Verdict::Warn(found) => ("warn", found),
            Verdict::Fail(found) => ("fail", found),
        };
        write!(f, "{word:<5} {:<15} {found}", self.what)
    }
}

/// Runs the command.
///
/// # Errors
/// When a check fails, after all of them were made.
pub async fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let database = args.database.database(config::env)?;
    let mut checks = Vec::new();
    match &database {
        DatabaseConfig::Sqlite { directory } if !directory.join(SQLITE_FILE).exists() => {
            checks.push(database::missing(&database));
        }
        DatabaseConfig::Sqlite { directory } => {
            checks.push(machine::data_directory(directory));
            checks.push(machine::free_space(directory));
            checks.extend(database::checks(&database).await);
        }
        DatabaseConfig::Postgres { .. } => checks.extend(database::checks(&database).await),
    }
    checks.push(machine::open_files());
    checks.push(machine::address(&args.address));
    checks.push(machine::public_url(&args.address));
    for check in &checks {
        output::print(check)?;
    }
    match checks.iter().filter(|check| matches!(check.verdict, Verdict::Fail(_))).count() {
        0 => Ok(()),
        failed => Err(Failure::fault(
            format!("{failed} of {} checks failed", checks.len()),
            "the server will not run like this",
            "Do what they say above, then run `frontdesk doctor` again",
        )),
    }
}
