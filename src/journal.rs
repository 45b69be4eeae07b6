//! The transcript on disk: write, fsync, and only then go on.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use time::OffsetDateTime;

use crate::ceremony::event::Event;
use crate::ceremony::plan::Mode;
use crate::ceremony::state::Placed;
use crate::transcript::chain::Draft;
use crate::transcript::record::SALT;
use crate::transcript::{Chain, ChainError};

pub use whole::{is_there, replace_whole, sync_dir, write_all_whole, write_whole};

mod whole;

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
    /// A write failed before; what is on disk is known again only after it was read again.
    #[error(
        "{0} could not be written before, so nothing more is written to it; resume the ceremony"
    )]
    Failed(PathBuf),
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
    /// Bytes of whole records.
    bytes: u64,
    /// Bytes of a torn last line after them; the first append cuts them.
    torn: u64,
    /// Directory in which the file is new: the first flush takes its name along.
    new_in: Option<PathBuf>,
    /// Whether a write failed: the file may be other than it is believed to be.
    failed: bool,
    /// The chain with what is staged.
    chain: Chain,
    /// Lines that are not yet written.
    staged: String,
    opened: Instant,
    mono_base: u64,
    clock: fn() -> OffsetDateTime,
}

impl Journal {
    /// Starts a transcript in `dir`.
    pub fn create(
        dir: &Path,
        mode: Mode,
        clock: fn() -> OffsetDateTime,
    ) -> Result<Self, JournalError> {
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
        Ok(Self {
            file,
            path,
            bytes: 0,
            torn: 0,
            new_in: Some(dir.to_owned()),
            failed: false,
            chain: Chain::new(mode),
            staged: String::new(),
            opened: Instant::now(),
            mono_base: 0,
            clock,
        })
    }

    /// Opens the transcript in `dir` to go on: checks the whole chain, hands every record to `each`.
    /// Gives the journal and the number of bytes of a torn last line. The file is not changed yet:
    /// the first append cuts the torn line, so that whoever then refuses to go on leaves it as found.
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
        let mut torn = 0;
        let mut line = Vec::new();
        let mut reader = BufReader::new(&file);
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line).map_err(&io)?;
            if read == 0 {
                break;
            }
            if line.pop() != Some(b'\n') {
                torn = read as u64;
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
        file.seek(SeekFrom::End(0)).map_err(&io)?;
        let mono_base = chain.mono();
        Ok((
            Self {
                file,
                path,
                bytes,
                torn,
                new_in: None,
                failed: false,
                chain,
                staged: String::new(),
                opened: Instant::now(),
                mono_base,
                clock,
            },
            torn,
        ))
    }

    /// Makes records of facts. They are on disk only after [`Journal::commit`]: facts that follow
    /// from one another without an act in between share a flush.
    pub fn stage(
        &mut self,
        step: &str,
        events: Vec<(String, Event)>,
    ) -> Result<Vec<Placed>, JournalError> {
        if self.failed {
            return Err(JournalError::Failed(self.path.clone()));
        }
        let at = timestamp((self.clock)());
        let elapsed = u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mono = self.mono_base.saturating_add(elapsed);
        let mut placed = Vec::with_capacity(events.len());
        for (actor, event) in events {
            let mut salt = [0; SALT];
            getrandom::fill(&mut salt)
                .map_err(|error| self.fail(JournalError::Randomness(error)))?;
            let seq = self.chain.length();
            let line = self.chain.append(&Draft {
                actor: &actor,
                at: &at,
                mono,
                step,
                event: &event,
                salt,
            });
            let line = line.map_err(|error| self.fail(error.into()))?;
            self.staged.push_str(&line);
            self.staged.push('\n');
            placed.push(Placed {
                seq,
                at: at.clone(),
                node: self.chain.head(),
                event,
            });
        }
        Ok(placed)
    }

    /// Puts what was staged on disk: one write, one fsync. Where that fails, the file is cut back to
    /// its last record, the facts count as never recorded, and this journal takes no more: after a
    /// failed flush nobody knows what the disk holds until it was read again. Gives the lines that are on
    /// disk now and were not before.
    pub fn commit(&mut self) -> Result<String, JournalError> {
        let text = std::mem::take(&mut self.staged);
        if text.is_empty() {
            return Ok(text);
        }
        if let Err(source) = self.write(text.as_bytes()) {
            // Whatever of the lines reached the file must not be taken for a record later on.
            let _ = self.file.set_len(self.bytes);
            let _ = self.file.sync_data();
            return Err(self.fail(io_at(&self.path)(source)));
        }
        self.bytes += text.len() as u64;
        Ok(text)
    }

    /// The chain may be ahead of the file from here on.
    fn fail(&mut self, error: JournalError) -> JournalError {
        self.failed = true;
        self.staged.clear();
        error
    }

    fn write(&mut self, text: &[u8]) -> std::io::Result<()> {
        if self.torn > 0 {
            self.file.set_len(self.bytes)?;
            self.torn = 0;
        }
        self.file.write_all(text)?;
        self.file.sync_data()?;
        if let Some(dir) = &self.new_in {
            sync_dir(dir)?;
            self.new_in = None;
        }
        Ok(())
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
