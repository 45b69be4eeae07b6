//! What clients that we did not write say of roots and of whole repositories: python-tuf, tuf-js,
//! tough.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "support/judges.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the judges")]
mod judges;
#[path = "interop/repositories.rs"]
mod repositories;
#[path = "support/venue.rs"]
mod venue;

use std::fmt::Write as _;
use std::path::Path;

use judges::{Ruling, judges};
use rootstage::canonical;
use rootstage::ceremony::scripts;
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

/// The rehearsal of a script without people, in `d`; audited.
fn rehearsed(room: &Room, script: &str) {
    let call = ["rehearse", "--unattended", "--dir", "d", "--script", script];
    room.rootstage(&call).is(0, &["REHEARSAL, closed"]);
    for directory in ["d", "d/before"] {
        room.rootstage(&["audit", directory])
            .is(0, &["AUDIT PASSED (REHEARSAL)"]);
    }
    let checked = room.rootstage(&["plan", "show", "d/plan.toml", "--json"]);
    assert_eq!(checked.json()["script"], format!("{script}-rehearsal"));
}

/// Every ceremony after the first that makes a root: each client goes from the root before to it, and
/// so do we.
#[test]
fn the_next_root_of_every_rehearsal_is_one_for_everybody() {
    let after: Vec<&str> = scripts::names()
        .filter(|name| !["first-root", "provision-token"].contains(name))
        .collect();
    assert_eq!(after.len(), 9);
    for script in after {
        let room = Room::new();
        rehearsed(&room, script);
        let (first, next) = (
            room.at("d/before/metadata/1.root.json"),
            room.at("d/metadata/2.root.json"),
        );
        if script == "token-check" {
            assert!(!next.exists());
            continue;
        }
        let read = |path: &Path| Signed::parse(&std::fs::read(path).unwrap()).unwrap();
        let (old, new) = (read(&first), read(&next));
        let trusted = Trusted::first(&old).unwrap();
        trusted
            .next(&new)
            .unwrap_or_else(|error| panic!("{script}: {error}"));
        let keys = |root: &Signed| root.signed["roles"]["root"]["keyids"].clone();
        let changes_keys = [
            "rotate-keyholder",
            "add-keyholder",
            "replace-lost-key",
            "emergency-revocation",
        ];
        assert_eq!(
            keys(&old) != keys(&new),
            changes_keys.contains(&script),
            "{script}"
        );
        for judge in judges() {
            let ruling = judge.rules(&[&first, &next]);
            assert_eq!(ruling, Ruling::Accepted, "{} of {script}", judge.name);
        }
        let trusting = [
            "audit",
            "d",
            "--trusted-root",
            "d/before/metadata/1.root.json",
        ];
        room.rootstage(&trusting)
            .is(0, &["AUDIT PASSED (REHEARSAL)"]);
    }
}

#[test]
fn too_few_keyholders_for_a_script_are_refused_before_anything_is_made() {
    let room = Room::new();
    for (script, keyholders, threshold, words) in [
        ("replace-lost-key", "2", "2", "take one keyholder more"),
        ("emergency-revocation", "1", "1", "take one keyholder more"),
        ("change-threshold", "1", "1", "take two or more"),
        ("add-keyholder", "20", "2", "take one fewer"),
        (
            "provision-token",
            "3",
            "2",
            "software keys have nothing to be provisioned",
        ),
    ] {
        let call = ["rehearse", "--unattended", "--dir", "d", "--script", script];
        let numbers = ["--keyholders", keyholders, "--threshold", threshold];
        room.rootstage(&[&call[..], &numbers[..]].concat())
            .is(2, &[words, "Nothing was started"]);
        assert!(!room.at("d").exists());
    }
    room.rootstage(&["rehearse", "--unattended", "--script", "no-such"])
        .is(2, &["no-such"]);
}

/// A first root that was staged elsewhere has no root before it: the plan names none, and the room is
/// asked about that.
#[test]
fn a_staged_first_root_is_signed_without_a_root_before() {
    let room = Room::new();
    let call = ["rehearse", "--unattended", "--dir", "d"];
    room.rootstage(&call).is(0, &[]);
    let mut first: Value = serde_json::from_str(&room.read("d/metadata/1.root.json")).unwrap();
    first["signatures"] = Value::Array(Vec::new());
    room.write("root.json", first.to_string());
    let blank = [
        "plan",
        "new",
        "--script",
        "sign-staged",
        "--rehearsal",
        "--staged",
        "root.json",
        "-o",
        "plan.toml",
    ];
    room.rootstage(&blank).is(0, &[]);
    room.rootstage(&["plan", "check", "plan.toml"])
        .is(1, &["problems"]);
    let (plan, holders) = filled(&room);
    room.write("plan.toml", plan);
    room.rootstage(&["plan", "check", "plan.toml"]).is(0, &[]);
    let mut answers = "as_asked = true\n".to_owned();
    let mut run = room.command(venue::ROOTSTAGE);
    for (number, holder) in (1..).zip(holders) {
        let _ = write!(
            answers,
            "[secret.keyholder-{number}]\nenv = \"P{number}\"\n"
        );
        run.env(format!("P{number}"), format!("rehearsal of {holder}"));
    }
    room.write("answers.toml", answers);
    run.args([
        "run",
        "plan.toml",
        "--dir",
        "e",
        "--answers",
        "answers.toml",
    ]);
    said(&mut run).is(0, &["closed"]);
    assert!(we_accept(
        &std::fs::read(room.at("e/metadata/1.root.json")).unwrap()
    ));
    room.rootstage(&["audit", "e"])
        .is(0, &["AUDIT PASSED (REHEARSAL)"]);
    // another version than the first is not one that may be signed so
    first["signed"]["version"] = 2.into();
    room.write("root.json", first.to_string());
    let plan = room.read("plan.toml");
    let unpinned: Vec<&str> = plan
        .lines()
        .filter(|line| !line.starts_with("payload"))
        .collect();
    room.write("plan.toml", unpinned.join("\n"));
    let mut run = room.command(venue::ROOTSTAGE);
    run.args([
        "run",
        "plan.toml",
        "--dir",
        "f",
        "--answers",
        "answers.toml",
    ]);
    said(&mut run).is(1, &["step import needs people", "version 1"]);
}

/// `plan.toml` with every entry filled in, for the tokens of the rehearsal in `d`; and who holds them
/// there.
fn filled(room: &Room) -> (String, Vec<String>) {
    let transcript = room.read("d/transcript.jsonl");
    let records: Vec<Value> = transcript
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let enrolled = |block: &str| {
        let made = records.iter().find(|record| {
            let keyid = record["body"]["keyid"].as_str().unwrap_or("none");
            record["kind"] == "key-enrolled" && block.contains(keyid)
        });
        made.map(|record| record["body"]["key"].as_str().unwrap().to_owned())
    };
    let form = room.read("plan.toml");
    let mut holders = Vec::new();
    let mut blocks = Vec::new();
    for (block, letter) in form.split("[[participant]]").zip("ABCDEFGH".chars()) {
        let mut block = block
            .replace("name = \"\"", &format!("name = \"Person {letter}\""))
            .replace("initials = \"\"", &format!("initials = \"P{letter}\""));
        if let Some(holder) = enrolled(&block) {
            let number = holder.trim_start_matches("keyholder-");
            block = block
                .replace(
                    "token = \"\"",
                    &format!("token = \"file:d/tokens/{holder}.age\""),
                )
                .replace(
                    "key_label = \"\"",
                    &format!("key_label = \"root-{number}\""),
                );
            holders.push(holder);
        }
        blocks.push(block);
    }
    (blocks.join("[[participant]]"), holders)
}
