//! Everything that can be done to one file of a finished ceremony, and which rule says so: always the one
//! whose file it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use rootstage::ceremony::plan::Plan;
use rootstage::ceremony::procedure::Procedure;
use rootstage::ceremony::script::Script;
use rootstage::digest::Sha256;
use rootstage::directory;
use rootstage::transcript::Record;
use rootstage::transcript::audit::{
    Artefacts, Auditor, EVIDENCE, FILES, Finding, INPUTS, OUTPUTS, Rule, SEAL_FILE, Verdict,
};

use crate::{Desk, artefacts, days, failing};

/// One part of a ceremony directory: its name, the rule that owns it, and its files among the artefacts.
type Files = Vec<(String, Vec<u8>)>;
type Part = (&'static str, &'static str, fn(&mut Artefacts) -> &mut Files);

const PARTS: [Part; 4] = [
    ("metadata", "root.files", |all| &mut all.metadata),
    ("in", "files.in", |all| &mut all.inputs),
    ("out", "files.out", |all| &mut all.outputs),
    ("attestations", "attestation.evidence", |all| {
        &mut all.attestations
    }),
];

/// A bit of its own for each place.
fn flip(byte: &mut u8, place: usize) {
    *byte ^= 1 << (place % 8);
}

/// The desk, its audit and its files. Every part must have files, or nothing would be tried there.
fn laid_out(desk: &Desk, parts: &[&str]) -> (Auditor, Artefacts) {
    let auditor = directory::follow(&desk.procedure, desk.bytes.as_slice(), None).unwrap();
    let mut all = artefacts(&desk.room.dir());
    assert!(failing(&auditor.finish(&all)).is_empty());
    for (part, _, files) in PARTS {
        assert_eq!(!files(&mut all).is_empty(), parts.contains(&part), "{part}");
    }
    (auditor, all)
}

fn first() -> (Desk, Auditor, Artefacts) {
    let desk = days::first();
    let (auditor, all) = laid_out(&desk, &["metadata", "out"]);
    (desk, auditor, all)
}

fn rotation() -> (Desk, Auditor, Artefacts) {
    let desk = days::rotation();
    let (auditor, all) = laid_out(&desk, &["metadata", "in", "out", "attestations"]);
    (desk, auditor, all)
}

/// Rules that read files beside the transcript: no other changes its mind for one of them.
const OF_FILES: [Rule; 5] = [INPUTS, EVIDENCE, FILES, OUTPUTS, SEAL_FILE];

/// Rules that fail. At some places all of them are asked, because those that follow certificates take their
/// time.
fn failing_at(auditor: &Auditor, all: &Artefacts, place: usize) -> Vec<&'static str> {
    if place.is_multiple_of(61) {
        return failing(&auditor.finish(all));
    }
    failing(&OF_FILES.map(|rule| auditor.finding(&rule, all)))
}

/// Every byte of every file beside the transcript.
fn every_byte(auditor: &Auditor, all: &mut Artefacts) -> usize {
    let mut tried = 0;
    for (part, rule, files) in PARTS {
        for number in 0..files(all).len() {
            let name = files(all)[number].0.clone();
            for place in 0..files(all)[number].1.len() {
                flip(&mut files(all)[number].1[place], place);
                let found = failing_at(auditor, all, place);
                assert_eq!(found, [rule], "{part}/{name}, byte {place}");
                flip(&mut files(all)[number].1[place], place);
                tried += 1;
            }
        }
    }
    let seal = all.seal.clone().unwrap();
    for place in 0..seal.len() {
        let mut bytes = seal.clone();
        flip(&mut bytes[place], place);
        all.seal = Some(bytes);
        let found = failing_at(auditor, all, place);
        assert_eq!(found, ["seal.file"], "seal, byte {place}");
        tried += 1;
    }
    all.seal = Some(seal);
    assert!(failing(&auditor.finish(all)).is_empty());
    tried
}

#[test]
fn every_byte_of_every_file_of_a_first_day_counts() {
    let (_desk, auditor, mut all) = first();
    assert!(every_byte(&auditor, &mut all) > 8_000);
}

#[test]
fn every_byte_of_every_file_of_a_rotation_counts() {
    let (_desk, auditor, mut all) = rotation();
    assert!(every_byte(&auditor, &mut all) > 15_000);
}

/// Deleted, cut short, longer, exchanged for another, under another name, and one more.
fn handled(auditor: &Auditor, all: &mut Artefacts) {
    let whole = PARTS.map(|(.., files)| files(all).clone());
    for ((part, rule, files), whole) in PARTS.into_iter().zip(whole) {
        let mut tried: Vec<(String, Files)> = Vec::new();
        let mut with = |what: &str, change: &dyn Fn(&mut Files)| {
            let mut files = whole.clone();
            change(&mut files);
            tried.push((what.to_owned(), files));
        };
        for (number, (name, bytes)) in whole.iter().enumerate() {
            with(&format!("{name} gone"), &|files| drop(files.remove(number)));
            for length in [0, 1, bytes.len() / 2, bytes.len() - 1] {
                with(&format!("{name} cut to {length}"), &|files| {
                    files[number].1.truncate(length);
                });
            }
            for more in [b'\n', b' ', b'\0'] {
                with(&format!("{name} and a byte"), &|files| {
                    files[number].1.push(more);
                });
            }
            with(&format!("{name} after a mark"), &|files| {
                drop(files[number].1.splice(0..0, *b"\xef\xbb\xbf"));
            });
            with(&format!("{name} twice"), &|files| {
                let again = files[number].1.clone();
                files[number].1.extend(again);
            });
            let text = String::from_utf8(bytes.clone()).unwrap_or_default();
            if text.contains('\n') {
                with(&format!("{name} with carriage returns"), &|files| {
                    files[number].1 = text.replace('\n', "\r\n").into_bytes();
                });
            }
            for (other, (_, bytes)) in whole.iter().enumerate().skip(number + 1) {
                if *bytes != whole[number].1 {
                    with(&format!("{name} and {other} exchanged"), &|files| {
                        let theirs = files[other].1.clone();
                        files[other].1 = std::mem::replace(&mut files[number].1, theirs);
                    });
                }
            }
            with(&format!("{name} under another name"), &|files| {
                files[number].0.push('x');
            });
        }
        // none of the record's: in `in/` it is named, elsewhere it fails
        let extra = [
            "another.json",
            ".root.json.part",
            "sub/root.json",
            "\u{1b}[2J",
        ];
        for (what, files_now) in tried {
            *files(all) = files_now;
            let found = auditor.finish(all);
            assert_eq!(failing(&found), [rule], "{part}: {what}");
        }
        for name in extra {
            files(all).clone_from(&whole);
            files(all).push((name.to_owned(), b"{}".to_vec()));
            let found = auditor.finish(all);
            let of_rule = |finding: &&Finding| finding.rule.id == rule;
            let finding = found.iter().find(of_rule).unwrap();
            let (verdict, failures) = match part {
                "in" => (Verdict::Note, vec![]),
                _ => (Verdict::Fail, vec![rule]),
            };
            assert_eq!(finding.verdict, verdict, "{part}/{name}");
            assert_eq!(failing(&found), failures, "{part}/{name}");
            let shown = rootstage::safe::safe(name);
            assert!(finding.sentence.contains(&shown), "{}", finding.sentence);
            assert!(!finding.sentence.contains('\u{1b}'), "{name}");
        }
        *files(all) = whole;
    }
    assert!(failing(&auditor.finish(all)).is_empty());
}

#[test]
fn files_of_a_first_day_are_those_that_were_written() {
    let (_desk, auditor, mut all) = first();
    handled(&auditor, &mut all);
}

#[test]
fn files_of_a_rotation_are_those_that_were_written() {
    let (_desk, auditor, mut all) = rotation();
    handled(&auditor, &mut all);
}

/// Every byte of plan and script. What can still be read is judged with the first record; what cannot is no
/// plan that ran.
fn every_byte_of_plan_and_script(desk: &Desk) {
    let dir = desk.room.dir();
    let [plan, script] =
        ["plan.toml", "script.toml"].map(|name| std::fs::read(dir.join(name)).unwrap());
    let first = desk.lines()[0];
    let first = first.strip_suffix(b"\n").unwrap();
    let nothing = artefacts(&dir.join("nowhere"));
    let mut unreadable = 0;
    for (name, rule, bytes) in [
        ("plan.toml", "plan.digest", &plan),
        ("script.toml", "script.digest", &script),
    ] {
        let mut bytes = bytes.clone();
        for place in 0..bytes.len() {
            flip(&mut bytes[place], place);
            let read = match name {
                "plan.toml" => Plan::parse(&bytes)
                    .ok()
                    .map(|plan| (desk.procedure.script.clone(), plan)),
                _ => Script::parse(&bytes)
                    .ok()
                    .map(|script| (script, desk.procedure.plan.clone())),
            };
            match read {
                Some((script, plan)) => {
                    let procedure = Arc::new(Procedure::new(script, plan));
                    let mut auditor = Auditor::new(procedure, desk.procedure.plan.mode, None);
                    auditor.line(first);
                    let failing = failing(&auditor.finish(&nothing));
                    assert!(failing.contains(&rule), "{name}, byte {place}: {failing:?}");
                }
                // the audit of a directory: at some of them, because each reads all of it
                None if unreadable % 37 == 0 => {
                    std::fs::write(dir.join(name), &bytes).unwrap();
                    match directory::audit(&dir, None, Vec::new()) {
                        Err(directory::DirectoryError::NotWhatRan {
                            rule: failed,
                            words,
                        }) => {
                            assert_eq!(failed.id, rule, "{name}, byte {place}");
                            assert!(words.contains(&Sha256::of(&bytes).hex()), "{words}");
                        }
                        Err(other) => panic!("{name}, byte {place}: {other}"),
                        Ok(_) => panic!("{name}, byte {place} was read"),
                    }
                    unreadable += 1;
                }
                None => unreadable += 1,
            }
            flip(&mut bytes[place], place);
        }
        std::fs::write(dir.join(name), &bytes).unwrap();
    }
    assert!(unreadable > 100, "{unreadable}");
    desk.room.audits_clean();
}

#[test]
fn every_byte_of_plan_and_script_of_a_first_day_counts() {
    every_byte_of_plan_and_script(&days::first());
}

#[test]
fn every_byte_of_plan_and_script_of_a_rotation_counts() {
    every_byte_of_plan_and_script(&days::rotation());
}

/// Every byte of one line of each kind, and others by chance: the audit stops at that very line.
#[test]
fn the_transcript_of_a_rotation_counts() {
    let (desk, _, all) = rotation();
    let mut before = Auditor::new(Arc::clone(&desk.procedure), desk.procedure.plan.mode, None);
    let mut kinds = BTreeSet::new();
    let (mut tried, mut start) = (0, 0);
    for (number, line) in desk.lines().into_iter().enumerate() {
        let text = line.strip_suffix(b"\n").unwrap();
        let record = Record::parse(std::str::from_utf8(text).unwrap()).unwrap();
        let every = kinds.insert(record.kind.to_owned());
        for place in 0..text.len() {
            // a seed of its own for each line: the same places on every run
            let draw = Sha256::of_parts(&[&number.to_be_bytes(), &place.to_be_bytes()]).0[0];
            if !every && draw > 7 {
                continue;
            }
            let mut tampered = text.to_vec();
            flip(&mut tampered[place], place);
            if tampered[place] == b'\n' {
                continue;
            }
            tried += 1;
            let mut auditor = before.clone();
            auditor.line(&tampered);
            assert!(!auditor.chain_holds(), "line {number}, byte {place}");
            // what a whole audit says, for some of them
            if draw == 0 && place % 5 == 0 {
                let mut whole = desk.bytes.clone();
                whole[start + place] = tampered[place];
                let read = directory::follow(&desk.procedure, whole.as_slice(), None).unwrap();
                only_the_chain(&read.finish(&all));
            }
        }
        before.line(text);
        start += line.len();
    }
    assert!(kinds.len() > 20, "{kinds:?}");
    assert!(tried > 15_000, "{tried}");
}

/// The chain is what fails; whatever else fails says that it was not decided.
fn only_the_chain(findings: &[Finding]) {
    for finding in findings {
        let decided = !finding.sentence.starts_with("not decided");
        assert_eq!(
            finding.verdict == Verdict::Fail && decided,
            finding.rule.id == "transcript.chain",
            "{}: {}",
            finding.rule.id,
            finding.sentence
        );
    }
}

/// A line of another ceremony at each place; and the record cut after each line.
#[test]
fn lines_of_another_ceremony_and_a_shorter_record_are_found() {
    let (desk, _, all) = first();
    let other = days::first();
    let (lines, theirs) = (desk.lines(), other.lines());
    let mut before = Auditor::new(Arc::clone(&desk.procedure), desk.procedure.plan.mode, None);
    for (at, line) in lines.iter().enumerate() {
        if let Some(foreign) = theirs.get(at) {
            let mut auditor = before.clone();
            auditor.line(foreign.strip_suffix(b"\n").unwrap());
            let next = lines.get(at + 1);
            if let Some(next) = next {
                auditor.line(next.strip_suffix(b"\n").unwrap());
                only_the_chain(&auditor.finish(&all));
            } else {
                assert!(!auditor.chain_holds());
            }
        }
        // a record that ends here has no other fault, except in what it leads to
        if at > 0 && at % 16 == 0 {
            let found = failing(&before.finish(&all));
            assert!(found.contains(&"transcript.whole"), "{at}: {found:?}");
            let allowed = [
                "transcript.whole",
                "root.files",
                "files.out",
                "seal.file",
                "attestation.evidence",
            ];
            assert!(
                found.iter().all(|id| allowed.contains(id)),
                "{at}: {found:?}"
            );
        }
        before.line(line.strip_suffix(b"\n").unwrap());
    }
}
