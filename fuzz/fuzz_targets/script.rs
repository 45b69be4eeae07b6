//! A script: read or refused with problems; what is accepted can be printed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::ceremony::paper::{Paper, html::html, markdown::markdown};
use rootstage::ceremony::script::Script;

fuzz_target!(|bytes: &[u8]| {
    match Script::parse(bytes) {
        Ok(script) => {
            let paper = Paper::of_script(&script);
            let _ = (html(&paper), markdown(&paper));
        }
        Err(problems) => assert!(!problems.to_string().is_empty()),
    }
});
