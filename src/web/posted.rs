//! The multipart form that brings a card: a file, or text, or the wish for a blank card.

use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use futures_util::StreamExt as _;

use super::error::Error;
use super::page::is_once;
use crate::say;

/// What somebody sent to begin a card.
#[derive(Default)]
pub struct Posted {
    /// The file chosen, if one was.
    pub file: Option<PostedFile>,
    /// The text pasted; `None` when the box was left blank.
    pub text: Option<String>,
    /// Whether the text is to be taken as a page of text, although it was meant as a document.
    pub is_plain: bool,
    /// The outline wanted for a blank card.
    pub outline: Option<String>,
    /// The form's one-time token.
    pub once: Option<String>,
    /// The format that the file is wanted in, if it is not to be kept.
    pub to: Option<String>,
    /// Whether the computer is shared, so that the browser is to forget its key.
    pub is_shared: bool,
}

/// A file as the browser sent it.
pub struct PostedFile {
    /// The client's name: text to show, never a path; `None` when it gave none.
    pub name: Option<String>,
    /// The content.
    pub bytes: Vec<u8>,
}

/// The longest word in a field that is not the card itself, in bytes.
const WORD_BYTES: usize = 200;
/// The longest silence in the middle of a body.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// What is read of a body that is too large, so that browsers show the answer instead of a broken connection.
pub(super) const DRAINED_BYTES: usize = 64 << 20;
/// How many parts a form may have.
const MOST_PARTS: usize = 32;

/// Reads the form, keeping no more than `limit_bytes` of it.
///
/// # Errors
/// [`Error::TooLarge`], and [`Error::BadRequest`] for a body that is broken off or no multipart.
pub async fn read(mut form: Multipart, limit_bytes: usize) -> Result<Posted, Error> {
    let outcome = read_parts(&mut form, limit_bytes).await;
    if matches!(outcome, Err(Error::TooLarge { .. })) {
        drain(&mut form).await;
    }
    outcome
}

async fn read_parts(form: &mut Multipart, limit_bytes: usize) -> Result<Posted, Error> {
    let mut posted = Posted::default();
    let mut left = limit_bytes;
    for _ in 0..MOST_PARTS {
        let Some(field) = next(form).await? else {
            return Ok(posted);
        };
        let mut field = field;
        match field.name().unwrap_or_default().to_owned().as_str() {
            "file" => {
                let name = file_name(&field);
                let bytes = bytes(&mut field, &mut left, limit_bytes).await?;
                // A browser sends the control without name and content when nothing was chosen.
                if name.is_some() || !bytes.is_empty() {
                    posted.file = Some(PostedFile { name, bytes });
                }
            }
            "text" => {
                let bytes = bytes(&mut field, &mut left, limit_bytes).await?;
                let text = String::from_utf8(bytes)
                    .map_err(|_| Error::BadRequest(say!("The text is not in the encoding UTF-8.")))?;
                posted.text = (!text.trim().is_empty()).then(|| as_typed(text));
            }
            "outline" => posted.outline = Some(word(&mut field).await?),
            "plain" => posted.is_plain = !word(&mut field).await?.is_empty(),
            "to" => posted.to = Some(word(&mut field).await?),
            "shared" => posted.is_shared = !word(&mut field).await?.is_empty(),
            "once" => posted.once = Some(word(&mut field).await?).filter(|once| is_once(once)),
            _ => {
                bytes(&mut field, &mut left, limit_bytes).await?;
            }
        }
    }
    Err(Error::BadRequest(say!("The form has too many parts.")))
}

/// The client's name of a file: text to show, never a path.
pub(super) fn file_name(field: &Field) -> Option<String> {
    let name = field.content_disposition()?.get_filename()?;
    (!name.is_empty()).then(|| name.chars().filter(|c| !c.is_control()).take(255).collect())
}

/// The next part of the form.
pub(super) async fn next(form: &mut Multipart) -> Result<Option<Field>, Error> {
    match tokio::time::timeout(PATIENCE, form.next()).await {
        Ok(next) => next.transpose().map_err(broken),
        Err(_) => Err(too_slow()),
    }
}

/// The content of a part, which takes from what is `left` of the limit.
pub(super) async fn bytes(field: &mut Field, left: &mut usize, limit_bytes: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    loop {
        let chunk = match tokio::time::timeout(PATIENCE, field.next()).await {
            Ok(None) => return Ok(bytes),
            Ok(Some(chunk)) => chunk.map_err(broken)?,
            Err(_) => return Err(too_slow()),
        };
        *left = left.checked_sub(chunk.len()).ok_or(Error::TooLarge { limit_bytes })?;
        bytes.extend_from_slice(&chunk);
    }
}

/// A part that is a short word.
pub(super) async fn word(field: &mut Field) -> Result<String, Error> {
    let mut left = WORD_BYTES;
    match bytes(field, &mut left, WORD_BYTES).await {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(Error::TooLarge { .. }) => Err(Error::BadRequest(say!("A field of the form is longer than it can be."))),
        Err(error) => Err(error),
    }
}

/// Reads on and throws away, for a while.
pub(super) async fn drain(form: &mut Multipart) {
    let mut left = DRAINED_BYTES;
    while let Ok(Ok(Some(mut field))) = tokio::time::timeout(PATIENCE, async { next(form).await }).await {
        while let Ok(Some(Ok(chunk))) = tokio::time::timeout(PATIENCE, field.next()).await {
            match left.checked_sub(chunk.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    }
}

/// Browsers send every line break of a text box as CRLF, whatever was pasted; this takes it back.
/// A text with other line breaks did not come from a text box and stays as it is.
pub(in crate::web) fn as_typed(text: String) -> String {
    let all = text.bytes().filter(|byte| *byte == b'\n').count();
    let from_box = text.matches("\r\n").count() == all && text.bytes().filter(|byte| *byte == b'\r').count() == all;
    if from_box { text.replace("\r\n", "\n") } else { text }
}

pub(super) fn broken(error: MultipartError) -> Error {
    tracing::debug!(%error, "an upload broke off");
    Error::BadRequest(say!(
        "What arrived is incomplete: it broke off on the way, or was not sent as a form with a file."
    ))
}

pub(super) fn too_slow() -> Error {
    Error::BadRequest(say!("The rest of the form did not arrive in time. Nothing was stored."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_of_a_text_box_are_as_they_were_pasted() {
        assert_eq!(as_typed("a\r\nb\r\n".to_owned()), "a\nb\n");
        assert_eq!(as_typed("a\nb\r\n".to_owned()), "a\nb\r\n");
        assert_eq!(as_typed("a\r\nb\rc".to_owned()), "a\r\nb\rc");
        assert_eq!(as_typed("a".to_owned()), "a");
    }
}
