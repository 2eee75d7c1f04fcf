//! What programs call: version 1 of the HTTP interface, a file an address; docs/api.md describes it.
//!
//! The first three keep nothing: bytes in, bytes or JSON out. [`cards`] keeps a card until somebody opens its link. No cookie
//! is read or set, and failures are JSON ([`problem`](fn@problem)).

pub mod cards;
pub mod check;
pub mod convert;
pub mod formats;
mod problem;
mod request;

pub use problem::{Refusal, problem};

use super::PROGRAMS;

/// Whether an address is one that programs call.
pub fn is_for_programs(path: &str) -> bool {
    path.strip_prefix(PROGRAMS)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
