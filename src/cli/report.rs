//! `report`: what one hands to an auditor, as one HTML page.

use std::path::{Path, PathBuf};

use clap::Args;

use super::audit::Grounds;
use super::{Failure, write_output};
use crate::ceremony::paper::{Paper, html::html};
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
    /// The file to write; stdout where none is named. Never into the ceremony directory itself.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Report {
    pub fn run(&self) -> Result<(), Failure> {
        if let Some(output) = &self.output {
            outside(&self.grounds.dir, output)?;
        }
        let audited = self.grounds.audited("Nothing was written.")?;
        let page = if self.paper {
            paper(&audited)
        } else {
            document::html(&Audit {
                state: audited.auditor.state(),
                chronicle: &audited.chronicle,
                findings: &audited.findings,
                chain_holds: audited.auditor.chain_holds(),
            })
        };
        write_output(self.output.as_ref(), &page)?;
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

fn paper(audited: &Audited) -> String {
    let alarm = (!audited.passed()).then(|| {
        format!(
            "AUDIT FAILED: {}. This is what the record says. Do not rely on it.",
            failed(audited)
        )
    });
    let state = audited.auditor.state();
    html(&Paper::of_ceremony(state, &audited.chronicle, alarm))
}
