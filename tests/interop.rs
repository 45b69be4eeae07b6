//! What clients that we did not write say of roots: python-tuf, tuf-js, tough.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "support/judges.rs"]
mod judges;

use judges::{Ruling, judges};
use serde_json::Value;

/// A root of two keys and threshold 2, signed by both, from keys and nonces that follow from
/// published rules (RFC 6979); python-tuf made and verified it.
const GOLDEN: &str = include_str!("data/golden/1.root.json");

fn altered(change: impl FnOnce(&mut Vec<Value>)) -> String {
    let mut root: Value = serde_json::from_str(GOLDEN).unwrap();
    change(root["signatures"].as_array_mut().unwrap());
    root.to_string()
}

#[test]
fn the_golden_root_is_accepted() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("1.root.json");
    std::fs::write(&file, GOLDEN).unwrap();
    for judge in judges() {
        assert_eq!(judge.rules(&[&file]), Ruling::Accepted, "{}", judge.name);
    }
}

#[test]
fn a_root_below_its_threshold_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("1.root.json");
    for missing in 0..2 {
        std::fs::write(
            &file,
            altered(|signatures| drop(signatures.remove(missing))),
        )
        .unwrap();
        for judge in judges() {
            assert!(
                !judge.accepts(&[&file]),
                "{} without signature {missing}",
                judge.name
            );
        }
    }
}

#[test]
fn a_root_with_a_flipped_signature_byte_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("1.root.json");
    let flipped = altered(|signatures| {
        let hex = signatures[1]["sig"].as_str().unwrap();
        // the last byte: the encoding stays sound, the number is another
        let (kept, last) = hex.split_at(hex.len() - 2);
        let last = u8::from_str_radix(last, 16).unwrap() ^ 1;
        signatures[1]["sig"] = format!("{kept}{last:02x}").into();
    });
    std::fs::write(&file, flipped).unwrap();
    for judge in judges() {
        assert!(
            !judge.accepts(&[&file]),
            "{} with a flipped byte",
            judge.name
        );
    }
}

#[test]
fn a_root_does_not_follow_itself() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("1.root.json");
    std::fs::write(&file, GOLDEN).unwrap();
    for judge in judges() {
        // same version, not the next one
        assert!(
            !judge.accepts(&[&file, &file]),
            "{} takes version 1 after version 1",
            judge.name
        );
    }
}
