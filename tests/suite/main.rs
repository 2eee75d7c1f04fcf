//! The stories of the product, each in a file of its own, told over HTTP and in a real browser.

mod backends;
mod harness;
mod postgres;

mod archive;
mod browser;
mod cleanup;
mod contract;
mod deletion;
mod download;
mod editing;
mod gone;
mod isolation;
mod limits;
mod migrations;
mod pages;
mod privacy;
mod quota;
mod reminder;
mod sessions;
mod storage;
mod upload;
mod webcards;
