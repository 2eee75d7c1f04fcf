//! Bytes that wait for their row.
//!
//! They are in safety before the transaction begins that stores their row: no transaction, and so nobody else's save, waits
//! until they have travelled to a disk or a bucket. Bytes for which no row comes are taken away, by the cleanup if need be.

use crate::db;
use crate::random;
use crate::session::SessionId;
use crate::uploads::{Kept, Uploads};
use crate::web::AppState;
use crate::web::error::Error;

/// A file that is kept and has no row yet.
#[derive(Clone)]
pub struct Staged {
    /// The id for its row.
    pub id: String,
    /// What was kept.
    pub kept: Kept,
    owner: String,
    uploads: Uploads,
}

impl Staged {
    /// Keeps bytes at a place of their own.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the place for uploads refuses.
    pub async fn keep(state: &AppState, bytes: impl AsRef<[u8]> + Send + 'static) -> Result<Self, Error> {
        let id = random::id()?;
        let owner = format!("staged {id}");
        let uploads = state.uploads.clone();
        let kept = crate::web::aside(move || {
            let kept = uploads.keep(&owner, &id, &mut bytes.as_ref())?;
            Ok::<_, crate::uploads::Error>(Self {
                id,
                kept,
                owner,
                uploads,
            })
        });
        let kept = kept.await.map_err(|error| Error::Internal(error.to_string()))?;
        kept.map_err(|error| Error::Unavailable(error.to_string()))
    }

    /// Moves the bytes to a session, a part of the transaction that stores the row: the disk gives them another name, a
    /// bucket copies them by itself. Should the transaction fail after this, the cleanup takes them.
    ///
    /// # Errors
    /// [`db::Error::Unavailable`] when the place for uploads refuses.
    pub fn settle(&self, session: &SessionId) -> Result<(), db::Error> {
        self.uploads
            .hand_over(&self.owner, session.as_str(), std::slice::from_ref(&self.id))
            .map_err(|error| db::Error::Unavailable(error.to_string()))
    }

    /// Takes the place away, with the bytes if they are still there: to be called after the transaction.
    pub async fn clear(self) {
        let cleared = crate::web::aside(move || self.uploads.delete_all(&self.owner));
        if let Ok(Err(error)) = cleared.await {
            tracing::warn!(%error, "bytes without a row stay until the next cleanup");
        }
    }
}
