//! A chain of files: what holds is said without failing, whatever stands in them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::safe::safe;
use rootstage::tuf::history::{Source, history};
use rootstage::tuf::key::Holders;
use rootstage::tuf::metadata::Metadata;

fuzz_target!(|bytes: &[u8]| {
    let sources = bytes.split(|byte| *byte == 0).enumerate();
    let sources = sources.map(|(at, file)| Source {
        name: format!("{at}\u{202e}"),
        file: Metadata::parse(file.to_vec(), 100_000),
    });
    let chain = history(
        sources.collect(),
        &Holders::new(),
        time::OffsetDateTime::UNIX_EPOCH,
    );
    let (held, all) = chain.checks();
    assert!(held <= all);
    if chain.holds() {
        assert_eq!(chain.stretches().len(), 1);
    }
    for sentence in chain.sentences() {
        assert_eq!(safe(&sentence), sentence);
    }
});
