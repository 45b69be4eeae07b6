//! What leaves this machine: what is to be hosted, and public keys for a ceremony's plan.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::keys::Keyring;
use super::place::TARGETS;
use super::published::Files;
use super::words::command;
use super::{Place, Published, RepoError};
use crate::safe::safe;
use crate::tuf::client::{Client, Earlier, Limits};
use crate::tuf::key::PublicKey;
use crate::tuf::root::Role;

/// The public keys of one online role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePublicKeys {
    /// Which role.
    pub role: Role,
    /// How many of them must sign, as the root has it; 1 where it has nothing.
    pub threshold: u32,
    /// The keys, in the order of the root; none where there is none.
    pub keys: Vec<PublicKey>,
}

/// The public keys of targets, snapshot and timestamp: those of the staged root, else of the published
/// one; of a role without keys there, those in `keys/`.
pub fn public_keys(
    place: &Place,
    keyring: &mut Keyring<'_>,
) -> Result<Vec<RolePublicKeys>, RepoError> {
    let published = Published::read(place)?;
    let root = published.as_ref().map(|published| &published.root);
    let mut roles = Vec::new();
    for role in [Role::Targets, Role::Snapshot, Role::Timestamp] {
        let signers = place.signers(role, root)?;
        let mut keys = distinct(signers.keys.into_iter().map(|(_, key)| key).collect());
        if keys.is_empty() && keyring.has_keys(role.name()) {
            keys = distinct(keyring.public_keys(role.name())?);
        }
        roles.push(RolePublicKeys {
            role,
            threshold: signers.threshold.max(1),
            keys,
        });
    }
    Ok(roles)
}

fn distinct(keys: Vec<PublicKey>) -> Vec<PublicKey> {
    let mut kept: Vec<PublicKey> = Vec::new();
    for key in keys {
        if !kept
            .iter()
            .any(|other| other.fingerprint() == key.fingerprint())
        {
            kept.push(key);
        }
    }
    kept
}

/// What was exported, in the order in which it is uploaded to a host that cannot switch at once:
/// what is referred to stands before what refers to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upload {
    /// How many files are below `targets/`.
    pub targets: usize,
    /// Metadata of targets and of the roles that it delegates to.
    pub delegated: Vec<String>,
    /// Snapshots.
    pub snapshots: Vec<String>,
    /// Roots.
    pub roots: Vec<String>,
    /// Files that were left out, since they do not belong to a repository.
    pub left_out: Vec<String>,
}

/// Copies what is published into the new directory `to`: whole or not at all, and nothing that is not
/// part of a repository. A client has gone from every root to the targets metadata first.
pub fn repository(place: &Place, to: &Path, now: OffsetDateTime) -> Result<Upload, RepoError> {
    let published = Published::read(place)?.ok_or_else(|| {
        RepoError::refused(
            "nothing is published yet.",
            format!("Publish what is staged: {}", command(place, "commit")),
        )
    })?;
    visited(place, &published, now)?;
    free(to)?;
    let to: PathBuf = to.components().collect();
    let (Some(name), parent) = (to.file_name(), to.parent()) else {
        return Err(RepoError::call(
            format!("{} names no directory that can be made.", to.display()),
            "Name a new directory.",
        ));
    };
    let parent = parent
        .filter(|parent| *parent != Path::new(""))
        .unwrap_or(Path::new("."));
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".new-{}", std::process::id()));
    let temporary = Temporary(parent.join(hidden));
    let mut upload = Upload::default();
    make(&temporary.0)?;
    metadata(published.directory(), &temporary.0, &mut upload)?;
    let from = published.targets();
    if from.exists() {
        targets(&from, &temporary.0.join(TARGETS), &mut upload)?;
    }
    let failed = |error: &dyn std::fmt::Display| RepoError::file(&to, error);
    let directory = fs::File::open(&temporary.0).map_err(|error| failed(&error))?;
    rustix::fs::syncfs(&directory).map_err(|error| failed(&error))?;
    // takes the place of an empty directory, and of nothing else
    fs::rename(&temporary.0, &to).map_err(|error| failed(&error))?;
    crate::journal::sync_dir(parent).map_err(|error| failed(&error))?;
    Ok(upload)
}

/// A client that begins with each root.
fn visited(place: &Place, published: &Published, now: OffsetDateTime) -> Result<(), RepoError> {
    let files = Files {
        directory: published.directory().to_owned(),
        ..Files::default()
    };
    for (version, root) in &published.roots {
        let limits = Limits::default();
        let visit = Client::refresh(root.bytes(), &files, now, limits, Earlier::default());
        visit.map_err(|error| {
            RepoError::refused(
                format!("a client with root {version} refuses what is published: {error}."),
                format!("Look at it with: {}", command(place, "verify")),
            )
        })?;
    }
    Ok(())
}

fn free(to: &Path) -> Result<(), RepoError> {
    let taken = || {
        RepoError::call(
            format!(
                "there is something of the name {} already; it was left as it is.",
                to.display()
            ),
            "Name a new directory.",
        )
    };
    match fs::read_dir(to) {
        Ok(mut entries) => entries.next().map_or(Ok(()), |_| Err(taken())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Err(taken()),
        Err(error) => Err(RepoError::file(to, error)),
    }
}

/// A directory under a temporary name, taken away where it was not given its final one.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // not there any more where all went well
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn make(directory: &Path) -> Result<(), RepoError> {
    let mut builder = fs::DirBuilder::new();
    let made = builder.mode(0o755).create(directory);
    made.map_err(|error| RepoError::file(directory, error))
}

fn copy(from: &Path, to: &Path) -> Result<(), RepoError> {
    fs::copy(from, to).map_err(|error| RepoError::file(from, error))?;
    // readable for whoever serves it
    fs::set_permissions(to, fs::Permissions::from_mode(0o644))
        .map_err(|error| RepoError::file(to, error))
}

fn entries(directory: &Path) -> Result<Vec<(OsString, fs::FileType, PathBuf)>, RepoError> {
    let failed = |error| RepoError::file(directory, error);
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        found.push((entry.file_name(), kind, entry.path()));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

fn metadata(from: &Path, to: &Path, upload: &mut Upload) -> Result<(), RepoError> {
    for (name, kind, path) in entries(from)? {
        if name == TARGETS && kind.is_dir() {
            continue;
        }
        let name = name.to_string_lossy().into_owned();
        let listed = name
            .strip_suffix(".json")
            .filter(|_| !name.starts_with('.'));
        let Some(stem) = listed.filter(|_| kind.is_file()) else {
            upload.left_out.push(safe(&name));
            continue;
        };
        copy(&path, &to.join(&name))?;
        let role = stem.split_once('.').map_or(stem, |(version, role)| {
            if version.bytes().all(|byte| byte.is_ascii_digit()) {
                role
            } else {
                stem
            }
        });
        match role {
            "root" => upload.roots.push(name),
            "snapshot" => upload.snapshots.push(name),
            "timestamp" => {}
            _ => upload.delegated.push(name),
        }
    }
    // clients ask for 2.root.json before they ask for 10.root.json
    upload.roots.sort_by_key(|name| {
        let version = name
            .split('.')
            .next()
            .and_then(|version| version.parse::<u64>().ok());
        version.unwrap_or(u64::MAX)
    });
    Ok(())
}

fn targets(from: &Path, to: &Path, upload: &mut Upload) -> Result<(), RepoError> {
    let mut waiting = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = waiting.pop() {
        make(&to)?;
        for (name, kind, path) in entries(&from)? {
            if kind.is_dir() {
                waiting.push((path, to.join(&name)));
            } else if kind.is_file() {
                copy(&path, &to.join(&name))?;
                upload.targets += 1;
            } else {
                upload.left_out.push(safe(&path.display().to_string()));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
