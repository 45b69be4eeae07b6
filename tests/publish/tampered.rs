//! A copy that was changed is found out.

use std::fs;
use std::path::Path;

use rootstage::digest::Sha256;
use rootstage::transcript::Record;
use rootstage::transcript::audit::Verdict;
use rootstage::transcript::published::{Files, Published};
use rootstage::transcript::record::{Bare, Line};

use super::room::{Room, plan};
use super::{audit, failing, publish};

struct Copied {
    room: Room,
    lines: Vec<u8>,
    files: Files,
}

fn copied() -> Copied {
    let publish_plan = "\n[publish]\nsalt = \"70870b5b93d97bc836407780bb803800\"\n";
    let mut room = Room::with_plan(&(plan(2, 2) + publish_plan));
    room.to_the_end();
    let copy = room.home.path().join("copy");
    publish(&room.dir(), &copy).is(0, &[]);
    let read = |name: &str| fs::read(copy.join(name)).unwrap();
    let metadata = ["1.root.json", "root.json"]
        .map(|name| (name.to_owned(), read(&format!("metadata/{name}"))))
        .to_vec();
    Copied {
        lines: read("transcript.jsonl"),
        files: Files {
            metadata,
            script: Some(read("script.toml")),
            seal: Some(read("seal.dsse.json")),
            trusted: Vec::new(),
        },
        room,
    }
}

/// Rules that fail.
fn judged(lines: &[u8], files: &Files) -> Vec<&'static str> {
    let mut copy = Published::new(None);
    let mut rest = lines;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        copy.line(&rest[..end]);
        rest = &rest[end + 1..];
    }
    if !rest.is_empty() {
        copy.torn(rest.len() as u64);
    }
    let findings = copy.finish(files);
    let failed = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Fail);
    failed.map(|finding| finding.rule.id).collect()
}

#[test]
fn every_byte_that_is_changed_is_found_by_the_rule_that_owns_it() {
    let copied = copied();
    let (lines, files) = (&copied.lines, &copied.files);
    assert_eq!(judged(lines, files), [""; 0]);
    let flipped = |bytes: &[u8], at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 1;
        bytes
    };
    // some of every part of many lines: each pass reads all of them
    for at in (0..lines.len()).step_by(211) {
        let failing = judged(&flipped(lines, at), files);
        let broken = failing.contains(&"transcript.chain") || failing.contains(&"transcript.whole");
        assert!(broken, "byte {at}: {failing:?}");
    }
    let script = files.script.clone().unwrap();
    for at in (0..script.len()).step_by(97) {
        let files = Files {
            script: Some(flipped(&script, at)),
            ..files.clone()
        };
        assert!(
            judged(lines, &files).contains(&"script.digest"),
            "byte {at}"
        );
    }
    let seal = files.seal.clone().unwrap();
    for at in (0..seal.len()).step_by(7) {
        let files = Files {
            seal: Some(flipped(&seal, at)),
            ..files.clone()
        };
        assert!(judged(lines, &files).contains(&"seal.file"), "byte {at}");
    }
    for (number, (name, bytes)) in files.metadata.iter().enumerate() {
        for at in (0..bytes.len()).step_by(41) {
            let mut files = files.clone();
            files.metadata[number].1 = flipped(bytes, at);
            assert!(
                judged(lines, &files).contains(&"root.files"),
                "{name}, byte {at}"
            );
        }
    }
}

#[test]
fn what_is_missing_or_too_much_is_found() {
    let copied = copied();
    let (lines, files) = (&copied.lines, &copied.files);
    let without_seal = Files {
        seal: None,
        ..files.clone()
    };
    assert_eq!(
        judged(lines, &without_seal),
        [
            "seal.statement",
            "seal.signatures",
            "seal.count",
            "seal.file"
        ]
    );
    let mut fewer = files.clone();
    fewer.metadata.remove(0);
    assert_eq!(judged(lines, &fewer), ["root.files"]);
    let mut more = files.clone();
    more.metadata
        .push(("2.root.json".to_owned(), b"{}".to_vec()));
    assert_eq!(judged(lines, &more), ["root.files"]);
    let text = String::from_utf8(lines.clone()).unwrap();
    let all: Vec<&str> = text.lines().collect();
    let short = all[..all.len() - 1].join("\n") + "\n";
    assert_eq!(judged(short.as_bytes(), files), ["transcript.whole"]);
    let torn = &lines[..lines.len() - 1];
    assert_eq!(judged(torn, files), ["transcript.whole"]);
    for number in (0..all.len() - 1).step_by(17) {
        let mut swapped = all.clone();
        swapped.swap(number, number + 1);
        let swapped = swapped.join("\n") + "\n";
        assert!(judged(swapped.as_bytes(), files).contains(&"transcript.chain"));
    }
    let crlf = text.replace('\n', "\r\n");
    assert!(judged(crlf.as_bytes(), files).contains(&"transcript.chain"));
    // one body more that is withheld is no lie, and nothing that needs it passes
    let opened = rootstage::transcript::Record::parse(all[0]).unwrap();
    let less = text.replacen(all[0], &opened.bare().line(), 1);
    assert_eq!(judged(less.as_bytes(), files), [""; 0]);
}

/// Bodies can be withheld from a copy only: a ceremony directory with such a record is a broken one.
#[test]
fn a_ceremony_that_withholds_is_broken_and_a_copy_with_another_head_is_another() {
    let copied = copied();
    let dir = copied.room.dir();
    let whole = fs::read(dir.join("transcript.jsonl")).unwrap();
    fs::write(dir.join("transcript.jsonl"), &copied.lines).unwrap();
    let said = audit(&dir, &[]);
    said.is(1, &[]);
    assert!(failing(&said).contains(&"transcript.chain".to_owned()));
    fs::write(dir.join("transcript.jsonl"), whole).unwrap();
    let copy: &Path = &copied.room.home.path().join("copy");
    let other = "0".repeat(64);
    let said = audit(copy, &["--expect-head", &other]);
    said.is(1, &[]);
    assert_eq!(failing(&said), ["transcript.head"]);
}

/// Lines of a copy, in their new places and none before its time, chained anew.
fn chained(lines: &[&str]) -> Vec<u8> {
    let domain = |part: &str| format!("rootstage/transcript/1/rehearsal/{part}\0").into_bytes();
    let mut head = Sha256::of(&domain("header"));
    let mut all = String::new();
    let mut before = 0;
    for (place, line) in (0u64..).zip(lines) {
        let mut line = Line::parse(line).unwrap();
        let (seq, mono) = match &mut line {
            Line::Told(record) => (&mut record.seq, &mut record.mono),
            Line::Withheld(bare) => (&mut bare.seq, &mut bare.mono),
        };
        *seq = place;
        before = before.max(*mono);
        *mono = before;
        let mut leaf = String::new();
        line.bare().leaf_text(&mut leaf);
        let leaf = Sha256::of_parts(&[&domain("leaf"), leaf.as_bytes()]);
        head = Sha256::of_parts(&[&domain("node"), &head.0, &leaf.0]);
        let node = head.hex();
        all += &match line {
            Line::Told(record) => Record {
                node: &node,
                ..record
            }
            .line(),
            Line::Withheld(bare) => Bare {
                node: &node,
                ..bare
            }
            .line(),
        };
        all.push('\n');
    }
    all.into_bytes()
}

fn of_kind<'l>(lines: &[&'l str], kind: &str) -> &'l str {
    let is_it = |line: &&&str| Line::parse(line).unwrap().bare().kind == kind;
    lines.iter().find(is_it).unwrap()
}

/// Nobody follows the script of a copy. What a forger adds behind the seal, which stays as it was, does not pass for
/// what was sealed.
#[test]
fn nothing_is_added_behind_the_seal() {
    let (ours, theirs) = (copied(), copied());
    let (text, other) = (
        String::from_utf8(ours.lines.clone()).unwrap(),
        String::from_utf8(theirs.lines.clone()).unwrap(),
    );
    let lines: Vec<&str> = text.lines().collect();
    let other: Vec<&str> = other.lines().collect();
    assert_eq!(chained(&lines), ours.lines);
    let (last, before) = lines.split_last().unwrap();
    let swapped = Files {
        metadata: theirs.files.metadata.clone(),
        ..ours.files.clone()
    };
    let mut forged = before.to_vec();
    forged.push(of_kind(&other, "root-assembled"));
    forged.push(of_kind(&other, "metadata-written"));
    forged.push(last);
    let failing = judged(&chained(&forged), &swapped);
    for rule in ["root.files", "seal.statement"] {
        assert!(failing.contains(&rule), "{failing:?}");
    }
    for kind in [
        "metadata-written",
        "content-approved",
        "signatures-counted",
        "seal-stated",
    ] {
        let mut forged = before.to_vec();
        forged.push(of_kind(&lines, kind));
        forged.push(last);
        assert_eq!(
            judged(&chained(&forged), &ours.files),
            ["seal.statement"],
            "{kind}"
        );
    }
}

/// Whoever withholds more than the publisher did cannot put other files there for that.
#[test]
fn metadata_of_which_the_copy_tells_nothing_is_nobodys() {
    let (ours, theirs) = (copied(), copied());
    let text = String::from_utf8(ours.lines.clone()).unwrap();
    let without = |kinds: &[&str]| {
        let line = |line: &str| {
            let read = Line::parse(line).unwrap();
            let bare = read.bare();
            let held = kinds.contains(&bare.kind);
            (if held { bare.line() } else { line.to_owned() }) + "\n"
        };
        text.lines().map(line).collect::<String>().into_bytes()
    };
    let files = |of: &Copied| Files {
        metadata: of.files.metadata.clone(),
        seal: None,
        ..ours.files.clone()
    };
    let sealing = ["metadata-written", "seal-stated", "seal-written"];
    let all = [&sealing[..], &["root-assembled"]].concat();
    // what is withheld in `/home` and without a seal: the content is still known
    assert_eq!(judged(&without(&sealing), &files(&ours)), [""; 0]);
    assert!(judged(&without(&sealing), &files(&theirs)).contains(&"root.files"));
    assert_eq!(judged(&without(&all), &files(&theirs)), ["root.files"]);
    // the seal names them as well as the record does
    let sealed = Files {
        metadata: theirs.files.metadata.clone(),
        ..ours.files.clone()
    };
    assert!(judged(&without(&["metadata-written"]), &sealed).contains(&"root.files"));
}
