use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

/// With this many sources the full buckets are dropped, and all if that does not help: memory stays small, and a
/// crowd that large is not held back by counting anyway.
const MANY: usize = 10_000;

/// How often one source may do something, such as begin a session: a bucket of tokens for each, filled up over an hour.
pub(super) struct Limit {
    an_hour: u32,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

struct Bucket {
    tokens: f64,
    filled_at: DateTime<Utc>,
}

impl Limit {
    /// So often an hour; 0 sets no limit.
    pub(super) fn new(an_hour: u32) -> Self {
        Self {
            an_hour,
            buckets: Mutex::default(),
        }
    }

    /// Takes a token, or says how long to wait for one.
    pub(super) fn take(&self, source: IpAddr, now: DateTime<Utc>) -> Result<(), Duration> {
        if self.an_hour == 0 {
            return Ok(());
        }
        let full = f64::from(self.an_hour);
        let a_second = full / 3600.0;
        let mut buckets = self.buckets();
        if buckets.len() >= MANY {
            buckets.retain(|_, bucket| bucket.level(now, full) < full);
            if buckets.len() > MANY / 2 {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(network(source)).or_insert(Bucket {
            tokens: full,
            filled_at: now,
        });
        bucket.tokens = bucket.level(now, full);
        bucket.filled_at = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64(((1.0 - bucket.tokens) / a_second).ceil()))
    }

    /// Puts a token back: it was not done after all.
    pub(super) fn put_back(&self, source: IpAddr) {
        if let Some(bucket) = self.buckets().get_mut(&network(source)) {
            bucket.tokens = (bucket.tokens + 1.0).min(f64::from(self.an_hour));
        }
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<IpAddr, Bucket>> {
        // A count of tokens cannot be half-written.
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    fn level(&self, now: DateTime<Utc>, full: f64) -> f64 {
        let seconds = (now - self.filled_at).to_std().unwrap_or_default().as_secs_f64();
        (self.tokens + seconds * full / 3600.0).min(full)
    }
}

/// An address, or the network of 64 bits that one connection to the internet gets with IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r07_a_source_gets_its_share_and_no_more() {
        let limit = Limit::new(2);
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let (one, other) = ("1.2.3.4".parse().unwrap(), "5.6.7.8".parse().unwrap());
        assert!(limit.take(one, now).is_ok());
        assert!(limit.take(one, now).is_ok());
        assert_eq!(limit.take(one, now), Err(Duration::from_secs(1800)));
        assert!(limit.take(other, now).is_ok());
        limit.put_back(one);
        assert!(limit.take(one, now).is_ok());
        assert!(limit.take(one, now + Duration::from_secs(1801)).is_ok());
        assert!(limit.take(one, now + Duration::from_secs(1801)).is_err());
    }

    #[test]
    fn r07_one_ipv6_connection_is_one_source() {
        let limit = Limit::new(1);
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert!(limit.take("2001:db8::1".parse().unwrap(), now).is_ok());
        assert!(limit.take("2001:db8::2".parse().unwrap(), now).is_err());
        assert!(limit.take("2001:db8:0:1::1".parse().unwrap(), now).is_ok());
    }
}
