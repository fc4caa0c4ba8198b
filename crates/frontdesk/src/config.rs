//! Configuration: what the command line, the environment and `.env` say, checked and in one place.

use crate::failure::Failure;
use clap::Args;
use std::path::{Path, PathBuf};
use store::{Clock, DatabaseConfig, Settings, Store};
use url::Url;

/// Reads `.env` in the working directory into the environment; what is set there already wins.
///
/// # Errors
/// When the file is there but cannot be read or understood.
pub fn read_dotenv() -> Result<(), Failure> {
    match dotenvy::from_path(Path::new(".env")) {
        // Never the line itself: it may hold a password (A9).
        Err(dotenvy::Error::LineParse(..)) => Err(Failure::usage(
            "cannot use .env",
            "a line is not NAME=value",
            "Mend it, or put a # before it",
        )),
        Err(error) if !error.not_found() => {
            Err(Failure::usage("cannot use .env", error, "Make it readable, or remove it"))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Where the data is: the settings every command that touches it shares.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArgs {
    /// Where the embedded database is kept; created when missing
    #[arg(long, value_name = "DIR", env = "FRONTDESK_DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,

    /// PostgreSQL instead of the embedded database: postgres://user:password@host:5432/name. When absent,
    /// POSTGRES_DB_NAME, POSTGRES_DB_USER, POSTGRES_DB_PASSWORD, POSTGRES_DB_HOST and POSTGRES_DB_PORT make it
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

impl DatabaseArgs {
    /// The database these settings and the environment name.
    ///
    /// # Errors
    /// When an address is no PostgreSQL address.
    pub fn database(&self, env: impl Fn(&str) -> Option<String>) -> Result<DatabaseConfig, Failure> {
        let url = match self.database_url.as_deref().filter(|url| !url.is_empty()) {
            Some(url) => Some(postgres_url(url)?),
            None => url_of_parts(env)?,
        };
        Ok(match url {
            Some(url) => DatabaseConfig::Postgres { url: url.into() },
            None => DatabaseConfig::Sqlite { directory: self.data_dir.clone() },
        })
    }
}

impl DatabaseArgs {
    /// Opens the store these settings name, for a command that tells nobody of what it changes.
    ///
    /// # Errors
    /// When an address is no PostgreSQL address, or the database cannot be opened.
    pub async fn open(&self) -> Result<Store, Failure> {
        Ok(Store::open(&self.database(env)?, Clock::default(), Settings::default(), |_| ()).await?)
    }
}

/// A setting of the process' environment; an empty one counts as absent.
pub fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn postgres_url(text: &str) -> Result<Url, Failure> {
    let wrong = |why: &str| {
        // Never the address itself: it may hold a password (A9).
        Failure::usage("DATABASE_URL is of no use", why, "Write postgres://user:password@host:5432/name")
    };
    let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    match url.scheme() {
        "postgres" | "postgresql" => Ok(url),
        "sqlite" => Err(wrong("the embedded database is chosen with --data-dir, not by an address")),
        other => Err(wrong(&format!("it starts with {other}:, not with postgres:"))),
    }
}

/// The address made of `POSTGRES_DB_*`, the names the reference system's `.env` uses; none without a name.
fn url_of_parts(env: impl Fn(&str) -> Option<String>) -> Result<Option<Url>, Failure> {
    let Some(name) = env("POSTGRES_DB_NAME") else { return Ok(None) };
    let part = |part: &str, default: &str| env(part).unwrap_or_else(|| default.to_owned());
    let (host, port) = (part("POSTGRES_DB_HOST", "localhost"), part("POSTGRES_DB_PORT", "5432"));
    let wrong =
        |what: &str| Failure::usage(what, "it makes no database address", "Mend it or set DATABASE_URL");

    let mut url = Url::parse("postgres://localhost").map_err(|_| wrong("POSTGRES_DB_NAME"))?;
    url.set_host(Some(&host)).map_err(|_| wrong("POSTGRES_DB_HOST"))?;
    let port = port.parse().map_err(|_| wrong("POSTGRES_DB_PORT"))?;
    url.set_port(Some(port)).map_err(|()| wrong("POSTGRES_DB_PORT"))?;
    // The setters escape all that would end the part, but take a percent sign for an escape already made.
    let literal = |part: String| part.replace('%', "%25");
    let (user, password) = (part("POSTGRES_DB_USER", "postgres"), env("POSTGRES_DB_PASSWORD"));
    url.set_username(&literal(user)).map_err(|()| wrong("POSTGRES_DB_USER"))?;
    url.set_password(password.map(literal).as_deref()).map_err(|()| wrong("POSTGRES_DB_PASSWORD"))?;
    url.path_segments_mut().map_err(|()| wrong("POSTGRES_DB_NAME"))?.push(&name);
    Ok(Some(url))
}

/// Reads the address people reach the server by: scheme and host, as browsers put it in `Origin`.
///
/// # Errors
/// When it is no such address.
pub fn public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("it must start with https:// or http:// and a host name".to_owned());
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err("it must be scheme, host and port only, such as https://support.example.com".to_owned());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(database_url: Option<&str>) -> DatabaseArgs {
        DatabaseArgs { data_dir: "data".into(), database_url: database_url.map(str::to_owned) }
    }

    fn parts(name: &str) -> Option<String> {
        let value = match name {
            "POSTGRES_DB_NAME" => "support",
            "POSTGRES_DB_USER" => "desk",
            "POSTGRES_DB_PASSWORD" => "p@ss/w:rd%",
            "POSTGRES_DB_HOST" => "db.example.com",
            "POSTGRES_DB_PORT" => "5433",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn only_name(name: &str) -> Option<String> {
        (name == "POSTGRES_DB_NAME").then(|| "support".to_owned())
    }

    fn postgres(url: &str) -> DatabaseConfig {
        DatabaseConfig::Postgres { url: url.to_owned() }
    }

    #[test]
    fn without_an_address_the_database_is_the_embedded_one() {
        for args in [args(None), args(Some(""))] {
            assert_eq!(args.database(|_| None), Ok(DatabaseConfig::Sqlite { directory: "data".into() }));
        }
    }

    #[test]
    fn the_parts_make_the_address_and_are_escaped() {
        let expected = postgres("postgres://desk:p%40ss%2Fw%3Ard%25@db.example.com:5433/support");
        assert_eq!(args(None).database(parts), Ok(expected));
        let expected = postgres("postgres://postgres@localhost:5432/support");
        assert_eq!(args(None).database(only_name), Ok(expected));
    }

    #[test]
    fn an_address_goes_before_the_parts() {
        let url = "postgres://a:b@c/d";
        assert_eq!(args(Some(url)).database(parts), Ok(postgres(url)));
    }

    #[test]
    fn a_wrong_address_is_wrong_usage_and_never_repeats_the_password() {
        for url in ["mysql://a:secret@c/d", "sqlite://data.db", "a:secret@c/d", "secret"] {
            let failure = args(Some(url)).database(|_| None).unwrap_err();
            assert!(matches!(&failure, Failure::Usage(line) if !line.contains("secret")), "{failure}");
        }
        let port =
            |name: &str| if name == "POSTGRES_DB_PORT" { Some("many".into()) } else { only_name(name) };
        assert!(args(None).database(port).unwrap_err().to_string().starts_with("POSTGRES_DB_PORT"));
    }

    #[test]
    fn a_public_url_is_scheme_host_and_port() {
        assert!(public_url("https://support.example.com").is_ok());
        assert!(public_url("http://localhost:8000/").is_ok());
        for wrong in
            ["support.example.com", "ftp://example.com", "https://example.com/help", "https://u@e.com"]
        {
            assert!(public_url(wrong).is_err(), "{wrong}");
        }
    }
}
