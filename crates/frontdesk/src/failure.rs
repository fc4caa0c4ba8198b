//! A command that fails says in one line what, why, and what to do.

use clap::error::ErrorKind;
use std::fmt;
use std::process::ExitCode;

/// Why a command failed, in one line, and whose turn it is.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// Something went wrong while doing what was asked. Exit code 1.
    Fault(String),
    /// What was asked makes no sense. Exit code 2.
    Usage(String),
}

impl Failure {
    /// A fault: `what` did not work, `why`, and `remedy`, a sentence that says what to do.
    pub fn fault(what: impl fmt::Display, why: impl fmt::Display, remedy: impl fmt::Display) -> Self {
        Self::Fault(one_line(&format!("{what}: {why}. {remedy}.")))
    }

    /// A wrong usage: `what` is wrong, `why`, and `remedy`, a sentence that says what to do.
    pub fn usage(what: impl fmt::Display, why: impl fmt::Display, remedy: impl fmt::Display) -> Self {
        Self::Usage(one_line(&format!("{what}: {why}. {remedy}.")))
    }

    /// What the program exits with.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Fault(_) => 1,
            Self::Usage(_) => 2,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Fault(line) | Self::Usage(line)) = self;
        f.write_str(line)
    }
}

/// What clap found wrong with the command line or with a setting in the environment.
impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            return Self::usage(
                "nothing to do",
                "no command was given",
                "Try `frontdesk demo`, or see `frontdesk --help`",
            );
        }
        let text = error.to_string();
        // Clap ends with a usage summary and a pointer to --help; the line below points there itself.
        let what = text.split("\n\nUsage:").next().unwrap_or(&text);
        let what = what.split("\n\nFor more information").next().unwrap_or(what);
        let what = what.strip_prefix("error: ").unwrap_or(what);
        Self::Usage(format!("{}. See `frontdesk --help`.", one_line(what)))
    }
}

/// The store's errors say themselves what to do.
impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Fault(one_line(&format!("{error}.")))
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser;

    #[test]
    fn a_failure_is_one_line_of_what_why_and_what_to_do() {
        let failure = Failure::fault("cannot read x.csv", "no such\nfile", "Check the path");
        assert_eq!(failure.to_string(), "cannot read x.csv: no such file. Check the path.");
    }

    #[test]
    fn a_wrong_command_line_is_one_line_too() {
        let error = Cli::try_parse_from(["frontdesk", "agent", "add"]).unwrap_err();
        let line = Failure::from(error).to_string();
        assert!(line.starts_with("the following required arguments were not provided: --email"), "{line}");
        assert!(line.ends_with("See `frontdesk --help`."), "{line}");
        assert!(!line.contains('\n') && !line.contains("Usage:"), "{line}");
    }
}
