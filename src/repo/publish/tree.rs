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
    /// Whether somebody may look at a name before its file is complete.
    seen: bool,
}

/// What writes the bytes of a file.
type Write<'w> = &'w mut dyn FnMut(&mut File) -> std::io::Result<()>;

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
            seen: true,
        })
    }

    /// One that nobody looks at before it is complete: files are written under their own names.
    pub fn unseen(path: &Path) -> Result<Self, Failed> {
        let seen = false;
        Ok(Self {
            seen,
            ..Self::open(path)?
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

    /// Writes a file, beside its name first where it could be seen. Nothing is flushed:
    /// [`Self::flush`] does it for all.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failed> {
        self.put(name, &mut |file| file.write_all(bytes))
    }

    /// Copies a file, sharing its blocks where the file system can.
    pub fn copy(&mut self, from: &Path, name: &str) -> Result<(), Failed> {
        let mut source = File::open(from).map_err(|error| (from.to_owned(), errno(&error)))?;
        self.put(name, &mut |file| {
            std::io::copy(&mut source, file).map(|_| ())
        })
    }

    fn put(&mut self, name: &str, write: Write<'_>) -> Result<(), Failed> {
        if self.seen {
            let part = self.part(name, write)?;
            return self.take(&part, name);
        }
        let (directory, file) = self.at(name)?;
        let created = match create(directory, file, write) {
            // what is there has another name among what clients see: it is not written to
            Err(Errno::EXIST) => {
                let gone = rustix::fs::unlinkat(directory, file, AtFlags::empty());
                gone.and_then(|()| create(directory, file, write))
            }
            created => created,
        };
        created.map_err(|error| (self.path.join(name), error))
    }

    /// Writes a file under a temporary name; gives that name, which is at the top.
    pub fn part(&mut self, name: &str, write: Write<'_>) -> Result<String, Failed> {
        let part = Sites::part(name);
        match create(&self.top, &part, write) {
            Err(error) => Err((self.path.join(&part), error)),
            Ok(()) => Ok(part),
        }
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
    pub fn move_in(
        &mut self,
        from: &mut Self,
        path: &str,
        name: &str,
        is_readable: bool,
    ) -> Result<(), Failed> {
        if !is_readable {
            readable(&from.path.join(path))?;
        }
        let source = from.path.clone();
        let (there, file) = from.at(path)?;
        let (here, new) = self.at(name)?;
        match renameat(there, file, here, new) {
            Err(Errno::XDEV) => self.copy(&source.join(path), name),
            Err(error) => Err((self.path.join(name), error)),
            Ok(()) => Ok(()),
        }
    }

    /// Gives a file another name here, in place of one that is there, or copies it where it cannot
    /// have two.
    pub fn link_in(&mut self, from: &mut Self, path: &str, name: &str) -> Result<(), Failed> {
        let source = from.path.clone();
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
                self.copy(&source.join(path), name)
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

/// Writes a new file, which everybody may read whatever the umask is.
fn create(directory: &OwnedFd, name: &str, write: Write<'_>) -> Result<(), Errno> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    let mode = Mode::from_raw_mode(FILE);
    let mut file = File::from(openat(directory, name, flags, mode)?);
    rustix::fs::fchmod(&file, mode)?;
    write(&mut file).map_err(|error| errno(&error))
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
