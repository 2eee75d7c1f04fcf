//! A file in another format, whole: what is written, what is lost, what is put aside.

use std::borrow::Cow;

use super::{
    Fonts, Format, Homeless, Kept, Loss, Notation, ReadError, Reading, losses, losses_keeping, unshown,
    without_aliases, write, write_keeping, write_with,
};

/// The word for no home.
pub const NOTHING: &str = "nothing";

/// A card in another format, with what that cannot carry.
pub struct Converted {
    /// The file.
    pub bytes: Vec<u8>,
    /// How it is written.
    pub notation: Notation,
    /// What is not in it.
    pub losses: Vec<Loss>,
    /// How many answers are in the format's usual home, and its name.
    pub aside: Option<(usize, &'static str)>,
    /// The ending of its name, without the first dot.
    pub ending: String,
}

/// The card as a file of the format; its own file with nothing changed when that is the format it has. What has no place
/// goes into the home of this id, [`NOTHING`] for none, where the format [has it](has_home).
///
/// # Errors
/// When the card is too large for pages.
pub fn convert(
    reading: &Reading,
    bytes: &[u8],
    format: Format,
    home: Option<&str>,
    fonts: &Fonts,
) -> Result<Converted, ReadError> {
    let source = format.is_version_of(reading.format).then_some(bytes);
    let card = match source {
        Some(_) => Cow::Borrowed(&reading.card),
        None => without_aliases(Some(bytes), &reading.card),
    };
    let card = card.as_ref();
    let kept = match home.filter(|_| source.is_none()) {
        None => Vec::new(),
        Some(NOTHING) => Kept::all(format, card, ""),
        Some(home) => Kept::all(format, card, home),
    };
    let (written, losses) = match source {
        Some(_) => (write(format, source, card), losses(format, source, card)),
        None => {
            let mut losses = losses_keeping(format, card, &kept);
            losses.extend(unshown(reading.format, bytes));
            let written = match kept.is_empty() {
                true => write_with(format, None, card, fonts),
                false => write_keeping(format, card, &kept),
            };
            (written, losses)
        }
    };
    let aside = match (source, home, format.usual_home()) {
        (Some(_), ..) | (_, Some(NOTHING), _) | (.., None) => None,
        (.., Some(usual)) => Some((Homeless::of(format, card).kept.len(), usual.name)),
    };
    let notation = format.notation(source);
    Ok(Converted {
        bytes: written?,
        notation,
        losses,
        aside: aside.filter(|(count, _)| *count > 0),
        ending: format.extension(notation, reading.format == format),
    })
}

/// Refuses a home that the format does not have, in a sentence.
///
/// # Errors
/// When it has none of this id.
pub fn has_home(format: Format, home: &str) -> Result<(), String> {
    let ids: Vec<&str> = format.homes().iter().map(|home| home.id).collect();
    match ids.as_slice() {
        ids if home == NOTHING || ids.contains(&home) => Ok(()),
        [] => Err(format!("{} has no place where more could be kept", format.name())),
        ids => Err(format!(
            "{} keeps nothing in `{}`; there is {}",
            format.name(),
            home.escape_debug(),
            ids.join(", ")
        )),
    }
}
