//! How long a place that keeps sessions may take: one that hangs must not hang the pages.

use std::time::Duration;

use super::engine::Error;
use crate::db::PATIENCE;

/// The longest that a look waits until its activity is noted: another one can do so.
const MOMENT: Duration = Duration::from_millis(500);

/// The answer, or an error when it does not come in time.
///
/// # Errors
/// What the engine says, or that it says nothing.
pub(super) async fn within<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    no_longer_than(PATIENCE, answer).await
}

/// The same for what is not needed now.
///
/// # Errors
/// As [`within`].
pub(super) async fn within_a_moment<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    no_longer_than(MOMENT, answer).await
}

async fn no_longer_than<T>(time: Duration, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(time, answer)
        .await
        .unwrap_or_else(|_| Err(Error("no answer in time".to_owned())))
}

/// The same on a thread that may wait, inside a transaction.
///
/// # Errors
/// As [`within`].
pub(super) fn block_on<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.block_on(within(answer)),
        Err(error) => Err(Error(error.to_string())),
    }
}
