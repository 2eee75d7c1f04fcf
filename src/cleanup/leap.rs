use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// By how much the clock on the wall may be ahead of what is known without raising doubt: more than any adjustment by
/// the network, less than visitors' work is kept.
const BELIEVED: TimeDelta = TimeDelta::days(1);
/// How long a clock that has leapt ahead must stay there until it is believed: time for an operator or the network to
/// set it right. A machine that slept for days, or a server that nobody visited, waits in vain and loses nothing by it.
const DOUBT: Duration = Duration::from_secs(3600);

/// Follows the clock on the wall, which can be set, by the one that only goes forward.
///
/// A cleanup deletes for good what is over by the clock on the wall. If that runs ahead by a month for a minute, as after a
/// start with a broken battery, everybody's work would be gone.
pub(super) struct Watch {
    wall: DateTime<Utc>,
    steady: Instant,
    /// When the doubt began.
    doubted: Option<Instant>,
}

impl Watch {
    /// Begins with a time that is known to have been, `steady` ago or now.
    pub(super) fn new(wall: DateTime<Utc>, steady: Instant) -> Self {
        Self {
            wall,
            steady,
            doubted: None,
        }
    }

    /// How far the clock on the wall is ahead of what it should show, while that is in doubt.
    pub(super) fn leap(&mut self, wall: DateTime<Utc>, steady: Instant) -> Option<TimeDelta> {
        let gone = TimeDelta::from_std(steady.saturating_duration_since(self.steady)).unwrap_or(TimeDelta::MAX);
        let ahead = (wall - self.wall).checked_sub(&gone).unwrap_or_default();
        if ahead > BELIEVED {
            let doubted = *self.doubted.get_or_insert(steady);
            if steady.saturating_duration_since(doubted) < DOUBT {
                return Some(ahead);
            }
        }
        *self = Self::new(wall, steady);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Clocks {
        wall: DateTime<Utc>,
        steady: Instant,
    }

    impl Clocks {
        fn pass(&mut self, time: TimeDelta) {
            self.wall += time;
            self.steady += time.to_std().unwrap();
        }

        fn set(&mut self, by: TimeDelta) {
            self.wall += by;
        }

        fn look(&self, watch: &mut Watch) -> Option<TimeDelta> {
            watch.leap(self.wall, self.steady)
        }
    }

    fn begin() -> (Clocks, Watch) {
        let clocks = Clocks {
            wall: DateTime::from_timestamp(1_790_000_000, 0).unwrap(),
            steady: Instant::now(),
        };
        let watch = Watch::new(clocks.wall, clocks.steady);
        (clocks, watch)
    }

    #[test]
    fn time_that_goes_by_is_believed_and_so_are_small_corrections() {
        let (mut clocks, mut watch) = begin();
        for (passing, set) in [(1, 0), (24 * 40, 0), (1, 20), (1, -30), (2, -24 * 400), (1, 3)] {
            clocks.pass(TimeDelta::hours(passing));
            clocks.set(TimeDelta::hours(set));
            assert_eq!(clocks.look(&mut watch), None);
        }
    }

    #[test]
    fn a_leap_is_doubted_until_it_goes_or_stays() {
        let (mut clocks, mut watch) = begin();
        clocks.set(TimeDelta::days(60));
        assert_eq!(clocks.look(&mut watch), Some(TimeDelta::days(60)));
        clocks.pass(TimeDelta::minutes(59));
        assert_eq!(clocks.look(&mut watch), Some(TimeDelta::days(60)));
        clocks.set(TimeDelta::days(-60));
        assert_eq!(clocks.look(&mut watch), None, "it is right again");
        clocks.pass(TimeDelta::minutes(2));
        clocks.set(TimeDelta::days(60));
        assert!(clocks.look(&mut watch).is_some(), "a new doubt has its own hour");
        clocks.pass(TimeDelta::minutes(60));
        assert_eq!(clocks.look(&mut watch), None, "it stays");
        clocks.pass(TimeDelta::minutes(1));
        assert_eq!(clocks.look(&mut watch), None);
    }
}
