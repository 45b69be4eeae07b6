//! Names below a directory, with few system calls: the directory in which the last name was stays
//! open, and names come in order.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, linkat, mkdirat, openat, renameat};
use rustix::io::Errno;

use super::leftovers::Sites;

/// What everybody may read: a host serves it.
const FILE: u32 = 0o644;
const DIRECTORY: u32 = 0o755;

/// A directory in which names are made.
pub(super) struct Tree {
    path: PathBuf,
    top: OwnedFd,
    /// The directory of the last name, where it is not the top.
    last: Option<(String, OwnedFd)>,
}

/// What happened, and to which file.
pub(super) type Failed = (PathBuf, Errno);

impl Tree {
    pub fn open(path: &Path) -> Result<Self, Failed> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let top = rustix::fs::open(path, flags, Mode::empty());
        Ok(Self {
            top: top.map_err(|error| (path.to_owned(), error))?,
            path: path.to_owned(),
            last: None,
        })
    }

    /// Makes the directory of `name` and gives it with the last part of the name.
    fn at<'t, 'n>(&'t mut self, name: &'n str) -> Result<(&'t OwnedFd, &'n str), Failed> {
        let Some((directory, file)) = name.rsplit_once('/') else {
            return Ok((&self.top, name));
        };
        if self.last.as_ref().is_none_or(|(last, _)| last != directory) {
            let opened = self.directory(directory);
            let opened = opened.map_err(|error| (self.path.join(directory), error))?;
            self.last = Some((directory.to_owned(), opened));
        }
        match &self.last {
            Some((_, opened)) => Ok((opened, file)),
            None => Ok((&self.top, file)),
        }
    }

    fn directory(&self, path: &str) -> Result<OwnedFd, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        match openat(&self.top, path, flags, Mode::empty()) {
            Err(Errno::NOENT) => {}
            opened => return opened.and_then(searchable),
        }
        let ends = path.match_indices('/').map(|(at, _)| at);
        for end in ends.chain([path.len()]) {
            let part = path.get(..end).unwrap_or(path);
            match mkdirat(&self.top, part, Mode::from_raw_mode(DIRECTORY)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(error),
            }
            searchable(openat(&self.top, part, flags, Mode::empty())?)?;
        }
        openat(&self.top, path, flags, Mode::empty())
    }

    /// Writes a file, beside its name first. Nothing is flushed: [`Self::flush`] does it for all.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failed> {
        let part = self.part(name, &mut |file| file.write_all(bytes))?;
        self.take(&part, name)
    }

    /// Copies a file, sharing its blocks where the file system can.
    pub fn copy(&mut self, from: &Path, name: &str) -> Result<(), Failed> {
        let mut source = File::open(from).map_err(|error| (from.to_owned(), errno(&error)))?;
        let part = self.part(name, &mut |file| {
            std::io::copy(&mut source, file).map(|_| ())
        })?;
        self.take(&part, name)
    }

    /// Writes a file under a temporary name; gives that name, which is at the top.
    pub fn part(
        &mut self,
        name: &str,
        write: &mut dyn FnMut(&mut File) -> std::io::Result<()>,
    ) -> Result<String, Failed> {
        let part = Sites::part(name);
        let path = self.path.join(&part);
        let failed = |error: Errno| (path.clone(), error);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(FILE);
        let file = openat(&self.top, part.as_str(), flags, mode).map_err(failed)?;
        let mut file = File::from(file);
        let written = rustix::fs::fchmod(&file, mode)
            .map_err(std::io::Error::from)
            .and_then(|()| write(&mut file));
        written.map_err(|error| failed(errno(&error)))?;
        Ok(part)
    }

    /// Gives a file that was written its name.
    pub fn take(&mut self, part: &str, name: &str) -> Result<(), Failed> {
        let path = self.path.join(name);
        let top = self.top.try_clone();
        let top = top.map_err(|error| (path.clone(), errno(&error)))?;
        let (directory, file) = self.at(name)?;
        renameat(&top, part, directory, file).map_err(|error| (path, error))
    }

    /// Moves a file here from another tree, or copies it where that is another file system.
    pub fn move_in(&mut self, from: &mut Self, path: &str, name: &str) -> Result<(), Failed> {
        let source = from.path.join(path);
        readable(&source)?;
        let (there, file) = from.at(path)?;
        let (here, new) = self.at(name)?;
        match renameat(there, file, here, new) {
            Err(Errno::XDEV) => self.copy(&source, name),
            Err(error) => Err((self.path.join(name), error)),
            Ok(()) => Ok(()),
        }
    }

    /// Gives a file another name here, in place of one that is there, or copies it where it cannot
    /// have two.
    pub fn link_in(&mut self, from: &mut Self, path: &str, name: &str) -> Result<(), Failed> {
        let source = from.path.join(path);
        let (there, file) = from.at(path)?;
        let (here, new) = self.at(name)?;
        let linked = match linkat(there, file, here, new, AtFlags::empty()) {
            Err(Errno::EXIST) => {
                let gone = rustix::fs::unlinkat(here, new, AtFlags::empty());
                gone.and_then(|()| linkat(there, file, here, new, AtFlags::empty()))
            }
            linked => linked,
        };
        match linked {
            Err(Errno::XDEV | Errno::MLINK | Errno::PERM | Errno::OPNOTSUPP) => {
                self.copy(&source, name)
            }
            Err(error) => Err((self.path.join(name), error)),
            Ok(()) => Ok(()),
        }
    }

    /// Brings everything on this file system to the disk: one call for all files.
    pub fn flush(&self) -> Result<(), Failed> {
        rustix::fs::syncfs(&self.top).map_err(|error| (self.path.clone(), error))
    }

    /// Brings the names at the top to the disk.
    pub fn flush_names(&self) -> Result<(), Failed> {
        rustix::fs::fsync(&self.top).map_err(|error| (self.path.clone(), error))
    }
}

/// Whatever the umask was, and wherever an earlier commit was stopped: a directory is served. Where it
/// is somebody else's it stays as it is; `repo verify` says so.
fn searchable(directory: OwnedFd) -> Result<OwnedFd, Errno> {
    let found = rustix::fs::fstat(&directory)?;
    if found.st_mode & DIRECTORY != DIRECTORY {
        let wider = Mode::from_raw_mode((found.st_mode | DIRECTORY) & 0o7777);
        match rustix::fs::fchmod(&directory, wider) {
            Ok(()) | Err(Errno::PERM) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(directory)
}

/// A file that its owner alone can read cannot be served.
fn readable(path: &Path) -> Result<(), Failed> {
    use std::os::unix::fs::PermissionsExt as _;

    let failed = |error: std::io::Error| (path.to_owned(), errno(&error));
    let found = std::fs::symlink_metadata(path).map_err(failed)?;
    let mode = found.permissions().mode();
    if mode & 0o444 == 0o444 {
        return Ok(());
    }
    let wider = std::fs::Permissions::from_mode((mode | 0o444) & 0o7777);
    std::fs::set_permissions(path, wider).map_err(failed)
}

fn errno(error: &std::io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}
