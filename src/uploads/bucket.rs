//! Files of visitors in a bucket of a server that speaks S3, which several servers share.

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use futures_util::{StreamExt as _, TryStreamExt as _, future};
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientOptions, ObjectMeta, ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions, RetryConfig,
};
use tokio::runtime::{Builder, Runtime};

use super::{Alone, Content, Error, Found, Kept, Store, folder_name, is_folder_name, is_id, sha256};

/// How long the server may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(2);
/// How long one request may take, with its bytes.
const ANSWER: Duration = Duration::from_secs(10);
/// After this time a request that failed is not tried again.
const RETRY: Duration = Duration::from_secs(4);
/// How often it is tried again.
const RETRIES: usize = 3;

/// A bucket, or a part of one.
pub(super) struct Bucket {
    store: AmazonS3,
    prefix: Path,
    /// Drives the requests: the callers are threads that wait.
    runtime: Option<Runtime>,
}

impl Bucket {
    /// The bucket of this name at the server that the usual variables tell: `AWS_ENDPOINT_URL`, `AWS_REGION`,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and those of Amazon's own machines. No request is made.
    ///
    /// # Errors
    /// When these make no sense together.
    pub fn open(name: &str, prefix: &str) -> Result<Self, Error> {
        Self::with(AmazonS3Builder::from_env(), name, prefix)
    }

    /// The bucket of this name at a server that was described already.
    pub(super) fn with(builder: AmazonS3Builder, name: &str, prefix: &str) -> Result<Self, Error> {
        // A server inside the own network may be reached without TLS; whoever writes http:// means it.
        let endpoint = builder.get_config_value(&AmazonS3ConfigKey::Endpoint);
        let is_plain = endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"));
        // That another library has chosen one already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let store = builder
            .with_bucket_name(name)
            .with_client_options(
                ClientOptions::new()
                    .with_allow_http(is_plain)
                    .with_connect_timeout(CONNECT)
                    .with_timeout(ANSWER),
            )
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: RETRIES,
                retry_timeout: RETRY,
            })
            .build()
            .map_err(refused)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("uploads")
            .enable_all()
            .build()
            .map_err(Error::Disk)?;
        Ok(Self {
            store,
            prefix: Path::parse(prefix).map_err(|error| Error::Disk(io::Error::other(error)))?,
            runtime: Some(runtime),
        })
    }

    /// Waits for requests to the server.
    fn wait<T, F>(&self, work: impl FnOnce(AmazonS3) -> F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, object_store::Error>> + Send + 'static,
    {
        let gone = || Error::Disk(io::Error::other("the work on the bucket was broken off"));
        let runtime = self.runtime.as_ref().ok_or_else(gone)?;
        let (sender, receiver) = mpsc::channel();
        let work = work(self.store.clone());
        runtime.spawn(async move {
            // Nobody waits any more when the thread is gone.
            let _ = sender.send(work.await);
        });
        receiver.recv().map_err(|_| gone())?.map_err(refused)
    }

    fn owned_by(&self, owner: &str) -> Path {
        self.prefix.clone().join(folder_name(owner))
    }

    fn path(&self, owner: &str, id: &str) -> Result<Path, Error> {
        match is_id(id) {
            true => Ok(self.owned_by(owner).join(id)),
            false => Err(Error::NotFound),
        }
    }

    fn copy_each(&self, pairs: Vec<(Path, Path)>, may_be_missing: bool) -> Result<(), Error> {
        self.wait(|store| async move {
            for (from, to) in pairs {
                match store.copy(&from, &to).await {
                    Err(object_store::Error::NotFound { .. }) if may_be_missing => {}
                    outcome => outcome?,
                }
            }
            Ok(())
        })
    }

    fn pairs(&self, from: &str, to: &str, ids: &[String]) -> Result<Vec<(Path, Path)>, Error> {
        let pairs = ids.iter().map(|id| Ok((self.path(from, id)?, self.path(to, id)?)));
        pairs.collect()
    }
}

impl Store for Bucket {
    fn keep(&self, owner: &str, id: &str, content: &mut dyn Read) -> Result<Kept, Error> {
        let path = self.path(owner, id)?;
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).map_err(Error::Disk)?;
        let kept = Kept {
            size: bytes.len() as u64,
            sha256: sha256(&bytes),
        };
        let options = PutOptions::from(PutMode::Create);
        self.wait(|store| async move { store.put_opts(&path, bytes.into(), options).await })?;
        Ok(kept)
    }

    fn read(&self, owner: &str, id: &str) -> Result<Content, Error> {
        let path = self.path(owner, id)?;
        let bytes = self.wait(|store| async move { store.get(&path).await?.bytes().await })?;
        Ok(Box::new(Cursor::new(bytes)))
    }

    fn delete(&self, owner: &str, id: &str) -> Result<(), Error> {
        let path = self.path(owner, id)?;
        gone(self.wait(|store| async move { store.delete(&path).await }))
    }

    fn delete_all(&self, owner: &str) -> Result<(), Error> {
        let folder = self.owned_by(owner);
        self.wait(|store| async move {
            let files: Vec<Path> = store
                .list(Some(&folder))
                .map_ok(|file| file.location)
                .try_collect()
                .await?;
            let files = futures_util::stream::iter(files).map(Ok).boxed();
            store.delete_stream(files).try_for_each(|_| future::ready(Ok(()))).await
        })
    }

    fn hand_over(&self, from: &str, to: &str, ids: &[String]) -> Result<(), Error> {
        let pairs = self.pairs(from, to, ids)?;
        self.copy_each(pairs.clone(), false)?;
        self.wait(|store| async move {
            for (from, _) in pairs {
                store.delete(&from).await?;
            }
            Ok(())
        })
    }

    fn share(&self, from: &str, to: &str, ids: &[String]) -> Result<(), Error> {
        self.copy_each(self.pairs(from, to, ids)?, true)
    }

    fn copy(&self, owner: &str, id: &str, copy: &str) -> Result<(), Error> {
        self.copy_each(vec![(self.path(owner, id)?, self.path(owner, copy)?)], false)
    }

    fn ids(&self, owner: &str) -> Result<Vec<String>, Error> {
        let folder = self.owned_by(owner);
        self.wait(|store| async move {
            let names = store.list(Some(&folder)).try_filter_map(|file| {
                let name = file.location.filename().filter(|name| is_id(name));
                future::ready(Ok(name.map(str::to_owned)))
            });
            names.try_collect().await
        })
    }

    fn older_than(&self, time: SystemTime) -> Result<Vec<Found>, Error> {
        let (prefix, time) = (self.prefix.clone(), DateTime::<Utc>::from(time));
        let found = move |file: ObjectMeta| {
            let mut parts = file
                .location
                .prefix_match(&prefix)?
                .map(|part| part.as_ref().to_owned());
            let (folder, name) = (parts.next()?, parts.next()?);
            let is_ours = is_folder_name(&folder) && parts.next().is_none() && file.last_modified < time;
            is_ours.then(|| Found {
                id: Some(name).filter(|name| is_id(name)),
                place: PathBuf::from(file.location.as_ref()),
            })
        };
        let prefix = self.prefix.clone();
        self.wait(|store| async move {
            let files = store
                .list(Some(&prefix))
                .try_filter_map(|file| future::ready(Ok(found(file))));
            files.try_collect().await
        })
    }

    fn delete_found(&self, found: &Found) -> Result<(), Error> {
        let place = found.place.to_str().ok_or(Error::NotFound)?;
        let place = Path::parse(place).map_err(|error| Error::Disk(io::Error::other(error)))?;
        gone(self.wait(|store| async move { store.delete(&place).await }))
    }

    fn alone(&self) -> Result<Option<Alone>, Error> {
        Ok(Some(Alone { _lock: None }))
    }

    fn folder(&self) -> Option<&std::path::Path> {
        None
    }

    fn scratch(&self) -> io::Result<File> {
        tempfile::tempfile()
    }

    fn check(&self) -> Result<(), Error> {
        // Nobody has a file here: an honest server says so, and says otherwise when it lets nobody in.
        let path = self.prefix.clone().join("cartellino-is-there");
        gone(self.wait(|store| async move { store.head(&path).await.map(drop) }))?;
        let prefix = self.prefix.clone();
        // A bucket that is not there looks like a file that is not there, but cannot be listed.
        self.wait(|store| async move { store.list(Some(&prefix)).next().await.transpose().map(drop) })
    }
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The keys of the account are nobody's business.
        f.debug_struct("Bucket")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        // Waiting for its threads is not allowed on the threads of another one.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn refused(error: object_store::Error) -> Error {
    match error {
        object_store::Error::NotFound { .. } => Error::NotFound,
        object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. } => {
            Error::Disk(io::Error::new(io::ErrorKind::AlreadyExists, error))
        }
        other => Error::Disk(io::Error::other(other)),
    }
}

/// That there is nothing to delete is no error.
fn gone(outcome: Result<(), Error>) -> Result<(), Error> {
    match outcome {
        Err(Error::NotFound) => Ok(()),
        outcome => outcome,
    }
}
