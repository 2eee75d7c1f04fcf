//! The stories of the product, each in a file of its own, told over HTTP and in a real browser.

mod backends;
mod postgres;

mod cleanup;
mod migrations;
mod sessions;
mod storage;
