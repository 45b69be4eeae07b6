//! A digest as people type it: hex, groups, or words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::digest::Sha256;

fuzz_target!(|text: &str| {
    if let Ok(digest) = Sha256::parse(text) {
        assert_eq!(
            Sha256::parse(&digest.words().join(" ")).expect("words"),
            digest
        );
        assert_eq!(Sha256::parse(&digest.hex()).expect("hex"), digest);
    }
});
