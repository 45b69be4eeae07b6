//! A line of a transcript: a record has one form only.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::transcript::{Chain, Record};

fuzz_target!(|line: &str| {
    if let Ok(record) = Record::parse(line) {
        assert_eq!(record.line(), line);
        let _ = record.event();
    }
    if let Ok(mut chain) = Chain::of_first_line(line) {
        let _ = chain.verify(line);
    }
});
