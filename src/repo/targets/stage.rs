//! Copies on their way to `staged/targets`: first all of them below `staged/.incoming`, then, when
//! nothing can fail any more but the disk, each under its final name. Nothing is linked: whoever may
//! still write to the original would write to what was signed.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::index::Stamp;
use crate::repo::place::TARGETS;
use crate::repo::{Place, RepoError};

/// Its name below `staged`.
pub const INCOMING: &str = ".incoming";

/// The directory in which copies are made; it goes away with this value.
#[derive(Debug)]
pub(super) struct Incoming {
    directory: PathBuf,
    targets: PathBuf,
    next: AtomicU64,
}

impl Incoming {
    /// An empty one. What an interruption has left of another one is removed.
    pub fn new(place: &Place) -> Result<Self, RepoError> {
        let incoming = Self {
            directory: place.staged().join(INCOMING),
            targets: place.staged().join(TARGETS),
            next: AtomicU64::new(0),
        };
        match std::fs::remove_dir_all(&incoming.directory) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(RepoError::file(&incoming.directory, error));
            }
            _ => {}
        }
        Ok(incoming)
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// A new file, and its number.
    pub fn create(&self) -> std::io::Result<(u64, File)> {
        let number = self.next.fetch_add(1, Relaxed);
        let path = self.path(number);
        let create = || {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create_new(true).open(&path)
        };
        let file = match create() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                DirBuilder::new().recursive(true).create(&self.directory)?;
                create()?
            }
            other => other?,
        };
        Ok((number, file))
    }

    /// A new file with these bytes; its number.
    pub fn write(&self, bytes: &[u8]) -> std::io::Result<u64> {
        let (number, mut file) = self.create()?;
        file.write_all(bytes)?;
        Ok(number)
    }

    /// Refuses what could not get its final name: a directory stands there, or a file where a
    /// directory has to be.
    pub fn fits(&self, path: &str) -> Result<(), RepoError> {
        let to = self.targets.join(path);
        if to.is_dir() {
            return Err(in_the_way(
                &to,
                "is a directory, and a file is to come there",
            ));
        }
        let above = to.ancestors().skip(1);
        for directory in above.take_while(|above| *above != self.targets) {
            match directory.symlink_metadata() {
                Ok(found) if !found.is_dir() => {
                    return Err(in_the_way(
                        directory,
                        "is no directory, and files are to come below it",
                    ));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Gives a copy its final name; its stamp under that.
    pub fn place(&self, number: u64, path: &str) -> Result<Stamp, RepoError> {
        let to = self.targets.join(path);
        let from = self.path(number);
        let failed = |error| RepoError::file(&to, error);
        match std::fs::rename(&from, &to) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let above = to.parent().unwrap_or(&self.targets);
                std::fs::create_dir_all(above).map_err(failed)?;
                std::fs::rename(&from, &to).map_err(failed)?;
            }
            other => other.map_err(failed)?,
        }
        let found = to.symlink_metadata().map_err(failed)?;
        Ok(Stamp::of(&found))
    }

    fn path(&self, number: u64) -> PathBuf {
        self.directory.join(number.to_string())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // what is left is removed by the next command
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn in_the_way(path: &Path, why: &str) -> RepoError {
    RepoError::refused(
        format!("{} {why}.", super::walk::shown(path)),
        "Take it away, or choose another path.",
    )
}
