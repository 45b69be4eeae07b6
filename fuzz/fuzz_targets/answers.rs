//! An answers file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::answers::Answers;

fuzz_target!(|text: &str| {
    let _ = toml::from_str::<Answers>(text);
});
