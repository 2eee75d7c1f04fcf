//! The time of day, as the system tells it or as a test sets it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

/// The one source of time of a running server; cheap to clone, and clones agree.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// A clock that stands still until somebody moves it: microseconds since 1970, UTC.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still at this time.
    pub fn set_to(time: DateTime<Utc>) -> Self {
        Self::Set(Arc::new(AtomicI64::new(time.timestamp_micros())))
    }

    /// The present time, in whole microseconds as both databases keep it.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Set(micros) => DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or_default(),
        }
    }

    /// Moves a clock that stands still; the system's clock is not ours to move.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Set(micros) = self {
            micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }
}
