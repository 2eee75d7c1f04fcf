//! Everything of the visitor as one file.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _};

use actix_web::body::SizedStream;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use futures_util::stream::{self, Stream};

use crate::session::Visitor;
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::page::see_other;
use crate::{archive, db};

/// How much of the file is in memory while it is sent, in bytes.
const CHUNK_BYTES: usize = 64 << 10;

/// `GET /session/export`: the ZIP; without a card, on to the page that says that nothing is stored.
///
/// # Errors
/// When the database or the disk does not answer.
pub async fn get(state: web::Data<AppState>, visitor: Visitor) -> Result<HttpResponse, Error> {
    let nothing = || Ok(see_other("/session"));
    let Some(session) = visitor.session().cloned() else {
        return nothing();
    };
    let turn = state.turn_to_copy().await?;
    let now = state.clock.now();
    let uploads = state.uploads.clone();
    let made = state
        .db
        .run(move |conn| {
            // The turn goes along with the work, which goes on even if the request is gone.
            let _turn = turn;
            // It is made as a whole before it is sent, so that no failure can leave half a file that looks whole.
            let file = uploads.scratch().map_err(archive::Error::from)?;
            let cards = db::snapshot(conn, |conn| {
                let sink = BufWriter::new(&file);
                Ok(archive::write(conn, &session, &uploads, now, sink)?)
            })?;
            Ok((file, cards))
        })
        .await?;
    let (file, cards) = made;
    if cards == 0 {
        return nothing();
    }
    let size = web::block({
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
    let name = now.format("cartellino-%Y-%m-%d.zip");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((CONTENT_TYPE, "application/zip"))
        .body(SizedStream::new(size, chunks(file))))
}

/// The bytes of a file, read off the async threads.
fn chunks(file: File) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(file, |mut file| async {
        let read = web::block(move || {
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
