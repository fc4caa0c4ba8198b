//! What the program writes to standard error while it runs. Never message text, passwords, tokens or links (A9).

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

/// Starts logging. Parts of the level that cannot be understood are left out, with a word about it.
pub fn start(args: &LoggingArgs) {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::builder().parse_lossy(&args.log))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match args.log_format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
}
