//! Directories in which something was changed: each time both verifiers refuse.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::Stdio;

use crate::venue::Room;
use crate::{copied, files, judge, judges, rehearsed, verified, with};

/// A rotation: it has files in `in/`, a root before it, and a key that is proved.
fn rotation(room: &Room) -> std::path::PathBuf {
    let made = rehearsed(room, "made", &["--script", "replace-lost-key"]);
    let dir = room.at("d");
    copied(&made, &dir);
    dir
}

/// What fails after one replacement in a file; it is undone.
fn fails(dir: &Path, file: &str, from: &str, to: &str) -> Option<Vec<String>> {
    let path = dir.join(file);
    let good = std::fs::read_to_string(&path).unwrap();
    let bad = good.replacen(from, to, 1);
    assert_ne!(good, bad, "{file}: {from}");
    std::fs::write(&path, bad).unwrap();
    let document = verified(dir, &[]);
    assert!(!rootstage_accepts(dir), "{file}: {from}");
    let failing = failing(dir);
    std::fs::write(&path, good).unwrap();
    let document = document?;
    let passing = with(&document, "pass");
    let missed = failing.iter().find(|rule| passing.contains(rule));
    assert_eq!(missed, None, "{file}: {from} {document}");
    Some(with(&document, "fail"))
}

/// Rules that fail in the audit of the program; none where it cannot be made.
fn failing(dir: &Path) -> Vec<String> {
    let Ok(audited) = rootstage::directory::audit(dir, None, Vec::new()) else {
        return Vec::new();
    };
    let findings = audited.findings.iter();
    findings
        .filter(|finding| finding.verdict == rootstage::transcript::audit::Verdict::Fail)
        .map(|finding| finding.rule.id.to_owned())
        .collect()
}

fn rootstage_accepts(dir: &Path) -> bool {
    rootstage::directory::audit(dir, None, Vec::new()).is_ok_and(|audited| audited.passed())
}

#[test]
fn every_member_of_a_record_and_every_file() {
    let room = Room::new();
    let dir = rotation(&room);
    let transcript = "transcript.jsonl";
    for (from, to) in [
        ("\"actor\":\"rootstage\"", "\"actor\":\"administrator\""),
        ("\"at\":\"2", "\"at\":\"3"),
        ("\"form\":\"confirm\"", "\"form\":\"Confirm\""),
        ("\"kind\":\"asked\"", "\"kind\":\"answered\""),
        ("\"mono\":", "\"mono\":1"),
        ("\"seq\":4,", "\"seq\":5,"),
        ("\"step\":\"roll-call\"", "\"step\":\"roll\""),
        ("\"digest\":\"", "\"digest\":\"0"),
        ("\"node\":\"", "\"node\": \""),
        ("\"salt\":\"", "\"salt\":\"A"),
        ("\n", "\r\n"),
        ("\n", "\n\n"),
    ] {
        let Some(failed) = fails(&dir, transcript, from, to) else {
            return;
        };
        assert_eq!(failed[0], "transcript.chain", "{from}");
    }
    let seal = std::fs::read_to_string(dir.join("seal.dsse.json")).unwrap();
    let seal: serde_json::Value = serde_json::from_str(&seal).unwrap();
    let sig = |at: usize| seal["signatures"][at]["sig"].as_str().unwrap().to_owned();
    let metadata = std::fs::read_to_string(dir.join("metadata/root.json")).unwrap();
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let root_sig = |at: usize| {
        metadata["signatures"][at]["sig"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let came = files(&dir.join("in"));
    let came = came[0].strip_prefix(&dir).unwrap().to_str().unwrap();
    for (file, from, to, check) in [
        ("plan.toml", "anywhere", "Anywhere", "plan.digest"),
        ("script.toml", "Welcome", "welcome", "script.digest"),
        (
            "metadata/root.json",
            "\"version\": 2",
            "\"version\": 3",
            "root.files",
        ),
        (
            "metadata/2.root.json",
            "\"version\": 2",
            "\"version\": 3",
            "root.files",
        ),
        // what a TUF client does not see
        ("metadata/2.root.json", "\n", "\n ", "root.files"),
        (
            "metadata/root.json",
            &root_sig(0),
            &root_sig(1),
            "root.files",
        ),
        ("seal.dsse.json", &sig(0), &sig(1), "seal.signatures"),
        (
            "seal.dsse.json",
            "\"payload\":\"ey",
            "\"payload\":\"fy",
            "seal.statement",
        ),
        ("seal.dsse.json", "}\n", "} \n", "seal.file"),
        (came, "\"version\": 1", "\"version\": 2", "files.in"),
    ] {
        let failed = fails(&dir, file, from, to).unwrap();
        assert!(failed.iter().any(|name| name == check), "{file} {failed:?}");
    }
    // what is gone, and what is there besides
    for (file, check) in [
        ("plan.toml", "plan.digest"),
        ("script.toml", "script.digest"),
        ("metadata/2.root.json", "root.files"),
        ("seal.dsse.json", "seal.count"),
        (came, "files.in"),
    ] {
        let bytes = std::fs::read(dir.join(file)).unwrap();
        std::fs::remove_file(dir.join(file)).unwrap();
        let failed = with(&verified(&dir, &[]).unwrap(), "fail");
        assert!(failed.iter().any(|name| name == check), "{file} {failed:?}");
        assert!(!rootstage_accepts(&dir), "{file}");
        std::fs::write(dir.join(file), bytes).unwrap();
    }
    std::fs::copy(
        dir.join("metadata/root.json"),
        dir.join("metadata/3.root.json"),
    )
    .unwrap();
    let failed = with(&verified(&dir, &[]).unwrap(), "fail");
    assert_eq!(failed, ["root.files"]);
    assert!(!rootstage_accepts(&dir));
}

/// Whoever has the directory and no key can write another record, in which everything fits but the seal
/// and the head on paper.
#[test]
fn a_record_that_was_chained_anew() {
    let room = Room::new();
    let dir = rotation(&room);
    let Some(before) = verified(&dir, &[]) else {
        return;
    };
    let head = before["head"].as_str().unwrap();
    let transcript = dir.join("transcript.jsonl");
    let forge = |arguments: &[&str]| {
        let call = [&[transcript.to_str().unwrap()], arguments].concat();
        judge("forge_transcript.py", &call).unwrap().is(0, &[]);
    };
    let refused = |also: &[&str]| {
        let document = verified(&dir, &[]).unwrap();
        let failed = with(&document, "fail");
        assert_ne!(document["head"], head);
        assert!(!failed.contains(&"transcript.chain".to_owned()));
        for name in [&["seal.statement"], also].concat() {
            assert!(failed.contains(&name.to_owned()), "{name}: {failed:?}");
        }
        let document = verified(&dir, &["--expect-head", head]).unwrap();
        assert!(with(&document, "fail").contains(&"transcript.head".to_owned()));
        assert!(!rootstage_accepts(&dir));
    };
    // nothing that any other check compares: which network card was found
    forge(&[
        "This machine has no wireless",
        "This machine had no wireless",
    ]);
    refused(&[]);
    // the plan, with its digest in the first record
    let plan = dir.join("plan.toml");
    let text = std::fs::read_to_string(&plan).unwrap();
    std::fs::write(&plan, text.replace("anywhere", "elsewhere")).unwrap();
    forge(&["anywhere", "elsewhere", plan.to_str().unwrap()]);
    // of the plan a public statement says nothing: the head that it names does
    refused(&[]);
}

/// The head on paper alone covers what comes after the seal.
#[test]
fn a_record_that_was_chained_anew_after_the_seal() {
    let room = Room::new();
    let dir = rotation(&room);
    let Some(before) = verified(&dir, &[]) else {
        return;
    };
    let head = before["head"].as_str().unwrap();
    let transcript = dir.join("transcript.jsonl");
    let call = [
        transcript.to_str().unwrap(),
        "Before you answer, look around",
        "Before you answer, look about",
    ];
    judge("forge_transcript.py", &call).unwrap().is(0, &[]);
    let document = verified(&dir, &[]).unwrap();
    assert_eq!(document["passed"], true, "{document}");
    let document = verified(&dir, &["--expect-head", head]).unwrap();
    assert_eq!(with(&document, "fail"), ["transcript.head"]);
}

/// Numbers that look random, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(end).unwrap()).unwrap()
    }
}

/// One byte of any file, changed into any other.
#[test]
fn both_refuse_whatever_byte_is_changed() {
    let room = Room::new();
    let dir = rotation(&room);
    let Some(mut many) = judges::python("verify_many.py") else {
        return;
    };
    let mut child = many
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut asks = child.stdin.take().unwrap();
    let mut says = BufReader::new(child.stdout.take().unwrap());
    let mut verifier = || {
        writeln!(asks, "{}", dir.display()).unwrap();
        let mut line = String::new();
        assert_ne!(
            says.read_line(&mut line).unwrap(),
            0,
            "the verifier fell over"
        );
        line.trim().to_owned()
    };
    assert_eq!(verifier(), "");
    assert!(rootstage_accepts(&dir));
    let covered = files(&dir);
    assert_eq!(covered.len(), 7, "{covered:?}");
    let mut numbers = Numbers(20_261_123);
    for round in 0..420 {
        let file = &covered[round % covered.len()];
        let good = std::fs::read(file).unwrap();
        let mut bad = good.clone();
        let at = numbers.below(bad.len());
        let by = u8::try_from(1 + numbers.below(255)).unwrap();
        // one bit as well, which keeps much of the form
        bad[at] ^= if round % 2 == 0 { by } else { 1 << (by % 8) };
        std::fs::write(file, &bad).unwrap();
        let failed = verifier();
        let what = format!(
            "{} at {at}: {} became {}",
            file.display(),
            good[at],
            bad[at]
        );
        assert_ne!(failed, "", "{what}");
        assert!(!rootstage_accepts(&dir), "{what}");
        std::fs::write(file, &good).unwrap();
    }
    assert_eq!(verifier(), "");
    drop(asks);
    assert!(child.wait().unwrap().success());
}
