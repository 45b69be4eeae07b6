//! Published copies: bodies withheld, the head unchanged; what needs a body is a note, never a pass.

use std::path::{Path, PathBuf};

use crate::venue::Room;
use crate::{copied, explained, judge, rehearsed, verified, verifier, with};

/// Bodies without names and serial numbers.
const SOME: &[&str] = &[
    "ceremony-opened",
    "root-assembled",
    "root-trusted",
    "signature-made",
    "signatures-counted",
    "key-presented",
    "key-enrolled",
    "seal-stated",
    "ceremony-closed",
];

fn published(room: &Room, name: &str, kept: &[&str]) -> Option<PathBuf> {
    let dir = room.at(name);
    copied(&room.at("d"), &dir);
    for file in ["plan.toml", "in", "out"] {
        let _ = std::fs::remove_file(dir.join(file));
        let _ = std::fs::remove_dir_all(dir.join(file));
    }
    let transcript = dir.join("transcript.jsonl");
    let call = [&[transcript.to_str().unwrap()], kept].concat();
    judge("withhold_bodies.py", &call)?.is(0, &[]);
    Some(dir)
}

#[test]
fn what_can_be_compared_is_compared() {
    let room = Room::new();
    let whole = rehearsed(&room, "d", &["--script", "replace-lost-key"]);
    let Some(before) = verified(&whole, &[]) else {
        return;
    };
    let trusted = whole.join("before/metadata/1.root.json");
    let head = before["head"].as_str().unwrap();
    let says = |dir: &Path| {
        let call = [
            "--expect-head",
            head,
            "--trusted-root",
            trusted.to_str().unwrap(),
        ];
        let document = verified(dir, &call).unwrap();
        assert_eq!(document["passed"], true, "{document}");
        assert_eq!(document["published"], true);
        assert_eq!(document["head"], before["head"]);
        document
    };
    let all = published(&room, "all", &[]).unwrap();
    let document = says(&all);
    let always = [
        "transcript.chain",
        "transcript.whole",
        "transcript.head",
        "ceremony.mode",
        "root.signatures",
        "root.trusted",
        "seal.signatures",
    ];
    for name in always {
        assert!(with(&document, "pass").contains(&name.to_owned()), "{name}");
    }
    for name in [
        "script.digest",
        "plan.digest",
        "root.base",
        "files.in",
        "keys.possession",
        "root.payload",
        "root.approved",
        "root.files",
        "seal.statement",
        "seal.count",
        "seal.file",
    ] {
        assert!(explained(&document, name).contains("withheld"), "{name}");
        assert!(with(&document, "note").contains(&name.to_owned()), "{name}");
    }
    assert_eq!(document["withheld"]["ceremony-opened"], 1);
    let some = published(&room, "some", SOME).unwrap();
    let document = says(&some);
    for name in ["script.digest", "root.threshold", "seal.statement"] {
        assert!(with(&document, "pass").contains(&name.to_owned()), "{name}");
    }
    // people see that it is one
    verifier(&some, &[]).unwrap().is(0, &["a published copy"]);
}

#[test]
fn what_was_changed_is_seen() {
    let room = Room::new();
    rehearsed(&room, "d", &["--script", "replace-lost-key"]);
    let Some(dir) = published(&room, "some", SOME) else {
        return;
    };
    for (file, from, to, check) in [
        (
            "transcript.jsonl",
            "\"actor\":\"administrator\"",
            "\"actor\":\"witness\"",
            "transcript.chain",
        ),
        (
            "transcript.jsonl",
            "\"digest\":\"",
            "\"digest\":\"0",
            "transcript.chain",
        ),
        (
            "transcript.jsonl",
            ",\"salt\":\"",
            ",\"sald\":\"",
            "transcript.chain",
        ),
        (
            "transcript.jsonl",
            "\"mode\":\"rehearsal\"",
            "\"mode\":\"production\"",
            "transcript.chain",
        ),
        ("script.toml", "Welcome", "welcome", "script.digest"),
        ("script.toml", "Welcome", "welcome", "seal.statement"),
        (
            "metadata/root.json",
            "\"version\": 2",
            "\"version\": 3",
            "seal.statement",
        ),
        ("metadata/root.json", "\n", "\n ", "seal.statement"),
        (
            "seal.dsse.json",
            "\"sig\":\"M",
            "\"sig\":\"N",
            "seal.signatures",
        ),
    ] {
        let path = dir.join(file);
        let good = std::fs::read_to_string(&path).unwrap();
        let bad = good.replacen(from, to, 1);
        assert_ne!(good, bad, "{file}: {from}");
        std::fs::write(&path, bad).unwrap();
        let failed = with(&verified(&dir, &[]).unwrap(), "fail");
        assert!(failed.contains(&check.to_owned()), "{file} {failed:?}");
        std::fs::write(&path, good).unwrap();
    }
    // a copy of another ceremony's record under this seal
    let other = rehearsed(&room, "other", &[]);
    let transcript = dir.join("transcript.jsonl");
    std::fs::copy(other.join("transcript.jsonl"), &transcript).unwrap();
    judge("withhold_bodies.py", &[transcript.to_str().unwrap()])
        .unwrap()
        .is(0, &[]);
    let failed = with(&verified(&dir, &[]).unwrap(), "fail");
    assert!(failed.contains(&"seal.statement".to_owned()), "{failed:?}");
    // a copy that tells nothing of its metadata, and has that of another ceremony
    let bare = published(&room, "bare", &[]).unwrap();
    std::fs::remove_file(bare.join("seal.dsse.json")).unwrap();
    std::fs::remove_dir_all(bare.join("metadata")).unwrap();
    copied(&other.join("metadata"), &bare.join("metadata"));
    let failed = with(&verified(&bare, &[]).unwrap(), "fail");
    assert_eq!(failed, ["root.files"]);
}
