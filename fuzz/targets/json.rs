#![no_main]
//! Any text as JSON: understood or explained, and no edit where nothing is new.

use cartellino::json;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(document) = json::parse(text) {
        assert!(json::edits(text, &document.root, &document.root.to_value()).is_empty());
    }
});
