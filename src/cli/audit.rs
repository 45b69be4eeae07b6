//! `audit`: a ceremony directory, derived again.

mod copy;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{Failure, print, print_json, read};
use crate::ceremony::event::Exception;
use crate::ceremony::state::Ending;
use crate::digest::Sha256;
use crate::directory::{self, Audited, DirectoryError};
use crate::safe::{counted, safe};
use crate::transcript::audit::{
    CATALOGUE, Finding, HEAD, Rule, SEAL_SIGNATURES, Scope, TRUSTED, Verdict,
};

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
        self.look(not_done, watch)?
            .map_err(|error| failed(error, &self.dir, not_done))
    }

    /// The audit, or what is wrong with the directory; a failure where the call is wrong.
    fn look(
        &self,
        not_done: &str,
        watch: directory::Watch<'_>,
    ) -> Result<Result<Audited, DirectoryError>, Failure> {
        let (expected, trusted) = self.given(not_done)?;
        Ok(directory::audit_watched(
            &self.dir, expected, trusted, watch,
        ))
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
        const NOT_DONE: &str = "Nothing was audited.";
        if directory::is_published(&self.grounds.dir) {
            return self.of_copy();
        }
        let audited = match self.grounds.look(NOT_DONE, &mut |_, _, _| ())? {
            Ok(audited) => audited,
            Err(DirectoryError::NotWhatRan { rule, words }) => {
                if self.json {
                    print_json(&unread(&rule, &words));
                } else {
                    print(&format!(
                        "FAIL {:20} {}\n\nAUDIT FAILED\n",
                        rule.id,
                        plain(&words)
                    ));
                }
                return Err(Failure::not_so(""));
            }
            Err(error) => return Err(failed(error, &self.grounds.dir, NOT_DONE)),
        };
        if self.json {
            print_json(&document(&audited));
        } else {
            print(&lines(&audited));
        }
        if audited.passed() {
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

/// Problems of a plan are several lines.
fn plain(words: &str) -> String {
    let lines = words.lines().map(safe);
    lines.collect::<Vec<_>>().join("\n     ")
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "PASS",
        Verdict::Fail => "FAIL",
        Verdict::Note => "NOTE",
    }
}

fn lines(audited: &Audited) -> String {
    let mut text = String::new();
    each(&mut text, &audited.findings);
    let state = audited.auditor.state();
    let _ = writeln!(
        text,
        "\n{}{}: {}, {}\nhead  {}\nwords {}",
        if audited.passed() {
            "AUDIT PASSED"
        } else {
            "AUDIT FAILED"
        },
        in_brackets(audited),
        counted(state.records, "record"),
        counted(state.exceptions.len(), "exception"),
        state.head.groups().join(" "),
        state.head.words().join(" ")
    );
    if audited.passed() {
        unanchored(&mut text, &audited.findings);
    }
    text
}

/// Who rewrites a whole ceremony makes it agree with itself: says so where nothing from elsewhere was compared.
fn unanchored(text: &mut String, findings: &[Finding]) {
    let passes = |rule: Rule| {
        let of_rule = |finding: &&Finding| finding.rule == rule;
        findings
            .iter()
            .find(of_rule)
            .is_some_and(|finding| finding.verdict == Verdict::Pass)
    };
    let sealed = passes(SEAL_SIGNATURES);
    if passes(HEAD) || sealed && passes(TRUSTED) {
        return;
    }
    let _ = writeln!(
        text,
        "{} Give --expect-head{}.",
        if sealed {
            "Whose keys sealed it, only this record says: with other keys another ceremony passes as well."
        } else {
            "Nobody has sealed it: whoever rewrites the whole record, and its plan, makes it pass as well."
        },
        if sealed { ", or --trusted-root" } else { "" }
    );
}

/// What else nobody may overlook: ` (REHEARSAL, ABORTED)`.
fn in_brackets(audited: &Audited) -> String {
    let state = audited.auditor.state();
    let ended = match state.ending {
        // behind a break nobody knows how it ended
        _ if !audited.auditor.chain_holds() => None,
        Some(Ending::Closed) => None,
        Some(Ending::Aborted) => Some("ABORTED"),
        None => Some("NOT FINISHED"),
    };
    let words: Vec<&str> = state
        .rehearsal()
        .then_some("REHEARSAL")
        .into_iter()
        .chain(ended)
        .collect();
    match words.as_slice() {
        [] => String::new(),
        words => format!(" ({})", words.join(", ")),
    }
}

/// One line for each rule.
fn each(text: &mut String, findings: &[Finding]) {
    for finding in findings {
        let _ = writeln!(
            text,
            "{} {:20} {}",
            word(finding.verdict),
            finding.rule.id,
            safe(&finding.sentence)
        );
    }
}

/// The rules with their verdicts, for machines.
fn rules(findings: &[Finding]) -> serde_json::Value {
    let rule = |finding: &Finding| row(&finding.rule, finding.verdict, &finding.sentence);
    findings.iter().map(rule).collect()
}

/// Version of the document that `--json` prints. Members are added without another one.
const FORMAT: u32 = 1;

fn document(audited: &Audited) -> serde_json::Value {
    let state = audited.auditor.state();
    json!({
        "format": FORMAT,
        "program": crate::PROGRAM_VERSION,
        "passed": audited.passed(),
        "rehearsal": state.rehearsal(),
        "scope": match audited.scope {
            Scope::Whole => "directory",
            Scope::Record => "record",
        },
        "ceremony": state.opening.as_ref().map(|opening| &opening.ceremony),
        "ending": state.ending.map(|ending| match ending {
            Ending::Closed => "closed",
            Ending::Aborted => "aborted",
        }),
        "records": state.records,
        "head": state.head.hex(),
        "head_words": state.head.words().join(" "),
        "exception_count": state.exceptions.len(),
        "exceptions": state.exceptions.iter().map(AsRef::as_ref).collect::<Vec<&Exception>>(),
        "rules": rules(&audited.findings),
    })
}

/// The same members where plan or script cannot be read, so that nothing but their digests was judged.
fn unread(rule: &Rule, words: &str) -> serde_json::Value {
    let of = |other: &Rule| {
        let sentence = if other == rule {
            words.to_owned()
        } else {
            format!("not decided, because {} failed", rule.id)
        };
        row(other, Verdict::Fail, &sentence)
    };
    json!({
        "format": FORMAT,
        "program": crate::PROGRAM_VERSION,
        "passed": false,
        "rehearsal": null,
        "scope": "directory",
        "ceremony": null,
        "ending": null,
        "records": null,
        "head": null,
        "head_words": null,
        "exception_count": null,
        "exceptions": [],
        "rules": CATALOGUE.iter().map(of).collect::<Vec<_>>(),
    })
}

fn row(rule: &Rule, verdict: Verdict, sentence: &str) -> serde_json::Value {
    json!({
        "id": rule.id,
        "holds": rule.sentence,
        "source": rule.source,
        "code": rule.code,
        "verdict": word(verdict).to_lowercase(),
        "explanation": sentence,
    })
}
