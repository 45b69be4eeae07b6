//! The directory of a repository that is kept with this program or with go-tuf.

use std::fs::{File, OpenOptions, Permissions};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::RepoError;
use crate::journal::replace_whole;
use crate::safe::safe;
use crate::tuf::client::Limits;
use crate::tuf::metadata::Metadata;
use crate::tuf::repository::{RootDraft, Signers};
use crate::tuf::root::{Role, Root};

/// Where go-tuf looks for keys, what is staged, what is published.
const KEYS: &str = "keys";
const STAGED: &str = "staged";
const REPOSITORY: &str = "repository";
/// Held by whoever changes something.
const LOCK: &str = ".lock";
/// Below `staged` and `repository`: the files that are offered.
pub const TARGETS: &str = "targets";

/// A directory with `keys/`, `staged/` and `repository/`.
#[derive(Debug)]
pub struct Place {
    directory: PathBuf,
    /// Held by commands that change something, for as long as this value lives.
    _lock: Option<File>,
}

/// Metadata of one role that is staged.
#[derive(Clone, Debug)]
pub struct Staged {
    /// Where it is.
    pub path: PathBuf,
    /// What it is; its signatures have not been checked.
    pub file: Metadata,
}

impl Place {
    /// The repository in `directory`, to look at.
    pub fn open(directory: &Path) -> Result<Self, RepoError> {
        let place = Self {
            directory: directory.to_owned(),
            _lock: None,
        };
        if place.staged().is_dir() || place.repository().is_dir() {
            return Ok(place);
        }
        Err(RepoError::surroundings(
            format!(
                "{} has neither `staged` nor `repository`, so it is no directory of a repository.",
                directory.display()
            ),
            "Name another directory with --dir, or begin one with: rootstage repo init --dir DIR",
        ))
    }

    /// The same, to change it. Another command that changes it meanwhile is refused, and what a stopped
    /// commit left beside what is published goes.
    pub fn locked(directory: &Path) -> Result<Self, RepoError> {
        let place = Self::open(directory)?;
        let place = Self {
            _lock: Some(lock(directory)?),
            ..place
        };
        super::publish::clear(&place)?;
        Ok(place)
    }

    /// A new one, with empty directories; `keys` for its owner only. Refuses where a repository is
    /// already.
    pub fn create(directory: &Path) -> Result<Self, RepoError> {
        use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};

        std::fs::create_dir_all(directory).map_err(|error| RepoError::file(directory, error))?;
        let held = lock(directory)?;
        let place = Self {
            directory: directory.to_owned(),
            _lock: Some(held),
        };
        if place.staged().exists() || place.repository().exists() {
            return Err(RepoError::refused(
                format!("{} holds a repository already.", directory.display()),
                "Look at it with: rootstage repo status --dir DIR",
            ));
        }
        let private = place.keys();
        let mut builder = std::fs::DirBuilder::new();
        match builder.mode(0o700).create(&private) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(RepoError::file(&private, error));
            }
            _ => {}
        }
        for path in [
            place.staged(),
            place.staged().join(TARGETS),
            place.repository(),
        ] {
            let builder = std::fs::DirBuilder::new();
            // for whoever serves it, whatever the umask of this process is
            let made = builder
                .create(&path)
                .and_then(|()| std::fs::set_permissions(&path, Permissions::from_mode(0o755)));
            made.map_err(|error| RepoError::file(&path, error))?;
        }
        Ok(place)
    }

    /// The directory itself.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Private keys of online roles.
    pub fn keys(&self) -> PathBuf {
        self.directory.join(KEYS)
    }

    /// What is to be published next.
    pub fn staged(&self) -> PathBuf {
        self.directory.join(STAGED)
    }

    /// What clients see.
    pub fn repository(&self) -> PathBuf {
        self.directory.join(REPOSITORY)
    }

    /// Where the metadata of a role is staged; `role` may be a delegated one.
    pub fn staged_path(&self, role: &str) -> PathBuf {
        self.staged().join(format!("{role}.json"))
    }

    /// What is staged of a role.
    pub fn staged_role(&self, role: &str) -> Result<Option<Staged>, RepoError> {
        let path = self.staged_path(role);
        let limit = Limits::default().targets;
        let Some(bytes) = read_within(&path, limit)? else {
            return Ok(None);
        };
        let file = Metadata::parse(bytes, limit).map_err(|error| not_metadata(&path, &error))?;
        Ok(Some(Staged { path, file }))
    }

    /// Stages metadata of a role, in place of what was staged: whole or not at all.
    pub fn stage(&self, role: &str, bytes: &[u8]) -> Result<(), RepoError> {
        let path = self.staged_path(role);
        replace_whole(&path, bytes).map_err(|error| RepoError::file(&path, error))
    }

    /// The root that is staged, which may be unfinished.
    pub fn staged_root(&self) -> Result<Option<RootDraft>, RepoError> {
        let Some(staged) = self.staged_role("root")? else {
            return Ok(None);
        };
        let signed = staged.file.to_signed().map(|signed| signed.signed);
        let signed = signed.map_err(|error| not_metadata(&staged.path, &error))?;
        let draft = RootDraft::read(signed).map_err(|error| not_metadata(&staged.path, &error))?;
        Ok(Some(draft))
    }

    /// Who signs a top-level role next: by the root that is staged, else by the one that is
    /// published, which the caller has.
    pub fn signers(&self, role: Role, published: Option<&Root>) -> Result<Signers, RepoError> {
        Ok(match (self.staged_root()?, published) {
            (Some(draft), _) => draft.signers(role),
            (None, Some(root)) => Signers::of(root, role),
            (None, None) => Signers::default(),
        })
    }
}

/// The file, where it is there; one of more than `limit` bytes is refused.
pub(super) fn read_within(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, RepoError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(RepoError::file(path, error)),
    };
    let length = file.metadata().map_or(0, |found| found.len());
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0).min(limit) + 1);
    file.take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| RepoError::file(path, error))?;
    if bytes.len() > limit {
        return Err(RepoError::refused(
            format!("{} has more than {limit} bytes.", path.display()),
            "Clients do not fetch such a file either: make it smaller.",
        ));
    }
    Ok(Some(bytes))
}

pub(super) fn not_metadata(path: &Path, error: &dyn std::fmt::Display) -> RepoError {
    RepoError::refused(
        format!(
            "{} cannot be used: {}.",
            path.display(),
            safe(&error.to_string())
        ),
        "Look at what wrote this file.",
    )
}

/// A file of its own: the directory itself is locked by software tokens that are kept in it.
fn lock(directory: &Path) -> Result<File, RepoError> {
    let path = directory.join(LOCK);
    let held = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|error| RepoError::file(&path, error))?;
    match flock(&held, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(held),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(RepoError::surroundings(
            format!(
                "another command is changing {} just now.",
                directory.display()
            ),
            "Wait until it has ended, and try again.",
        )),
        Err(error) => Err(RepoError::file(directory, error)),
    }
}
