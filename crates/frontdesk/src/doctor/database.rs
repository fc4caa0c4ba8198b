//! What the server needs of its database.

use super::{Check, Verdict};
use domain::Timestamp;
use std::time::Duration;
use store::{Clock, DatabaseConfig, Facts, Settings, Store, known_migrations};

/// Clocks further apart than this confuse those who read times.
const CLOCKS_APART: Duration = Duration::from_secs(2);

/// Whether the database answers, is up to date and agrees on the time, and whether somebody can administer it.
pub async fn checks(config: &DatabaseConfig) -> Vec<Check> {
    let facts = match Store::open(config, Clock::default(), Settings::default(), |_| ()).await {
        Ok(store) => {
            let facts = store.facts().await;
            store.close().await;
            facts
        }
        Err(error) => Err(error),
    };
    match facts {
        Ok(facts) => {
            let now = Clock::default().now();
            vec![database(&facts), clock(facts.time, now), administrator(facts.has_administrator)]
        }
        Err(error) => vec![Check { what: "database", verdict: Verdict::Fail(error.to_string()) }],
    }
}

/// Of an embedded database that is not there: to look for one must not make one.
pub fn missing(database: &DatabaseConfig) -> Check {
    let found = format!(
        "{database} is not there. Choose another with --data-dir, or make it with `frontdesk migrate`"
    );
    Check { what: "database", verdict: Verdict::Fail(found) }
}

fn database(facts: &Facts) -> Check {
    let known = known_migrations().len();
    let found = format!("{}, up to date (migration {} of {known})", facts.product, facts.migration);
    Check { what: "database", verdict: Verdict::Ok(found) }
}

fn clock(database: Timestamp, machine: Timestamp) -> Check {
    let apart = database.since(machine).max(machine.since(database));
    let verdict = if apart > CLOCKS_APART {
        Verdict::Warn(format!("{} s apart from the database's. Set both by a time server", apart.as_secs()))
    } else {
        Verdict::Ok(format!("{machine}"))
    };
    Check { what: "clock", verdict }
}

fn administrator(there_is_one: bool) -> Check {
    let verdict = if there_is_one {
        Verdict::Ok("there is one".to_owned())
    } else {
        Verdict::Warn(
            "there is none. Use the set-up link `frontdesk serve` prints, or `frontdesk agent add --admin`"
                .to_owned(),
        )
    };
    Check { what: "administrator", verdict }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_disagree_are_a_warning() {
        let now = Clock::default().now();
        let ahead = now + Duration::from_secs(60);
        assert!(matches!(clock(now, now).verdict, Verdict::Ok(_)));
        for check in [clock(ahead, now), clock(now, ahead)] {
            assert!(matches!(&check.verdict, Verdict::Warn(found) if found.starts_with("60 s")), "{check}");
        }
    }
}
