//! `report`: what one hands to an auditor, as one HTML page.

use std::path::PathBuf;

use clap::Args;

use super::audit::Grounds;
use super::{Failure, write_output};
use crate::document::{self, Audit};
use crate::transcript::audit::Verdict;

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct Report {
    #[command(flatten)]
    grounds: Grounds,
    /// The file to write; stdout where none is named. Never into the ceremony directory itself.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Report {
    pub fn run(&self) -> Result<(), Failure> {
        self.outside()?;
        let audited = self.grounds.audited("Nothing was written.")?;
        let page = document::html(&Audit {
            state: audited.auditor.state(),
            chronicle: &audited.chronicle,
            findings: &audited.findings,
            chain_holds: audited.auditor.chain_holds(),
        });
        write_output(self.output.as_ref(), &page)?;
        if audited.passed() {
            return Ok(());
        }
        let failed = audited
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Fail);
        let failed: Vec<&str> = failed.map(|finding| finding.rule.id).collect();
        Err(Failure::not_so(format!(
            "AUDIT FAILED: {}. The report says so on its first page.",
            failed.join(", ")
        )))
    }

    /// The directory is evidence: it stays as it was.
    fn outside(&self) -> Result<(), Failure> {
        let Some(output) = &self.output else {
            return Ok(());
        };
        let place = match output.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let (Ok(place), Ok(dir)) = (place.canonicalize(), self.grounds.dir.canonicalize()) else {
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
}
