//! What has been hashed, so that nobody has to hash it again: `staged/.hashed`.
//!
//! An entry has the digests of a staged file and the file's stamp at that time: length, times of
//! change of content and of inode in nanoseconds, device, inode. A file with the same stamp is the
//! file that was hashed. Whoever writes to a file, replaces it or sets its times back changes the
//! time of its inode, which no system call sets; only root with a debugger, with another clock or at
//! the bare disk gets around that. In any doubt the answer is "hash it again":
//!
//! * the index belongs to one start of the machine (`boot_id`): what was in memory only before a power
//!   cut is not believed after it, nor is an index that came from another machine;
//! * a file that was changed so shortly before it was read that the clock of the file system could not
//!   tell a later change apart is not entered. Copies that were made here are: they were written
//!   under another name before;
//! * an index that is damaged, or of another version, is none.
//!
//! The format, numbers in little-endian order: a line `rootstage hashed 1`, a line with the boot id,
//! then for each file its stamp (length u64, mtime i64, ctime i64, device u64, inode u64), a byte
//! that says which digests follow (1 SHA-256, 2 SHA-512), these, the length of its path (u16) and the
//! path; then nothing.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::digest::Sha256;
use crate::repo::place::TARGETS;
use crate::repo::{Place, RepoError};
use crate::tuf::hashes::{Hashes, Sha512};
use crate::tuf::targets::Target;

/// Its name below `staged`.
pub const INDEX: &str = ".hashed";
const MAGIC: &str = "rootstage hashed 1";
/// Largest index that is read: a million entries with both digests and long paths.
const LIMIT: u64 = 400_000_000;
/// How far apart two changes are told apart by file systems that keep nanoseconds; the clock behind
/// them ticks every 10 ms at most.
const TICK: Duration = Duration::from_millis(20);
/// The same for those that keep whole seconds, or two of them.
const COARSE: Duration = Duration::from_secs(3);

/// What tells one state of a file from any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// In bytes.
    pub length: u64,
    mtime: i64,
    ctime: i64,
    device: u64,
    inode: u64,
}

impl Stamp {
    /// That of a file.
    pub fn of(found: &Metadata) -> Self {
        let nanoseconds =
            |seconds: i64, more: i64| seconds.saturating_mul(1_000_000_000).saturating_add(more);
        Self {
            length: found.len(),
            mtime: nanoseconds(found.mtime(), found.mtime_nsec()),
            ctime: nanoseconds(found.ctime(), found.ctime_nsec()),
            device: found.dev(),
            inode: found.ino(),
        }
    }

    /// Whether any later change than `read` gives it another time: the clock has gone on since.
    pub fn is_settled(&self, read: SystemTime) -> bool {
        let step = if self.ctime % 1_000_000_000 == 0 {
            COARSE
        } else {
            TICK
        };
        let now = read.duration_since(SystemTime::UNIX_EPOCH).ok();
        let before = now.and_then(|now| now.checked_sub(step));
        before.is_some_and(|before| {
            i64::try_from(before.as_nanos()).is_ok_and(|before| self.ctime < before)
        })
    }
}

/// One file that was hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its stamp.
    pub stamp: Stamp,
    /// Its digests.
    pub hashes: Hashes,
}

/// What stands in `staged/.hashed`.
#[derive(Clone, Debug, Default)]
pub struct Hashed {
    entries: BTreeMap<String, Entry>,
    root: PathBuf,
}

/// Whether a staged file must be hashed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is the file that was hashed, and has the length and the digests that are listed.
    AsListed,
    /// Nothing is known of it: it is another file since, or was never hashed.
    Unknown,
}

impl Hashed {
    /// What is believed of the index of a place: everything or nothing.
    pub fn read(place: &Place) -> Self {
        let entries = bytes(&place.staged().join(INDEX)).and_then(|bytes| parse(&bytes));
        Self {
            entries: entries.unwrap_or_default(),
            root: place.staged().join(TARGETS),
        }
    }

    /// Whether the file that is staged under `path` is the one that was hashed and that `target`
    /// lists: one system call, which does not follow a link.
    pub fn check(&self, path: &str, target: &Target) -> Standing {
        match self.root.join(path).symlink_metadata() {
            Ok(found) => self.standing(path, target, &found),
            Err(_) => Standing::Unknown,
        }
    }

    /// The same for whoever has looked at the file already, without following a link.
    pub fn standing(&self, path: &str, target: &Target, found: &Metadata) -> Standing {
        let Some(entry) = self.entries.get(path) else {
            return Standing::Unknown;
        };
        let same = found.is_file() && Stamp::of(found) == entry.stamp;
        if same && entry.stamp.length == target.length && covers(&entry.hashes, &target.hashes) {
            Standing::AsListed
        } else {
            Standing::Unknown
        }
    }

    /// What was hashed of `path`, if it still has this stamp.
    pub(super) fn known(&self, path: &str, stamp: &Stamp) -> Option<&Hashes> {
        let entry = self.entries.get(path)?;
        (entry.stamp == *stamp).then_some(&entry.hashes)
    }

    pub(super) fn put(&mut self, path: String, entry: Option<Entry>) {
        match entry {
            Some(entry) => drop(self.entries.insert(path, entry)),
            None => drop(self.entries.remove(&path)),
        }
    }

    /// Writes it, whole or not at all. It is not flushed: what a power cut leaves of it belongs to
    /// another start of the machine.
    pub(super) fn write(&self, place: &Place) -> Result<(), RepoError> {
        let path = place.staged().join(INDEX);
        let Some(boot) = boot() else { return Ok(()) };
        let mut text = Vec::with_capacity(100 + self.entries.len() * 128);
        text.extend_from_slice(format!("{MAGIC}\n{boot}\n").as_bytes());
        for (name, entry) in &self.entries {
            encode(&mut text, name, entry);
        }
        let part = place.staged().join(format!("{INDEX}.part"));
        let written = std::fs::File::create(&part)
            .and_then(|mut file| file.write_all(&text))
            .and_then(|()| std::fs::rename(&part, &path));
        written.map_err(|error| {
            let _ = std::fs::remove_file(&part);
            RepoError::file(&path, error)
        })
    }
}

/// Whether `known` has every digest of a known algorithm that is listed, of which there is one.
fn covers(known: &Hashes, listed: &Hashes) -> bool {
    let sha256 = listed.sha256.is_none() || listed.sha256 == known.sha256;
    let sha512 = listed.sha512.is_none() || listed.sha512 == known.sha512;
    sha256 && sha512 && (listed.sha256.is_some() || listed.sha512.is_some())
}

fn encode(out: &mut Vec<u8>, path: &str, entry: &Entry) {
    let Ok(length) = u16::try_from(path.len()) else {
        return;
    };
    let stamp = &entry.stamp;
    for number in [
        stamp.length.to_le_bytes(),
        stamp.mtime.to_le_bytes(),
        stamp.ctime.to_le_bytes(),
        stamp.device.to_le_bytes(),
        stamp.inode.to_le_bytes(),
    ] {
        out.extend_from_slice(&number);
    }
    let Hashes { sha256, sha512, .. } = &entry.hashes;
    out.push(u8::from(sha256.is_some()) + 2 * u8::from(sha512.is_some()));
    if let Some(digest) = sha256 {
        out.extend_from_slice(&digest.0);
    }
    if let Some(digest) = sha512 {
        out.extend_from_slice(digest.bytes());
    }
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(path.as_bytes());
}

fn parse(bytes: &[u8]) -> Option<BTreeMap<String, Entry>> {
    let head = format!("{MAGIC}\n{}\n", boot()?);
    let mut rest = bytes.strip_prefix(head.as_bytes())?;
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let length = u64::from_le_bytes(take(&mut rest)?);
        let (mtime, ctime) = (
            i64::from_le_bytes(take(&mut rest)?),
            i64::from_le_bytes(take(&mut rest)?),
        );
        let (device, inode) = (
            u64::from_le_bytes(take(&mut rest)?),
            u64::from_le_bytes(take(&mut rest)?),
        );
        let [which] = take(&mut rest)?;
        let mut hashes = Hashes::default();
        if which & 1 != 0 {
            hashes.sha256 = Some(Sha256(take(&mut rest)?));
        }
        if which & 2 != 0 {
            hashes.sha512 = Some(Box::new(Sha512::from_bytes(take(&mut rest)?)));
        }
        let named = usize::from(u16::from_le_bytes(take(&mut rest)?));
        let (path, after) = rest.split_at_checked(named)?;
        rest = after;
        let stamp = Stamp {
            length,
            mtime,
            ctime,
            device,
            inode,
        };
        let path = std::str::from_utf8(path).ok()?.to_owned();
        entries.push((path, Entry { stamp, hashes }));
    }
    Some(entries.into_iter().collect())
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

fn bytes(path: &Path) -> Option<Vec<u8>> {
    let small = path.symlink_metadata().ok()?;
    if !small.is_file() || small.len() > LIMIT {
        return None;
    }
    std::fs::read(path).ok()
}

/// Which start of the machine this is; not known where the kernel does not say.
fn boot() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned())
}
