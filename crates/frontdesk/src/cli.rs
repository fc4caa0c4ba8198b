//! The command line. Every flag has an environment variable, so that a container needs no arguments.

use crate::address::AddressArgs;
use crate::config::DatabaseArgs;
use crate::failure::Failure;
use crate::logging::LoggingArgs;
use crate::{agent, demo, doctor, import, migrate, output, ready, reindex, serve};
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Live customer support that you run yourself.
#[derive(Debug, Parser)]
#[command(name = "frontdesk", version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try it: a server with sample data, for this computer only, gone when it stops
    Demo(DemoArgs),
    /// Run the server
    Serve(ServeArgs),
    /// Look after agents
    #[command(subcommand)]
    Agent(AgentCommand),
    /// Bring in data from elsewhere
    #[command(subcommand)]
    Import(ImportCommand),
    /// Create the database or bring it up to date, then exit
    Migrate(DatabaseArgs),
    /// Make the search index anew, while the server runs: after an upgrade that says so, or when searches miss what is there
    Reindex(DatabaseArgs),
    /// Print the API description (OpenAPI 3.1)
    Openapi,
    /// Check everything the server needs, and say what to do about what is missing
    Doctor(DoctorArgs),
    /// Ask the server on this machine whether it is ready, for a container's health check
    Ready(ReadyArgs),
}

/// Settings of `frontdesk demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The address to listen on; must be of this computer alone, such as 127.0.0.1:8000
    #[arg(long, value_name = "ADDRESS", env = "FRONTDESK_LISTEN", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,

    /// What to log.
    #[command(flatten)]
    pub logging: LoggingArgs,
}

/// Settings of `frontdesk serve`.
#[derive(Debug, Args)]
#[command(after_help = SERVE_ENVIRONMENT)]
pub struct ServeArgs {
    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseArgs,

    /// Where to listen.
    #[command(flatten)]
    pub address: AddressArgs,

    /// Redis or Valkey, by which several nodes on one PostgreSQL hear of each other at once: redis://host:6379, or the
    /// addresses of a cluster's nodes, by comma
    #[arg(long, value_name = "URL", env = "REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<String>,

    /// Another address to show /metrics on, to whoever can reach it: keep it to the network of those who run the server
    #[arg(long, value_name = "ADDRESS", env = "FRONTDESK_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,

    /// Seconds after which a conversation returns to the queue when nothing is heard of its agent any more
    #[arg(long, value_name = "SECONDS", env = "FRONTDESK_CLAIM_GRACE_SECONDS", default_value_t = 60)]
    #[arg(value_parser = clap::value_parser!(u64).range(5..=86_400))]
    pub claim_grace_seconds: u64,

    /// Seconds after which an agent who does nothing while their customer waits is warned; 0: never
    #[arg(long, value_name = "SECONDS", env = "FRONTDESK_IDLE_HOLDER_SECONDS", default_value_t = 900)]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub idle_holder_seconds: u64,

    /// Seconds after that warning at which the conversation returns to the queue
    #[arg(long, value_name = "SECONDS", env = "FRONTDESK_IDLE_NOTICE_SECONDS", default_value_t = 120)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub idle_notice_seconds: u64,

    /// Seconds within which the server lets its sockets go when it is told to stop
    #[arg(long, value_name = "SECONDS", env = "FRONTDESK_DRAIN_SECONDS", default_value_t = 10)]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=600))]
    pub drain_seconds: u64,

    /// What to log.
    #[command(flatten)]
    pub logging: LoggingArgs,
}

/// Settings the environment alone has, for those who need them.
const SERVE_ENVIRONMENT: &str = "\
Also read from the environment and from .env in the working directory:
  FRONTDESK_ALLOWED_ORIGINS   other sites whose pages may open sockets and send forms, by comma
  FRONTDESK_TRUSTED_PROXIES   proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8, by comma
  FRONTDESK_SMTP_URL          the mail server for customers who left before the answer came, such as
                              smtps://user:password@mail.example.com; without it they are not written to
  FRONTDESK_MAIL_FROM         from whom, such as Support <support@example.com>
  FRONTDESK_METRICS_TOKEN     shows /metrics to whoever sends it as Authorization: Bearer …
  FRONTDESK_RATE_LIMITS       off lifts all limits, for load tests
  FRONTDESK_LIMIT_…           each limit by itself: see docs/operating.md";

#[derive(Debug, Subcommand)]
enum AgentCommand {
    /// Create an agent and print a one-time link to set their password
    Add(AgentAddArgs),
}

/// Settings of `frontdesk agent add`.
#[derive(Debug, Args)]
pub struct AgentAddArgs {
    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseArgs,

    /// The e-mail address they sign in with
    #[arg(long, value_name = "E-MAIL", env = "FRONTDESK_AGENT_EMAIL")]
    pub email: String,

    /// The name customers see
    #[arg(long, value_name = "NAME", env = "FRONTDESK_AGENT_NAME")]
    pub name: String,

    /// Make them an administrator
    #[arg(long, env = "FRONTDESK_AGENT_ADMIN")]
    pub admin: bool,

    /// Where the server is, for the link.
    #[command(flatten)]
    pub address: AddressArgs,

    /// Read their password from the first line of standard input instead of printing a link
    #[arg(long, env = "FRONTDESK_AGENT_PASSWORD_STDIN")]
    pub password_stdin: bool,
}

#[derive(Debug, Subcommand)]
enum ImportCommand {
    /// Import messages from a CSV file; importing it again changes nothing
    Messages(ImportMessagesArgs),
}

/// Settings of `frontdesk import messages`.
#[derive(Debug, Args)]
pub struct ImportMessagesArgs {
    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseArgs,

    /// The file, in UTF-8, with the columns: User ID,Timestamp (UTC),Message Body
    #[arg(value_name = "FILE.csv", env = "FRONTDESK_IMPORT_FILE")]
    pub file: PathBuf,
}

/// Settings of `frontdesk doctor`: what `frontdesk serve` would use.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseArgs,

    /// Where the server is.
    #[command(flatten)]
    pub address: AddressArgs,
}

/// Settings of `frontdesk ready`.
#[derive(Debug, Args)]
pub struct ReadyArgs {
    /// The address the server listens on
    #[arg(long, value_name = "ADDRESS", env = "FRONTDESK_LISTEN", default_value = "127.0.0.1:8000")]
    pub listen: SocketAddr,
}

impl Cli {
    /// Does what was asked.
    ///
    /// # Errors
    /// What the command could not do, in one line.
    pub fn run(self) -> Result<(), Failure> {
        let runtime = tokio::runtime::Runtime::new().map_err(|error| {
            Failure::fault("cannot start", error, "Free some memory or raise the thread limit")
        })?;
        runtime.block_on(async {
            match self.command {
                Command::Import(ImportCommand::Messages(args)) => import::messages(&args).await,
                Command::Migrate(args) => migrate::run(&args).await,
                Command::Reindex(args) => reindex::run(&args).await,
                Command::Demo(args) => demo::run(args).await,
                Command::Serve(args) => serve::run(args).await,
                Command::Agent(AgentCommand::Add(args)) => agent::add(args).await,
                Command::Openapi => openapi(),
                Command::Doctor(args) => doctor::run(&args).await,
                Command::Ready(args) => ready::run(&args).await,
            }
        })
    }
}

/// Prints the API's description.
fn openapi() -> Result<(), Failure> {
    let document = serde_json::to_string_pretty(&web::api::openapi())
        .map_err(|error| Failure::fault("cannot make the API's description", error, "Report it as a bug"))?;
    output::print(document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn assert_documented(command: &clap::Command) {
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            if matches!(id, "help" | "version") {
                continue;
            }
            assert!(argument.get_help().is_some(), "{} {id} has no line in --help", command.get_name());
            assert!(argument.get_env().is_some(), "{} {id} has no environment variable", command.get_name());
        }
        command.get_subcommands().for_each(assert_documented);
    }

    #[test]
    fn every_flag_has_an_environment_variable_and_a_line_in_help() {
        let mut command = Cli::command();
        command.build();
        command.clone().debug_assert();
        assert_documented(&command);
    }
}
