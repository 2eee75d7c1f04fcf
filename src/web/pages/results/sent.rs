//! The form of the page: a file or a text, what its columns are, and what is wanted.

use actix_multipart::Multipart;

use crate::format::results::MOST_COLUMNS;
use crate::format::results::mapping::Role;
use crate::locale::Locale;
use crate::say;
use crate::web::error::Error;
use crate::web::posted;

/// What was sent.
#[derive(Default)]
pub struct Sent {
    /// The file chosen, if one was.
    pub file: Option<Vec<u8>>,
    /// The text in the box.
    pub text: String,
    /// What the columns were said to be.
    pub roles: Vec<Option<Role>>,
    /// Whether the rows replace those that are there.
    pub is_replacing: bool,
    /// The chart wanted; blank for none.
    pub chart: String,
    /// Whether the rows are to be kept, or only shown.
    pub is_final: bool,
    /// The language that the page is to come back in.
    pub locale: Option<Locale>,
}

/// How many parts the form may have.
const MOST_PARTS: usize = MOST_COLUMNS + 16;

/// Reads the form, keeping no more than `limit_bytes` of it.
///
/// # Errors
/// [`Error::TooLarge`], and [`Error::BadRequest`] for a body that is broken off or no multipart.
pub async fn read(mut form: Multipart, limit_bytes: usize) -> Result<Sent, Error> {
    let outcome = read_parts(&mut form, limit_bytes).await;
    if matches!(outcome, Err(Error::TooLarge { .. })) {
        posted::drain(&mut form).await;
    }
    outcome
}

async fn read_parts(form: &mut Multipart, limit_bytes: usize) -> Result<Sent, Error> {
    let mut sent = Sent::default();
    let mut left = limit_bytes;
    for _ in 0..MOST_PARTS {
        let Some(mut field) = posted::next(form).await? else {
            return Ok(sent);
        };
        match field.name().unwrap_or_default().to_owned().as_str() {
            "file" => {
                let bytes = posted::bytes(&mut field, &mut left, limit_bytes).await?;
                sent.file = Some(bytes).filter(|bytes| !bytes.is_empty());
            }
            "text" => {
                let bytes = posted::bytes(&mut field, &mut left, limit_bytes).await?;
                let text = String::from_utf8(bytes)
                    .map_err(|_| Error::BadRequest(say!("The text is not in the encoding UTF-8.")))?;
                sent.text = posted::as_typed(text);
            }
            "mode" => sent.is_replacing = posted::word(&mut field).await? == "replace",
            "chart" => sent.chart = posted::word(&mut field).await?,
            "do" => {
                let wish = posted::word(&mut field).await?;
                sent.is_final = wish == "save";
                sent.locale = wish.strip_prefix("language ").and_then(Locale::find);
            }
            name => {
                let column = name
                    .strip_prefix("role.")
                    .and_then(|column| column.parse::<usize>().ok());
                let word = posted::word(&mut field).await?;
                if let Some(column) = column.filter(|column| *column < MOST_COLUMNS) {
                    if sent.roles.len() <= column {
                        sent.roles.resize(column + 1, None);
                    }
                    sent.roles[column] = Role::from_word(&word);
                }
            }
        }
    }
    Err(Error::BadRequest(say!("The form has too many parts.")))
}
