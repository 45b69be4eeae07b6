//! A token's name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::ceremony::token::TokenName;
use rootstage::ceremony::token_name::parse;

fuzz_target!(|text: &str| {
    if let Err(problem) = parse(&TokenName(text.to_owned())) {
        assert!(!problem.to_string().is_empty());
    }
});
