//! HTTP; the only room that knows status codes.
pub mod form;
