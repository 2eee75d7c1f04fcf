//! Counts of what the server does, and the text in which Prometheus reads them.
//!
//! Counting is one addition to a number that all threads share, never a lock: requests and writes do not wait for it.
//! Each room keeps the counts of its own doings; `web::metrics` gathers them.

mod text;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use text::{Family, Kind, Text};

/// How often something happened, or how much there was of it.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Once more.
    pub fn one(&self) {
        self.add(1);
    }

    /// So much more.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// How much it was until now.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many of something there are at the moment.
#[derive(Debug, Default)]
pub struct Level(AtomicU64);

impl Level {
    /// One more, until the guard is dropped.
    pub fn raised(&self) -> Raised<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Raised(self)
    }

    /// How many there are.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One of a [`Level`], as long as it lives.
#[derive(Debug)]
pub struct Raised<'l>(&'l Level);

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The upper ends of the ranges in which [`Durations`] are counted, in microseconds: from a page out of memory to the
/// longest that anybody waits.
const BOUNDS: [u64; 13] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
];

/// How long something took, each time.
#[derive(Debug, Default)]
pub struct Durations {
    /// Of each range alone, the last one without an end.
    ranges: [Counter; BOUNDS.len() + 1],
    micros: Counter,
}

impl Durations {
    /// It took so long this time.
    pub fn note(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.ranges[BOUNDS.partition_point(|&bound| bound < micros)].one();
        self.micros.add(micros);
    }

    /// Whether it never happened.
    pub fn is_empty(&self) -> bool {
        self.ranges.iter().all(|range| range.get() == 0)
    }
}
