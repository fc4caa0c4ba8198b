//! `frontdesk serve`: the server.

use crate::address;
use crate::cli::ServeArgs;
use crate::config;
use crate::failure::Failure;
use crate::output;
use crate::server::{self, Server};
use crate::{limits, logging};
use realtime::Bus;
use realtime::bus::Redis;
use std::time::Duration;
use store::Settings;
use url::Url;
use web::mail::Mail;

/// Runs the command until the server is told to stop.
///
/// # Errors
/// When a setting is wrong, the address is taken, or the database cannot be opened.
pub async fn run(args: ServeArgs) -> Result<(), Failure> {
    logging::start(&args.logging)?;
    limits::raise_open_files();
    let mut config = web::Config::from_env(config::env)
        .map_err(|why| Failure::usage("cannot start", why, "Mend it in the environment or in .env"))?;
    config.public_url.clone_from(&args.address.public_url);
    config.mail = mail(args.address.public_url.as_ref())?;
    if !config.limits.enabled {
        tracing::warn!("FRONTDESK_RATE_LIMITS is off: anybody may send as much as they like");
    }

    let bus = bus(args.redis_url.as_deref())?;
    let database = args.database.database(config::env)?;
    let listener = server::listen(args.address.listen).await?;
    let settings = Settings {
        lease: Duration::from_secs(args.claim_grace_seconds),
        idle: Some(args.idle_holder_seconds).filter(|seconds| *seconds > 0).map(Duration::from_secs),
        idle_notice: Duration::from_secs(args.idle_notice_seconds),
    };
    let drain = Duration::from_secs(args.drain_seconds);
    let base = address::base(args.address.public_url.as_ref(), listener.local_addr().ok());
    let metrics = match args.metrics_listen {
        Some(address) => Some(server::listen(address).await?),
        None => None,
    };
    let mut server = Server::open(listener, &database, settings, bus, config, drain).await?;

    output::print(format!("Frontdesk is at {base}"))?;
    if let Some(listener) = metrics {
        if let Ok(address) = listener.local_addr() {
            output::print(format!("Its metrics are at http://{address}/metrics"))?;
        }
        server = server.with_metrics_on(listener);
    }
    // On standard output alone, and only while there is no administrator (A5).
    if let Some(token) = server.store().new_setup_link().await? {
        let said = "Nobody looks after it yet. Make yourself the administrator, within 24 hours, at";
        output::print(format!("{said}\n{base}set-password/{}", token.reveal()))?;
    }
    server.run().await;
    Ok(())
}

/// How e-mails leave; without a mail server none do.
fn mail(public_url: Option<&Url>) -> Result<Option<Mail>, Failure> {
    let wrong = |why: &str, remedy: &str| Failure::usage("e-mail is not set up", why, remedy);
    let (server, from) = (config::env("FRONTDESK_SMTP_URL"), config::env("FRONTDESK_MAIL_FROM"));
    match (server, from, public_url) {
        (None, None, _) => Ok(None),
        (Some(server), Some(from), Some(url)) => Mail::smtp(&server, &from, url.clone())
            .map(Some)
            .map_err(|why| wrong(&why, "Mend it in the environment or in .env")),
        (Some(_), Some(_), None) => {
            Err(wrong("links in e-mails need the address of this server", "Set FRONTDESK_PUBLIC_URL"))
        }
        (Some(_), None, _) => {
            Err(wrong("FRONTDESK_MAIL_FROM is missing", "Set it, as in Support <support@example.com>"))
        }
        (None, Some(_), _) => Err(wrong(
            "FRONTDESK_SMTP_URL is missing",
            "Set it, as in smtps://user:password@mail.example.com",
        )),
    }
}

/// The bus to the other nodes; without an address there are none.
fn bus(redis_url: Option<&str>) -> Result<Bus, Failure> {
    let Some(url) = redis_url.filter(|url| !url.is_empty()) else { return Ok(Bus::Memory) };
    // Never the address itself: it may hold a password (A9).
    let remedy = "Write redis://user:password@host:6379, or several of a cluster's, by comma";
    Redis::at(url).map(Bus::Redis).map_err(|error| Failure::usage("REDIS_URL is of no use", error, remedy))
}
