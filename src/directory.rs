//! The ceremony directory: opened once, gone on with, read for an audit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use time::OffsetDateTime;

use crate::ceremony::command::Command;
use crate::ceremony::event::{Event, Opening, Resumption};
use crate::ceremony::evolve::evolve;
use crate::ceremony::plan::{Mode, Plan};
use crate::ceremony::problem::Problems;
use crate::ceremony::procedure::Procedure;
use crate::ceremony::script::Script;
use crate::ceremony::state::State;
use crate::driver::{Driver, Order, Stop};
use crate::journal::{Journal, JournalError, write_all_whole};
use crate::ports::World;
use crate::transcript::RULES;
use crate::transcript::audit::Rule;

pub use audit::{Audited, Watch, audit, audit_watched, follow, recording};
pub use published::{
    AuditedCopy, Copy, README, audit_published, is_published, metadata, write_published,
};

mod audit;
mod published;

/// Name of the plan in the ceremony directory.
pub const PLAN: &str = "plan.toml";
/// Name of the script in the ceremony directory.
pub const SCRIPT: &str = "script.toml";

/// Why a ceremony directory could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// It is there, and not empty.
    #[error(
        "{0} is not empty, and a ceremony needs a new directory. Nothing was changed. Name another one."
    )]
    NotEmpty(PathBuf),
    /// What was written aside, and never came to its place.
    #[error(
        "{0} is left over from a command that was stopped while it wrote. Nothing was written. Remove that directory, \
         and give the command again."
    )]
    LeftOver(PathBuf),
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// Which file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Plan or script have problems.
    #[error("{0}")]
    Problems(String),
    /// Plan or script have problems, and are not those of the first record: an audit ends here.
    #[error("FAIL {}: {words}", rule.id)]
    NotWhatRan {
        /// The rule that fails.
        rule: Rule,
        /// What is wrong.
        words: String,
    },
    /// Plan and script are not those of the first record.
    #[error(
        "{file} was changed after the ceremony began: its SHA-256 is {got}, the first record says {expected}. \
         Nothing was changed. Put the original back."
    )]
    Changed {
        /// Which file.
        file: PathBuf,
        /// Digest in the first record.
        expected: String,
        /// Digest of the file.
        got: String,
    },
    /// The ceremony is over.
    #[error(
        "the ceremony in {0} has ended; there is nothing to go on with. Nothing was changed. `rootstage audit` checks it."
    )]
    Ended(PathBuf),
    /// Nothing was ever recorded.
    #[error(
        "the ceremony in {0} was interrupted before its first record; nothing had happened yet. Nothing was changed. \
         Start it again in a new directory."
    )]
    NeverOpened(PathBuf),
    /// It is a published copy.
    #[error(
        "{0} is a published copy: bodies of its records are withheld, so that nothing can be derived from them. \
         Nothing was changed. `rootstage audit` checks what a copy can show; for anything else, take the whole \
         ceremony directory."
    )]
    Published(PathBuf),
    /// The transcript.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A command was refused, or the transcript could not be written.
    #[error(transparent)]
    Stop(#[from] Stop),
}

/// Makes the world for a ceremony in this directory.
pub type MakeWorld<'a> = &'a mut dyn FnMut(&Path) -> Box<dyn World>;

/// Opens a ceremony in `dir`, which must not exist or be empty but for what `plan` refers to.
pub fn open(
    dir: &Path,
    plan: &[u8],
    script: &[u8],
    plan_directory: &Path,
    clock: fn() -> OffsetDateTime,
    world: MakeWorld<'_>,
) -> Result<Driver, DirectoryError> {
    open_with(dir, plan, script, &[], plan_directory, clock, world)
}

/// As [`open`], with files of the ceremony's own, such as those that the plan names.
pub fn open_with(
    dir: &Path,
    plan: &[u8],
    script: &[u8],
    files: &[(PathBuf, String)],
    plan_directory: &Path,
    clock: fn() -> OffsetDateTime,
    world: MakeWorld<'_>,
) -> Result<Driver, DirectoryError> {
    let procedure = Arc::new(procedure(plan, script)?);
    for sub in ["in", "out", "metadata", "attestations"] {
        let path = dir.join(sub);
        std::fs::create_dir_all(&path).map_err(io_at(&path))?;
    }
    // together: the first screen waits for the disk
    let (script_path, plan_path) = (dir.join(SCRIPT), dir.join(PLAN));
    let mut whole: Vec<(&Path, &[u8])> = files
        .iter()
        .map(|(path, text)| (path.as_path(), text.as_bytes()))
        .collect();
    whole.extend([(script_path.as_path(), script), (plan_path.as_path(), plan)]);
    write_all_whole(&whole).map_err(|(path, source)| io_at(path)(source))?;
    let journal = Journal::create(dir, procedure.plan.mode, clock)?;
    start(dir, procedure, plan_directory, journal, world)
}

fn start(
    dir: &Path,
    procedure: Arc<Procedure>,
    plan_directory: &Path,
    journal: Journal,
    world: MakeWorld<'_>,
) -> Result<Driver, DirectoryError> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(JournalError::Randomness)?;
    let plan_directory = plan_directory
        .canonicalize()
        .map_err(io_at(plan_directory))?;
    let opening = Opening {
        ceremony: data_encoding::HEXLOWER.encode(&id),
        mode: procedure.plan.mode,
        script: procedure.script.digest,
        plan: procedure.plan.digest,
        program: crate::PROGRAM_VERSION.to_owned(),
        rules: RULES,
        released: crate::RELEASED.to_owned(),
        plan_directory: plan_directory.display().to_string(),
    };
    let mut driver = Driver::new(State::new(procedure), journal, world(dir));
    driver.submit(order(Command::Open(opening)), &mut |_| ())?;
    Ok(driver)
}

/// Goes on with the ceremony in `dir`. Gives the driver and the number of bytes of a torn last
/// record that were cut.
pub fn resume(
    dir: &Path,
    clock: fn() -> OffsetDateTime,
    world: MakeWorld<'_>,
) -> Result<(Driver, u64), DirectoryError> {
    resume_with(dir, read_procedure(dir)?, clock, world)
}

/// As [`resume`], with the procedure that was read from `dir` already.
pub fn resume_with(
    dir: &Path,
    procedure: Procedure,
    clock: fn() -> OffsetDateTime,
    world: MakeWorld<'_>,
) -> Result<(Driver, u64), DirectoryError> {
    let procedure = Arc::new(procedure);
    let mut state = State::new(Arc::clone(&procedure));
    let reopened = Journal::reopen(dir, clock, |placed| evolve(&mut state, &placed));
    let (journal, cut) = match reopened {
        Err(JournalError::Empty(_)) => return Err(DirectoryError::NeverOpened(dir.to_owned())),
        Err(JournalError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            return Err(DirectoryError::NeverOpened(dir.to_owned()));
        }
        other => other?,
    };
    unchanged(dir, &procedure, &state)?;
    if state.ending.is_some() {
        return Err(DirectoryError::Ended(dir.to_owned()));
    }
    let mut driver = Driver::new(state, journal, world(dir));
    driver.submit(
        order(Command::Resume(Resumption {
            program: crate::PROGRAM_VERSION.to_owned(),
            cut_bytes: cut,
        })),
        &mut |_| (),
    )?;
    Ok((driver, cut))
}

fn unchanged(dir: &Path, procedure: &Procedure, state: &State) -> Result<(), DirectoryError> {
    let Some(opening) = &state.opening else {
        return Err(DirectoryError::NeverOpened(dir.to_owned()));
    };
    for (name, expected, got) in [
        (PLAN, opening.plan, procedure.plan.digest),
        (SCRIPT, opening.script, procedure.script.digest),
    ] {
        if expected != got {
            return Err(DirectoryError::Changed {
                file: dir.join(name),
                expected: expected.hex(),
                got: got.hex(),
            });
        }
    }
    Ok(())
}

/// The procedure of the ceremony in `dir`, from the files there.
pub fn read_procedure(dir: &Path) -> Result<Procedure, DirectoryError> {
    let read = |name: &str| {
        let path = dir.join(name);
        std::fs::read(&path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound if dir.is_dir() => missing(dir),
            _ => io_at(&path)(source),
        })
    };
    procedure(&read(PLAN)?, &read(SCRIPT)?)
}

/// Why plan or script is not in this directory.
fn missing(dir: &Path) -> DirectoryError {
    if is_published(dir) {
        DirectoryError::Published(dir.to_owned())
    } else {
        DirectoryError::NeverOpened(dir.to_owned())
    }
}

/// Binds the bytes of a plan and of a script.
pub fn procedure(plan: &[u8], script: &[u8]) -> Result<Procedure, DirectoryError> {
    let problems =
        |name: &str, problems: &Problems| DirectoryError::Problems(problems.in_file(name));
    let script = Script::parse(script).map_err(|found| problems(SCRIPT, &found))?;
    let plan = Plan::parse(plan).map_err(|found| problems(PLAN, &found))?;
    Ok(Procedure::new(script, plan))
}

/// Refuses a directory with something in it; makes one that is not there.
pub fn make_new(dir: &Path) -> Result<(), DirectoryError> {
    match std::fs::read_dir(dir) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(DirectoryError::NotEmpty(dir.to_owned())),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            std::fs::create_dir_all(dir).map_err(io_at(dir))
        }
        Err(source) => Err(io_at(dir)(source)),
    }
}

/// Mode that the first line of a transcript names.
pub fn mode_of_first_line(line: &str) -> Option<Mode> {
    let record = crate::transcript::Record::parse(line).ok()?;
    match record.event().ok()? {
        Event::CeremonyOpened(opening) => Some(opening.mode),
        _ => None,
    }
}

fn order(command: Command) -> Order {
    Order::plain(command)
}

fn io_at(path: &Path) -> impl Fn(std::io::Error) -> DirectoryError + use<> {
    let path = path.to_owned();
    move |source| DirectoryError::Io {
        path: path.clone(),
        source,
    }
}
