//! How fast `frontdesk import messages` takes in old messages from a CSV file.

use super::RunArgs;
use super::table::Table;
use crate::cluster::Database;
use crate::generate::saying;
use crate::random;
use anyhow::{Context, Result, bail};
use std::fmt::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;
use tokio::process::Command;

/// Messages of one customer.
const EACH: usize = 10;
const SECONDS_A_DAY: usize = 24 * 60 * 60;

/// Imports a file of other customers' messages in every run, all into the same database.
///
/// # Errors
/// When the program refuses.
pub async fn measure(args: &RunArgs, database: &Database, directory: &Path, table: &mut Table) -> Result<()> {
    let file = directory.join("messages.csv");
    let mut rates = Vec::new();
    for run in 0..args.runs {
        std::fs::write(&file, csv(args.messages, run))?;
        let mut command = std::process::Command::new(&args.program);
        command.args(["import", "messages"]).arg(&file).stdout(Stdio::null());
        database.apply(&mut command, None);
        let began = Instant::now();
        let status = Command::from(command).status().await.context("cannot run the import")?;
        if !status.success() {
            bail!("the import failed: {status}");
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        rates.push(args.messages as f64 / began.elapsed().as_secs_f64());
    }
    let remark = format!("{} messages of {EACH} a customer, from start to exit", args.messages);
    table.add("import from CSV, durable and searchable", "messages/s", rates, remark);
    Ok(())
}

fn csv(messages: usize, run: u8) -> String {
    let mut rng = random::source(run.into(), "import", 0);
    let mut csv = String::from("User ID,Timestamp (UTC),Message Body\n");
    for number in 0..messages {
        let (day, second) = (number / SECONDS_A_DAY % 28 + 1, number % SECONDS_A_DAY);
        // Writing to a string cannot fail.
        let _ = writeln!(
            csv,
            "{},2024-02-{day:02} {:02}:{:02}:{:02},\"{}\"",
            (usize::from(run) * messages + number) / EACH,
            second / 3600,
            second / 60 % 60,
            second % 60,
            saying(&mut rng),
        );
    }
    csv
}
