//! What the program writes to standard error while it runs. Never message text, passwords, tokens or links (A9).

use crate::failure::Failure;
use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Settings of the log.
#[derive(Debug, Clone, Args)]
pub struct LoggingArgs {
    /// How much to log: error, warn, info, debug, or by part, such as warn,web=debug
    #[arg(long, value_name = "LEVEL", env = "RUST_LOG", default_value = "info,sqlx=warn")]
    log: String,

    /// How to log: for people, or a JSON object a line for programs
    #[arg(long, value_name = "FORMAT", env = "FRONTDESK_LOG_FORMAT", default_value = "text")]
    log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

/// Starts logging.
///
/// # Errors
/// When the level cannot be understood.
pub fn start(args: &LoggingArgs) -> Result<(), Failure> {
    let filter = EnvFilter::builder().parse(&args.log).map_err(|error| {
        Failure::usage("the log's level is of no use", error, "Write one such as info, or warn,web=debug")
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match args.log_format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}
