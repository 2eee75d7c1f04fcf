//! The stories of the product, each in a file of its own, told over HTTP and in a real browser.

mod accessibility;
mod backends;
mod harness;
mod postgres;
mod redis;

mod archive;
mod browser;
mod choices;
mod cleanup;
mod cli;
mod contract;
mod datasheet;
mod deletion;
mod docs;
mod download;
mod editing;
mod elsewhere;
mod gone;
mod guidance;
mod isolation;
mod limits;
mod migrations;
mod outages;
mod outline;
mod pages;
mod privacy;
mod protobuf;
mod quota;
mod reminder;
mod saving;
mod sessions;
mod settings;
mod storage;
mod upload;
mod webcards;
