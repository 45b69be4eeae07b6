//! `audit`: a ceremony directory, derived again.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::{Failure, print, print_json, read};
use crate::digest::Sha256;
use crate::directory::{self, DirectoryError};
use crate::journal::TRANSCRIPT;
use crate::safe::safe;
use crate::transcript::audit::{Artefacts, Auditor, Finding, Verdict};

/// Arguments of `audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// The ceremony directory.
    dir: PathBuf,
    /// The transcript head from the paper: 64 hex digits, or 32 PGP words.
    #[arg(long, value_name = "HEX|WORDS")]
    expect_head: Option<String>,
    /// A root that is trusted already; the ceremony's root must be this one or follow it.
    #[arg(long, value_name = "FILE")]
    trusted_root: Vec<PathBuf>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Audit {
    /// The audit of a directory, without anything to compare with.
    pub fn of(dir: String) -> Self {
        Self {
            dir: dir.into(),
            expect_head: None,
            trusted_root: Vec::new(),
            json: false,
        }
    }

    pub fn run(&self) -> Result<(), Failure> {
        let expected = match &self.expect_head {
            None => None,
            Some(text) => Some(Sha256::parse(text).map_err(|error| {
                Failure::call(format!("--expect-head: {error}. Nothing was audited."))
            })?),
        };
        let trusted = self
            .trusted_root
            .iter()
            .map(|path| Ok((path.display().to_string(), read(path)?)))
            .collect::<Result<Vec<_>, Failure>>()?;
        let auditor = self.follow(expected)?;
        let artefacts = Artefacts {
            metadata: self.metadata()?,
            trusted,
        };
        let findings = auditor.finish(&artefacts);
        let passed = findings
            .iter()
            .all(|finding| finding.verdict != Verdict::Fail);
        if self.json {
            print_json(&document(&auditor, &findings, passed));
        } else {
            print(&lines(&auditor, &findings, passed));
        }
        if passed {
            Ok(())
        } else {
            Err(Failure::not_so(""))
        }
    }

    fn follow(&self, expected: Option<Sha256>) -> Result<Auditor, Failure> {
        let path = self.dir.join(TRANSCRIPT);
        let failed = |error: std::io::Error| {
            Failure::surroundings(format!(
                "{}: {error}. Nothing was audited. Name a ceremony directory.",
                path.display()
            ))
        };
        let file = std::fs::File::open(&path).map_err(failed)?;
        let procedure = directory::read_procedure(&self.dir).map_err(|error| match error {
            DirectoryError::NeverOpened(_) => Failure::surroundings(format!(
                "{}: plan.toml or script.toml is missing. Nothing was audited.",
                self.dir.display()
            )),
            other => other.into(),
        })?;
        let mut reader = BufReader::with_capacity(1 << 16, file);
        let mut line = Vec::with_capacity(4096);
        let mut auditor: Option<Auditor> = None;
        let procedure = Arc::new(procedure);
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line).map_err(failed)?;
            if read == 0 {
                break;
            }
            let whole = line.pop_if(|last| *last == b'\n').is_some();
            let auditor = auditor.get_or_insert_with(|| {
                let mode = std::str::from_utf8(&line)
                    .ok()
                    .and_then(directory::mode_of_first_line)
                    .unwrap_or(procedure.plan.mode);
                Auditor::new(Arc::clone(&procedure), mode, expected)
            });
            if whole {
                auditor.line(&line);
            } else {
                auditor.torn(read as u64);
            }
        }
        Ok(auditor.unwrap_or_else(|| {
            let mode = procedure.plan.mode;
            Auditor::new(procedure, mode, expected)
        }))
    }

    fn metadata(&self) -> Result<Vec<(String, Vec<u8>)>, Failure> {
        let dir = self.dir.join(crate::world::METADATA);
        let entries = match std::fs::read_dir(&dir) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other,
        };
        let failed = |error: std::io::Error| {
            Failure::surroundings(format!("{}: {error}. The audit was not finished.", dir.display()))
        };
        let mut files = Vec::new();
        for entry in entries.map_err(failed)? {
            let entry = entry.map_err(failed)?;
            files.push((
                entry.file_name().to_string_lossy().into_owned(),
                read(&entry.path())?,
            ));
        }
        files.sort();
        Ok(files)
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::Note => "NOTE",
    }
}

fn lines(auditor: &Auditor, findings: &[Finding], passed: bool) -> String {
    let mut text = String::new();
    for finding in findings {
        text.push_str(&format!(
            "{} {:18} {}\n",
            word(finding.verdict),
            finding.rule.id,
            safe(&finding.sentence)
        ));
    }
    let state = auditor.state();
    text.push_str(&format!(
        "\n{}{}: {} records, {} exceptions\nhead  {}\nwords {}\n",
        if passed { "AUDIT PASSED" } else { "AUDIT FAILED" },
        if state.rehearsal() { " (REHEARSAL)" } else { "" },
        state.records,
        state.exceptions.len(),
        state.head.groups().join(" "),
        state.head.words().join(" ")
    ));
    text
}

fn document(auditor: &Auditor, findings: &[Finding], passed: bool) -> serde_json::Value {
    let state = auditor.state();
    json!({
        "passed": passed,
        "rehearsal": state.rehearsal(),
        "records": state.records,
        "head": state.head.hex(),
        "head_words": state.head.words().join(" "),
        "exceptions": state.exceptions,
        "rules": findings.iter().map(|finding| json!({
            "id": finding.rule.id,
            "holds": finding.rule.sentence,
            "source": finding.rule.source,
            "verdict": word(finding.verdict).to_lowercase(),
            "explanation": finding.sentence,
        })).collect::<Vec<_>>(),
    })
}
