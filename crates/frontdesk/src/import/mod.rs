//! `frontdesk import messages`: messages from a CSV file.
//!
//! A file is read whole ([`mod@file`]), its rows are arranged into one conversation for each user id ([`plan`]), and every
//! customer, conversation and message gets an id made from what it is, so that importing a file again changes nothing.

mod file;
mod plan;
mod row;

use crate::cli::ImportMessagesArgs;
use crate::config;
use crate::failure::Failure;
use crate::output;
use crate::turns::give_way;
use file::{Contents, Unreadable};
use indicatif::ProgressBar;
use std::time::Instant;
use store::{Clock, DatabaseConfig, Import, Imported, PreparedImport, Store};

/// Messages in one commit: enough for full speed, and a server on the same data waits for it only shortly.
const BATCH: usize = 1000;

/// Runs the command.
///
/// # Errors
/// When the file or the database cannot be used, and, after all else is imported, when rows are bad.
pub async fn messages(args: &ImportMessagesArgs) -> Result<(), Failure> {
    let Contents { rows, bad } = read(args)?;
    let database = args.database.database(config::env)?;
    let store = args.database.open().await?;
    let all = rows.len();
    let imported = import(&store, &database, plan::conversations(rows)).await;
    store.close().await;
    let Imported { customers, conversations, messages } = imported?;
    output::print(format!(
        "Imported {messages} messages, {conversations} conversations and {customers} customers into {database}; {} messages \
         were there already.",
        all - messages
    ))?;
    for row in &bad {
        eprintln!("{row}");
    }
    if bad.is_empty() {
        return Ok(());
    }
    Err(Failure::fault(
        format!("left out {} of {} rows", bad.len(), all + bad.len()),
        "they are listed above with their line",
        "Mend them and import the file again: what is in stays as it is",
    ))
}

fn read(args: &ImportMessagesArgs) -> Result<Contents, Failure> {
    let what = || format!("cannot import {}", args.file.display());
    let bytes = std::fs::read(&args.file)
        .map_err(|error| Failure::fault(what(), error, "Check the path and that you may read the file"))?;
    Contents::read(&bytes, Clock::default().now()).map_err(|why| {
        let remedy = match why {
            Unreadable::Header => "Export it with this header, separated by commas",
            Unreadable::Utf16 => "Save it as \"CSV UTF-8\" and import it again; nothing was imported",
        };
        Failure::fault(what(), why, remedy)
    })
}

async fn import(store: &Store, database: &DatabaseConfig, imports: Vec<Import>) -> Result<Imported, Failure> {
    let all = imports.iter().map(|import| import.messages.len() as u64).sum();
    // Draws nothing unless standard error is a terminal.
    let progress = ProgressBar::new(all);
    let mut done = Imported::default();
    let mut batches = plan::batches(imports, BATCH).into_iter();
    let mut next = prepare(store, batches.next()).await?;
    while let Some(batch) = next {
        let (began, messages) = (Instant::now(), batch.messages());
        let (imported, prepared) = tokio::join!(store.import(batch), prepare(store, batches.next()));
        next = prepared?;
        let imported = imported.map_err(|why| stopped(&why))?;
        done.customers += imported.customers;
        done.conversations += imported.conversations;
        done.messages += imported.messages;
        progress.inc(messages as u64);
        give_way(database, began).await;
    }
    progress.finish_and_clear();
    Ok(done)
}

/// Prepares a batch on a thread of its own, while the one before it is written.
async fn prepare(store: &Store, batch: Option<Vec<Import>>) -> Result<Option<PreparedImport>, Failure> {
    let Some(batch) = batch else { return Ok(None) };
    let store = store.clone();
    let prepared = tokio::task::spawn_blocking(move || store.prepare_import(batch)).await;
    prepared.map(Some).map_err(|why| stopped(&why))
}

fn stopped(why: &dyn std::fmt::Display) -> Failure {
    Failure::fault("the import stopped", why, "Run it again: it goes on where it stopped")
}
