//! A client's visit to what is published, from every root that clients may have.
//!
//! Expiry is looked at apart from everything else, so that one role that has expired does not hide
//! what is wrong with another.

mod chains;
mod files;
mod layout;
pub mod streamed;

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use time::OffsetDateTime;

use super::error::Status;
use super::published::Files;
use super::{Published, RepoError};
use crate::digest::Sha256;
use crate::safe::safe;
use crate::tuf::client::{Client, Earlier, Layout, Limits};
use crate::tuf::summary::from_now;
use crate::tuf::targets::Targets;
use crate::tuf::threshold::Tally;
use crate::tuf::trusted::Trusted;

pub use streamed::Progress;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// It holds.
    Pass,
    /// It holds, and people should know something.
    Caution,
    /// It does not hold.
    Fail,
}

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What it is about: `roots`, `roles`, `targets`, `layout`.
    pub about: &'static str,
    /// How it came out.
    pub grade: Grade,
    /// What was found; a sentence, safe to show.
    pub words: String,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What clients do.
    Clients,
    /// And what a static host needs.
    Host,
}

/// Everything that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// In the order in which it was looked at.
    pub checks: Vec<Check>,
    /// SHA-256 of the file of each root that is published, by version.
    pub roots: BTreeMap<u64, Sha256>,
    /// Version and expiry of each role that was verified.
    pub roles: BTreeMap<String, (u64, OffsetDateTime)>,
    /// How files are named; none where no root could be read.
    pub layout: Option<Layout>,
    /// How many files are offered.
    pub targets: usize,
    /// Whether there is a target that clients of Sigstore look for.
    pub sigstore: bool,
    /// What whoever runs the host has to see to; sentences.
    pub host: Vec<String>,
}

impl Verified {
    /// Whether everything holds.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.grade != Grade::Fail)
    }

    fn new() -> Self {
        Self {
            checks: Vec::new(),
            roots: BTreeMap::new(),
            roles: BTreeMap::new(),
            layout: None,
            targets: 0,
            sigstore: false,
            host: Vec::new(),
        }
    }

    fn note(&mut self, about: &'static str, grade: Grade, words: impl Into<String>) {
        self.checks.push(Check {
            about,
            grade,
            words: words.into(),
        });
    }
}

/// A root with which somebody begins: how it is called, and its bytes.
pub type Anchor = (String, Vec<u8>);

/// Visits the repository in `directory` at the time `now`, from every root in it and from those of
/// `trusted`. An error is what keeps it from being looked at; what does not hold is in the result.
pub fn verify(
    directory: &Path,
    trusted: &[Anchor],
    extent: Extent,
    now: OffsetDateTime,
    progress: &mut dyn FnMut(Progress),
) -> Result<Verified, RepoError> {
    let mut found = Verified::new();
    let published = match Published::in_directory(directory) {
        Ok(Some(published)) => published,
        Ok(None) => {
            return Err(RepoError::refused(
                format!("nothing is published in {}.", directory.display()),
                "Publish what is staged with: rootstage repo commit",
            ));
        }
        Err(error) if error.status == Status::NotSo => {
            found.note("roots", Grade::Fail, error.happened);
            return Ok(found);
        }
        Err(error) => return Err(error),
    };
    found.roots = published
        .roots
        .iter()
        .map(|(version, file)| (*version, Sha256::of(file.bytes())))
        .collect();
    found.layout = Some(published.layout);
    let files = Files {
        directory: directory.to_owned(),
        ..Files::default()
    };
    chains::walk(&mut found, &published, &files, trusted);
    let roles = roles(&mut found, &published, &files, now);
    if let Some(roles) = &roles {
        files::offered(&mut found, directory, published.layout, roles, progress);
    }
    if extent == Extent::Host {
        layout::look(&mut found, &published, roles.as_deref())?;
    }
    Ok(found)
}

/// Targets metadata by role.
type Roles = [(String, Rc<Trusted<Targets>>)];

/// Timestamp, snapshot, targets and delegated roles; none where the top-level ones do not hold.
fn roles(
    found: &mut Verified,
    published: &Published,
    files: &Files,
    now: OffsetDateTime,
) -> Option<Vec<(String, Rc<Trusted<Targets>>)>> {
    let anchor = published.roots.values().next_back()?;
    let (limits, earlier) = (Limits::default(), Earlier::default());
    let any_time = OffsetDateTime::UNIX_EPOCH;
    let client = Client::refresh(anchor.bytes(), files, any_time, limits, earlier);
    let mut client = match client {
        Ok(client) => client,
        Err(error) => {
            found.note(
                "roles",
                Grade::Fail,
                format!("A client refuses it: {error}."),
            );
            return None;
        }
    };
    for standing in client.trust().standings() {
        let name = standing.role.name().to_owned();
        let times = (standing.version, standing.expires);
        role(found, &name, times, standing.tally, now);
        found.roles.insert(name, times);
    }
    let mut roles = vec![("targets".to_owned(), Rc::clone(&client.trust().targets))];
    match client.delegated() {
        Err(error) => {
            let words = format!("A client refuses a delegated role: {error}.");
            found.note("roles", Grade::Fail, words);
        }
        Ok(delegated) => {
            for delegate in delegated {
                let header = &delegate.targets.get().header;
                let name = format!("{}, delegated to by {},", delegate.name, delegate.by);
                let standing = (header.version, header.expires);
                role(found, &name, standing, delegate.targets.tally(), now);
                if !roles.iter().any(|(role, _)| *role == delegate.name) {
                    found.roles.insert(delegate.name.clone(), standing);
                    roles.push((delegate.name, delegate.targets));
                }
            }
        }
    }
    found.sigstore = roles
        .first()
        .is_some_and(|(_, targets)| super::publish::offers_sigstore(targets.get()));
    Some(roles)
}

fn role(
    found: &mut Verified,
    name: &str,
    (version, expires): (u64, OffsetDateTime),
    tally: &Tally,
    now: OffsetDateTime,
) {
    let words = format!(
        "{} version {version}: {} of {} signatures, expires {} ({}).",
        safe(name),
        tally.count(),
        tally.threshold(),
        time_text(expires),
        from_now(expires, now)
    );
    let grade = if expires <= now {
        Grade::Fail
    } else {
        Grade::Pass
    };
    found.note("roles", grade, words);
}

/// A time as metadata writes it.
pub fn time_text(time: OffsetDateTime) -> String {
    crate::tuf::repository::expires_text(time).unwrap_or_else(|_| time.to_string())
}

#[cfg(test)]
mod tests;
