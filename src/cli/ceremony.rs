//! `rehearse`, `run`, `resume`, and the home screen.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use clap::Args;

use super::{Failure, Room, notice, now, print, read, rehearsal};
use crate::answers::{self, Answers, Unanswered};
use crate::ceremony::plan::{Mode, ParticipantId};
use crate::ceremony::script::Script;
use crate::ceremony::scripts;
use crate::ceremony::state::{Ending, State};
use crate::directory;
use crate::driver::Driver;
use crate::ports::World;
use crate::secret::Secret;
use crate::token::AllTokens;
use crate::tui::{self, HomeChoice, Leaving};
use crate::world::ThisMachine;

/// Binary logarithm of scrypt's N for the keys of a rehearsal: quick, and worth nothing.
const REHEARSAL_WORK_FACTOR: u8 = 10;

/// Arguments of `rehearse`.
#[derive(Debug, Args)]
pub struct Rehearse {
    /// The new ceremony directory; by default one beside you, named for the time.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Number of keyholders.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    keyholders: u32,
    /// Signatures that a client demands.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=20))]
    threshold: u32,
    /// Plays every human answer by itself and prints a summary.
    #[arg(long)]
    unattended: bool,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The plan.
    plan: PathBuf,
    /// The new ceremony directory.
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The script, where it is not a shipped one.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Answers written beforehand, for rehearsals and tests.
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
}

/// Arguments of `resume`.
#[derive(Debug, Args)]
pub struct Resume {
    /// The ceremony directory.
    dir: PathBuf,
    /// Answers written beforehand, for rehearsals and tests.
    #[arg(long, value_name = "FILE", conflicts_with = "unattended")]
    answers: Option<PathBuf>,
    /// Goes on with an unattended rehearsal.
    #[arg(long)]
    unattended: bool,
}

impl Rehearse {
    pub fn run(&self, room: &Room) -> Result<(), Failure> {
        if self.threshold > self.keyholders {
            return Err(Failure::call(format!(
                "--threshold {} is more than --keyholders {}. Nothing was started.",
                self.threshold, self.keyholders
            )));
        }
        if !self.unattended {
            needs_a_terminal()?;
        }
        let dir = self
            .dir
            .clone()
            .unwrap_or_else(rehearsal::default_directory);
        directory::make_new(&dir)?;
        let (plan, files) = rehearsal::prepare(&dir, self.keyholders, self.threshold)?;
        let script = scripts::bytes_of("first-root-rehearsal").unwrap_or_default();
        let driver = directory::open_with(
            &dir,
            plan.as_bytes(),
            script,
            &files,
            &dir,
            now,
            &mut |dir| world(room, dir, Mode::Rehearsal),
        )?;
        if self.unattended {
            unattended_rehearsal(driver, &dir)
        } else {
            screens(room, driver, &dir)
        }
    }
}

impl Run {
    pub fn run(&self, room: &Room) -> Result<(), Failure> {
        let plan_bytes = read(&self.plan)?;
        let base = super::plan::directory_of(&self.plan);
        let given = match &self.script {
            None => None,
            Some(path) => {
                let bytes = read(path)?;
                let script = Script::parse(&bytes).map_err(|problems| {
                    Failure::not_so(problems.in_file(&path.display().to_string()))
                })?;
                Some((bytes, script))
            }
        };
        let file = self.plan.display().to_string();
        let plan = super::plan::checked(
            &plan_bytes,
            given.as_ref().map(|(_, script)| script),
            base,
        )
        .map_err(|problems| {
            Failure::not_so(format!(
                "the plan has problems, so the ceremony was not begun. Nothing was changed.\n{}",
                problems.in_file(&file)
            ))
        })?;
        let script = match given {
            Some((bytes, _)) => bytes,
            None => scripts::bytes_of(&plan.script).unwrap_or_default().to_vec(),
        };
        let answers = self.answers.as_deref().map(read_answers).transpose()?;
        if answers.is_none() {
            needs_a_terminal()?;
        }
        directory::make_new(&self.dir)?;
        let driver = directory::open(&self.dir, &plan_bytes, &script, base, now, &mut |dir| {
            world(room, dir, plan.mode)
        })?;
        match answers {
            Some(answers) => unattended(driver, answers, &self.dir),
            None => screens(room, driver, &self.dir),
        }
    }
}

impl Resume {
    pub fn run(&self, room: &Room) -> Result<(), Failure> {
        let answers = self.answers.as_deref().map(read_answers).transpose()?;
        let procedure = directory::read_procedure(&self.dir)?;
        let mode = procedure.plan.mode;
        if self.unattended && mode == Mode::Production {
            return Err(Failure::call(
                "--unattended is for rehearsals; a production ceremony needs people. Nothing was changed.",
            ));
        }
        let (driver, cut) =
            directory::resume_with(&self.dir, procedure, now, &mut |dir| world(room, dir, mode))?;
        if cut > 0 {
            notice(&format!(
                "the last record was torn by the interruption: {cut} bytes were cut, and that is on record"
            ));
        }
        match answers {
            Some(answers) => unattended(driver, answers, &self.dir),
            None if self.unattended => unattended_rehearsal(driver, &self.dir),
            None => screens(room, driver, &self.dir),
        }
    }
}

/// Said before anything is begun.
fn needs_a_terminal() -> Result<(), Failure> {
    tui::terminal_is_there()
        .map_err(|error| Failure::surroundings(format!("{error}. Nothing was begun.")))
}

/// The home screen, until somebody quits.
pub fn home(room: &Room) -> Result<(), Failure> {
    let mut notice = String::new();
    loop {
        let choice = tui::home(room.settings(Path::new("")), std::mem::take(&mut notice))
            .map_err(|error| Failure::surroundings(error.to_string()))?;
        let result = match choice {
            HomeChoice::Quit => return Ok(()),
            HomeChoice::Start { plan, dir } => Run {
                plan: plan.into(),
                dir: dir.into(),
                script: None,
                answers: None,
            }
            .run(room),
            HomeChoice::Resume { dir } => Resume {
                dir: dir.into(),
                answers: None,
                unattended: false,
            }
            .run(room),
            HomeChoice::Rehearse { dir } => Rehearse {
                dir: Some(dir).filter(|dir| !dir.is_empty()).map(PathBuf::from),
                keyholders: 3,
                threshold: 2,
                unattended: false,
            }
            .run(room),
            // These print; what they say stays on the terminal after the screen is gone.
            HomeChoice::Audit { dir } => return super::audit::Audit::of(dir).run(),
            HomeChoice::Tokens => return super::token::Verb::everything().run(),
            HomeChoice::Environment => return super::doctor::Doctor::here().run(room),
        };
        if let Err(failure) = result {
            notice = failure.words;
        }
    }
}

fn world(room: &Room, dir: &Path, mode: Mode) -> Box<dyn World> {
    let hardening = room.hardening.clone();
    let checked = dir.to_owned();
    let work_factor = match mode {
        Mode::Production => crate::token::software::WORK_FACTOR,
        Mode::Rehearsal => REHEARSAL_WORK_FACTOR,
    };
    Box::new(ThisMachine {
        dir: dir.to_owned(),
        tokens: Box::new(AllTokens::new(work_factor)),
        checks: Box::new(move || super::doctor::checks_of(&hardening, &checked)),
        clock: now,
    })
}

fn read_answers(path: &Path) -> Result<Answers, Failure> {
    let text = String::from_utf8(read(path)?)
        .map_err(|_| Failure::not_so(format!("{}: not UTF-8", path.display())))?;
    toml::from_str(&text).map_err(|error| {
        Failure::not_so(format!("{}: {error}. Nothing was started.", path.display()))
    })
}

fn unattended_rehearsal(driver: Driver, dir: &Path) -> Result<(), Failure> {
    let answers = Answers {
        as_asked: true,
        ..Answers::default()
    };
    play(driver, answers, dir, &mut rehearsal::passphrase)
}

fn unattended(driver: Driver, answers: Answers, dir: &Path) -> Result<(), Failure> {
    let sources = answers.secret.clone();
    // Each source is read once: a pipe has nothing to say the second time.
    let mut kept: BTreeMap<ParticipantId, Secret> = BTreeMap::new();
    play(driver, answers, dir, &mut |holder| {
        if !kept.contains_key(holder) {
            let source = sources
                .get(&holder.0)
                .ok_or_else(|| format!("the answers file has no [secret.{holder}]"))?;
            kept.insert(holder.clone(), source.read()?);
        }
        kept.get(holder)
            .and_then(|secret| Secret::copied_from(secret.expose_str()))
            .ok_or_else(|| "too long".to_owned())
    })
}

fn play(
    mut driver: Driver,
    mut answers: Answers,
    dir: &Path,
    secrets: answers::Secrets<'_>,
) -> Result<(), Failure> {
    let mut position = usize::MAX;
    let mut told = |state: &State| {
        if state.position != position
            && let Some(step) = state.step()
        {
            position = state.position;
            notice(&format!(
                "step {} of {}: {}",
                position + 1,
                state.procedure.steps.len(),
                step.title
            ));
        }
    };
    answers::play(&mut driver, &mut answers, secrets, now, &mut told).map_err(|error| {
        let status = match &error {
            Unanswered::Stop(crate::driver::Stop::Journal(_)) | Unanswered::Secret { .. } => 3,
            _ => 1,
        };
        Failure {
            status,
            words: format!("{error} (ceremony directory {})", dir.display()),
        }
    })?;
    ended(driver.state(), dir)
}

/// The summary after the end.
fn ended(state: &State, dir: &Path) -> Result<(), Failure> {
    let how = match state.ending {
        Some(Ending::Closed) => "closed",
        Some(Ending::Aborted) => "ABORTED",
        None => "not finished",
    };
    let rehearsal = if state.rehearsal() { "REHEARSAL, " } else { "" };
    let mut text = format!(
        "{}{how}: {}\n  signatures  {} of {} needed\n  exceptions  {}\n",
        rehearsal,
        state.procedure.plan.title,
        state.signatures.len(),
        state.procedure.plan.root.threshold,
        state.exceptions.len()
    );
    for file in &state.written {
        let _ = writeln!(text, "  written     {}  {}", file.sha256, file.name);
    }
    let _ = writeln!(
        text,
        "  head        {}\n  words       {}\n  audit with  rootstage audit {} --expect-head {}",
        state.head.groups().join(" "),
        state.head.words().join(" "),
        dir.display(),
        state.head
    );
    print(&text);
    match state.ending {
        Some(Ending::Closed) => Ok(()),
        _ => Err(Failure::not_so("")),
    }
}

/// The ceremony under the screens: the driver on a thread of its own, the terminal on this one.
fn screens(room: &Room, driver: Driver, dir: &Path) -> Result<(), Failure> {
    let initial = driver.state().clone();
    let mut serving: Option<JoinHandle<State>> = None;
    let leaving = tui::ceremony(
        room.settings(dir),
        |mut tell| {
            let (orders, taken) = std::sync::mpsc::channel();
            serving = Some(std::thread::spawn(move || driver.serve(&taken, &mut tell)));
            orders
        },
        initial,
    )
    .map_err(|error| {
        Failure::surroundings(format!(
            "{error}. What is on record stays; go on with: rootstage resume {}",
            dir.display()
        ))
    })?;
    // What was ordered last, such as the pause, is on disk once the driver has ended.
    let state = serving.and_then(|thread| thread.join().ok());
    let go_on = format!("go on with: rootstage resume {}", dir.display());
    match leaving {
        Leaving::Closed | Leaving::Aborted => state.map_or_else(
            || Err(Failure::surroundings("the driver stopped by a defect")),
            |state| ended(&state, dir),
        ),
        Leaving::Paused => Err(Failure::not_so(format!(
            "the ceremony is paused and on disk; {go_on}"
        ))),
        Leaving::Signal(signal) => Err(Failure::not_so(format!(
            "ended by signal {signal}; the ceremony is on disk; {go_on}"
        ))),
        Leaving::Broken(words) => Err(Failure::surroundings(format!(
            "{words}. What is on record stays; {go_on}"
        ))),
    }
}
