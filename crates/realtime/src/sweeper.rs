//! What has to happen when nobody does anything: leases end, idle holders are warned and lose their claim, snoozed
//! conversations wake, those who wait become more urgent, new words are learnt.

use std::time::Duration;
use store::Store;
use tokio::time::{MissedTickBehavior, interval};

/// How often the store is asked what is due.
const EVERY: Duration = Duration::from_secs(1);

/// Returns what is due to the queue, once a second, for as long as it runs (C3). Any number of nodes may do so at once.
pub async fn run_sweeper(store: Store) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let results = [
            store.expire_claims().await,
            store.warn_idle_holders().await,
            store.return_idle_claims().await,
            store.wake_snoozed().await,
            store.refresh_urgency_rules().await.map(|()| 0),
            store.assess_due().await,
            store.rescore_outdated().await,
            store.learn_words().await.map(|()| 0),
        ];
        for result in results {
            if let Err(error) = result {
                tracing::warn!(%error, "cannot sweep what is due");
            }
        }
    }
}
