//! `audit`: a ceremony directory, derived again.

mod copy;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{Failure, print, print_json, read};
use crate::digest::Sha256;
use crate::directory::{self, Audited, DirectoryError};
use crate::safe::safe;
use crate::transcript::audit::{Auditor, Finding, Verdict};

/// What is audited, and what it is compared with.
#[derive(Debug, Args)]
pub struct Grounds {
    /// The ceremony directory; or the copy of the transcript on a LOG medium, `….transcript.jsonl`.
    pub dir: PathBuf,
    /// The transcript head from the paper: 64 hex digits, or 32 PGP words.
    #[arg(long, value_name = "HEX|WORDS")]
    expect_head: Option<String>,
    /// A root that is trusted already; the ceremony's root must be this one or follow it.
    #[arg(long, value_name = "FILE")]
    trusted_root: Vec<PathBuf>,
}

/// Arguments of `audit`.
#[derive(Debug, Args)]
pub struct Audit {
    #[command(flatten)]
    grounds: Grounds,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// The head from paper; path and bytes of each root that is trusted.
type Given = (Option<Sha256>, Vec<(String, Vec<u8>)>);

impl Grounds {
    /// A directory, without anything to compare with.
    pub fn of(dir: String) -> Self {
        Self {
            dir: dir.into(),
            expect_head: None,
            trusted_root: Vec::new(),
        }
    }

    /// The audit. `not_done` is what a failure did not do, as a sentence.
    pub fn audited(&self, not_done: &str) -> Result<Audited, Failure> {
        self.audited_watched(not_done, &mut |_, _, _| ())
    }

    /// The same; `watch` sees the records as far as the chain holds.
    pub fn audited_watched(
        &self,
        not_done: &str,
        watch: directory::Watch<'_>,
    ) -> Result<Audited, Failure> {
        let (expected, trusted) = self.given(not_done)?;
        directory::audit_watched(&self.dir, expected, trusted, watch)
            .map_err(|error| failed(error, &self.dir, not_done))
    }

    /// The head from paper, and the roots that are trusted.
    fn given(&self, not_done: &str) -> Result<Given, Failure> {
        let expected =
            match &self.expect_head {
                None => None,
                Some(text) => Some(Sha256::parse(text).map_err(|error| {
                    Failure::call(format!("--expect-head: {error}. {not_done}"))
                })?),
            };
        let trusted = self
            .trusted_root
            .iter()
            .map(|path| Ok((path.display().to_string(), read(path)?)))
            .collect::<Result<Vec<_>, Failure>>()?;
        Ok((expected, trusted))
    }
}

/// An audit of `dir` that could not be made, and so what was `not_done`.
pub fn failed(error: DirectoryError, dir: &Path, not_done: &str) -> Failure {
    match error {
        DirectoryError::NeverOpened(_) => Failure::surroundings(format!(
            "{}: plan.toml or script.toml is missing. {not_done}",
            dir.display()
        )),
        DirectoryError::Io { path, source } => Failure::surroundings(format!(
            "{}: {source}. {not_done} Name a ceremony directory.",
            path.display()
        )),
        other => other.into(),
    }
}

impl Audit {
    /// The audit of a directory, without anything to compare with.
    pub fn of(dir: String) -> Self {
        Self {
            grounds: Grounds::of(dir),
            json: false,
        }
    }

    pub fn run(&self) -> Result<(), Failure> {
        if directory::is_published(&self.grounds.dir) {
            return self.of_copy();
        }
        let audited = self.grounds.audited("Nothing was audited.")?;
        let passed = audited.passed();
        let Audited {
            auditor, findings, ..
        } = audited;
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
}

impl Audit {
    fn of_copy(&self) -> Result<(), Failure> {
        let (expected, trusted) = self.grounds.given("Nothing was audited.")?;
        let audited = directory::audit_published(&self.grounds.dir, expected, trusted)
            .map_err(|error| failed(error, &self.grounds.dir, "Nothing was audited."))?;
        if self.json {
            print_json(&copy::document(&audited));
        } else {
            print(&copy::lines(&audited));
        }
        if audited.passed() {
            Ok(())
        } else {
            Err(Failure::not_so(""))
        }
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
    each(&mut text, findings);
    let state = auditor.state();
    let _ = writeln!(
        text,
        "\n{}{}: {} records, {} exceptions\nhead  {}\nwords {}",
        if passed {
            "AUDIT PASSED"
        } else {
            "AUDIT FAILED"
        },
        if state.rehearsal() {
            " (REHEARSAL)"
        } else {
            ""
        },
        state.records,
        state.exceptions.len(),
        state.head.groups().join(" "),
        state.head.words().join(" ")
    );
    text
}

/// One line for each rule.
fn each(text: &mut String, findings: &[Finding]) {
    for finding in findings {
        let _ = writeln!(
            text,
            "{} {:18} {}",
            word(finding.verdict),
            finding.rule.id,
            safe(&finding.sentence)
        );
    }
}

fn rules(findings: &[Finding]) -> serde_json::Value {
    let rule = |finding: &Finding| {
        json!({
            "id": finding.rule.id,
            "holds": finding.rule.sentence,
            "source": finding.rule.source,
            "verdict": word(finding.verdict).to_lowercase(),
            "explanation": finding.sentence,
        })
    };
    findings.iter().map(rule).collect()
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
        "rules": rules(findings),
    })
}
