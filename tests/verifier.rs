//! The verifier in Python that shares no code with the program, `tests/judges/verify_ceremony.py`:
//! over directories that the program made, good and bad, beside the program's own audit.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "support/judges.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the judges")]
mod judges;
#[path = "support/venue.rs"]
mod venue;

#[path = "verifier/agree.rs"]
mod agree;
#[path = "verifier/changed.rs"]
mod changed;
#[path = "verifier/hostile.rs"]
mod hostile;
#[path = "verifier/published.rs"]
mod published;

use std::path::{Path, PathBuf};

use serde_json::Value;
use venue::{Room, Said, said};

/// A script among the judges, called; `None` where Python is not installed there.
fn judge(script: &str, arguments: &[&str]) -> Option<Said> {
    Some(said(judges::python(script)?.args(arguments)))
}

/// The verifier over a directory.
fn verifier(dir: &Path, arguments: &[&str]) -> Option<Said> {
    let mut call = judges::python("verify_ceremony.py")?;
    let said = said(call.arg(dir).args(arguments));
    assert!(!said.err.contains("Traceback"), "{said:?}");
    Some(said)
}

/// What the verifier says of each check, as one document.
fn verified(dir: &Path, arguments: &[&str]) -> Option<Value> {
    let said = verifier(dir, &[arguments, &["--json"]].concat())?;
    let document = said.json();
    let passed = document["passed"].as_bool().unwrap();
    assert_eq!(said.status, i32::from(!passed), "{said:?}");
    Some(document)
}

/// The checks with this verdict.
fn with(document: &Value, verdict: &str) -> Vec<String> {
    let list = document.get("checks").or_else(|| document.get("rules"));
    let entries = list.unwrap().as_array().unwrap().iter();
    entries
        .filter(|entry| entry["verdict"] == verdict)
        .map(|entry| entry.get("name").or_else(|| entry.get("id")).unwrap())
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

/// What the check of this name says.
fn explained(document: &Value, name: &str) -> String {
    let mut entries = document["checks"].as_array().unwrap().iter();
    let entry = entries.find(|entry| entry["name"] == name).unwrap();
    entry["explanation"].as_str().unwrap().to_owned()
}

/// A rehearsal by the program itself, in `name/` of the room.
fn rehearsed(room: &Room, name: &str, arguments: &[&str]) -> PathBuf {
    let call = [&["rehearse", "--unattended", "--dir", name], arguments].concat();
    room.rootstage(&call).is(0, &[]);
    room.at(name)
}

/// A copy of a ceremony directory, of what an auditor gets.
fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if entry.path().is_dir() {
            if !["before", "tokens", "keys"].iter().any(|out| name == *out) {
                copied(&entry.path(), &to.join(name));
            }
        } else {
            std::fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

/// Every file below a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
