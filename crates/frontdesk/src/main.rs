//! Frontdesk, the program: command line, configuration and wiring. What it does is in the crates it wires together.

mod address;
mod agent;
mod cli;
mod config;
mod connections;
mod demo;
mod doctor;
mod failure;
mod import;
mod limits;
mod logging;
mod migrate;
mod output;
mod ready;
mod reindex;
mod serve;
mod server;
mod turns;

use clap::Parser;
use failure::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    // What is kept is nobody else's to read: customers' words, hashes of passwords and tokens.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    // Before anything else: the settings of .env must be there when the command line is read.
    let outcome = config::read_dotenv().and_then(|()| match cli::Cli::try_parse() {
        Ok(cli) => cli.run(),
        Err(error) if error.use_stderr() => Err(Failure::from(error)),
        Err(help_or_version) => output::print(help_or_version.to_string().trim_end()),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("frontdesk: {failure}");
            failure.exit_code()
        }
    }
}
