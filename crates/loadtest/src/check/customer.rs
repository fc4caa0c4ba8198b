//! A customer: writes, mostly over the socket, sends old things again, edits and deletes, until the run stops.

use super::pen::Pen;
use super::world::World;
use crate::history::{ChangeKind, Log};
use crate::random;
use rand::RngExt;
use rand::rngs::StdRng;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::RwLock;

/// The longest pause between two bursts.
const PAUSE: Duration = Duration::from_millis(25);
/// How many messages are sent without waiting for answers, at most.
const BURST: usize = 8;

/// Held for reading while a customer writes; for writing by whoever needs the customer silent.
pub type Floor = Arc<RwLock<()>>;

/// Writes until the run stops, and sees to it that everything sent has an answer. Gives the pen back, whose view goes
/// on.
pub async fn write(world: Arc<World>, mut pen: Pen, floor: Floor, mut rng: StdRng) -> Pen {
    while !world.stop.is_cancelled() {
        let has_floor = floor.read().await;
        act(&mut pen, &mut rng).await;
        drop(has_floor);
        tokio::time::sleep(random::up_to(&mut rng, PAUSE)).await;
    }
    pen
}

/// One thing somebody does who may write.
pub async fn act(pen: &mut Pen, rng: &mut StdRng) {
    match rng.random_range(0..100) {
        0..4 => {
            let to = if rng.random_bool(0.7) { ChangeKind::Edit } else { ChangeKind::Delete };
            if let Some(sent) = pen.earlier(true) {
                pen.change(sent, to).await;
            }
        }
        4..8 => {
            if let Some(sent) = pen.earlier(false) {
                pen.send(&[sent.draft]).await;
            }
        }
        8..10 => {
            if let Some(sent) = pen.earlier(false) {
                pen.send_rest(&[sent.draft]).await;
            }
        }
        10..25 => {
            let draft = pen.draft(Log::Messages);
            pen.send_rest(&[draft]).await;
        }
        _ => {
            let drafts: Vec<_> = (0..rng.random_range(1..=BURST)).map(|_| pen.draft(Log::Messages)).collect();
            pen.send(&drafts).await;
        }
    }
}
