//! `frontdesk agent add`: a new agent, on the command line.

use crate::address;
use crate::cli::AgentAddArgs;
use crate::failure::Failure;
use crate::output;
use domain::AgentRole;
use std::io::BufRead;
use store::{By, NewAgent};

/// Runs the command.
///
/// # Errors
/// When the address is taken, a value is no name, address or password, or the database cannot be opened.
pub async fn add(args: AgentAddArgs) -> Result<(), Failure> {
    let password = if args.password_stdin { Some(password()?) } else { None };
    let asks_for_link = password.is_none();
    let role = if args.admin { AgentRole::Administrator } else { AgentRole::Agent };
    let store = args.database.open().await?;
    let by = By::command_line();
    let agent =
        store.create_agent(&by, &NewAgent { name: args.name, email: args.email, role, password }).await?;
    let mut said = format!("Added {} ({}), {}.", agent.name, agent.email, agent.role.as_str());
    if asks_for_link {
        let token = store.new_password_link(&by, agent.id).await?;
        let base = address::base(args.address.public_url.as_ref(), Some(args.address.listen));
        said += &format!(
            "\nThey set their password, once and within 24 hours, at\n{base}set-password/{}",
            token.reveal()
        );
    }
    store.close().await;
    output::print(said).map_err(|why| {
        let remedy =
            "The agent is there all the same: an administrator can make them a link in the admin panel";
        Failure::fault("the agent was added, but nobody was told", why, remedy)
    })
}

/// The first line of standard input.
fn password() -> Result<String, Failure> {
    let mut line = String::new();
    let wrong = |why: &dyn std::fmt::Display| {
        Failure::usage(
            "no password came on standard input",
            why,
            "Write one line, or leave out --password-stdin",
        )
    };
    std::io::stdin().lock().read_line(&mut line).map_err(|error| wrong(&error))?;
    match line.trim_end_matches(['\r', '\n']) {
        "" => Err(wrong(&"the first line is empty")),
        password => Ok(password.to_owned()),
    }
}
