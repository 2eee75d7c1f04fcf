//! Cartellino: model cards without an account.
//!
//! Somebody uploads a model card, edits it for days in an anonymous session, and downloads it with
//! nothing lost. This page is the map: what each room holds, and who may know whom.
//!
//! # The idea at the centre
//!
//! A format is a lens. A card in the database is *the upload as it came* plus *its sections as they
//! are now*; [`format::read`] turns bytes into a [`card::Card`], [`format::write`] puts a card back
//! into the bytes it came from. An unchanged card gives back every byte, and what was put is read
//! back, except for what [`format::losses`] names. Pages and command line are thin faces of these
//! functions.
//!
//! # The rooms
//!
//! | room | holds | knows |
//! |---|---|---|
//! | [`json`] | JSON as a text with places: lenient reading, edits in place | `locale` |
//! | [`yaml`] | YAML as a text with places: lenient reading, edits in place | `json`'s values, `locale` |
//! | [`proto`] | protocol buffers, binary and text, with places: edits in place | `json`'s values, `locale` |
//! | [`xml`] | XML as a text with places: lenient reading, edits in place | `json`'s values, `locale` |
//! | [`card`] | the card: sections, fields, outlines, checks, differences | `json`, `locale` |
//! | [`chart`] | numbers as SVG pictures with words and a table | nothing of ours |
//! | [`prose`] | visitors' Markdown as safe HTML | `card`'s pictures |
//! | [`format`](mod@format) | other people's files to and from cards, the finished page, on screen and on paper | `card`, `chart`, `json`, `yaml`, `xml`, `prose`, `locale` |
//! | [`inspect`] | a file checked: its findings with their rules, as JSON and as SARIF | `card`, `format` |
//! | [`bundle`] | a card in every format that many read, with its figures, as one ZIP file | `card`, `format` |
//! | [`config`] | every setting, read once and checked | nothing of ours |
//! | [`clock`], [`random`] | the time as a value, bytes from the operating system | nothing of ours |
//! | [`limit`] | how often somebody may do something | nothing of ours |
//! | [`metrics`] | counts of what the server does, and the text in which Prometheus reads them | nothing of ours |
//! | [`locale`] | what is said to people, as sentences in no language yet, and the catalogues of languages | nothing of ours |
//! | [`redraw`] | visitors' pictures: decoded within limits, drawn anew without what else is in them | `locale` |
//! | [`db`] | rows and SQL for SQLite and PostgreSQL; Diesel ends here | `session`'s id, `card`'s references to files, `metrics` |
//! | [`session`] | the anonymous visitor: key, cookie, engine, middleware | `db`, `config`, `clock`, `random`, `locale`, `metrics` |
//! | [`uploads`] | bytes on disk under names of our own, and pictures of figures into a card | `random`, `card` |
//! | [`archive`] | everything of a visitor as one ZIP file, and back | `db`, `uploads`, `card`, `format`, `json`, `locale` |
//! | [`backup`] | everything of a server as one folder, made while it runs, and back | `db`, `uploads`, `session`'s id |
//! | [`verify`](mod@verify) | whether database and files are whole | `db`, `uploads`, `card`'s stored text |
//! | [`cleanup`] | removes what has expired | `db`, `session`, `uploads`, `metrics` |
//! | [`web`] | HTTP: routes, pages, forms, errors; who may reach what ([`web::access`]); the only room that knows status codes | all of the above |
//! | [`cli`] | the command line, a file a subcommand | all of the above |
//!
//! Arrows do not turn back: `card` and `format` know neither HTTP nor SQL nor files, so `check` and
//! `convert` run without a server.
//!
//! # The way of a card
//!
//! 1. `POST /cards` ([`web::pages::upload`]): multipart below the limit; [`format::read`] or a page
//!    that explains and gives the text back.
//! 2. [`db::cards::create`] stores the upload verbatim and one `CardSectionData` row a section, in one
//!    transaction with the session itself; [`uploads`] keeps the file.
//! 3. [`web::pages::section`] shows a row as a form ([`web::control`]) and reads the form back
//!    ([`web::form`]), for its owner or for somebody with a link to it; [`db::cards::save`] wants the version that the form was made from.
//!    A picture that came along is drawn anew ([`redraw`]), kept as a file, and referred to by a row of
//!    the section's figures ([`card::figure`]).
//! 4. [`web::pages::download`]: rows become a card, with its pictures in it; [`format::write`] puts it into the upload.

pub mod archive;
pub mod backup;
pub mod bundle;
pub mod card;
pub mod chart;
pub mod cleanup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod format;
pub mod inspect;
pub mod json;
pub mod limit;
pub mod locale;
pub mod metrics;
pub mod prose;
pub mod proto;
pub mod random;
pub mod redraw;
pub mod session;
pub mod uploads;
pub mod verify;
pub mod web;
pub mod xml;
pub mod yaml;
