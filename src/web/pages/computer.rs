//! The switch for a computer that others use too.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::say;
use crate::session::Visitor;
use crate::session::state::{Expiry, SHARED_COMPUTER};
use crate::web::error::Error;
use crate::web::page::{see_other, see_other_telling, time_in_words};

/// The form with the switch.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Computer {
    /// There when the computer is shared.
    shared: Option<String>,
}

/// `POST /session/computer`: the cookie goes out anew with the answer, with or without an age.
///
/// # Errors
/// [`Error::Ended`] when the session was ended meanwhile.
pub async fn post(visitor: Visitor, form: web::Form<Computer>) -> Result<HttpResponse, Error> {
    if visitor.is_ended() {
        return Err(Error::Ended);
    }
    // Nothing is stored that could be forgotten; the forms that begin a card have the same switch.
    if visitor.session().is_none() {
        return Ok(see_other("/session"));
    }
    let expiry = match form.shared {
        Some(_) => SHARED_COMPUTER,
        None => Expiry::Default,
    };
    visitor
        .set_expiry(expiry)
        .map_err(|error| Error::Internal(error.to_string()))?;
    let time = visitor.idle_time().map(time_in_words).unwrap_or_default();
    let told = if visitor.ends_with_the_browser() {
        say!(
            "This browser forgets you when it is closed, and your work is kept for {time} after your last visit.",
            time
        )
    } else {
        say!(
            "This browser remembers you, and your work is kept for {time} after each visit.",
            time
        )
    };
    Ok(see_other_telling(&visitor, "/session", &told))
}
