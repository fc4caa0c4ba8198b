//! How fast the queue moves, and how long somebody in it will wait by that.

use crate::Timestamp;
use std::time::Duration;

/// Departures older than this say nothing about now.
pub const PACE_WINDOW: Duration = Duration::from_secs(60 * 60);
/// How many departures are looked at: the latest, and one to measure the first pause from.
pub const PACE_DEPARTURES: u32 = 21;
/// With fewer than this, nothing is said.
const ENOUGH: usize = 3;
/// Estimates are whole minutes, and never none.
const STEP_S: i64 = 60;
/// Beyond this, nobody can say.
const LONGEST_S: i64 = 2 * 60 * 60;

/// A conversation an agent took out of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    /// When.
    pub at: Timestamp,
    /// Since when its customer had waited then.
    pub waiting_since: Timestamp,
}

/// How long the queue stands still before it moves by one: the median over its latest departures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace(Duration);

impl Pace {
    /// From departures, the latest first; none when there are too few to tell.
    ///
    /// The queue stood still since the departure before, or since its next customer came, whichever was later: so
    /// neither a quiet hour nor how many agents there are has to be known.
    pub fn of(departures: &[Departure]) -> Option<Self> {
        let pause = |pair: &[Departure]| pair[0].at.since(pair[1].at.max(pair[0].waiting_since));
        let mut pauses: Vec<_> = departures.windows(2).map(pause).collect();
        pauses.sort_unstable();
        (departures.len() >= ENOUGH).then(|| Self(pauses[pauses.len() / 2]))
    }

    /// How many seconds somebody with so many `ahead` will wait, in whole minutes; none when that is too far off to say.
    pub fn estimate_s(self, ahead: i64) -> Option<i64> {
        let pause = i64::try_from(self.0.as_secs()).unwrap_or(i64::MAX);
        let wait = pause.saturating_mul(ahead.saturating_add(1));
        (wait <= LONGEST_S).then(|| ((wait + STEP_S / 2) / STEP_S).max(1) * STEP_S)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn departure(waiting_since: i64, at: i64) -> Departure {
        let minute = |minutes: i64| Timestamp::from_micros(minutes * 60_000_000);
        Departure { at: minute(at), waiting_since: minute(waiting_since) }
    }

    #[test]
    fn a_queue_that_never_empties_moves_by_the_time_between_departures() {
        let departures = [departure(0, 24), departure(0, 16), departure(0, 12), departure(0, 8)];
        let pace = Pace::of(&departures).unwrap();
        assert_eq!([pace.estimate_s(0), pace.estimate_s(2)], [Some(4 * 60), Some(12 * 60)]);
    }

    #[test]
    fn a_quiet_hour_does_not_count() {
        let departures = [departure(58, 60), departure(29, 30), departure(0, 1)];
        assert_eq!(Pace::of(&departures).unwrap().estimate_s(0), Some(2 * 60));
    }

    #[test]
    fn too_few_say_nothing_and_no_wait_is_still_a_minute() {
        assert_eq!(Pace::of(&[departure(0, 1), departure(0, 1)]), None);
        let at_once = [departure(5, 5), departure(4, 4), departure(3, 3)];
        assert_eq!(Pace::of(&at_once).unwrap().estimate_s(0), Some(60));
        let slow = Pace(Duration::from_secs(10 * 60));
        assert_eq!(
            [slow.estimate_s(11), slow.estimate_s(12), slow.estimate_s(i64::MAX)],
            [Some(7200), None, None]
        );
    }
}
