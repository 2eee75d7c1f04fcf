//! A file that was made on disk, on its way to the browser.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Bytes;
use futures_util::stream::{self, Stream};

use super::error::Error;

/// How much of the file is in memory while it is sent, in bytes.
const CHUNK_BYTES: usize = 64 << 10;

/// The ZIP in a file, as an answer with this header for its name.
///
/// # Errors
/// When the disk does not answer.
pub async fn zip(file: File, disposition: String) -> Result<HttpResponse, Error> {
    let size = crate::web::aside({
        let mut file = file.try_clone().map_err(unavailable)?;
        move || {
            let size = file.metadata()?.len();
            file.rewind()?;
            Ok::<_, io::Error>(size)
        }
    });
    let size = size
        .await
        .map_err(|error| Error::Internal(error.to_string()))?
        .map_err(unavailable)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_DISPOSITION, disposition))
        .insert_header((CONTENT_TYPE, "application/zip"))
        .body(SizedStream::new(size, chunks(file))))
}

/// The bytes of a file, read off the async threads.
fn chunks(file: File) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(file, |mut file| async {
        let read = crate::web::aside(move || {
            let mut chunk = vec![0; CHUNK_BYTES];
            let length = file.read(&mut chunk)?;
            chunk.truncate(length);
            Ok::<_, io::Error>((chunk, file))
        });
        let (chunk, file) = read.await.map_err(io::Error::other)??;
        Ok((!chunk.is_empty()).then(|| (Bytes::from(chunk), file)))
    })
}

fn unavailable(error: io::Error) -> Error {
    Error::Unavailable(error.to_string())
}
