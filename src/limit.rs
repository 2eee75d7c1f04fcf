//! How often somebody may do something.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

/// With this many of them the full buckets are dropped, and all if that does not help: memory stays small, and a
/// crowd that large is not held back by counting anyway.
const MANY: usize = 10_000;

/// How often each of them may do something, such as begin a session: a bucket of tokens for each, filled up over the period.
pub struct Limit<Who> {
    most: u32,
    period: Duration,
    buckets: Mutex<HashMap<Who, Bucket>>,
}

struct Bucket {
    tokens: f64,
    filled_at: DateTime<Utc>,
}

impl<Who: Eq + Hash> Limit<Who> {
    /// So often in this period, which is not empty; 0 sets no limit.
    pub fn new(most: u32, period: Duration) -> Self {
        Self {
            most,
            period,
            buckets: Mutex::default(),
        }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// How long to wait for one, in whole seconds.
    pub fn take(&self, who: Who, now: DateTime<Utc>) -> Result<(), Duration> {
        if self.most == 0 {
            return Ok(());
        }
        let full = f64::from(self.most);
        let a_second = self.a_second();
        let mut buckets = self.buckets();
        if buckets.len() >= MANY {
            buckets.retain(|_, bucket| bucket.level(now, full, a_second) < full);
            if buckets.len() > MANY / 2 {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(who).or_insert(Bucket {
            tokens: full,
            filled_at: now,
        });
        bucket.tokens = bucket.level(now, full, a_second);
        bucket.filled_at = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64(((1.0 - bucket.tokens) / a_second).ceil()))
    }

    /// Puts a token back: it was not done after all.
    pub fn put_back(&self, who: &Who) {
        if let Some(bucket) = self.buckets().get_mut(who) {
            bucket.tokens = (bucket.tokens + 1.0).min(f64::from(self.most));
        }
    }

    fn a_second(&self) -> f64 {
        f64::from(self.most) / self.period.as_secs_f64()
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<Who, Bucket>> {
        // A count of tokens cannot be half-written.
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    fn level(&self, now: DateTime<Utc>, full: f64, a_second: f64) -> f64 {
        let seconds = (now - self.filled_at).to_std().unwrap_or_default().as_secs_f64();
        (self.tokens + seconds * a_second).min(full)
    }
}

/// Where a request comes from, as far as it is counted: an address, or the network of 64 bits that one connection to the
/// internet gets with IPv6.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source(IpAddr);

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        Self(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn source(address: &str) -> Source {
        address.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn r07_a_source_gets_its_share_and_no_more() {
        let limit = Limit::new(2, HOUR);
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let (one, other) = (source("1.2.3.4"), source("5.6.7.8"));
        assert!(limit.take(one, now).is_ok());
        assert!(limit.take(one, now).is_ok());
        assert_eq!(limit.take(one, now), Err(Duration::from_secs(1800)));
        assert!(limit.take(other, now).is_ok());
        limit.put_back(&one);
        assert!(limit.take(one, now).is_ok());
        assert!(limit.take(one, now + Duration::from_secs(1801)).is_ok());
        assert!(limit.take(one, now + Duration::from_secs(1801)).is_err());
    }

    #[test]
    fn r07_one_ipv6_connection_is_one_source() {
        let limit = Limit::new(1, HOUR);
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert!(limit.take(source("2001:db8::1"), now).is_ok());
        assert!(limit.take(source("2001:db8::2"), now).is_err());
        assert!(limit.take(source("2001:db8:0:1::1"), now).is_ok());
    }
}
