//! Every attack of `tests/vectors`: refused, or reported by its own finding.
//!
//! The files are committed, so that other tools can be tried with them; a test makes them again
//! and compares. `ROOTSTAGE_WRITE_VECTORS=1` writes them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::make::{ecdsa, file, id, root, signature, signed, twin};
use crate::venue::Room;

struct Attack {
    name: &'static str,
    about: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
}

/// 2 of 3, signed as it should be.
fn good() -> Vec<u8> {
    signed(root(1, &[0, 1, 2], 2), &[0, 1])
}

fn attack(name: &'static str, about: &'static str, new: Vec<u8>) -> Attack {
    Attack {
        name,
        about,
        files: vec![("old.json", good()), ("new.json", new)],
    }
}

/// A second version 2 of 3, changed.
fn changed(change: impl Fn(&mut Value)) -> Vec<u8> {
    let mut new = root(2, &[0, 1, 2], 2);
    change(&mut new);
    signed(new, &[0, 1])
}

fn same_key_two_ids() -> Vec<u8> {
    let mut new = root(2, &[0, 1], 2);
    let (second, key) = twin(0);
    new["keys"][&second] = key;
    new["roles"]["root"]["keyids"] = json!([id(0), second, id(1)]);
    let list = vec![signature(&new, 0, &id(0)), signature(&new, 0, &second)];
    file(new, list)
}

fn duplicate_signature_ids() -> Vec<u8> {
    let text = String::from_utf8(changed(|_| {})).unwrap();
    // the second entry gets the id of the first
    let (before, after) = text.rsplit_once("\"keyid\": \"").unwrap();
    format!("{before}\"keyid\": \"{}{}", id(0), &after[64..]).into_bytes()
}

fn raw_signature() -> Vec<u8> {
    let new = root(2, &[0, 1, 2], 2);
    let list = [0, 1].map(|i| {
        let id = id(i).parse().unwrap();
        rootstage::tuf::root::Signature::new(id, &ecdsa(&new, i).to_bytes())
    });
    file(new, list.into())
}

fn placeholders() -> Vec<u8> {
    let new = root(2, &[0, 1, 2], 2);
    let mut list = vec![signature(&new, 0, &id(0)), signature(&new, 1, &id(1))];
    list[1].sig.clear();
    file(new, list)
}

fn two_members() -> Vec<u8> {
    let text = String::from_utf8(changed(|_| {})).unwrap();
    text.replace("\"version\": 2", "\"version\": 2,\n    \"version\": 3")
        .into_bytes()
}

fn deep(levels: usize) -> Vec<u8> {
    let (open, close) = ("[".repeat(levels), "]".repeat(levels));
    format!("{{\"signatures\": [], \"signed\": {{\"_type\": \"root\", \"x\": {open}{close}}}}}\n")
        .into_bytes()
}

fn attacks() -> Vec<Attack> {
    vec![
        attack(
            "same-key-two-ids",
            "One key stands in the root role under two ids and has signed under both. python-tuf, tuf-js and tough count it twice and take the root; it is signed by one person.",
            same_key_two_ids(),
        ),
        attack(
            "wrong-key-id",
            "A key object got a member after its id was computed. tough and sigstore-rs reject the root; the others take it.",
            changed(|new| new["keys"][id(0)]["x-owner"] = json!("@ada")),
        ),
        attack(
            "version-skip",
            "Version 3 follows version 1. Clients never see it, since they ask for version 2.",
            changed(|new| new["version"] = json!(3)),
        ),
        attack(
            "missing-old-threshold",
            "The new root is signed by its own keys only: whoever made it had none of the old ones.",
            signed(root(2, &[3, 4, 5], 2), &[3, 4]),
        ),
        attack(
            "missing-new-threshold",
            "The new root is signed by the old keys only: nobody has shown that the new ones exist. Clients that follow it can never be given another root.",
            signed(root(2, &[3, 4, 5], 2), &[0, 1]),
        ),
        attack(
            "duplicate-signature-ids",
            "Two entries of `signatures` have one key id. Clients reject the whole file.",
            duplicate_signature_ids(),
        ),
        attack(
            "raw-signature",
            "The signatures are r and s side by side, as tokens give them, where TUF wants DER. go-tuf takes them, the others do not.",
            raw_signature(),
        ),
        attack(
            "placeholder",
            "One of two signatures is empty, as signing tools leave it for those who are still to sign.",
            placeholders(),
        ),
        attack(
            "big-integer",
            "A number beyond 2^53 in a member of its own: JavaScript and Go read another number, and the signatures fail.",
            changed(|new| new["x-serial"] = json!(9_007_199_254_740_993_u64)),
        ),
        attack(
            "hidden-text",
            "A member with an escape sequence that clears the screen and a mark that turns the line around.",
            changed(|new| new["x-note"] = json!("\u{1b}[2J\u{202e}dangerous")),
        ),
        attack(
            "two-members",
            "Two members of one name: a reader that keeps the first sees another version than one that keeps the last.",
            two_members(),
        ),
        attack(
            "lowered-threshold",
            "The threshold of the root goes down to 1 among other changes: one stolen token is enough from then on.",
            changed(|new| {
                new["roles"]["root"]["threshold"] = json!(1);
                new["x-note"] = json!("routine");
            }),
        ),
        attack(
            "deep-nesting",
            "Arrays in one another, 200 deep: readers that call themselves for each run out of stack. The test makes one of a million, too.",
            deep(200),
        ),
        Attack {
            name: "huge",
            about: "A file of 100 MB, where clients fetch roots of at most 512 000 bytes. The test makes it; it is not kept here.",
            files: Vec::new(),
        },
    ]
}

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(name)
}

#[test]
fn the_committed_files_are_what_they_say() {
    let write = std::env::var_os("ROOTSTAGE_WRITE_VECTORS").is_some();
    for attack in attacks() {
        let place = place(attack.name);
        let readme = format!("# {}\n\n{}\n", attack.name, attack.about).into_bytes();
        for (name, bytes) in [("README.md", readme)].into_iter().chain(attack.files) {
            let path = place.join(name);
            if write {
                std::fs::create_dir_all(&place).unwrap();
                std::fs::write(&path, &bytes).unwrap();
            }
            let found = std::fs::read(&path).unwrap_or_default();
            assert!(
                found == bytes,
                "{} is not what the test makes",
                path.display()
            );
        }
    }
    let folders = std::fs::read_dir(place("")).unwrap().count();
    assert_eq!(folders, attacks().len(), "a folder without a test");
}

/// Rules that look at today's date, which the files do not move with.
const OF_THE_DAY: [&str; 4] = [
    "root.expired",
    "root.expiry-short",
    "root.expiry-long",
    "root.expiry-implausible",
];

/// What `root diff OLD NEW` finds, by level and rule, infos left out.
fn found(room: &Room, name: &str) -> Vec<String> {
    let (old, new) = (place(name).join("old.json"), place(name).join("new.json"));
    let (old, new) = (old.display().to_string(), new.display().to_string());
    let said = room.rootstage(&["root", "diff", &old, &new, "--json"]);
    let document = said.json();
    let findings = document["findings"].as_array().unwrap();
    let stops = findings.iter().any(|finding| finding["level"] == "stop");
    assert_eq!(said.status, i32::from(stops), "{said:?}");
    let mut rules: Vec<_> = findings
        .iter()
        .map(|finding| (&finding["level"], finding["rule"].as_str().unwrap()))
        .filter(|(level, rule)| *level != "info" && !OF_THE_DAY.contains(rule))
        .map(|(level, rule)| format!("{} {rule}", level.as_str().unwrap()))
        .collect();
    rules.sort();
    rules
}

fn verified(room: &Room, name: &str) -> crate::venue::Said {
    let (old, new) = (place(name).join("old.json"), place(name).join("new.json"));
    let (old, new) = (old.display().to_string(), new.display().to_string());
    room.rootstage(&["root", "verify", &new, "--trusted", &old])
}

#[test]
fn what_a_root_says_is_found_by_rule() {
    let room = Room::new();
    for (name, rules) in [
        (
            "same-key-two-ids",
            &[
                "caution root.key-new-id",
                "stop root.no-spare",
                "stop root.same-key-twice",
            ][..],
        ),
        (
            "wrong-key-id",
            &["caution root.unknown-member", "stop root.key-id"],
        ),
        ("version-skip", &["stop root.version-step"]),
        ("missing-old-threshold", &["caution root.old-keys-needed"]),
        (
            "big-integer",
            &["caution root.unknown-member", "stop root.big-integer"],
        ),
        (
            "hidden-text",
            &["caution root.text-unsafe", "caution root.unknown-member"],
        ),
        (
            "lowered-threshold",
            &[
                "caution root.threshold-lowered",
                "caution root.unknown-member",
                "stop root.threshold-one",
            ],
        ),
        // nothing in what is signed is wrong: the signatures are
        ("raw-signature", &[]),
        ("placeholder", &[]),
    ] {
        assert_eq!(found(&room, name), rules, "{name}");
    }
}

#[test]
fn who_signed_is_found_signature_by_signature() {
    let room = Room::new();
    for (name, parts) in [
        (
            "same-key-two-ids",
            &["has been counted already", "1 valid, 2 needed: NOT ENOUGH"][..],
        ),
        (
            "version-skip",
            &["Root version 3 does not follow version 1"],
        ),
        (
            "missing-old-threshold",
            &[
                "under the keys of version 1: 0 valid, 2 needed",
                "not a key of this role",
            ],
        ),
        (
            "missing-new-threshold",
            &["under its own keys: 0 valid, 2 needed"],
        ),
        ("raw-signature", &["not valid: a raw ecdsa-p256 signature"]),
        ("placeholder", &["a placeholder with no signature in it"]),
    ] {
        let said = verified(&room, name);
        said.is(1, &["NOT VERIFIED"]);
        let text = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(text.contains(part), "{name}: {part}\n{text}");
        }
    }
    // these are whole as far as signatures go
    for name in [
        "big-integer",
        "hidden-text",
        "lowered-threshold",
        "wrong-key-id",
    ] {
        verified(&room, name).is(0, &["VERIFIED"]);
    }
}

#[test]
fn what_is_not_metadata_is_refused() {
    let room = Room::new();
    for (name, word) in [
        ("duplicate-signature-ids", "twice"),
        ("two-members", "two members are named \"version\""),
        ("deep-nesting", "recursion limit"),
    ] {
        let said = verified(&room, name);
        said.is(1, &[word, "Nothing else was looked at."]);
        assert_eq!(said.out, "");
    }
}

#[test]
fn what_is_too_much_is_refused_and_not_read_whole() {
    let room = Room::new();
    room.write("deep.json", deep(1_000_000));
    let huge = room.write("huge.json", "");
    // a file of 100 MB that takes no place on the disk
    let file = std::fs::OpenOptions::new().write(true).open(huge).unwrap();
    file.set_len(100_000_000).unwrap();
    for call in [
        &["root", "show", "huge.json"][..],
        &["root", "verify", "huge.json"],
        &["root", "diff", "huge.json", "deep.json"],
        &["root", "show", "deep.json"],
    ] {
        room.rootstage(call).is(1, &["at most"]);
    }
    room.rootstage(&["root", "verify", "deep.json"])
        .is(1, &["recursion limit"]);
    room.rootstage(&["root", "chain", "huge.json", "deep.json"])
        .is(1, &["is not a root that can be read"]);
}

#[test]
fn hidden_text_reaches_no_screen() {
    let room = Room::new();
    let names = format!("\"{}\" = \"Ada\\u001b[2J\\u202e\"\n", id(0));
    room.write("holders.toml", names);
    let new = place("hidden-text").join("new.json").display().to_string();
    let old = place("hidden-text").join("old.json").display().to_string();
    for call in [
        &["root", "show", &new, "--holders", "holders.toml"][..],
        &["root", "diff", &old, &new, "--holders", "holders.toml"],
        &[
            "root",
            "verify",
            &new,
            "--trusted",
            &old,
            "--holders",
            "holders.toml",
        ],
        &["root", "chain", &old, &new, "--holders", "holders.toml"],
        &[
            "root",
            "diff",
            &old,
            &new,
            "--holders",
            "holders.toml",
            "--json",
        ],
    ] {
        let said = room.rootstage(call);
        let seen = said.out.clone() + &said.err;
        assert!(said.status < 2, "{said:?}");
        assert!(
            !seen.contains(['\u{1b}', '\u{202e}']) && seen.contains("u{202e}"),
            "{call:?}: {seen}"
        );
    }
}
