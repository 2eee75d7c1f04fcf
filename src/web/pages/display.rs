//! How pages look in this browser.

use actix_web::{HttpResponse, web};

use crate::say;
use crate::session::Beginner;
use crate::session::state;
use crate::web::AppState;
use crate::web::choices::{DISPLAY, Display};
use crate::web::error::Error;
use crate::web::page::{see_other, see_other_telling};

/// `POST /session/display`.
///
/// A choice takes effect at once for whoever makes it: where nothing of the visitor is stored yet, it is the first
/// thing. What is as for everybody is not stored.
///
/// # Errors
/// [`Error::Ended`] when the session was ended meanwhile.
pub async fn post(
    state: web::Data<AppState>,
    beginner: Beginner,
    form: web::Form<Display>,
) -> Result<HttpResponse, Error> {
    let visitor = beginner.visitor().clone();
    if visitor.is_ended() {
        return Err(Error::Ended);
    }
    let display = form.into_inner();
    let too_large = |error: state::Error| Error::Internal(error.to_string());
    if display == Display::default() {
        if visitor.session().is_none() {
            return Ok(see_other("/session"));
        }
        visitor.remove(&DISPLAY).map_err(too_large)?;
    } else {
        visitor.set(&DISPLAY, &display).map_err(too_large)?;
        let now = state.clock.now();
        state.db.write(move |conn| beginner.open(conn, now)).await?;
    }
    Ok(see_other_telling(
        &visitor,
        "/session",
        &say!("Pages now look as you chose."),
    ))
}
