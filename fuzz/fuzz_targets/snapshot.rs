//! Snapshot and timestamp metadata: an error or a view, and never both.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::tuf::metadata::Metadata;
use rootstage::tuf::snapshot::Snapshot;
use rootstage::tuf::timestamp::Timestamp;

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = Metadata::parse(bytes.to_vec(), 1 << 20) else {
        return;
    };
    match (Snapshot::read(&file), Timestamp::read(&file)) {
        (Ok(_), Ok(_)) => panic!("one file of two types"),
        (Ok(snapshot), Err(_)) => {
            for meta in snapshot.meta.values() {
                let _ = meta.check(bytes);
            }
        }
        (_, Ok(timestamp)) => drop(timestamp.snapshot.check(bytes)),
        _ => {}
    }
});
