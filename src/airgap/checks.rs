//! The environment checks of `doctor` and of the ceremony: is this the machine, in the state, that
//! a root key may be made on?
//!
//! Every check reads what the kernel says under `/proc` and `/sys` and puts it into two sentences
//! for people: what was found, and what to do. A check that cannot look says so with
//! [`Verdict::Unknown`]; it never passes by default.

pub mod machine;
pub mod memory;
pub mod network;
pub mod process;
pub mod terminal;

use std::io;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use crate::airgap::harden::Hardening;
use crate::ceremony::check::{Check, Verdict};

pub use terminal::Terminal;

/// What is looked at, and what only the caller can know.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Where `proc` and `sys` are: `/`, or a tree that a test has built.
    pub root: PathBuf,
    /// The ceremony directory, for free space. It need not exist yet.
    pub directory: PathBuf,
    /// The time that the machine claims.
    pub now: OffsetDateTime,
    /// When this binary was built.
    pub built: OffsetDateTime,
    /// The terminal; `None` where there is none.
    pub terminal: Option<Terminal>,
    /// What [`crate::airgap::harden::harden`] reported.
    pub hardening: Hardening,
    /// Whether smart cards can be reached, or why not.
    pub smart_cards: Result<(), String>,
}

impl Surroundings {
    /// A path of the machine that is looked at.
    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// The text of a small file; bytes that are not UTF-8 are replaced.
    fn read(&self, path: &str) -> io::Result<String> {
        read(&self.path(path))
    }

    /// Names in a directory, sorted.
    fn names(&self, path: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(self.path(path))? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }
}

/// Runs every check, in the order in which people read them. The digest of the binary and the walk
/// over processes take some tens of milliseconds; nothing is changed.
pub fn run(surroundings: &Surroundings) -> Vec<Check> {
    let mut checks = vec![
        network::interfaces(surroundings),
        network::routes(surroundings),
        network::radio(surroundings),
        memory::swap(surroundings),
        memory::core_dumps(surroundings),
    ];
    checks.extend(process::hardening(surroundings));
    checks.push(process::traced(surroundings));
    checks.push(process::token_programs(surroundings));
    checks.push(process::smart_cards(surroundings));
    checks.push(machine::clock(surroundings));
    checks.push(machine::root_file_system(surroundings));
    checks.push(machine::free_space(surroundings));
    checks.push(machine::binary(surroundings));
    checks.extend(terminal::terminal(surroundings.terminal.as_ref()));
    checks
}

fn read(path: &Path) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&std::fs::read(path)?).into_owned())
}

/// One check under one name, about to be answered.
#[derive(Clone, Copy)]
struct Subject {
    id: &'static str,
    title: &'static str,
}

impl Subject {
    fn check(self, verdict: Verdict, found: impl Into<String>, advice: impl Into<String>) -> Check {
        Check {
            id: self.id.into(),
            title: self.title.into(),
            verdict,
            found: found.into(),
            advice: advice.into(),
        }
    }

    fn pass(self, found: impl Into<String>) -> Check {
        self.check(Verdict::Pass, found, "")
    }

    fn warn(self, found: impl Into<String>, advice: impl Into<String>) -> Check {
        self.check(Verdict::Warn, found, advice)
    }

    fn fail(self, found: impl Into<String>, advice: impl Into<String>) -> Check {
        self.check(Verdict::Fail, found, advice)
    }

    /// The file that would tell could not be read.
    fn unknown(self, path: &str, error: &io::Error) -> Check {
        self.check(
            Verdict::Unknown,
            format!("{path} could not be read: {error}."),
            "Look at this yourself before going on, and write down what you found.",
        )
    }
}

/// Names in a sentence: `eth0, wlan0 and wwan0`.
fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests;
