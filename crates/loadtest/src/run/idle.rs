//! Idle sockets: what each costs the server in resident memory.

use super::RunArgs;
use super::fleet::{Fleet, open_idle};
use super::table::Table;
use anyhow::Result;
use std::time::Duration;

/// After the last socket is open the server comes to rest.
const REST: Duration = Duration::from_secs(3);

/// Measures the first node before and after the sockets are open. Once: memory that was used is not given back.
///
/// # Errors
/// When a socket is refused.
pub async fn measure(args: &RunArgs, fleet: &Fleet, table: &mut Table) -> Result<()> {
    let pairs = fleet.pairs(args.clients).await?;
    tokio::time::sleep(REST).await;
    let before = fleet.nodes[0].resident_memory().await?;
    let sockets = open_idle(&pairs).await?;
    tokio::time::sleep(REST).await;
    let after = fleet.nodes[0].resident_memory().await?;
    let on_first = sockets.len().div_ceil(fleet.nodes.len());
    drop(sockets);
    let per_socket = kib(after.saturating_sub(before)) / kib_of_count(on_first);
    table.add("resident memory, just started", "MiB", vec![kib(fleet.memory_at_start) / 1024.0], "");
    let remark = format!("{:.0} → {:.0} MiB", kib(before) / 1024.0, kib(after) / 1024.0);
    table.add(format!("memory per idle socket, {on_first} open"), "KiB", vec![per_socket], remark);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "no server has 2^52 bytes")]
fn kib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 sockets")]
fn kib_of_count(count: usize) -> f64 {
    count as f64
}
