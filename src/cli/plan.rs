//! `plan`: the plan of a ceremony.

mod print;
pub mod text;

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use time::Duration;

use super::{Failure, print, print_json, read, write_output};
use crate::ceremony::incoming::{self, Signatures};
use crate::ceremony::medium::Way;
use crate::ceremony::plan::{
    self, Crossing, Mode, Outline, Plan, Published, Staged, Transport, check,
};
use crate::ceremony::problem::{Problem, Problems};
use crate::ceremony::script::Script;
use crate::ceremony::scripts;
use crate::ceremony::token::TokenName;

/// The script of a plan where none is named.
const FIRST_ROOT: &str = "first-root";
/// The script of a day without metadata.
const PROVISION_TOKEN: &str = "provision-token";

/// The verbs of `plan`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Writes a plan to be filled in.
    #[command(
        after_help = "Examples:\n  rootstage plan new --script renew-root --trusted 4.root.json -o plan.toml\n  rootstage plan new --script sign-staged --in medium,qr --out medium,qr --log -o plan.toml"
    )]
    New(New),
    /// Checks a plan against its script, this binary, this machine and the day.
    #[command(after_help = "Example:\n  rootstage plan check plan.toml")]
    Check(Check),
    /// Shows a plan and its digest as hex and PGP words.
    #[command(after_help = "Example:\n  rootstage plan show plan.toml")]
    Show(Show),
    /// Prints the paper script of the plan's day: Step, Activity, Who, Initials, Time.
    #[command(
        after_help = "Examples:\n  rootstage plan print plan.toml -o script.pdf\n  rootstage plan print plan.toml -o script.html"
    )]
    Print(print::Print),
}

/// Arguments of `plan new`.
#[derive(Debug, Args)]
pub struct New {
    /// The script that the plan follows.
    #[arg(long, value_name = "NAME", default_value = FIRST_ROOT, hide_possible_values = true,
        value_parser = PossibleValuesParser::new(scripts::names()))]
    script: String,
    /// The root that clients trust now, or an envelope with it: its keys, digest and settings are in
    /// the plan. Not for first-root and provision-token.
    #[arg(long, value_name = "FILE")]
    trusted: Option<PathBuf>,
    /// What is to be signed, for sign-staged, or an envelope with it: its digest is in the plan.
    #[arg(long, value_name = "FILE")]
    staged: Option<PathBuf>,
    /// Number of keyholders, where no file says whose keys there are.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    keyholders: u32,
    /// Signatures that a client demands.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=20))]
    threshold: u32,
    /// Days until the root expires.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// How metadata comes in, where it is not as files of this machine alone: medium, qr, file, or several with
    /// commas, of which the room chooses.
    #[arg(long = "in", value_name = "WAYS", value_delimiter = ',', value_parser = way())]
    incoming: Vec<Way>,
    /// How the result leaves, besides the ceremony directory: medium, qr, file, or several with commas, all of
    /// which are used.
    #[arg(long = "out", value_name = "WAYS", value_delimiter = ',', value_parser = way())]
    outgoing: Vec<Way>,
    /// A medium that stays inserted gets a copy of every record.
    #[arg(long)]
    log: bool,
    /// A plan for a rehearsal.
    #[arg(long)]
    rehearsal: bool,
    /// The file to write; stdout where none is named.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Arguments of `plan check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The plan.
    plan: PathBuf,
    /// The script, where it is not a shipped one.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Arguments of `plan show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The plan.
    plan: PathBuf,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// A way across the air gap, by its word in plans.
fn way() -> impl TypedValueParser<Value = Way> {
    PossibleValuesParser::new(Way::WORDS.map(|(word, _)| word)).try_map(|word| {
        let mut ways = Way::WORDS.iter();
        let found = ways.find(|(of, _)| *of == word).map(|(_, way)| *way);
        found.ok_or("no such way")
    })
}

impl Verb {
    /// Runs the verb.
    pub fn run(&self) -> Result<(), Failure> {
        match self {
            Self::New(new) => new.run(),
            Self::Check(check) => check.run(),
            Self::Show(show) => show.run(),
            Self::Print(verb) => verb.run(),
        }
    }
}

impl New {
    fn run(&self) -> Result<(), Failure> {
        if self.threshold > self.keyholders {
            return Err(Failure::call(format!(
                "--threshold {} is more than --keyholders {}. Nothing was written.",
                self.threshold, self.keyholders
            )));
        }
        self.judge_files()?;
        let transport = self.transport()?;
        let mode = if self.rehearsal {
            Mode::Rehearsal
        } else {
            Mode::Production
        };
        let outline = Outline {
            title: "Name of the ceremony".to_owned(),
            location: "Room, building, town".to_owned(),
            keyholders: self.keyholders,
            threshold: self.threshold,
            expires: super::now() + Duration::days(i64::from(self.days)),
        };
        let plan = if self.script == FIRST_ROOT {
            plan::template(mode, &outline, &transport)
        } else if self.script == PROVISION_TOKEN {
            plan::template_of_tokens(mode, &outline, &transport)
        } else {
            let unreadable = |path: &PathBuf, error: &dyn std::fmt::Display| {
                Failure::not_so(format!("{}: {error}. Nothing was written.", path.display()))
            };
            // as the ceremony will read it: the file itself, or what an envelope carries
            let read = |path: &PathBuf| -> Result<(String, Vec<u8>), Failure> {
                let name = self.as_in_plan(path)?;
                let file = incoming::file(&name, &read(path)?, Signatures::Refused)
                    .map_err(|error| unreadable(path, &error))?;
                Ok((name, file.text.into_bytes()))
            };
            let trusted = match &self.trusted {
                None => None,
                Some(path) => {
                    let (name, bytes) = read(path)?;
                    let read = Published::read(name, &bytes);
                    Some(read.map_err(|error| unreadable(path, &error))?)
                }
            };
            let staged = match &self.staged {
                None => None,
                Some(path) => {
                    let (name, bytes) = read(path)?;
                    let read = Staged::read(name, bytes);
                    Some(read.map_err(|error| unreadable(path, &error))?)
                }
            };
            plan::template_after(
                mode,
                &self.script,
                &outline,
                trusted.as_ref(),
                staged.as_ref(),
                &transport,
            )
        };
        write_output(self.output.as_ref(), &salted(&plan)?)
    }

    /// Files that the script has no use for are a mistake of the caller.
    fn judge_files(&self) -> Result<(), Failure> {
        let useless = |option: &str, wanted: &str| {
            Err(Failure::call(format!(
                "{option} is for {wanted}, not for {}. Nothing was written.",
                self.script
            )))
        };
        if self.trusted.is_some() && [FIRST_ROOT, PROVISION_TOKEN].contains(&self.script.as_str()) {
            return useless("--trusted", "scripts that follow a root");
        }
        if self.staged.is_some() && self.script != "sign-staged" {
            return useless("--staged", "sign-staged");
        }
        Ok(())
    }

    /// How files cross the air gap. Ways for which the script has no use are a mistake of the caller.
    fn transport(&self) -> Result<Transport, Failure> {
        let crossing = Crossing::of(&self.script);
        let judged = |option: &str, ways: &[Way], used: bool, why: &str| {
            if !used && !ways.is_empty() {
                return Err(Failure::call(format!(
                    "{option}: {why} on a day of {}. Nothing was written. Leave {option} out.",
                    self.script
                )));
            }
            let mut before = ways.iter().enumerate();
            match before.find(|(at, way)| ways.iter().take(*at).any(|other| other == *way)) {
                None => Ok(()),
                Some((_, way)) => Err(Failure::call(format!(
                    "{option} names {} twice. Nothing was written. Name each way once.",
                    way.name()
                ))),
            }
        };
        judged(
            "--in",
            &self.incoming,
            crossing.comes_in(),
            "no metadata is read",
        )?;
        judged(
            "--out",
            &self.outgoing,
            crossing.leaves(),
            "no metadata is made",
        )?;
        let mut transport = Transport {
            outgoing: self.outgoing.clone(),
            log: self.log,
            ..Transport::default()
        };
        if !self.incoming.is_empty() {
            transport.incoming.clone_from(&self.incoming);
        }
        Ok(transport)
    }

    /// The path of a file as the plan has it: relative to the plan's directory where it is below
    /// it, otherwise from the root of the file system, because a plan's path must not climb.
    fn as_in_plan(&self, path: &Path) -> Result<String, Failure> {
        let base = self.output.as_deref().map_or(Path::new("."), directory_of);
        let whole = |path: &Path| {
            path.canonicalize().map_err(|error| {
                Failure::surroundings(format!(
                    "{}: {error}. Nothing was written. Check the path.",
                    path.display()
                ))
            })
        };
        let (path, base) = (whole(path)?, whole(base)?);
        let shown = path.strip_prefix(&base).unwrap_or(&path);
        Ok(shown.display().to_string())
    }
}

impl Check {
    fn run(&self) -> Result<(), Failure> {
        let file = self.plan.display().to_string();
        let bytes = read(&self.plan)?;
        let given = match &self.script {
            None => None,
            Some(path) => Some(Script::parse(&read(path)?).map_err(|problems| {
                Failure::not_so(problems.in_file(&path.display().to_string()))
            })?),
        };
        let outcome = checked(&bytes, given.as_ref(), directory_of(&self.plan));
        if self.json {
            print_json(&text::check_json(&file, &outcome));
        } else {
            print(&text::check(&file, &outcome));
        }
        if let (Ok(plan), Some(script)) = (&outcome, &given) {
            for caution in check::step_ids(plan, script) {
                super::notice(&format!("KNOW THIS: {caution}"));
            }
        }
        match outcome {
            Ok(_) => Ok(()),
            Err(_) => Err(Failure::not_so("")),
        }
    }
}

impl Show {
    fn run(&self) -> Result<(), Failure> {
        let plan = Plan::parse(&read(&self.plan)?).map_err(|problems| {
            Failure::not_so(problems.in_file(&self.plan.display().to_string()))
        })?;
        if self.json {
            print_json(&text::show_json(&plan));
        } else {
            print(&text::show(&plan));
        }
        Ok(())
    }
}

/// The plan with a random salt, so that its SHA-256 can be published.
pub fn salted(plan: &str) -> Result<String, Failure> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| {
        Failure::surroundings(format!(
            "the operating system gave no randomness: {error}. Nothing was written."
        ))
    })?;
    let salt = data_encoding::HEXLOWER.encode(&salt);
    Ok(plan::salted(plan, &salt))
}

/// The directory to which a plan's relative paths refer.
pub fn directory_of(plan: &Path) -> &Path {
    match plan.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A plan with everything that can be known before the day: its script, its key files, its tokens'
/// modules, its directories, today's date.
pub fn checked(bytes: &[u8], given: Option<&Script>, base: &Path) -> Result<Plan, Problems> {
    let plan = Plan::parse(bytes)?;
    let mut problems = Vec::new();
    match check::script_of(&plan, given) {
        Ok(script) => problems.extend(check::against_script(&plan, &script)),
        Err(problem) => problems.push(problem),
    }
    problems.extend(check::against_day(&plan, super::now()));
    problems.extend(check::files(&plan, &|path| {
        std::fs::read(base.join(path)).map_err(|error| error.to_string())
    }));
    for (number, person) in plan.participants.iter().enumerate() {
        for key in &person.keys {
            let Err(fault) = crate::token::check_available(&resolved(&key.token, base)) else {
                continue;
            };
            let words = crate::report::fault(&fault);
            problems.push(Problem::new(
                0,
                format!("participant[{number}].token"),
                words.happened,
            ));
        }
    }
    for dir in &plan.output {
        if !base.join(dir).is_dir() {
            problems.push(Problem::new(
                0,
                "output.directories",
                format!("{dir} is not there, or not a directory; is the medium mounted?"),
            ));
        }
    }
    if problems.is_empty() {
        Ok(plan)
    } else {
        Err(check::placed(bytes, problems))
    }
}

fn resolved(token: &TokenName, base: &Path) -> TokenName {
    crate::world::resolved(token, base)
}
