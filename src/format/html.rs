//! The finished page, write only.
use crate::card::Card;

/// One self-contained page.
pub fn page(card: &Card, title: &str, outline_key: &str) -> String {
    let _ = (card, outline_key);
    title.to_owned()
}
