//! The copy of the transcript on the LOG medium.
//!
//! What the LOG medium does never stops the ceremony: an error is told once, the copy is off from then
//! on, and when the medium is attached again the copy is completed from the transcript.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write as _};
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use super::error::{At, Doing};
use super::mount::{Access, Carriage, Opened, Target};
use super::read::shortened;
use super::write::{everybody_may_read, sync_names};
use super::{Machine, MediaError};
use crate::envelope::limits::check_name;
use crate::safe::safe;

/// Bytes that are compared or copied at once.
const PIECE: usize = 1 << 16;

/// A copy of the transcript that grows with it.
#[derive(Debug)]
pub struct LogCopy {
    // before the mount, so that it is closed before that is taken away
    file: File,
    opened: Opened,
    name: String,
    bytes: u64,
    off: Option<String>,
}

/// Name of the copy of this ceremony's transcript.
pub fn file_name(ceremony: &str) -> String {
    format!("{ceremony}.transcript.jsonl")
}

impl LogCopy {
    /// Begins the copy, or completes the one that is there. A last line that was cut short by an
    /// interruption is taken off; what stands before it must be how the transcript begins. Whole lines
    /// alone are copied.
    pub fn attach(
        machine: &Machine,
        target: &Target,
        ceremony: &str,
        transcript: &Path,
    ) -> Result<Self, MediaError> {
        let name = file_name(ceremony);
        check_name(&name).map_err(|error| MediaError::NameRefused {
            name: shortened(&name),
            reason: error.to_string(),
        })?;
        let opened = machine.open(target, Access::Write)?;
        let file = open_copy(&opened, &name)?;
        let mut copy = Self {
            file,
            opened,
            name,
            bytes: 0,
            off: None,
        };
        copy.catch_up(transcript)?;
        Ok(copy)
    }

    /// Adds what was added to the transcript: on return it is on the medium.
    pub fn append(&mut self, lines: &[u8]) -> Result<(), MediaError> {
        if let Some(because) = &self.off {
            return Err(MediaError::LogOff {
                device: self.opened.name().to_owned(),
                because: because.clone(),
            });
        }
        let written = self
            .put(lines)
            .map_err(|error| self.error(&error, lines.len() as u64));
        if let Err(error) = &written {
            self.off = Some(error.to_string());
        }
        written
    }

    /// Bytes of the transcript that are on the medium.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Why the copy is off, where it is.
    pub fn off(&self) -> Option<&str> {
        self.off.as_deref()
    }

    /// Ends the copy. Where the medium was mounted for it, it is safe to remove afterwards.
    pub fn detach(self) -> Result<Carriage, MediaError> {
        let carriage = self.opened.carriage();
        if let Some(because) = self.off {
            return Err(MediaError::LogOff {
                device: self.opened.name().to_owned(),
                because,
            });
        }
        let at = At {
            device: self.opened.name(),
            doing: Doing::Logging,
        };
        rustix::fs::fsync(&self.file).map_err(|errno| at.says(errno))?;
        drop(self.file);
        self.opened.close(Doing::Logging)?;
        Ok(carriage)
    }

    fn put(&mut self, lines: &[u8]) -> std::io::Result<()> {
        self.file.write_all(lines)?;
        self.file.sync_data()?;
        self.bytes += lines.len() as u64;
        Ok(())
    }

    fn error(&self, error: &std::io::Error, needed: u64) -> MediaError {
        let at = At {
            device: self.opened.name(),
            doing: Doing::Logging,
        };
        match Errno::from_io_error(error) {
            Some(errno) => self.opened.full(errno, needed, at),
            None => at.fails(error),
        }
    }

    fn catch_up(&mut self, transcript: &Path) -> Result<(), MediaError> {
        let unread = |error: std::io::Error| MediaError::Transcript {
            path: safe(&transcript.display().to_string()),
            reason: error.to_string(),
        };
        let mut source = File::open(transcript).map_err(unread)?;
        let whole = whole_lines(&mut source).map_err(unread)?;
        let kept = whole_lines(&mut self.file).map_err(|error| self.error(&error, 0))?;
        let other = || MediaError::OtherLog {
            device: self.opened.name().to_owned(),
            name: self.name.clone(),
        };
        if kept > whole {
            return Err(other());
        }
        let mut left = kept;
        while left > 0 {
            let len = left.min(PIECE as u64);
            let expected = piece(&mut source, len).map_err(unread)?;
            let there = piece(&mut self.file, len).map_err(|error| self.error(&error, 0))?;
            if expected != there {
                return Err(other());
            }
            left -= len;
        }
        // only now is it known whose it is, so only now is it changed
        let missing = whole - kept;
        self.file
            .set_len(kept)
            .and_then(|()| self.file.seek(SeekFrom::Start(kept)))
            .map_err(|error| self.error(&error, missing))?;
        let mut left = missing;
        while left > 0 {
            let len = left.min(PIECE as u64);
            let lines = piece(&mut source, len).map_err(unread)?;
            self.file
                .write_all(&lines)
                .map_err(|error| self.error(&error, missing))?;
            left -= len;
        }
        self.file
            .sync_all()
            .and_then(|()| Ok(sync_names(self.opened.root())?))
            .map_err(|error| self.error(&error, missing))?;
        self.bytes = whole;
        Ok(())
    }
}

fn open_copy(opened: &Opened, name: &str) -> Result<File, MediaError> {
    let at = At {
        device: opened.name(),
        doing: Doing::Logging,
    };
    let file = rustix::fs::openat2(
        opened.root(),
        name,
        OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK,
        Mode::from_raw_mode(0o644),
        ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_XDEV,
    );
    let not_a_file = || MediaError::NotAFile {
        device: opened.name().to_owned(),
        name: shortened(name),
    };
    let file = file.map_err(|errno| match errno {
        Errno::LOOP | Errno::ISDIR | Errno::XDEV => not_a_file(),
        errno => opened.full(errno, 1, at),
    })?;
    let stat = rustix::fs::fstat(&file).map_err(|errno| at.says(errno))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(not_a_file());
    }
    everybody_may_read(&file);
    Ok(File::from(file))
}

/// Bytes up to and with the last end of a line; the file is at its beginning afterwards.
fn whole_lines(file: &mut File) -> std::io::Result<u64> {
    let mut end = file.seek(SeekFrom::End(0))?;
    while end > 0 {
        let len = end.min(PIECE as u64);
        file.seek(SeekFrom::Start(end - len))?;
        let bytes = piece(file, len)?;
        if let Some(at) = bytes.iter().rposition(|byte| *byte == b'\n') {
            end = end - len + at as u64 + 1;
            break;
        }
        end -= len;
    }
    file.rewind()?;
    Ok(end)
}

/// The next `len` bytes, at most [`PIECE`].
fn piece(file: &mut File, len: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(len.min(PIECE as u64)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == len {
        Ok(bytes)
    } else {
        Err(std::io::ErrorKind::UnexpectedEof.into())
    }
}
