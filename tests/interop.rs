//! What clients that we did not write say of roots and of whole repositories: python-tuf, tuf-js,
//! tough.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "support/judges.rs"]
mod judges;
#[path = "interop/repositories.rs"]
mod repositories;
#[path = "support/venue.rs"]
mod venue;

use std::path::Path;

use judges::{Ruling, judges};
use rootstage::canonical;
use rootstage::tuf::root::Signed;
use rootstage::tuf::trusted::Trusted;
use serde_json::Value;
use venue::{Holds, Room, module, said};

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

/// What we say of a root.
fn we_accept(bytes: &[u8]) -> bool {
    Signed::parse(bytes).is_ok_and(|signed| Trusted::first(&signed).is_ok())
}

/// A root with threshold 2 and three signatures, from a ceremony of ours: everyone accepts it, and
/// with any two; nobody accepts it with one, and neither do we. Each signature is openssl's to judge.
fn everyone_agrees_on(root: &[u8]) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("1.root.json");
    let whole: Value = serde_json::from_slice(root).unwrap();
    assert_eq!(whole["signed"]["roles"]["root"]["threshold"], 2);
    let signatures = whole["signatures"].as_array().unwrap();
    assert_eq!(signatures.len(), 3);
    // every subset of the three
    for kept in 0..8_usize {
        let mut part = whole.clone();
        let chosen: Vec<Value> = (0..3)
            .filter(|at| kept >> at & 1 == 1)
            .map(|at| signatures[at].clone())
            .collect();
        let enough = chosen.len() >= 2;
        part["signatures"] = chosen.into();
        let bytes = if kept == 7 {
            root.to_vec()
        } else {
            part.to_string().into_bytes()
        };
        std::fs::write(&file, &bytes).unwrap();
        assert_eq!(we_accept(&bytes), enough, "we, of signatures {kept:03b}");
        for judge in judges() {
            assert_eq!(
                judge.accepts(&[&file]),
                enough,
                "{}, of signatures {kept:03b}",
                judge.name
            );
        }
    }
    let payload = canonical::olpc(&whole["signed"]).unwrap();
    for signature in signatures {
        let key = &whole["signed"]["keys"][signature["keyid"].as_str().unwrap()];
        assert!(
            openssl_verifies(
                directory.path(),
                key,
                &payload,
                signature["sig"].as_str().unwrap()
            ),
            "{key}"
        );
        let mut other = payload.clone();
        other[10] ^= 1;
        assert!(
            !openssl_verifies(
                directory.path(),
                key,
                &other,
                signature["sig"].as_str().unwrap()
            ),
            "{key}"
        );
    }
}

/// Whether openssl accepts the signature of a TUF key over these bytes.
fn openssl_verifies(at: &Path, key: &Value, payload: &[u8], sig: &str) -> bool {
    let unhex = |hex: &str| data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
    let public = key["keyval"]["public"].as_str().unwrap();
    std::fs::write(at.join("payload"), payload).unwrap();
    std::fs::write(at.join("sig"), unhex(sig)).unwrap();
    let mut openssl = std::process::Command::new("openssl");
    openssl.current_dir(at);
    if key["keytype"] == "ed25519" {
        // RFC 8410: a SubjectPublicKeyInfo is these twelve bytes and the key
        let mut der = unhex("302a300506032b6570032100");
        der.extend(unhex(public));
        std::fs::write(at.join("key"), der).unwrap();
        openssl.args([
            "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin", "-in",
            "payload",
        ]);
        openssl.args(["-sigfile", "sig"]);
    } else {
        std::fs::write(at.join("key"), public).unwrap();
        openssl.args([
            "dgst",
            "-sha256",
            "-verify",
            "key",
            "-signature",
            "sig",
            "payload",
        ]);
    }
    said(&mut openssl).status == 0
}

#[test]
fn the_root_of_an_unattended_rehearsal_is_one_for_everybody() {
    let room = Room::new();
    room.rootstage(&[
        "rehearse",
        "--keyholders",
        "3",
        "--threshold",
        "2",
        "--unattended",
        "--dir",
        "d",
    ])
    .is(0, &["REHEARSAL, closed"]);
    everyone_agrees_on(&std::fs::read(room.at("d/metadata/root.json")).unwrap());
}

#[test]
fn the_root_of_three_tokens_is_one_for_everybody() {
    let Some(module) = module() else { return };
    for holds in [
        [Holds::Hsm("ecdsa-p256"); 3],
        [Holds::Hsm("ed25519"); 3],
        [
            Holds::Hsm("ecdsa-p256"),
            Holds::Hsm("ed25519"),
            Holds::Hsm("ecdsa-p256"),
        ],
    ] {
        let room = Room::new();
        room.plan("production", &module, &holds, "[]");
        room.answers(3);
        everyone_agrees_on(&room.played());
        room.rootstage(&["audit", "ceremony"])
            .is(0, &["AUDIT PASSED: "]);
    }
}

#[test]
fn the_root_of_tokens_and_software_keys_is_one_for_everybody() {
    let Some(module) = module() else { return };
    let room = Room::new();
    let holds = [
        Holds::File("ed25519"),
        Holds::File("ecdsa-p256"),
        Holds::Hsm("ecdsa-p256"),
    ];
    room.plan("rehearsal", &module, &holds, "[]");
    room.answers(3);
    everyone_agrees_on(&room.played());
    room.rootstage(&["audit", "ceremony"])
        .is(0, &["AUDIT PASSED (REHEARSAL)"]);
}
