//! `run`, `resume`, and the home screen.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::camera::Source;
use super::filmed::Filmed;
use super::front::{needs_a_terminal, read_answers, screens, unattended, unattended_rehearsal};
use super::{Failure, Room, notice, now, read};
use crate::airgap::harden::Hardening;
use crate::ceremony::plan::{Mode, Plan};
use crate::ceremony::problem::Problems;
use crate::ceremony::procedure::Procedure;
use crate::ceremony::script::Script;
use crate::ceremony::scripts;
use crate::ceremony::state::State;
use crate::directory;
use crate::media::Machine;
use crate::ports::World;
use crate::report;
use crate::token::AllTokens;
use crate::tui::recorder::Recorder;
use crate::tui::{self, HomeChoice};
use crate::world::{Sticks, ThisMachine};

/// Binary logarithm of scrypt's N for the keys of a rehearsal: quick, and worth nothing.
const REHEARSAL_WORK_FACTOR: u8 = 10;

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
    #[command(flatten)]
    camera: Source,
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
    #[command(flatten)]
    camera: Source,
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
        let plan =
            Plan::parse(&plan_bytes).map_err(|problems| problems_of_plan(&problems, &file))?;
        let (script_bytes, script) = match given {
            Some((bytes, script)) => (bytes, Some(script)),
            None => (
                scripts::bytes_of(&plan.script).unwrap_or_default().to_vec(),
                None,
            ),
        };
        let answers = self.answers.as_deref().map(read_answers).transpose()?;
        if answers.is_none() {
            needs_a_terminal()?;
        }
        let (place, base) = (self.dir.clone(), base.to_owned());
        let makers = Makers::new(room, plan.mode);
        let state = match Script::parse(&script_bytes) {
            Ok(script) => Some(State::new(Arc::new(Procedure::new(script, plan)))),
            // The check below says what is wrong with it.
            Err(_) => None,
        };
        let open = move || {
            super::plan::checked(&plan_bytes, script.as_ref(), &base)
                .map_err(|problems| problems_of_plan(&problems, &file))?;
            directory::make_new(&place)?;
            Ok(directory::open(
                &place,
                &plan_bytes,
                &script_bytes,
                &base,
                now,
                &mut |dir| makers.world(dir),
            )?)
        };
        match (answers, state) {
            (Some(answers), _) => unattended(open()?, answers, &self.dir),
            (None, Some(state)) => screens(room, state, open, &self.dir, &self.camera),
            (None, None) => open().map(|_| ()),
        }
    }
}

pub(super) fn problems_of_plan(problems: &Problems, file: &str) -> Failure {
    Failure::not_so(format!(
        "the plan has problems, so the ceremony was not begun. Nothing was changed.\n{}",
        problems.in_file(file)
    ))
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
        let makers = Makers::new(room, mode);
        let state = State::new(Arc::new(procedure.clone()));
        let place = self.dir.clone();
        let open = move || {
            let mut world = |dir: &Path| makers.world(dir);
            Ok(directory::resume_with(&place, procedure, now, &mut world)?)
        };
        if answers.is_none() && !self.unattended {
            needs_a_terminal()?;
            let open = || open().map(|(driver, _)| driver);
            return screens(room, state, open, &self.dir, &self.camera);
        }
        let (driver, cut) = open()?;
        if cut > 0 {
            notice(&report::cut(cut));
        }
        match answers {
            Some(answers) => unattended(driver, answers, &self.dir),
            None => unattended_rehearsal(driver, &self.dir),
        }
    }
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
                camera: Source::default(),
            }
            .run(room),
            HomeChoice::Resume { dir } => Resume {
                dir: dir.into(),
                answers: None,
                unattended: false,
                camera: Source::default(),
            }
            .run(room),
            HomeChoice::Replay { dir } => super::replay::Replay::of(dir).run(room),
            HomeChoice::Rehearse { dir } => {
                let dir = Some(dir).filter(|dir| !dir.is_empty()).map(PathBuf::from);
                super::rehearse::Rehearse::of_first_root(dir).run(room)
            }
            // These print; what they say stays on the terminal after the screen is gone.
            HomeChoice::Audit { dir } => return super::audit::Audit::of(dir).run(),
            HomeChoice::Tokens => return super::token::Verb::everything().run(room),
            HomeChoice::Environment => return super::doctor::Doctor::here().run(room),
        };
        if let Err(failure) = result {
            notice = failure.words;
        }
    }
}

/// What it takes to make the world of a ceremony, on whichever thread.
pub(super) struct Makers {
    hardening: Hardening,
    work_factor: u8,
    recorder: Recorder,
}

impl Makers {
    pub(super) fn new(room: &Room, mode: Mode) -> Self {
        Self {
            hardening: room.hardening.clone(),
            recorder: room.recorder.clone(),
            work_factor: match mode {
                Mode::Production => crate::token::software::WORK_FACTOR,
                Mode::Rehearsal => REHEARSAL_WORK_FACTOR,
            },
        }
    }

    pub(super) fn world(&self, dir: &Path) -> Box<dyn World> {
        let (hardening, checked) = (self.hardening.clone(), dir.to_owned());
        let machine = ThisMachine {
            dir: dir.to_owned(),
            tokens: Box::new(AllTokens::new(self.work_factor)),
            media: Box::new(Sticks::of(Machine::this())),
            checks: Box::new(move || super::doctor::checks_of(&hardening, &checked)),
            clock: now,
        };
        Box::new(Filmed {
            machine,
            recorder: self.recorder.clone(),
        })
    }
}
