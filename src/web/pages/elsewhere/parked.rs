//! Cards that this browser had before it opened others, kept apart: going there and back, or bringing both together.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::db::{self, DbConnection, cards, sessions};
use crate::say;
use crate::session::{ParkedWork, SessionId, Visitor, said_family};
use crate::uploads::Uploads;
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::page::{Date, see_other};

/// Parked work as pages show it.
pub struct Kept {
    /// By which the form names it.
    pub handle: String,
    /// How many cards.
    pub cards: usize,
    /// Until when they are kept.
    pub until: Date,
}

/// The work that this browser keeps apart, as pages show it.
///
/// # Errors
/// When the database does not answer.
pub async fn kept(state: &AppState, visitor: &Visitor) -> Result<Vec<Kept>, Error> {
    let mut kept = Vec::new();
    for ParkedWork {
        handle,
        session,
        expires_at,
    } in visitor.parked().await?
    {
        let cards = state.db.run(move |conn| cards::list(conn, &session)).await?.len();
        kept.push(Kept {
            handle,
            cards,
            until: expires_at.into(),
        });
    }
    Ok(kept)
}

/// What to do with which parked work.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    handle: String,
    wish: String,
}

/// `POST /session/parked`: opens parked work and parks what is open, or brings both together.
///
/// # Errors
/// [`Error::NotFound`] when the browser has no such work.
pub async fn post(state: web::Data<AppState>, visitor: Visitor, form: web::Form<Wish>) -> Result<HttpResponse, Error> {
    if visitor.is_ended() {
        return Err(Error::Ended);
    }
    if form.wish == "bring" && visitor.can_bring_others() {
        let works = visitor.parked().await?;
        let work = works.into_iter().find(|work| work.handle == form.handle);
        let (Some(work), Some(own)) = (work, visitor.session().cloned()) else {
            return Err(Error::NotFound);
        };
        // This browser has its place there already.
        let coming = visitor.browsers().await?.len().saturating_sub(1);
        if !visitor.has_room_for(&work.session, coming).await? {
            return Err(Error::BadRequest(say!(
                "Together they would be open in more browsers than may be. Under “Your browsers”, sign out \
                         one that you do not need, then bring both together."
            )));
        }
        let (now, uploads) = (state.clock.now(), state.uploads.clone());
        let (target, mover, from) = (work.session.clone(), visitor.clone(), own.clone());
        let notice = say!(
            "Cards that were apart in {family} are together now, {day}.",
            family = said_family(visitor.family()),
            day = Date::from(now).day
        );
        let notice = notice.said((&visitor).into()).to_string();
        state
            .db
            .write(move |conn| {
                bring_data(conn, &uploads, &from, &target)?;
                mover.bring_all(conn, &target, &notice, now)
            })
            .await?;
        visitor.unpark(&work).await;
        clear(&state, own).await;
        return Ok(see_other("/?done=brought"));
    }
    if visitor.switch(&form.handle).await? {
        Ok(see_other("/?done=switched"))
    } else {
        Err(Error::NotFound)
    }
}

/// Moves rows, and lets the other session have the files, as a part of a transaction; the bytes stay with both until
/// [`clear`] after the transaction.
pub(super) fn bring_data(
    conn: &mut DbConnection,
    uploads: &Uploads,
    from: &SessionId,
    to: &SessionId,
) -> Result<(), db::Error> {
    sessions::hold(conn, from, to)?;
    let files = sessions::move_all(conn, from, to)?;
    uploads
        .share(from.as_str(), to.as_str(), &files)
        .map_err(|error| db::Error::Unavailable(error.to_string()))
}

/// Takes the folder away that a session's files had, now that they are another's.
pub(super) async fn clear(state: &AppState, session: SessionId) {
    let uploads = state.uploads.clone();
    let removed = crate::web::aside(move || uploads.delete_all(session.as_str())).await;
    if let Ok(Err(error)) = removed {
        // The bytes are where they belong as well; the cleanup takes what has no row.
        tracing::warn!(%error, "files that were moved are still at their old place too");
    }
}
