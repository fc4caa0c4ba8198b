//! The command line.

use crate::check::{self, CheckArgs};
use crate::faults::{self, FaultsArgs};
use crate::generate::{self, GenerateArgs};
use crate::prove::{self, ProveArgs};
use crate::run::relay::{self, RelayArgs};
use crate::run::{self, RunArgs};
use anyhow::Result;
use clap::{Parser, Subcommand};

/// Prove and measure a Frontdesk server: a history checker and a load generator. Everything goes over loopback.
#[derive(Debug, Parser)]
#[command(name = "loadtest", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(CheckArgs),
    Prove(ProveArgs),
    Faults(FaultsArgs),
    Generate(GenerateArgs),
    Run(RunArgs),
    Relay(RelayArgs),
}

impl Cli {
    /// Does what was asked; whether nothing is wrong.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn run(self) -> Result<bool> {
        match self.command {
            Command::Check(args) => check::run(args).await,
            Command::Prove(args) => prove::run(args).await,
            Command::Faults(args) => faults::run(args).await,
            Command::Generate(args) => generate::run(args).await,
            Command::Run(args) => run::run(args).await,
            Command::Relay(args) => relay::run(args).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
