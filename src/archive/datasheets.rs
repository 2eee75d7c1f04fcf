//! Which cards of a copy are datasheets of which others: noted card by card, checked when all are known.

use std::collections::HashMap;

use super::{CARD, Refusal};
use crate::say;

/// The folder of each datasheet with the folder of the card that it belongs to.
#[derive(Default)]
pub(super) struct Datasheets(HashMap<String, String>);

impl Datasheets {
    pub fn note(&mut self, datasheet: &str, card: String) {
        self.0.insert(datasheet.to_owned(), card);
    }

    /// Whether each belongs to another card of the copy that is no datasheet itself.
    ///
    /// # Errors
    /// A refusal that names the first that does not.
    pub fn check(&self, folders: &[String]) -> Result<(), Refusal> {
        let wrong = folders.iter().find_map(|datasheet| {
            let card = self.0.get(datasheet)?;
            (!folders.contains(card) || self.0.contains_key(card)).then_some((datasheet, card))
        });
        match wrong {
            None => Ok(()),
            Some((datasheet, card)) => Err(Refusal::damaged(say!(
                "“{path}” calls the card a datasheet of “{card}”, which is no card of the copy, or a \
                 datasheet itself.",
                path = format!("{datasheet}/{CARD}"),
                card
            ))),
        }
    }

    /// The same as places in the list of folders.
    pub fn places(&self, folders: &[String]) -> Vec<(usize, usize)> {
        let place = |folder: &String| folders.iter().position(|other| other == folder);
        let pairs = self.0.iter();
        pairs
            .filter_map(|(datasheet, card)| Some((place(datasheet)?, place(card)?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datasheet_belongs_to_another_card_that_is_none() {
        let folders = ["a", "b", "c"].map(str::to_owned);
        let noted = |links: &[(&str, &str)]| {
            let mut datasheets = Datasheets::default();
            for (datasheet, card) in links {
                datasheets.note(datasheet, (*card).to_owned());
            }
            datasheets
        };
        let good = noted(&[("c", "a"), ("b", "a")]);
        assert_eq!(good.check(&folders), Ok(()));
        let mut places = good.places(&folders);
        places.sort_unstable();
        assert_eq!(places, [(1, 0), (2, 0)]);
        for wrong in [
            &[("b", "b")][..],
            &[("b", "a"), ("c", "b")],
            &[("a", "b"), ("b", "a")],
            &[("a", "x")],
        ] {
            let refusal = noted(wrong).check(&folders).unwrap_err();
            assert!(
                refusal
                    .message
                    .to_string()
                    .contains("which is no card of the copy, or a datasheet itself")
            );
        }
    }
}
