//! The stories of the product, each in a file of its own, told over HTTP and in a real browser.

mod harness;

mod browser;
mod download;
mod editing;
mod isolation;
mod pages;
mod upload;
mod webcards;
