//! The load generator and history checker: see `loadtest --help`.

use clap::Parser;
use loadtest::cli::Cli;
use std::io;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    // Told to stop, it drops the programs it started, which ends them.
    tokio::select! {
        outcome = Cli::parse().run() => match outcome {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => failed(&error),
        },
        stopped = told_to_stop() => match stopped {
            Ok(()) => failed(&"stopped before it was done"),
            Err(error) => failed(&error),
        },
    }
}

async fn told_to_stop() -> io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

fn failed(why: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("loadtest: {why:#}");
    ExitCode::FAILURE
}
