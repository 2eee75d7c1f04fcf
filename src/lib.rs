//! Cartellino: model cards without an account.
//!
//! This page is the map. Each room says in its `mod.rs` what it holds and what it leaves to
//! others.

pub mod card;
pub mod cleanup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod format;
pub mod json;
pub mod prose;
pub mod random;
pub mod session;
pub mod uploads;
pub mod web;
