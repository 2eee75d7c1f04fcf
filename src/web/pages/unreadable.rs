//! A file that could not be read: what is wrong, where, and its text to mend.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::format::ReadError;
use crate::locale::Sentence;
use crate::say;
use crate::web::AppState;
use crate::web::error::{Error, Reader};
use crate::web::filters;
use crate::web::page::{Fault, Faults, Page, once, render_as, size_in_words};

/// Lines shown before and after the place.
const AROUND: usize = 2;
/// Characters shown of a line, before and after the place.
const WIDTH: usize = 80;

#[derive(Template)]
#[template(path = "pages/unreadable.html")]
struct Unreadable<'a> {
    page: Page,
    name: Option<&'a str>,
    faults: Faults,
    advice: &'a Sentence,
    excerpt: Vec<Line>,
    text: Option<&'a str>,
    once: String,
    once_file: String,
    is_shared: bool,
    limit: Sentence,
    limit_bytes: usize,
}

/// A line around the place; in the line itself the character at the place stands apart.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    number: usize,
    is_marked: bool,
    before: String,
    at: String,
    after: String,
}

/// The page, with status 422.
///
/// # Errors
/// When the page cannot be made.
pub fn page(
    name: Option<&str>,
    error: &ReadError,
    is_shared: bool,
    reader: Reader,
    state: &AppState,
) -> Result<HttpResponse, Error> {
    let limit_bytes = state.config.max_upload_bytes;
    let excerpt = match (&error.text, error.position) {
        (Some(text), Some((line, column))) => excerpt(text, line, column),
        _ => Vec::new(),
    };
    render_as(
        StatusCode::UNPROCESSABLE_ENTITY,
        reader.locale,
        &Unreadable {
            page: Page {
                display: reader.display,
                ..Page::bare(say!("This could not be read"), reader.locale).with_error()
            },
            is_shared,
            name,
            faults: Faults(vec![fault(error)]),
            advice: &error.advice,
            excerpt,
            text: error.text.as_deref(),
            once: once()?,
            once_file: once()?,
            limit: size_in_words(limit_bytes),
            limit_bytes,
        },
    )
}

/// What is wrong, at the text if it can be mended here.
fn fault(error: &ReadError) -> Fault {
    let message = error.message.clone();
    match (&error.text, error.position) {
        (Some(_), Some((line, column))) => {
            Fault::new("text", say!("Line {line}, column {column}", line, column), message)
        }
        (Some(_), None) => Fault::new("text", say!("Text of the card"), message),
        (None, _) => Fault::new("file", say!("Your model card as a file"), message),
    }
}

/// The lines around a place, both counted from 1; long lines are cut around it.
fn excerpt(text: &str, line: usize, column: usize) -> Vec<Line> {
    let first = line.saturating_sub(AROUND + 1);
    text.lines()
        .enumerate()
        .skip(first)
        .take(line - first + AROUND)
        .map(|(index, content)| {
            if index + 1 == line {
                marked(index + 1, content, column)
            } else {
                Line {
                    number: index + 1,
                    is_marked: false,
                    before: cut(content.chars(), 2 * WIDTH),
                    at: String::new(),
                    after: String::new(),
                }
            }
        })
        .collect()
}

fn marked(number: usize, content: &str, column: usize) -> Line {
    let place = column.saturating_sub(1);
    let from = place.saturating_sub(WIDTH);
    let mut characters = content.chars().skip(from);
    let ahead: String = characters.by_ref().take(place - from).collect();
    // At the end of a line there is no character to mark, only the place.
    let at = characters.next().map_or_else(|| " ".to_owned(), String::from);
    Line {
        number,
        is_marked: true,
        before: if from > 0 { format!("… {ahead}") } else { ahead },
        at,
        after: cut(characters, WIDTH),
    }
}

fn cut(mut characters: impl Iterator<Item = char>, length: usize) -> String {
    let mut text: String = characters.by_ref().take(length).collect();
    if characters.next().is_some() {
        text.push_str(" …");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_marked_among_its_neighbours() {
        let lines = excerpt("a\nb\nc!d\ne\nf\ng", 3, 2);
        assert_eq!(
            lines.iter().map(|line| line.number).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5]
        );
        let line = &lines[2];
        assert_eq!((&*line.before, &*line.at, &*line.after), ("c", "!", "d"));
    }

    #[test]
    fn places_at_the_edges_are_shown_too() {
        assert_eq!(excerpt("", 1, 1), []);
        assert_eq!(excerpt("ab", 1, 3)[0].at, " ");
        assert_eq!(excerpt("ab", 9, 1), []);
        let long = excerpt(&"x".repeat(1000), 1, 500);
        assert!(long[0].before.starts_with('…') && long[0].after.ends_with('…'));
    }
}
