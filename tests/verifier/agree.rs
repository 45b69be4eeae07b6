//! Directories of real runs: both say the same, with the same head.

use std::path::Path;

use serde_json::Value;

use crate::venue::{Holds, Room, module, said};
use crate::{copied, explained, rehearsed, verified, verifier, with};

/// Both verifiers over a directory: the same head, the same verdict, and no check that one passes and the
/// other fails. Gives what the one in Python says.
fn agreed(room: &Room, dir: &Path) -> Option<Value> {
    let document = verified(dir, &[])?;
    let audit = room
        .rootstage(&["audit", dir.to_str().unwrap(), "--json"])
        .json();
    for member in ["head", "head_words", "passed", "records"] {
        assert_eq!(document[member], audit[member], "{member}: {document}");
    }
    for failed in with(&document, "fail") {
        assert!(!with(&audit, "pass").contains(&failed), "{failed}");
    }
    for failed in with(&audit, "fail") {
        assert!(!with(&document, "pass").contains(&failed), "{failed}");
    }
    Some(document)
}

fn passes(room: &Room, dir: &Path) -> Option<Value> {
    let document = agreed(room, dir)?;
    assert_eq!(document["passed"], true, "{document}");
    Some(document)
}

#[test]
fn a_first_root_and_every_kind_of_ceremony_after_it() {
    let room = Room::new();
    let first = rehearsed(&room, "first", &[]);
    let Some(document) = passes(&room, &first) else {
        return;
    };
    let notes = ["transcript.head", "root.trusted", "recording.file"];
    assert_eq!(with(&document, "note"), notes);
    for script in [
        "renew-root",
        "rotate-keyholder",
        "add-keyholder",
        "replace-lost-key",
        "change-threshold",
        "rotate-online-keys",
        "emergency-revocation",
        "sign-staged",
        "token-check",
    ] {
        let dir = rehearsed(&room, script, &["--script", script]);
        let before = dir.join("before");
        let trusted = before.join("metadata/1.root.json");
        passes(&room, &before).unwrap();
        let document = passes(&room, &dir).unwrap();
        assert!(with(&document, "pass").contains(&"root.base".to_owned()));
        // both sides, and from a root that is trusted already; the one of another ceremony leads nowhere
        let trust = |root: &Path| {
            let said = verified(&dir, &["--trusted-root", root.to_str().unwrap()]).unwrap();
            with(&said, "pass").contains(&"root.trusted".to_owned())
        };
        assert!(trust(&trusted), "{script}");
        assert!(!trust(&first.join("metadata/1.root.json")), "{script}");
        if script != "token-check" {
            let sides = explained(&document, "root.threshold");
            assert!(sides.contains("before: "), "{sides}");
            assert!(sides.contains("; itself: "), "{sides}");
        }
    }
}

#[test]
fn a_production_ceremony_on_tokens() {
    let Some(module) = module() else { return };
    let room = Room::new();
    let holds = [
        Holds::Hsm("ecdsa-p256"),
        Holds::Hsm("ed25519"),
        Holds::Hsm("ecdsa-p256"),
    ];
    room.plan("production", &module, &holds, "[]");
    room.answers(3);
    room.played();
    let Some(document) = passes(&room, &room.at("ceremony")) else {
        return;
    };
    assert_eq!(document["mode"], "production");
    assert!(explained(&document, "seal.signatures").starts_with("3 different keys"));
}

#[test]
fn every_kind_of_key_an_exception_a_public_seal_and_copies_that_leave() {
    let room = Room::new();
    let kinds = ["ecdsa-p256", "ecdsa-p384", "ed25519"].map(Holds::File);
    room.plan(
        "rehearsal",
        Path::new("/"),
        &kinds,
        "[\"network.interfaces\"]",
    );
    let plan = room
        .read("plan.toml")
        .replace("[policy]\n", "[policy]\nallow_p384 = true\n");
    room.write(
        "plan.toml",
        format!("{plan}[transport]\nout = [\"file\"]\n\n[seal]\nstatement = \"public\"\n"),
    );
    room.answers(3);
    // where the machine has no network, the answers are not used up, and the keyholder's is
    let skips = ["environment", "seal.keyholder-2"].map(|step| {
        let ask = if step == "environment" {
            "again"
        } else {
            "secret"
        };
        format!(
            "[[answer]]\nstep = \"{step}\"\nask = \"{ask}\"\n\n[answer.skip]\nexpected = \"x\"\n\
             happened = \"y\"\ndecided = \"z\"\ninitials = [\"AD\", \"WI\"]\n"
        )
    });
    let answers = room.read("answers.toml");
    room.write("answers.toml", format!("{answers}\n{}", skips.join("\n")));
    room.played();
    let dir = room.at("ceremony");
    let Some(document) = passes(&room, &dir) else {
        return;
    };
    assert!(explained(&document, "seal.count").starts_with("2 of 3 keys in hand have sealed"));
    assert!(explained(&document, "files.out").starts_with("1 file"));
}

#[test]
fn every_kind_of_seal_whole_and_in_a_copy_for_everybody() {
    for (seal, sealed) in [
        ("by = \"paper\"", false),
        ("by = \"quorum\"", true),
        ("statement = \"full\"\n\n[publish]\nwithhold = []", true),
    ] {
        let room = Room::new();
        let kinds = ["ecdsa-p256", "ed25519", "ecdsa-p256"].map(Holds::File);
        room.plan(
            "rehearsal",
            Path::new("/"),
            &kinds,
            "[\"network.interfaces\"]",
        );
        let plan = room.read("plan.toml");
        room.write("plan.toml", format!("{plan}[seal]\n{seal}\n"));
        room.answers(3);
        let skip = "[[answer]]\nstep = \"environment\"\nask = \"again\"\n\n[answer.skip]\nexpected = \"x\"\n\
                    happened = \"y\"\ndecided = \"z\"\ninitials = [\"AD\", \"WI\"]\n";
        let answers = room.read("answers.toml");
        room.write("answers.toml", format!("{answers}\n{skip}"));
        room.played();
        room.rootstage(&["report", "--public", "ceremony", "-o", "copy"])
            .is(0, &[]);
        for dir in ["ceremony", "copy"] {
            let Some(document) = passes(&room, &room.at(dir)) else {
                return;
            };
            assert_eq!(document["published"], dir == "copy");
            // a copy has no plan, and nobody knows from it how many seals it wants
            if dir == "ceremony" {
                let judged = with(&document, "pass").contains(&"seal.count".to_owned());
                assert_eq!(judged, sealed, "{seal} {document}");
            }
        }
    }
}

#[test]
fn a_ceremony_that_waits_and_one_that_was_torn() {
    let room = Room::new();
    let whole = rehearsed(&room, "whole", &[]);
    let text = std::fs::read_to_string(whole.join("transcript.jsonl")).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let cut = room.at("cut");
    // before, between and after the acts that leave files
    for records in (1..lines.len()).step_by(17) {
        let _ = std::fs::remove_dir_all(&cut);
        copied(&whole, &cut);
        for torn in ["", "{\"actor\":\"rootstage\",\"at\":"] {
            let kept = lines[..records].concat() + torn;
            std::fs::write(cut.join("transcript.jsonl"), &kept).unwrap();
            // files as they were then
            for (file, kind) in [
                ("metadata", "metadata-written"),
                ("seal.dsse.json", "seal-written"),
            ] {
                if !kept.contains(&format!("\"kind\":\"{kind}\"")) {
                    let _ = std::fs::remove_dir_all(cut.join(file));
                    let _ = std::fs::remove_file(cut.join(file));
                }
            }
            let Some(document) = agreed(&room, &cut) else {
                return;
            };
            assert_eq!(
                with(&document, "fail"),
                ["transcript.whole"],
                "{records} {document}"
            );
        }
    }
}

#[test]
fn the_head_on_paper_in_every_form() {
    let room = Room::new();
    let dir = rehearsed(&room, "d", &["--keyholders", "2", "--threshold", "1"]);
    let Some(document) = verified(&dir, &[]) else {
        return;
    };
    let head = document["head"].as_str().unwrap();
    let words = document["head_words"].as_str().unwrap();
    let upper = words.to_uppercase();
    let each: Vec<&str> = words.split(' ').collect();
    let groups: Vec<String> = head
        .as_bytes()
        .chunks(4)
        .map(|four| String::from_utf8_lossy(four).into_owned())
        .collect();
    let groups = groups.join(" ");
    for good in [
        vec![head],
        vec![words],
        vec![upper.as_str()],
        each.clone(),
        vec![groups.as_str()],
    ] {
        let call = [vec!["--expect-head"], good].concat();
        verifier(&dir, &call)
            .unwrap()
            .is(0, &["PASS transcript.head"]);
    }
    // another head: the first word that differs is named
    let other = if each[2] == "aardvark" {
        "absurd"
    } else {
        "aardvark"
    };
    let mut wrong = each.clone();
    wrong[2] = other;
    let call = [vec!["--expect-head"], wrong].concat();
    let what = format!("word 3, {}, is {other} on paper", each[2]);
    verifier(&dir, &call)
        .unwrap()
        .is(1, &["FAIL transcript.head", &what]);
    // no head at all: the words of the call are wrong
    let mut unknown = each.clone();
    unknown[4] = "nonsense";
    for (bad, what) in [
        (vec!["12ab"], "these are 1 words"),
        (unknown, "word 5 of the head, 'nonsense', is not in the PGP"),
        ([&each[..1], &each[..31]].concat(), "is of the other list"),
        (each[..31].to_vec(), "these are 31 words"),
    ] {
        let call = [vec!["--expect-head"], bad].concat();
        verifier(&dir, &call).unwrap().is(2, &[what]);
    }
    // the paper of the step `head`, and one from before the seal
    let text = std::fs::read_to_string(dir.join("transcript.jsonl")).unwrap();
    let records: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let shown = records
        .iter()
        .find(|record| record["step"] == "head" && record["kind"] == "asked");
    let shown = shown.unwrap()["body"]["digest"]["sha256"].as_str().unwrap();
    verifier(&dir, &["--expect-head", shown])
        .unwrap()
        .is(0, &["the head that was shown"]);
    let early = records[100]["node"].as_str().unwrap();
    verifier(&dir, &["--expect-head", early])
        .unwrap()
        .is(1, &["FAIL transcript.head", "another head"]);
    for head in [shown, early] {
        let ours = verifier(&dir, &["--expect-head", head]).unwrap().status;
        let audit = room.rootstage(&["audit", "d", "--expect-head", head]);
        assert_eq!(audit.status, ours);
    }
}

#[test]
fn signatures_are_counted_by_keys_of_every_kind() {
    let Some(mut call) = crate::judges::python("test_verify_ceremony.py") else {
        return;
    };
    said(call.env(
        "RSA_VECTORS",
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/rsa/pss.json"),
    ))
    .is(0, &["OK"]);
}
