//! What an audit of a published copy says.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{FORMAT, each, rules, unanchored};
use crate::digest::Sha256;
use crate::directory::AuditedCopy;
use crate::safe::{counted, safe};

pub fn lines(audited: &AuditedCopy) -> String {
    let copy = &audited.copy;
    let mut text = String::new();
    each(&mut text, &audited.findings);
    let result = if audited.passed() {
        "AUDIT PASSED"
    } else {
        "AUDIT FAILED"
    };
    let mode = if copy.rehearsal() { ", REHEARSAL" } else { "" };
    let _ = writeln!(
        text,
        "\n{result} (PUBLISHED COPY{mode}): {}, {}",
        counted(copy.length(), "record"),
        counted(copy.exceptions(), "exception")
    );
    let _ = writeln!(
        text,
        "The bodies of {} are withheld: what needs them was not checked (NOTE).",
        counted(copy.withheld(), "record")
    );
    if !audited.beside.is_empty() {
        let names: Vec<String> = audited.beside.iter().map(|name| safe(name)).collect();
        let _ = writeln!(
            text,
            "Nothing vouches for these files: {}.",
            names.join(", ")
        );
    }
    if let Some(head) = copy.head() {
        let _ = writeln!(
            text,
            "head  {}\nwords {}",
            head.groups().join(" "),
            head.words().join(" ")
        );
    }
    if audited.passed() {
        unanchored(&mut text, &audited.findings);
    }
    text
}

pub fn document(audited: &AuditedCopy) -> Value {
    let copy = &audited.copy;
    let withheld = copy.kinds.iter().filter(|(_, kind)| kind.withheld > 0);
    let kinds: Map<String, Value> = withheld
        .map(|(name, kind)| (name.clone(), json!(kind.withheld)))
        .collect();
    json!({
        "format": FORMAT,
        "program": crate::PROGRAM_VERSION,
        "passed": audited.passed(),
        "published": true,
        "scope": "published",
        "rehearsal": copy.rehearsal(),
        "records": copy.length(),
        "withheld": { "records": copy.withheld(), "kinds": kinds },
        "not_covered": audited.beside,
        "head": copy.head().map(|head| head.hex()),
        "head_words": copy.head().as_ref().map(|head: &Sha256| head.words().join(" ")),
        "exception_count": copy.exceptions(),
        "rules": rules(&audited.findings),
    })
}
