//! What a commit that was stopped leaves beside what is published, and nobody fetches.

use std::path::{Path, PathBuf};

use crate::repo::{Place, RepoError};

/// Ends the names of files that are being written.
const PART: &str = ".part";

/// The directory that is served, links resolved, and what is being built beside it.
pub(super) struct Sites {
    pub repository: PathBuf,
    pub next: PathBuf,
}

impl Sites {
    /// Where `place` publishes. The directory itself is made where it is missing.
    pub fn of(place: &Place) -> Result<Self, RepoError> {
        let named = place.repository();
        if !named.exists() {
            std::fs::create_dir(&named).map_err(|error| RepoError::file(&named, error))?;
        }
        let repository =
            std::fs::canonicalize(&named).map_err(|error| RepoError::file(&named, error))?;
        let name = repository.file_name().unwrap_or_default().to_string_lossy();
        let next = repository.with_file_name(format!(".{name}.next"));
        Ok(Self { repository, next })
    }

    /// Where a file of this name is written before it gets it.
    pub fn part(name: &str) -> String {
        format!(".{}{PART}", name.replace('/', "-"))
    }
}

/// Whether this is a file that was being written.
pub(super) fn is_part(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(PART)
}

/// Removes what was left over. Called where `place` is locked, so that it is nobody's any more.
pub(in crate::repo) fn clear(place: &Place) -> Result<(), RepoError> {
    if !place.repository().exists() {
        return Ok(());
    }
    let sites = Sites::of(place)?;
    remove(&sites.next)?;
    let entries = std::fs::read_dir(&sites.repository)
        .map_err(|error| RepoError::file(&sites.repository, error))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(is_part) {
            let path = entry.path();
            std::fs::remove_file(&path).map_err(|error| RepoError::file(&path, error))?;
        }
    }
    Ok(())
}

/// Removes a directory that was being built, or was what clients saw before; links are not followed.
pub(super) fn remove(next: &Path) -> Result<(), RepoError> {
    match std::fs::remove_dir_all(next) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(RepoError::file(next, error))
        }
        _ => Ok(()),
    }
}
