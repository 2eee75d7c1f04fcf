//! Everything of the visitor as one file.

use std::io::BufWriter;

use actix_web::{HttpResponse, web};

use crate::session::Visitor;
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::page::see_other;
use crate::web::sent;
use crate::{archive, db};

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
    let name = now.format("cartellino-%Y-%m-%d.zip");
    sent::zip(file, format!("attachment; filename=\"{name}\"")).await
}
