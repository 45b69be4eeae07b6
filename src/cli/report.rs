//! `report`: what one hands to an auditor, as one HTML page; or the paper script, filled in.

use std::path::{Path, PathBuf};

use clap::Args;

use super::audit::Grounds;
use super::paper::{Format, Sheet};
use super::{Failure, write_output};
use crate::ceremony::paper::Paper;
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
    #[command(flatten)]
    sheet: Sheet,
}

impl Report {
    pub fn run(&self) -> Result<(), Failure> {
        if let Some(output) = &self.sheet.output {
            outside(&self.grounds.dir, output)?;
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
    let alarm = (!audited.passed()).then(|| {
        format!(
            "AUDIT FAILED: {}. This is what the record says. Do not rely on it.",
            failed(audited)
        )
    });
    let state = audited.auditor.state();
    Paper::of_ceremony(state, &audited.chronicle, alarm)
}
