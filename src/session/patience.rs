//! How long a place that keeps sessions may take: one that hangs must not hang the pages.

use std::time::Duration;

use super::engine::Error;

/// The longest that a request waits for an engine.
const PATIENCE: Duration = Duration::from_secs(4);

/// The answer, or an error when it does not come in time.
///
/// # Errors
/// What the engine says, or that it says nothing.
pub(super) async fn within<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(PATIENCE, answer)
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
