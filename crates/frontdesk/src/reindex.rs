//! `frontdesk reindex`: makes the search index anew.

use crate::config::{self, DatabaseArgs};
use crate::failure::Failure;
use crate::output;
use crate::turns::give_way;
use indicatif::ProgressBar;
use std::time::Instant;
use store::{DatabaseConfig, Reindexing, Store};

/// Runs the command.
///
/// # Errors
/// When the database cannot be used.
pub async fn run(args: &DatabaseArgs) -> Result<(), Failure> {
    let database = args.database(config::env)?;
    let store = args.open().await?;
    let done = reindex(&store, &database).await;
    store.close().await;
    output::print(format!("Made the search index anew in {database}: {} texts.", done?))?;
    Ok(())
}

async fn reindex(store: &Store, database: &DatabaseConfig) -> Result<u64, Failure> {
    // Draws nothing unless standard error is a terminal.
    let progress = ProgressBar::no_length();
    let mut so_far = Reindexing::default();
    loop {
        let began = Instant::now();
        let more = store.reindex_more(&mut so_far).await.map_err(|why| {
            Failure::fault("the search index is not made anew", why, "Run it again; searches go on meanwhile")
        })?;
        if !more {
            progress.finish_and_clear();
            return Ok(so_far.texts);
        }
        progress.set_position(so_far.texts);
        give_way(database, began).await;
    }
}
