//! Which files there are to hash. Everything that cannot be offered is refused here, before the
//! first byte is read: links, devices, names that clients or hosts cannot have.

use std::ffi::OsString;
use std::fs::FileType;
use std::path::{Path, PathBuf};

use crate::repo::RepoError;
use crate::safe::safe;
use crate::tuf::repository::targets::path as checked;
use crate::tuf::targets::MAX_TARGETS;

/// Whether the files are where they belong, or have to be brought there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Staged,
    Elsewhere,
}

/// Files of one directory.
#[derive(Debug)]
pub(super) struct Folder {
    /// Where it is.
    pub at: PathBuf,
    pub origin: Origin,
    /// Bytes of each path before the name of the file.
    prefix: usize,
    /// The name of the file, where it is the only one and is to be called otherwise.
    only: Option<OsString>,
    /// Paths under which they are offered.
    pub paths: Vec<String>,
}

impl Folder {
    /// The name that a file has in the directory.
    pub fn name<'a>(&'a self, path: &'a str) -> &'a Path {
        let name = path.get(self.prefix..).unwrap_or_default();
        self.only.as_ref().map_or(Path::new(name), Path::new)
    }
}

/// What is found.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub folders: Vec<Folder>,
    pub files: usize,
}

impl Walk {
    /// What stands at `path` below `root`, a file or everything in a directory.
    pub fn below(&mut self, root: &Path, path: &str) -> Result<(), RepoError> {
        if !path.is_empty() {
            fits(root, path)?;
        }
        // a link on the way would lead out of what is staged
        let mut at = root.to_owned();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            no_link(&at)?;
            at.push(part);
        }
        self.put(&at, path, Origin::Staged)
    }

    /// A file or directory from elsewhere, to be offered as `path`.
    pub fn elsewhere(&mut self, from: &Path, path: &str) -> Result<(), RepoError> {
        self.put(from, path, Origin::Elsewhere)
    }

    fn put(&mut self, at: &Path, path: &str, origin: Origin) -> Result<(), RepoError> {
        let found = at.symlink_metadata();
        let found = found.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => RepoError::refused(
                format!("there is no {}.", shown(at)),
                "Name files that are there; nothing was hashed.",
            ),
            _ => RepoError::file(at, error),
        })?;
        let kind = found.file_type();
        if kind.is_dir() {
            return self.directory(at, path, origin);
        }
        regular(at, kind)?;
        fits(at, path)?;
        let (Some(directory), Some(name)) = (at.parent(), at.file_name()) else {
            return Err(RepoError::refused(
                format!("{} has no name.", shown(at)),
                "Name a file.",
            ));
        };
        let directory = match directory {
            here if here.as_os_str().is_empty() => Path::new("."),
            directory => directory,
        };
        self.keep(Folder {
            at: directory.to_owned(),
            origin,
            prefix: 0,
            only: Some(name.to_owned()),
            paths: vec![path.to_owned()],
        })
    }

    fn directory(&mut self, at: &Path, path: &str, origin: Origin) -> Result<(), RepoError> {
        let mut waiting = vec![(at.to_owned(), path.to_owned())];
        while let Some((at, path)) = waiting.pop() {
            let prefix = match path.as_str() {
                "" => String::new(),
                path => format!("{path}/"),
            };
            let failed = |error| RepoError::file(&at, error);
            let mut paths = Vec::new();
            for entry in std::fs::read_dir(&at).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let name = entry.file_name();
                let Some(name) = name.to_str() else {
                    return Err(RepoError::refused(
                        format!(
                            "the name of {} is not UTF-8, so metadata cannot hold it.",
                            shown(&entry.path())
                        ),
                        "Rename the file.",
                    ));
                };
                let path = format!("{prefix}{name}");
                let kind = entry.file_type().map_err(failed)?;
                if kind.is_dir() {
                    fits(&entry.path(), &path)?;
                    waiting.push((entry.path(), path));
                    continue;
                }
                if !kind.is_file() {
                    regular(&entry.path(), kind)?;
                }
                if checked(&path).is_err() {
                    fits(&entry.path(), &path)?;
                }
                paths.push(path);
            }
            paths.sort_unstable();
            self.keep(Folder {
                at,
                origin,
                prefix: prefix.len(),
                only: None,
                paths,
            })?;
        }
        Ok(())
    }

    fn keep(&mut self, folder: Folder) -> Result<(), RepoError> {
        self.files += folder.paths.len();
        if self.files > MAX_TARGETS {
            return Err(RepoError::refused(
                format!(
                    "there are more than {MAX_TARGETS} files, which is more than one role may list."
                ),
                "Delegate a part of the paths to another role: rootstage repo delegate --help",
            ));
        }
        if !folder.paths.is_empty() {
            self.folders.push(folder);
        }
        Ok(())
    }
}

/// Refuses a path that cannot be listed.
pub(super) fn fits(at: &Path, path: &str) -> Result<(), RepoError> {
    checked(path).map_err(|error| {
        RepoError::refused(
            format!(
                "{} cannot be listed as {}: {error}.",
                shown(at),
                quoted(path)
            ),
            "Rename it, or take it away; nothing was hashed.",
        )
    })
}

fn quoted(path: &str) -> String {
    let short: String = path.chars().take(200).collect();
    format!("`{}`", safe(&short))
}

fn no_link(at: &Path) -> Result<(), RepoError> {
    match at.symlink_metadata() {
        Ok(found) if found.is_symlink() => regular(at, found.file_type()),
        _ => Ok(()),
    }
}

fn regular(at: &Path, kind: FileType) -> Result<(), RepoError> {
    if kind.is_file() {
        return Ok(());
    }
    let (what, next) = if kind.is_symlink() {
        (
            "is a symbolic link, and links are not followed: what they lead to may change after it was signed",
            "Put the file itself there.",
        )
    } else {
        (
            "is neither a file nor a directory",
            "Take it away; only files can be offered.",
        )
    };
    Err(RepoError::refused(format!("{} {what}.", shown(at)), next))
}

pub(super) fn shown(path: &Path) -> String {
    safe(&path.display().to_string())
}
