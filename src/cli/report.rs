//! `report`: what one hands to an auditor, as one HTML page; or the paper script, filled in.

use std::path::{Path, PathBuf};

use clap::Args;

use super::audit::Grounds;
use super::paper::{Format, Sheet};
use super::publish::{Ids, publish};
use super::{Failure, write_output};
use crate::ceremony::paper::Paper;
use crate::ceremony::state::Ending;
use crate::directory::Audited;
use crate::document::{self, Audit};
use crate::transcript::audit::Verdict;

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct Report {
    #[command(flatten)]
    grounds: Grounds,
    /// The paper script instead, filled in from the record: the sheets that were printed before the day.
    #[arg(long)]
    paper: bool,
    /// A copy for the public instead, in the new directory that -o names: what `[publish]` of the plan
    /// withholds is taken out, and the transcript head stays the same.
    #[arg(long, conflicts_with = "paper")]
    public: bool,
    /// With --public: ids may have parts of names or initials, as those people agree.
    #[arg(long, requires = "public")]
    accept_ids: bool,
    #[command(flatten)]
    sheet: Sheet,
}

impl Report {
    pub fn run(&self) -> Result<(), Failure> {
        if let Some(output) = &self.sheet.output {
            outside(&self.grounds.dir, output)?;
        }
        if self.public {
            return self.public();
        }
        let format = self.sheet.chosen(Format::Html)?;
        if !self.paper && format != Format::Html {
            return Err(Failure::call(
                "The report is HTML. Nothing was written. Write it as HTML and print it to PDF with a browser; \
                 the paper script alone (--paper) is written as PDF or text.",
            ));
        }
        let audited = self.grounds.audited("Nothing was written.")?;
        if self.paper {
            self.sheet.write(&paper(&audited), format)?;
        } else {
            let page = document::html(&Audit {
                state: audited.auditor.state(),
                chronicle: &audited.chronicle,
                findings: &audited.findings,
                chain_holds: audited.auditor.chain_holds(),
                withheld: None,
            });
            write_output(self.sheet.output.as_ref(), &page)?;
        }
        if audited.passed() {
            return Ok(());
        }
        Err(Failure::not_so(format!(
            "AUDIT FAILED: {}. The report says so on its first page.",
            failed(&audited)
        )))
    }

    /// The copy for everybody, in the directory that the output names.
    fn public(&self) -> Result<(), Failure> {
        let Some(output) = &self.sheet.output else {
            return Err(Failure::call(
                "--public writes a directory. Nothing was written. Name it with --output.",
            ));
        };
        let audited = self.grounds.audited("Nothing was written.")?;
        let ids = if self.accept_ids {
            Ids::Accepted
        } else {
            Ids::Judged
        };
        publish(&self.grounds.dir, &audited, ids, output)
    }
}

/// Refuses to write into the ceremony directory: it is evidence, and stays as it was.
pub fn outside(dir: &Path, output: &Path) -> Result<(), Failure> {
    let place = match output.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let (Ok(place), Ok(dir)) = (place.canonicalize(), dir.canonicalize()) else {
        return Ok(());
    };
    if dir.is_dir() && place.starts_with(&dir) {
        return Err(Failure::call(format!(
            "{}: that is in the ceremony directory, which stays as it was. Nothing was written. Name a \
             file outside of it.",
            output.display()
        )));
    }
    Ok(())
}

/// Ids of the rules that failed.
pub fn failed(audited: &Audited) -> String {
    let findings = audited.findings.iter();
    let failed = findings.filter(|finding| finding.verdict == Verdict::Fail);
    failed
        .map(|finding| finding.rule.id)
        .collect::<Vec<_>>()
        .join(", ")
}

fn paper(audited: &Audited) -> Paper {
    let state = audited.auditor.state();
    let ended = match state.ending {
        // behind a break nobody knows how it ended
        _ if !audited.auditor.chain_holds() => "",
        Some(Ending::Closed) => "",
        Some(Ending::Aborted) => " The ceremony was ABORTED and has no result.",
        None => " The ceremony is UNFINISHED and has no result yet.",
    };
    let alarm = (!audited.passed()).then(|| {
        format!(
            "AUDIT FAILED: {}.{ended} This is what the record says. Do not rely on it.",
            failed(audited)
        )
    });
    Paper::of_ceremony(state, &audited.chronicle, alarm)
}
