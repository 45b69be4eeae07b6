//! The transcript on disk: append, fsync, and only then go on.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use time::OffsetDateTime;

use crate::ceremony::event::Event;
use crate::ceremony::plan::Mode;
use crate::ceremony::state::Placed;
use crate::transcript::chain::Draft;
use crate::transcript::record::SALT;
use crate::transcript::{Chain, ChainError};

/// Name of the transcript in the ceremony directory.
pub const TRANSCRIPT: &str = "transcript.jsonl";

/// Why the transcript could not be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is one already.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// Another process has it open.
    #[error("{0} is in use by another rootstage process")]
    InUse(PathBuf),
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// It is not what was written.
    #[error("{path}, line {line}: {source}")]
    Broken {
        /// Which file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What is wrong with it.
        source: ChainError,
    },
    /// It holds no complete record.
    #[error("{0} holds no complete record")]
    Empty(PathBuf),
    /// There was no randomness for a salt.
    #[error("the operating system gave no randomness: {0}")]
    Randomness(getrandom::Error),
    /// The event has no canonical form (a defect).
    #[error("an event could not be written: {0}")]
    Canonical(#[from] crate::canonical::CanonicalError),
}

/// An open transcript.
pub struct Journal {
    file: File,
    path: PathBuf,
    bytes: u64,
    chain: Chain,
    opened: Instant,
    mono_base: u64,
    clock: fn() -> OffsetDateTime,
}

impl Journal {
    /// Starts a transcript in `dir`.
    pub fn create(dir: &Path, mode: Mode, clock: fn() -> OffsetDateTime) -> Result<Self, JournalError> {
        let path = dir.join(TRANSCRIPT);
        let io = io_at(&path);
        let file = OpenOptions::new()
            .create_new(true)
            .append(true)
            .read(true)
            .open(&path)
            .map_err(|source| match source.kind() {
                std::io::ErrorKind::AlreadyExists => JournalError::Exists(path.clone()),
                _ => io(source),
            })?;
        lock(&file, &path)?;
        sync_dir(dir).map_err(&io)?;
        Ok(Self {
            file,
            path,
            bytes: 0,
            chain: Chain::new(mode),
            opened: Instant::now(),
            mono_base: 0,
            clock,
        })
    }

    /// Opens the transcript in `dir` to go on: checks the whole chain, cuts a torn last line, hands
    /// every record to `each`. Gives the journal and the number of bytes that were cut.
    pub fn reopen(
        dir: &Path,
        clock: fn() -> OffsetDateTime,
        mut each: impl FnMut(Placed),
    ) -> Result<(Self, u64), JournalError> {
        let path = dir.join(TRANSCRIPT);
        let io = io_at(&path);
        let mut file = OpenOptions::new()
            .append(true)
            .read(true)
            .open(&path)
            .map_err(&io)?;
        lock(&file, &path)?;
        let mut chain: Option<Chain> = None;
        let mut bytes = 0;
        let mut cut = 0;
        let mut line = Vec::new();
        let mut reader = BufReader::new(&file);
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line).map_err(&io)?;
            if read == 0 {
                break;
            }
            if line.pop() != Some(b'\n') {
                cut = read as u64;
                break;
            }
            let number = chain.as_ref().map_or(0, Chain::length) + 1;
            let broken = |source| JournalError::Broken {
                path: path.clone(),
                line: number,
                source,
            };
            let text = std::str::from_utf8(&line)
                .map_err(|_| broken(crate::transcript::RecordError::Malformed("UTF-8").into()))?;
            let chain = match &mut chain {
                Some(chain) => chain,
                none => none.insert(Chain::of_first_line(text).map_err(&broken)?),
            };
            let record = chain.verify(text).map_err(&broken)?;
            let event = record.event().map_err(|error| broken(error.into()))?;
            each(Placed {
                seq: record.seq,
                at: record.at.to_owned(),
                node: chain.head(),
                event,
            });
            bytes += read as u64;
        }
        let Some(chain) = chain else {
            return Err(JournalError::Empty(path));
        };
        if cut > 0 {
            file.set_len(bytes).map_err(&io)?;
            file.sync_all().map_err(&io)?;
        }
        file.seek(SeekFrom::End(0)).map_err(&io)?;
        let mono_base = chain.mono();
        Ok((
            Self {
                file,
                path,
                bytes,
                chain,
                opened: Instant::now(),
                mono_base,
                clock,
            },
            cut,
        ))
    }

    /// Puts facts on disk: one write, one fsync. Where that fails, the file is cut back to its last
    /// record, and the facts count as never recorded.
    pub fn append(
        &mut self,
        step: &str,
        events: Vec<(String, Event)>,
    ) -> Result<Vec<Placed>, JournalError> {
        let at = timestamp((self.clock)());
        let elapsed = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mono = self.mono_base.saturating_add(elapsed);
        let mut chain = self.chain.clone();
        let mut text = String::new();
        let mut placed = Vec::with_capacity(events.len());
        for (actor, event) in events {
            let mut salt = [0; SALT];
            getrandom::fill(&mut salt).map_err(JournalError::Randomness)?;
            let seq = chain.length();
            text.push_str(&chain.append(&Draft {
                actor: &actor,
                at: &at,
                mono,
                step,
                event: &event,
                salt,
            })?);
            text.push('\n');
            placed.push(Placed {
                seq,
                at: at.clone(),
                node: chain.head(),
                event,
            });
        }
        let written = self
            .file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.sync_data());
        if let Err(source) = written {
            // Whatever of the lines reached the file must not be taken for a record later on.
            let _ = self.file.set_len(self.bytes);
            let _ = self.file.sync_data();
            return Err(io_at(&self.path)(source));
        }
        self.bytes += text.len() as u64;
        self.chain = chain;
        Ok(placed)
    }

    /// Path of the transcript.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn io_at(path: &Path) -> impl Fn(std::io::Error) -> JournalError + use<> {
    let path = path.to_owned();
    move |source| JournalError::Io {
        path: path.clone(),
        source,
    }
}

fn lock(file: &File, path: &Path) -> Result<(), JournalError> {
    rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| JournalError::InUse(path.to_owned()))
}

/// Flushes a directory, so that names in it survive a power cut.
pub fn sync_dir(dir: &Path) -> std::io::Result<()> {
    File::open(dir)?.sync_all()
}

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`.
pub fn timestamp(time: OffsetDateTime) -> String {
    let time = time.to_offset(time::UtcOffset::UTC);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.millisecond()
    )
}

/// Writes a file so that it is there whole or not at all: temporary name, fsync, rename, fsync of
/// the directory. A file of that name with other content is left as it is and is an error.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Ok(mut existing) = File::open(path) {
        let mut there = Vec::new();
        existing.read_to_end(&mut there)?;
        return if there == bytes {
            existing.sync_all()
        } else {
            Err(std::io::Error::new(
                std::io::ErrorKind::AlreadyExists,
                "a file of this name with other content is already there; it was left as it is",
            ))
        };
    }
    // The parent of a plain name is empty, not absent.
    let dir = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = dir.join(format!(".{name}.part"));
    // Left behind by an interruption: never anything but a part of this very file.
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let write = || {
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    };
    if let Err(error) = write() {
        let _ = std::fs::remove_file(&temporary);
        return Err(error);
    }
    sync_dir(dir)
}
