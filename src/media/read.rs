//! Files, taken from a medium.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use super::error::{At, Doing, SHOWN};
use super::mount::{Access, Carriage, Opened, Target};
use super::superblock::Letters;
use super::{Machine, MediaError};
use crate::safe::safe;

/// Most names of a directory that are looked at.
const MOST: usize = 1 << 16;
/// Most letters of a name in a message.
const LETTERS: usize = 100;

/// A file that was taken from a medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its name, as it stands on the medium.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Reads these files from the root of a medium: plain files only, whatever links there are, and
/// together at most `limit` bytes. Where upper and lower case are one, a name may be written in either.
pub fn read(
    machine: &Machine,
    target: &Target,
    names: &[&str],
    limit: u64,
) -> Result<(Vec<Taken>, Carriage), MediaError> {
    let opened = machine.open(target, Access::Read)?;
    let mut left = limit;
    let mut taken = Vec::with_capacity(names.len());
    for name in names {
        let name = opened.resolve(name, Doing::Reading)?;
        let bytes = opened.bytes(&name, left, Doing::Reading)?;
        left = left.saturating_sub(bytes.len() as u64);
        taken.push(Taken { name, bytes });
    }
    let carriage = opened.carriage();
    // what was read is read, whatever becomes of the mount
    drop(opened);
    Ok((taken, carriage))
}

/// The names in the root of a medium, safe to show: directories end in a slash.
pub fn names(machine: &Machine, target: &Target) -> Result<Vec<String>, MediaError> {
    let opened = machine.open(target, Access::Read)?;
    Ok(opened.entries(Doing::Reading)?.iter().map(shown).collect())
}

/// A name in a directory.
pub(super) struct Entry {
    /// `None` where it is not text.
    pub name: Option<String>,
    /// The name, safe to show.
    shown: String,
    kind: FileType,
}

fn shown(entry: &Entry) -> String {
    let slash = match entry.kind {
        FileType::Directory => "/",
        _ => "",
    };
    format!("{}{slash}", entry.shown)
}

impl Opened {
    fn at(&self, doing: Doing) -> At<'_> {
        At {
            device: self.name(),
            doing,
        }
    }

    /// What is in the root, sorted.
    pub(super) fn entries(&self, doing: Doing) -> Result<Vec<Entry>, MediaError> {
        let says = |errno| self.at(doing).says(errno);
        let directory = Dir::read_from(self.root()).map_err(says)?;
        let mut entries = Vec::new();
        for entry in directory.take(MOST) {
            let entry = entry.map_err(says)?;
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            let text = String::from_utf8_lossy(name);
            entries.push(Entry {
                name: std::str::from_utf8(name).ok().map(str::to_owned),
                shown: shortened(&text),
                kind: entry.file_type(),
            });
        }
        entries.sort_by(|one, other| one.shown.cmp(&other.shown));
        Ok(entries)
    }

    /// The name as it stands on the medium.
    fn resolve(&self, wanted: &str, doing: Doing) -> Result<String, MediaError> {
        let entries = self.entries(doing)?;
        let names = || entries.iter().filter_map(|entry| entry.name.as_deref());
        if let Some(name) = names().find(|name| *name == wanted) {
            return Ok(name.to_owned());
        }
        let same: Vec<&str> = names()
            .filter(|name| self.letters() == Letters::Same && is_same_name(name, wanted))
            .collect();
        match same.as_slice() {
            [name] => Ok((*name).to_owned()),
            [] => Err(MediaError::FileAbsent {
                device: self.name().to_owned(),
                name: shortened(wanted),
                there: entries.iter().take(SHOWN).map(shown).collect(),
                more: entries.len().saturating_sub(SHOWN),
            }),
            several => Err(MediaError::Ambiguous {
                device: self.name().to_owned(),
                name: shortened(wanted),
                names: several.iter().map(|name| shortened(name)).collect(),
            }),
        }
    }

    /// A plain file in the root, opened. Nothing but a file of this very file system is followed to.
    fn plain_file(&self, name: &str, doing: Doing) -> Result<(File, u64), MediaError> {
        let not_a_file = || MediaError::NotAFile {
            device: self.name().to_owned(),
            name: shortened(name),
        };
        if name.contains('/') {
            return Err(not_a_file());
        }
        // a device or a pipe is not even opened
        let named = rustix::fs::statat(self.root(), name, AtFlags::SYMLINK_NOFOLLOW)
            .map_err(|errno| self.at(doing).says(errno))?;
        if FileType::from_raw_mode(named.st_mode) != FileType::RegularFile {
            return Err(not_a_file());
        }
        let opened: rustix::io::Result<OwnedFd> = rustix::fs::openat2(
            self.root(),
            name,
            // without waiting for whoever writes into a pipe
            OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK,
            Mode::empty(),
            ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_XDEV,
        );
        let file = opened.map_err(|errno| match errno {
            Errno::LOOP | Errno::XDEV => not_a_file(),
            errno => self.at(doing).says(errno),
        })?;
        let stat = rustix::fs::fstat(&file).map_err(|errno| self.at(doing).says(errno))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(not_a_file());
        }
        Ok((
            File::from(file),
            u64::try_from(stat.st_size).unwrap_or(u64::MAX),
        ))
    }

    /// The bytes of a plain file in the root.
    pub(super) fn bytes(
        &self,
        name: &str,
        limit: u64,
        doing: Doing,
    ) -> Result<Vec<u8>, MediaError> {
        let (file, size) = self.plain_file(name, doing)?;
        let too_large = |bytes| MediaError::TooLarge {
            device: self.name().to_owned(),
            name: shortened(name),
            bytes,
            limit,
        };
        if size > limit {
            return Err(too_large(size));
        }
        // read from the medium rather than from what is left in memory of an earlier look
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
        let mut bytes = Vec::new();
        file.take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| self.at(doing).fails(&error))?;
        // it may have grown since
        if bytes.len() as u64 > limit {
            return Err(too_large(bytes.len() as u64));
        }
        Ok(bytes)
    }

    /// The bytes of this file, where there is one, even under a name of other letters where those are
    /// the same.
    pub(super) fn bytes_there(
        &self,
        name: &str,
        limit: u64,
        doing: Doing,
    ) -> Result<Option<Taken>, MediaError> {
        let name = match self.resolve(name, doing) {
            Ok(name) => name,
            Err(MediaError::FileAbsent { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let bytes = self.bytes(&name, limit, doing)?;
        Ok(Some(Taken { name, bytes }))
    }
}

/// Whether two names are one where upper and lower case are one.
pub(super) fn is_same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// A name for a message.
pub(super) fn shortened(name: &str) -> String {
    let mut text = safe(&name.chars().take(LETTERS).collect::<String>());
    if name.chars().count() > LETTERS {
        text.push('…');
    }
    text
}
