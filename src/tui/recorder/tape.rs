//! The file of a recording: whole lines, and the digest of what is in it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use rustix::fs::OFlags;

use super::cast;
use crate::ceremony::recording::{LONGEST, Mark};
use crate::digest::{Sha256, Sha256Stream};

/// Longest line that is read, in bytes; a frame is far from it.
const MAX_LINE: u64 = 16 * 1024 * 1024;

/// An open recording.
pub struct Tape {
    file: File,
    /// Bytes of whole lines.
    bytes: u64,
    digest: Sha256Stream,
}

/// What a recording held when it was gone on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// Time of its last event.
    pub at: Duration,
    /// Columns and rows at its end.
    pub size: (u16, u16),
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    // neither a link to another file nor a pipe, on which opening would wait
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    options
        .read(true)
        .write(true)
        .custom_flags(flags.cast_signed());
    options
}

impl Tape {
    /// A new one.
    pub fn begin(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: options().create_new(true).open(path)?,
            bytes: 0,
            digest: Sha256Stream::new(),
        })
    }

    /// Goes on with the one that is there, if it begins as the last mark says: cuts what is no whole line. It
    /// is read once for that. Words where it cannot be gone on with.
    pub fn go_on(path: &Path, last: Option<&Mark>) -> Result<(Self, Past), String> {
        let words = |error: io::Error| error.to_string();
        let mut file = options().open(path).map_err(words)?;
        if !file.metadata().map_err(words)?.is_file() {
            return Err("it is no file".to_owned());
        }
        let mut covered = last.copied();
        let mut past: Option<Past> = None;
        let (mut bytes, mut digest) = (0, Sha256Stream::new());
        let mut lines = BufReader::with_capacity(1 << 16, &mut file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let mut next = lines.by_ref().take(MAX_LINE);
            let read = next.read_until(b'\n', &mut line).map_err(words)?;
            let Some(then) = whole(&line).and_then(|text| after(past, text)) else {
                break;
            };
            past = Some(then);
            bytes += read as u64;
            digest.update(&line);
            if covered
                .is_some_and(|mark| mark.bytes == bytes && mark.sha256 == digest.clone().finish())
            {
                covered = None;
            }
        }
        if covered.is_some() {
            return Err("it is not what was recorded before".to_owned());
        }
        let Some(past) = past else {
            return Err("it is no recording".to_owned());
        };
        file.set_len(bytes).map_err(words)?;
        file.seek(SeekFrom::Start(bytes)).map_err(words)?;
        let tape = Self {
            file,
            bytes,
            digest,
        };
        Ok((tape, past))
    }

    /// Writes a line. Where that fails, the file ends with the line before, if that can be done.
    pub fn write(&mut self, line: &str) -> io::Result<()> {
        let written = if self.bytes + line.len() as u64 > LONGEST {
            Err(io::Error::other("it is as long as a recording may be"))
        } else {
            self.file.write_all(line.as_bytes())
        };
        match written {
            Ok(()) => {
                self.bytes += line.len() as u64;
                self.digest.update(line.as_bytes());
                Ok(())
            }
            Err(error) => {
                // where this fails too, the next mark does not cover what is behind
                let _ = self.file.set_len(self.bytes);
                Err(error)
            }
        }
    }

    /// How many bytes there are, and their digest.
    pub fn so_far(&self) -> (u64, Sha256) {
        (self.bytes, self.digest.clone().finish())
    }

    /// The file, to wait for the disk.
    pub fn handle(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

fn whole(line: &[u8]) -> Option<&str> {
    std::str::from_utf8(line.strip_suffix(b"\n")?).ok()
}

/// Where a recording is after one more line.
fn after(past: Option<Past>, line: &str) -> Option<Past> {
    let Some(past) = past else {
        let size = cast::parse_header(line)?;
        return Some(Past {
            at: Duration::ZERO,
            size,
        });
    };
    let (at, size) = cast::parse_line(line)?;
    (at >= past.at).then(|| Past {
        at,
        size: size.unwrap_or(past.size),
    })
}
