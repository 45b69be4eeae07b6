//! `script`: the ceremony scripts.

pub mod text;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::paper::{Format, Sheet};
use super::{Failure, print, print_json, read};
use crate::ceremony::paper::Paper;
use crate::ceremony::plan::Plan;
use crate::ceremony::procedure::Procedure;
use crate::ceremony::script::Script;
use crate::ceremony::scripts;

/// The verbs of `script`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Lists the shipped scripts.
    #[command(after_help = "Example:\n  rootstage script list")]
    List(List),
    /// Shows a script.
    #[command(after_help = "Example:\n  rootstage script show first-root")]
    Show(Show),
    /// Checks a script; every problem with its line.
    #[command(after_help = "Example:\n  rootstage script check my-script.toml")]
    Check(Check),
    /// Prints the paper script: Step, Activity, Who, Initials, Time.
    #[command(
        after_help = "Examples:\n  rootstage script print first-root --plan plan.toml -o script.pdf --page letter\n  rootstage script print renew-root -o renewal.html\n\nThe same sheets, filled in after the day: rootstage report DIRECTORY --paper -o filled.pdf"
    )]
    Print(Print),
}

/// Arguments of `script list`.
#[derive(Debug, Args)]
pub struct List {
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Arguments of `script show`.
#[derive(Debug, Args)]
pub struct Show {
    /// Name of a shipped script, or a file.
    script: String,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Arguments of `script check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Name of a shipped script, or a file.
    script: String,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Arguments of `script print`.
#[derive(Debug, Args)]
pub struct Print {
    /// Name of a shipped script, or a file.
    script: String,
    /// The plan of the day: its people, digests and steps are printed.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    #[command(flatten)]
    sheet: Sheet,
}

impl Verb {
    /// Runs the verb.
    pub fn run(&self) -> Result<(), Failure> {
        match self {
            Self::List(List { json: true }) => print_json(&text::list_json()),
            Self::List(_) => print(&text::list()),
            Self::Show(Show { script, json }) => {
                let script = parsed(script)?;
                if *json {
                    print_json(&text::show_json(&script));
                } else {
                    print(&text::show(&script));
                }
            }
            Self::Check(Check { script, json }) => {
                let outcome = Script::parse(&bytes_of(script)?);
                if *json {
                    print_json(&text::check_json(script, &outcome));
                } else {
                    print(&text::check(script, &outcome));
                }
                if outcome.is_err() {
                    return Err(Failure::not_so(""));
                }
            }
            Self::Print(verb) => return verb.run(),
        }
        Ok(())
    }
}

impl Print {
    fn run(&self) -> Result<(), Failure> {
        let script = parsed(&self.script)?;
        let paper = match &self.plan {
            None => Paper::of_script(&script),
            Some(path) => {
                let plan = Plan::parse(&read(path)?).map_err(|problems| {
                    Failure::not_so(problems.in_file(&path.display().to_string()))
                })?;
                Paper::of_day(&Procedure::new(script, plan))
            }
        };
        self.sheet.write(&paper, Format::Text)
    }
}

/// The bytes of a shipped script, or of a file.
pub fn bytes_of(script: &str) -> Result<Vec<u8>, Failure> {
    match scripts::bytes_of(script) {
        Some(bytes) => Ok(bytes.to_vec()),
        None => read(Path::new(script)),
    }
}

fn parsed(script: &str) -> Result<Script, Failure> {
    Script::parse(&bytes_of(script)?).map_err(|problems| Failure::not_so(problems.in_file(script)))
}
