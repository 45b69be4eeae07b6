//! A transcript that was written from scratch, with every digest, question and file made to agree: nothing is
//! wrong with it but that the tokens never sealed it, and that its head is not the one on paper. What the
//! program says of it as a command.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use rootstage::ceremony::event::Event;
use rootstage::ceremony::plan::{Mode, Plan};
use rootstage::ceremony::procedure::Procedure;
use rootstage::digest::Sha256;
use serde_json::Value;
use tempfile::TempDir;

use crate::room::{Room, copy_all, home, plan};
use crate::storyteller::{self, Story};
use crate::{Desk, Loose, artefacts, days};

/// Runs `rootstage audit` in the directory's parent.
fn audit(dir: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rootstage"))
        .arg("audit")
        .arg(dir)
        .args(more)
        .env_clear()
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Ids of the rules of which a line says that they fail.
fn fails(output: &Output) -> Vec<String> {
    let text = out(output);
    let of_line = |line: &str| {
        let rest = line.strip_prefix("FAIL ")?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    text.lines().filter_map(of_line).collect()
}

/// The ceremony as a forger who has everything but the tokens tells it, in a directory of its own.
fn rewritten(desk: &Desk, procedure: &Arc<Procedure>, plan: &[u8], records: &[Loose]) -> TempDir {
    let home = home();
    let dir = home.path().join("d");
    copy_all(&desk.room.dir(), &dir);
    let story = Story {
        procedure,
        mode: Mode::Rehearsal,
        forged: &[],
    };
    let (auditor, bytes) = story.told(records);
    let mut all = artefacts(&dir);
    storyteller::files_of(auditor.state(), &mut all);
    fs::write(dir.join("plan.toml"), plan).unwrap();
    fs::write(dir.join("transcript.jsonl"), bytes).unwrap();
    for (part, files) in [
        ("metadata", all.metadata),
        ("out", all.outputs),
        ("attestations", all.attestations),
    ] {
        for (name, bytes) in files {
            fs::write(dir.join(part).join(name), bytes).unwrap();
        }
    }
    if let Some(seal) = all.seal {
        fs::write(dir.join("seal.dsse.json"), seal).unwrap();
    }
    home
}

/// Only the seal and the paper know; on paper alone, only the paper.
fn only_seal_and_paper(desk: &Desk, home: &TempDir, sealed: bool) {
    let dir = home.path().join("d");
    let seal: &[&str] = if sealed { &["seal.signatures"] } else { &[] };
    let found = audit(&dir, &[]);
    assert_eq!(fails(&found), seal, "{}", out(&found));
    assert_eq!(found.status.code(), Some(i32::from(sealed)));
    assert_eq!(err(&found), "");
    if sealed {
        let text = out(&found);
        assert!(text.contains("AUDIT FAILED"), "{text}");
        assert!(text.contains("does not verify"), "{text}");
    }
    let paper = desk.head.words().join(" ");
    for head in [desk.head.hex(), paper] {
        let found = audit(&dir, &["--expect-head", &head]);
        assert_eq!(fails(&found), [&["transcript.head"], seal].concat());
        assert_eq!(found.status.code(), Some(1));
        let text = out(&found);
        assert!(
            text.contains(&format!("paper says {}", desk.head)),
            "{text}"
        );
        assert!(text.contains("no record has it"), "{text}");
    }
}

/// A ceremony in which somebody logged an exception that let nothing be skipped; sealed, or on paper.
fn with_an_exception(sealed: bool) -> Desk {
    let plan = plan(2, 2);
    let mut room = Room::with_plan(&if sealed { plan } else { days::on_paper(&plan) });
    room.until("review.keyholder-1", "review");
    let form = Room::exception(&["WW"]);
    let logged = room.submit(
        rootstage::ceremony::command::Command::LogException(form),
        None,
    );
    assert!(logged.unwrap());
    Desk::of(room)
}

fn forged_plan(desk: &Desk, from: &str, to: &str) -> (Vec<u8>, Arc<Procedure>) {
    let plan = fs::read_to_string(desk.room.dir().join("plan.toml")).unwrap();
    let other = plan.replace(from, to);
    assert_ne!(other, plan);
    let parsed = Plan::parse(other.as_bytes()).unwrap();
    let procedure = Procedure::new(desk.procedure.script.clone(), parsed);
    (other.into_bytes(), Arc::new(procedure))
}

#[test]
fn other_times_names_and_exceptions_are_found_by_seal_and_paper_alone() {
    for sealed in [true, false] {
        let desk = with_an_exception(sealed);
        let plan = fs::read(desk.room.dir().join("plan.toml")).unwrap();
        // on another day
        let mut records = desk.loose();
        for record in &mut records {
            record.at = record.at.replace("2026-12-01", "2026-12-02");
            if let Event::ClockRead { utc } = &mut record.event {
                *utc = utc.replace("2026-12-01", "2026-12-02");
            }
        }
        let home = rewritten(&desk, &desk.procedure, &plan, &records);
        only_seal_and_paper(&desk, &home, sealed);
        // without the exception
        let mut records = desk.loose();
        records.retain(|record| !matches!(record.event, Event::ExceptionLogged(_)));
        assert_eq!(records.len() + 1, desk.loose().len());
        let home = rewritten(&desk, &desk.procedure, &plan, &records);
        only_seal_and_paper(&desk, &home, sealed);
        // with other words in it
        let mut records = desk.loose();
        for record in &mut records {
            if let Event::ExceptionLogged(exception) = &mut record.event {
                "nothing of note".clone_into(&mut exception.happened);
            }
        }
        let home = rewritten(&desk, &desk.procedure, &plan, &records);
        only_seal_and_paper(&desk, &home, sealed);
        // with other people
        let (plan, procedure) = forged_plan(&desk, "Wim Witness", "Somebody Else");
        let mut records = desk.loose();
        if let Event::CeremonyOpened(opening) = &mut records[0].event {
            opening.plan = procedure.plan.digest;
        }
        let home = rewritten(&desk, &procedure, &plan, &records);
        only_seal_and_paper(&desk, &home, sealed);
        // with other salt, so that only digests change
        let mut records = desk.loose();
        for record in &mut records {
            record.salt = [7; 16];
        }
        let plan = fs::read(desk.room.dir().join("plan.toml")).unwrap();
        let home = rewritten(&desk, &desk.procedure, &plan, &records);
        only_seal_and_paper(&desk, &home, sealed);
    }
}

/// Who has tokens can hold another ceremony with the same plan, and seal it. What tells the two apart is
/// paper, a root that is trusted already, or the seal of the first.
#[test]
fn other_keys_are_found_by_paper_and_by_a_trusted_root() {
    let (desk, other) = (days::first(), days::first());
    let dir = other.room.dir();
    let passes = audit(&dir, &[]);
    assert_eq!(passes.status.code(), Some(0), "{}", out(&passes));
    let found = audit(&dir, &["--expect-head", &desk.head.hex()]);
    assert_eq!(fails(&found), ["transcript.head"]);
    assert_eq!(found.status.code(), Some(1));
    let root = desk.room.dir().join("metadata/1.root.json");
    let found = audit(&dir, &["--trusted-root", root.to_str().unwrap()]);
    assert_eq!(fails(&found), ["root.trusted"]);
    let seal = "seal.dsse.json";
    fs::copy(desk.room.dir().join(seal), dir.join(seal)).unwrap();
    assert_eq!(fails(&audit(&dir, &[])), ["seal.file"]);
}

/// The members of the document and what each may be: what machines rely on.
fn is_document(document: &Value, judged: bool) {
    let members = document.as_object().unwrap();
    let names: Vec<&str> = members.keys().map(String::as_str).collect();
    let mut wanted = vec![
        "format",
        "program",
        "passed",
        "rehearsal",
        "scope",
        "ceremony",
        "ending",
        "records",
        "head",
        "head_words",
        "exception_count",
        "exceptions",
        "rules",
    ];
    wanted.sort_unstable();
    let mut sorted = names;
    sorted.sort_unstable();
    assert_eq!(sorted, wanted);
    assert_eq!(document["format"], 1);
    assert_eq!(document["program"], rootstage::PROGRAM_VERSION);
    assert!(document["passed"].is_boolean());
    assert!(["directory", "record"].contains(&document["scope"].as_str().unwrap()));
    let exceptions = document["exceptions"].as_array().unwrap();
    if judged {
        assert!(document["rehearsal"].is_boolean());
        assert!(document["records"].is_u64());
        let head = Sha256::parse(document["head"].as_str().unwrap()).unwrap();
        let words = Sha256::parse(document["head_words"].as_str().unwrap()).unwrap();
        assert_eq!(head, words);
        assert_eq!(document["exception_count"], exceptions.len());
    } else {
        let unknown = [
            "rehearsal",
            "records",
            "head",
            "head_words",
            "exception_count",
            "ceremony",
            "ending",
        ];
        assert!(unknown.iter().all(|name| document[name].is_null()));
    }
    for exception in exceptions {
        for name in ["expected", "happened", "decided"] {
            assert!(exception[name].is_string(), "{name}");
        }
        assert!(exception["number"].is_u64() && exception["by"].is_array());
    }
    let rules = document["rules"].as_array().unwrap();
    let catalogue = rootstage::transcript::audit::CATALOGUE;
    assert_eq!(rules.len(), catalogue.len());
    let mut failed = false;
    for (row, rule) in rules.iter().zip(catalogue) {
        assert_eq!(row.as_object().unwrap().len(), 6);
        assert_eq!(row["id"], rule.id);
        assert_eq!(row["holds"], rule.sentence);
        assert_eq!(row["source"], rule.source);
        assert_eq!(row["code"], rule.code);
        assert!(row["explanation"].is_string());
        let verdict = row["verdict"].as_str().unwrap();
        assert!(["pass", "fail", "note"].contains(&verdict), "{verdict}");
        failed |= verdict == "fail";
    }
    assert_eq!(document["passed"], !failed);
}

/// One document on stdout, nothing on stderr, and the exit status that it says.
fn document(dir: &Path, more: &[&str], judged: bool) -> Value {
    let found = audit(dir, &[&["--json"], more].concat());
    assert_eq!(err(&found), "");
    let document: Value = serde_json::from_slice(&found.stdout).unwrap();
    is_document(&document, judged);
    let passed = document["passed"] == true;
    assert_eq!(found.status.code(), Some(i32::from(!passed)));
    document
}

#[test]
fn the_document_for_machines_has_its_shape_whatever_was_found() {
    let desk = with_an_exception(true);
    let dir = desk.room.dir();
    let good = document(&dir, &[], true);
    assert_eq!(good["passed"], true);
    assert_eq!(good["ending"], "closed");
    assert_eq!(good["scope"], "directory");
    assert_eq!(good["head"], desk.head.hex());
    assert_eq!(good["exception_count"], 1);
    assert_eq!(good["exceptions"][0]["by"][0], "witness");
    let opening = desk.room.state().opening.as_ref().unwrap();
    assert_eq!(good["ceremony"], opening.ceremony);
    // the copy of the record alone
    let copy = dir.join("transcript.jsonl");
    assert_eq!(document(&copy, &[], true)["scope"], "record");
    // another head; a broken chain; a record that stops; none at all
    let other = "00".repeat(32);
    let found = document(&dir, &["--expect-head", &other], true);
    assert_eq!(found["passed"], false);
    for bytes in [
        [&desk.bytes[..100], b"x", &desk.bytes[100..]].concat(),
        desk.bytes[..desk.bytes.len() / 2].to_vec(),
        Vec::new(),
    ] {
        fs::write(&copy, &bytes).unwrap();
        let found = document(&dir, &[], true);
        assert_eq!(found["passed"], false);
        assert!(bytes.len() > 100 || found["ceremony"].is_null());
        assert!(found["ending"].is_null());
    }
    fs::write(&copy, &desk.bytes).unwrap();
    // a plan that is none
    let path = dir.join("plan.toml");
    let plan = fs::read(&path).unwrap();
    fs::write(&path, "no plan").unwrap();
    let found = document(&dir, &[], false);
    let rules = found["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "plan.digest");
    let words = rule.unwrap()["explanation"].as_str().unwrap();
    assert!(words.contains(&Sha256::of(b"no plan").hex()), "{words}");
    let found = audit(&dir, &[]);
    assert_eq!(fails(&found), ["plan.digest"]);
    assert_eq!(found.status.code(), Some(1));
    assert!(out(&found).contains("AUDIT FAILED"), "{}", out(&found));
    fs::write(&path, plan).unwrap();
    // where the surroundings fail there is no document
    let found = audit(&dir.join("absent"), &["--json"]);
    assert_eq!(found.status.code(), Some(3));
    assert!(found.stdout.is_empty() && !err(&found).is_empty());
}

/// The ceremony directory and nothing else: not the place where it was held, not its tokens, not its files.
#[test]
fn a_directory_is_enough_and_nothing_is_written_to_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let desk = days::rotation();
    let elsewhere = home();
    let dir = elsewhere.path().join("elsewhere");
    copy_all(&desk.room.dir(), &dir);
    drop(desk);
    let mut paths = vec![dir.clone()];
    for entry in fs::read_dir(&dir).unwrap() {
        paths.push(entry.unwrap().path());
    }
    let mode = |mode: u32| {
        for path in &paths {
            let mode = if path.is_dir() { mode } else { mode & 0o666 };
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    mode(0o555);
    let before = modified(&dir);
    let found = audit(&dir, &[]);
    assert_eq!(found.status.code(), Some(0), "{}", out(&found));
    assert_eq!(modified(&dir), before);
    mode(0o755);
}

fn modified(dir: &Path) -> Vec<(std::path::PathBuf, std::time::SystemTime)> {
    let mut found = vec![(
        dir.to_owned(),
        fs::metadata(dir).unwrap().modified().unwrap(),
    )];
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(modified(&path));
        } else {
            let time = fs::metadata(&path).unwrap().modified().unwrap();
            found.push((path, time));
        }
    }
    found.sort();
    found
}

#[test]
fn without_a_transcript_it_says_so_in_words() {
    let desk = days::first();
    let dir = desk.room.dir();
    let path = dir.join("transcript.jsonl");
    let refused = |what: &str| {
        for more in [&[][..], &["--json"]] {
            let found = audit(&dir, more);
            assert_eq!(found.status.code(), Some(3), "{what}: {}", err(&found));
            assert!(found.stdout.is_empty(), "{what}");
            let words = err(&found);
            for word in [
                "transcript.jsonl",
                "Nothing was audited",
                "Name a ceremony directory",
            ] {
                assert!(words.contains(word), "{what}: {words}");
            }
        }
    };
    fs::remove_file(&path).unwrap();
    refused("missing");
    fs::create_dir(&path).unwrap();
    refused("a directory");
    fs::remove_dir(&path).unwrap();
    std::os::unix::fs::symlink("nowhere", &path).unwrap();
    refused("a link to nothing");
    fs::remove_file(&path).unwrap();
    let made = Command::new("mkfifo").arg(&path).status();
    if made.is_ok_and(|status| status.success()) {
        refused("a pipe");
        fs::remove_file(&path).unwrap();
    } else {
        eprintln!("SKIPPED in part: there is no mkfifo");
    }
    fs::write(&path, &desk.bytes).unwrap();
    unreadable(&path, &refused);
    // an empty one is there, and fails as a transcript
    fs::write(&path, "").unwrap();
    let found = audit(&dir, &[]);
    assert_eq!(found.status.code(), Some(1));
    assert!(
        out(&found).contains("there is no record"),
        "{}",
        out(&found)
    );
}

/// For root nothing is unreadable by its mode.
fn unreadable(path: &Path, refused: &dyn Fn(&str)) {
    use std::os::unix::fs::PermissionsExt as _;

    fs::set_permissions(path, fs::Permissions::from_mode(0o0)).unwrap();
    if fs::File::open(path).is_ok() {
        eprintln!("SKIPPED in part: to this user nothing is unreadable");
    } else {
        refused("unreadable");
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
}
