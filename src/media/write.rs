//! Files, put onto a medium, and believed only after they were read back.
//!
//! Each file gets a temporary name, its bytes and a flush; only when all of them have that, they get
//! their names. Then the medium is unmounted, mounted for reading, and every byte is hashed again.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsFd;

use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::error::{At, Doing};
use super::mount::{Access, Carriage, Opened, Target};
use super::read::{is_same_name, shortened};
use super::{Machine, MediaError};
use crate::digest::{Sha256, Sha256Stream};
use crate::envelope::limits::check_name;

/// Bytes that are left free beside the files: directories grow, and so do tables.
const MARGIN: u64 = 64 << 10;
/// Bytes that are handed over at once.
const PIECE: usize = 1 << 20;

/// A file that is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outgoing<'a> {
    /// Its name: plain, the same on every system.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// How far it is. Names are those of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// So many bytes of this file were handed to the medium, under a temporary name.
    Handed(&'a str, u64),
    /// This file is on the medium, under a temporary name.
    Flushed(&'a str),
    /// It has its name.
    Named(&'a str),
    /// All files have their names and the medium is unmounted.
    Unmounted,
    /// This file was read back, and it is what was written.
    ReadBack(&'a str),
}

/// Whether a file is new on the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// It was written.
    New,
    /// It was there already, with the same bytes.
    There,
}

/// A file that is on the medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its digest, as it was read back.
    pub digest: Sha256,
    /// Whether it is new.
    pub novelty: Novelty,
}

/// What was written, and how it was read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The medium in messages.
    pub device: String,
    /// The files, in the order in which they were given.
    pub files: Vec<Written>,
    /// Where it is [`Carriage::Own`], the medium was unmounted and mounted again in between, and it is
    /// safe to remove; otherwise it was read through the same mount, and somebody must unmount it.
    pub carriage: Carriage,
}

/// Writes these files into the root of a medium. One that is there with the same bytes is fine; one
/// with other bytes is left as it is, and nothing is written.
pub fn write(
    machine: &Machine,
    target: &Target,
    files: &[Outgoing<'_>],
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Receipt, MediaError> {
    check_names(files)?;
    let opened = machine.open(target, Access::Write)?;
    let device = opened.name().to_owned();
    let carriage = opened.carriage();
    let novelties = opened.put(files, progress)?;
    let opened = match carriage {
        Carriage::AsFound => opened,
        Carriage::Own => {
            opened.close(Doing::Writing)?;
            progress(Progress::Unmounted);
            machine.open(target, Access::Read)?
        }
    };
    let mut written = Vec::with_capacity(files.len());
    for (file, novelty) in files.iter().zip(novelties) {
        let digest = opened.digest(file)?;
        progress(Progress::ReadBack(file.name));
        written.push(Written {
            name: file.name.to_owned(),
            bytes: file.bytes.len() as u64,
            digest,
            novelty,
        });
    }
    opened.close(Doing::ReadingBack)?;
    Ok(Receipt {
        device,
        files: written,
        carriage,
    })
}

/// Names that mean the same on every system, and differ on each.
fn check_names(files: &[Outgoing<'_>]) -> Result<(), MediaError> {
    for (at, file) in files.iter().enumerate() {
        let refused = |reason: String| MediaError::NameRefused {
            name: shortened(file.name),
            reason,
        };
        check_name(file.name).map_err(|error| refused(error.to_string()))?;
        let earlier = files.iter().take(at);
        if earlier
            .into_iter()
            .any(|other| is_same_name(other.name, file.name))
        {
            return Err(refused("another file has this name as well".to_owned()));
        }
    }
    Ok(())
}

fn temporary(name: &str) -> String {
    format!(".{name}.part")
}

impl Opened {
    fn writing(&self) -> At<'_> {
        At {
            device: self.name(),
            doing: Doing::Writing,
        }
    }

    fn put(
        &self,
        files: &[Outgoing<'_>],
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<Novelty>, MediaError> {
        let mut novelties = Vec::with_capacity(files.len());
        for file in files {
            novelties.push(self.novelty(file)?);
        }
        let new: Vec<&Outgoing<'_>> = files
            .iter()
            .zip(&novelties)
            .filter(|(_, novelty)| **novelty == Novelty::New)
            .map(|(file, _)| file)
            .collect();
        for file in &new {
            self.forget(&temporary(file.name))?;
        }
        self.check_space(&new)?;
        let done = self.put_new(&new, progress);
        if done.is_err() {
            for file in &new {
                let _ = self.forget(&temporary(file.name));
            }
        }
        done?;
        self.sync()?;
        Ok(novelties)
    }

    fn novelty(&self, file: &Outgoing<'_>) -> Result<Novelty, MediaError> {
        let taken = |there: &str| MediaError::NameTaken {
            device: self.name().to_owned(),
            there: shortened(there),
        };
        let there = match self.bytes_there(file.name, file.bytes.len() as u64, Doing::Writing) {
            Err(MediaError::TooLarge { name, .. } | MediaError::NotAFile { name, .. }) => {
                return Err(taken(&name));
            }
            Err(MediaError::Ambiguous { names, .. }) => return Err(taken(&names.join(", "))),
            there => there?,
        };
        match there {
            None => Ok(Novelty::New),
            Some(there) if there.name == file.name && there.bytes == file.bytes => {
                Ok(Novelty::There)
            }
            Some(there) => Err(taken(&there.name)),
        }
    }

    fn check_space(&self, files: &[&Outgoing<'_>]) -> Result<(), MediaError> {
        let free = self.free_space(Doing::Writing)?;
        if files.is_empty() {
            return Ok(());
        }
        let needed = files.iter().fold(MARGIN, |sum, file| {
            let blocks = (file.bytes.len() as u64).div_ceil(free.block);
            // one more for what points at the others
            sum.saturating_add((blocks + 1).saturating_mul(free.block))
        });
        if needed > free.bytes {
            return Err(MediaError::Full {
                device: self.name().to_owned(),
                needed,
                free: free.bytes,
            });
        }
        Ok(())
    }

    pub(super) fn free_space(&self, doing: Doing) -> Result<Free, MediaError> {
        let at = At {
            device: self.name(),
            doing,
        };
        let stat = rustix::fs::fstatvfs(self.root()).map_err(|errno| at.says(errno))?;
        Ok(Free {
            bytes: stat.f_bavail.saturating_mul(stat.f_frsize),
            block: stat.f_frsize.clamp(512, 1 << 20),
        })
    }

    /// What the operating system said while so many bytes were written.
    pub(super) fn full(&self, errno: Errno, needed: u64, at: At<'_>) -> MediaError {
        match errno {
            Errno::NOSPC | Errno::DQUOT => MediaError::Full {
                device: self.name().to_owned(),
                needed,
                free: self.free_space(at.doing).map_or(0, |free| free.bytes),
            },
            errno => at.says(errno),
        }
    }

    fn put_new(
        &self,
        files: &[&Outgoing<'_>],
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(), MediaError> {
        for file in files {
            let needed = file.bytes.len() as u64;
            self.put_part(file, progress)
                .map_err(|errno| self.full(errno, needed, self.writing()))?;
            progress(Progress::Flushed(file.name));
        }
        for file in files {
            self.name_part(file.name)?;
            progress(Progress::Named(file.name));
        }
        Ok(())
    }

    fn put_part(
        &self,
        file: &Outgoing<'_>,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> rustix::io::Result<()> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let part = rustix::fs::openat(
            self.root(),
            temporary(file.name),
            flags,
            Mode::from_raw_mode(0o644),
        )?;
        everybody_may_read(&part);
        let mut part = File::from(part);
        let mut handed = 0;
        for piece in file.bytes.chunks(PIECE) {
            part.write_all(piece)
                .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
            handed += piece.len() as u64;
            progress(Progress::Handed(file.name, handed));
        }
        rustix::fs::fsync(&part)
    }

    /// Gives a file its name, and overwrites nothing.
    fn name_part(&self, name: &str) -> Result<(), MediaError> {
        let root = self.root();
        let part = temporary(name);
        let taken = || MediaError::NameTaken {
            device: self.name().to_owned(),
            there: shortened(name),
        };
        match rustix::fs::renameat_with(root, &part, root, name, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(()),
            Err(Errno::EXIST) => Err(taken()),
            // drivers in programs (FUSE) mostly know plain renaming only; nobody else writes here
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                match rustix::fs::statat(root, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Err(Errno::NOENT) => rustix::fs::renameat(root, &part, root, name)
                        .map_err(|errno| self.writing().says(errno)),
                    Ok(_) => Err(taken()),
                    Err(errno) => Err(self.writing().says(errno)),
                }
            }
            Err(errno) => Err(self.writing().says(errno)),
        }
    }

    /// Removes a temporary file: never anything but a part of a file that we write.
    fn forget(&self, part: &str) -> Result<(), MediaError> {
        match rustix::fs::unlinkat(self.root(), part, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(self.writing().says(errno)),
        }
    }

    /// Has the medium take everything that was handed to it.
    fn sync(&self) -> Result<(), MediaError> {
        sync_names(self.root()).map_err(|errno| self.writing().says(errno))
    }

    fn digest(&self, file: &Outgoing<'_>) -> Result<Sha256, MediaError> {
        let differs = || MediaError::Differs {
            device: self.name().to_owned(),
            name: file.name.to_owned(),
        };
        let expected = file.bytes.len() as u64;
        let there = match self.bytes(file.name, expected, Doing::ReadingBack) {
            Err(MediaError::TooLarge { .. } | MediaError::NotAFile { .. }) => {
                return Err(differs());
            }
            there => there?,
        };
        let mut hash = Sha256Stream::new();
        hash.update(&there);
        let digest = hash.finish();
        if digest != Sha256::of(file.bytes) {
            return Err(differs());
        }
        Ok(digest)
    }
}

/// Space on a medium.
pub(super) struct Free {
    /// Bytes that are free for this user.
    pub bytes: u64,
    /// Bytes of the unit in which files take space.
    pub block: u64,
}

/// What is carried out is read by others on other machines. FAT knows no such thing, and refuses.
pub(super) fn everybody_may_read(file: impl AsFd) {
    let _ = rustix::fs::fchmod(file, Mode::from_raw_mode(0o644));
}

/// Flushes the names in a directory, and the whole file system under it.
pub(super) fn sync_names(root: impl AsFd) -> rustix::io::Result<()> {
    match rustix::fs::fsync(&root) {
        // drivers in programs (FUSE) mostly cannot flush a directory alone
        Ok(()) | Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
        Err(errno) => return Err(errno),
    }
    rustix::fs::syncfs(&root)
}
