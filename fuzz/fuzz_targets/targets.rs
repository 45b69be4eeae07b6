//! Targets metadata: what is read twice is the same, and a change from it to itself is none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::tuf::key::Holders;
use rootstage::tuf::metadata::Metadata;
use rootstage::tuf::targets::{Targets, targets_changes};

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = Metadata::parse(bytes.to_vec(), 1 << 20) else {
        return;
    };
    let Ok(targets) = Targets::read(&file) else {
        return;
    };
    let again = Metadata::parse(file.countersigned(&[]), 1 << 21).expect("it was read before");
    assert_eq!(Targets::read(&again).as_ref(), Ok(&targets));
    let changes = targets_changes(Some(&targets), &targets, &Holders::new(), 10);
    assert_eq!(changes.same, targets.targets.len());
    assert!(changes.delegations.is_empty() && changes.extra.is_empty());
});
