//! `frontdesk demo`: a server with sample data, for this computer only, gone when it stops.

mod sample;
mod seed;

use crate::address;
use crate::cli::DemoArgs;
use crate::failure::Failure;
use crate::output;
use crate::server::{self, Server};
use crate::{limits, logging};
use realtime::Bus;
use sample::SampleAgent;
use std::net::SocketAddr;
use std::time::Duration;
use store::{DatabaseConfig, Settings};
use web::mail::Mail;
use web::{Config, DemoSignIn};

/// Everybody's password in the demo; the sign-in pages show it.
const PASSWORD: &str = "frontdesk-demo";

/// How long an answer stays unread before its customer is written to: nobody tries a demo for five minutes.
const UNREAD_FOR: Duration = Duration::from_secs(20);

/// Runs the command until the demo is told to stop.
///
/// # Errors
/// When the address is taken or is not of this computer alone, or there is no room for the sample data.
pub async fn run(args: DemoArgs) -> Result<(), Failure> {
    logging::start(&args.logging)?;
    limits::raise_open_files();
    check_loopback(args.listen)?;
    let listener = server::listen(args.listen).await?;
    let directory = tempfile::Builder::new().prefix("frontdesk-demo-").tempdir().map_err(|error| {
        Failure::fault(
            "cannot make room for the sample data",
            error,
            "Set TMPDIR to a directory you can write to",
        )
    })?;
    let database = DatabaseConfig::Sqlite { directory: directory.path().to_owned() };
    let agents = sample::agents().map_err(broken)?;
    let replies = sample::replies().map_err(broken)?;
    seed::fill(&database, &agents, &replies, &sample::conversations().map_err(broken)?, PASSWORD).await?;

    let base = address::base(None, listener.local_addr().ok());
    let mail = base.parse().ok().map(|base| Mail::shown_on_a_page(base, UNREAD_FOR));
    let config = Config { demo_sign_ins: sign_ins(&agents), mail, ..Config::default() };
    let server =
        Server::open(listener, &database, Settings::default(), Bus::Memory, config, Duration::from_secs(2))
            .await?;
    output::print(welcome(&base, &agents))?;
    server.run().await;
    Ok(())
}

/// Everybody knows the demo's passwords, so nobody else may reach it (A5).
fn check_loopback(address: SocketAddr) -> Result<(), Failure> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    Err(Failure::usage(
        format!("the demo cannot listen on {address}"),
        "others could reach it, and its passwords are public",
        "Choose an address such as 127.0.0.1:8000, or use `frontdesk serve`",
    ))
}

fn broken(error: serde_json::Error) -> Failure {
    Failure::fault("the sample data cannot be read", error, "Report it as a bug")
}

fn sign_ins(agents: &[SampleAgent]) -> Vec<DemoSignIn> {
    let sign_in = |agent: &SampleAgent| DemoSignIn {
        name: agent.name.clone(),
        email: agent.email.clone(),
        password: PASSWORD.to_owned(),
        is_administrator: agent.administrator,
    };
    agents.iter().map(sign_in).collect()
}

fn welcome(base: &str, agents: &[SampleAgent]) -> String {
    let sign_ins: String = agents.iter().fold(String::new(), |lines, agent| {
        let role = if agent.administrator { "administrator" } else { "agent" };
        lines + &format!("    {:<20} {PASSWORD}   {} ({role})\n", agent.email, agent.name)
    });
    format!(
        "Frontdesk demo, with sample data that is gone when you stop it (Ctrl+C).\n\n  \
           Customer       {base}support/customer/\n  \
           Agent          {base}support/agent/\n  \
           Administrator  {base}admin/\n\n  \
           Sign in with\n{sign_ins}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a5_the_demo_listens_on_this_computer_alone() {
        for (address, is_fine) in [("127.0.0.1:0", true), ("[::1]:8000", true), ("0.0.0.0:8000", false)] {
            assert_eq!(check_loopback(address.parse().unwrap()).is_ok(), is_fine, "{address}");
        }
    }
}
