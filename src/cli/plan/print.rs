//! `plan print`: the paper script of the plan's day.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::ceremony::paper::Paper;
use crate::ceremony::plan::{Plan, check};
use crate::ceremony::problem::Problems;
use crate::ceremony::procedure::Procedure;
use crate::ceremony::script::Script;
use crate::cli::paper::{Format, Sheet};
use crate::cli::{Failure, read};

/// Arguments of `plan print`.
#[derive(Debug, Args)]
pub struct Print {
    /// The plan.
    plan: PathBuf,
    /// The script, where it is not a shipped one.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    #[command(flatten)]
    sheet: Sheet,
}

impl Print {
    pub fn run(&self) -> Result<(), Failure> {
        let refused = |problems: &Problems, path: &Path| {
            Failure::not_so(problems.in_file(&path.display().to_string()))
        };
        let plan =
            Plan::parse(&read(&self.plan)?).map_err(|problems| refused(&problems, &self.plan))?;
        let given = match &self.script {
            None => None,
            Some(path) => {
                Some(Script::parse(&read(path)?).map_err(|problems| refused(&problems, path))?)
            }
        };
        let script = check::script_of(&plan, given.as_ref())
            .map_err(|problem| refused(&Problems::from(vec![problem]), &self.plan))?;
        let paper = Paper::of_day(&Procedure::new(script, plan));
        self.sheet.write(&paper, Format::Text)
    }
}
