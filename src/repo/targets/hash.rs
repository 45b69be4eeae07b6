//! Reading and hashing, on every core.
//!
//! A small file costs five system calls: it is opened relative to its directory, looked at, read with
//! one call, looked at again, closed. A large one goes through a buffer of fixed size. Whatever
//! changes while it is read is refused: its digest would be that of no file.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use rustix::fs::{Mode, OFlags, openat};

use super::index::{Entry, Hashed, Stamp};
use super::read::{Source, Trouble};
use super::stage::Incoming;
use super::walk::{Folder, Origin, Walk, shown};
use super::{Digests, Progress};
use crate::repo::RepoError;
use crate::tuf::hashes::Hashes;
use crate::tuf::targets::Target;

/// Bytes that are read at once; most targets are smaller.
const BUFFER: usize = 256 * 1024;
/// Files that one thread takes at once.
const CHUNK: usize = 16;
/// How often people hear of it.
const REDRAW: Duration = Duration::from_millis(100);
/// Most threads: a disk gets no faster from more.
const MOST: usize = 16;

/// One file, hashed.
#[derive(Debug)]
pub(super) struct Finished {
    pub path: String,
    pub length: u64,
    pub hashes: Hashes,
    /// What goes into the index; `None` in doubt.
    pub entry: Option<Entry>,
    /// The copy that is to be renamed to its path below `staged/targets`.
    pub incoming: Option<u64>,
    /// Bytes that were read for it.
    pub read: u64,
}

/// What all threads know.
pub(super) struct Work<'w> {
    pub digests: Digests,
    pub index: &'w Hashed,
    pub incoming: &'w Incoming,
    /// Whether a file that is hashed so is published already, under this path.
    pub published: &'w (dyn Fn(&str, &Target) -> bool + Sync),
    /// Whether a file of this path and length could be.
    pub maybe: &'w (dyn Fn(&str, u64) -> bool + Sync),
}

#[derive(Default)]
struct Shared {
    next: AtomicUsize,
    files: AtomicUsize,
    bytes: AtomicU64,
    stop: AtomicBool,
    wrong: Mutex<Option<(usize, RepoError)>>,
}

/// Hashes everything that was found. Of several errors the first in order is given.
pub(super) fn all(
    work: &Work<'_>,
    walk: &Walk,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<Finished>, RepoError> {
    let chunks: Vec<(&Folder, &[String])> = walk
        .folders
        .iter()
        .flat_map(|folder| folder.paths.chunks(CHUNK).map(move |paths| (folder, paths)))
        .collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(MOST).min(chunks.len());
    let shared = Shared::default();
    let caller = std::thread::current();
    let mut hashed = Vec::with_capacity(walk.files);
    let said = |shared: &Shared| Progress {
        files: shared.files.load(Relaxed),
        of: walk.files,
        bytes: shared.bytes.load(Relaxed),
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let done = one_thread(work, &chunks, &shared);
                    caller.unpark();
                    done
                })
            })
            .collect();
        while !running
            .iter()
            .all(std::thread::ScopedJoinHandle::is_finished)
        {
            std::thread::park_timeout(REDRAW);
            progress(said(&shared));
        }
        for thread in running {
            match thread.join() {
                Ok(files) => hashed.extend(files),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    progress(said(&shared));
    let wrong = shared.wrong.into_inner().ok().flatten();
    wrong.map_or(Ok(hashed), |(_, error)| Err(error))
}

fn one_thread(work: &Work<'_>, chunks: &[(&Folder, &[String])], shared: &Shared) -> Vec<Finished> {
    let mut done = Vec::new();
    let mut buffer = vec![0; BUFFER];
    let mut open: Option<(&Folder, OwnedFd)> = None;
    while !shared.stop.load(Relaxed) {
        let at = shared.next.fetch_add(1, Relaxed);
        let Some((folder, paths)) = chunks.get(at) else {
            break;
        };
        let result = (|| {
            let directory = match open.take() {
                Some((same, directory)) if std::ptr::eq(same, *folder) => directory,
                _ => directory(&folder.at)?,
            };
            for path in *paths {
                done.push(one(work, folder, &directory, path, &mut buffer, shared)?);
                shared.files.fetch_add(1, Relaxed);
            }
            open = Some((folder, directory));
            Ok(())
        })();
        if let Err(error) = result {
            shared.stop.store(true, Relaxed);
            if let Ok(mut wrong) = shared.wrong.lock()
                && wrong.as_ref().is_none_or(|(first, _)| at < *first)
            {
                *wrong = Some((at, error));
            }
        }
    }
    done
}

fn directory(at: &Path) -> Result<OwnedFd, RepoError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open(at, flags, Mode::empty()).map_err(|error| RepoError::file(at, error))
}

fn one(
    work: &Work<'_>,
    folder: &Folder,
    directory: &OwnedFd,
    path: &str,
    buffer: &mut [u8],
    shared: &Shared,
) -> Result<Finished, RepoError> {
    let name = folder.name(path);
    let failed = |error: std::io::Error| RepoError::file(&folder.at.join(name), error);
    // a pipe that has taken the place of the file is not waited for
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file =
        openat(directory, name, flags, Mode::empty()).map_err(|error| failed(error.into()))?;
    let mut source = Source {
        file: File::from(file),
        buffer,
        digests: work.digests,
        bytes: &shared.bytes,
        read: 0,
    };
    let trouble = |trouble: Trouble| match trouble {
        Trouble::Source(error) => failed(error),
        Trouble::Copy(error) => RepoError::file(work.incoming.directory(), error),
        Trouble::Changed => changed(&folder.at.join(name)),
    };
    let found = source.file.metadata().map_err(failed)?;
    let stamp = Stamp::of(&found);
    if !found.is_file() {
        return Err(trouble(Trouble::Changed));
    }
    let mut finished = Finished {
        path: path.to_owned(),
        length: stamp.length,
        hashes: Hashes::default(),
        entry: None,
        incoming: None,
        read: 0,
    };
    if folder.origin == Origin::Staged
        && let Some(known) = work.index.known(path, &stamp)
        && let Some(hashes) = known_ones(work.digests, known)
    {
        shared.bytes.fetch_add(stamp.length, Relaxed);
        finished.entry = Some(Entry {
            stamp,
            hashes: known.clone(),
        });
        finished.hashes = hashes;
        return Ok(finished);
    }
    let began = SystemTime::now();
    match folder.origin {
        Origin::Staged => finished.hashes = source.hash(stamp.length).map_err(trouble)?,
        Origin::Elsewhere => {
            let brought = source.bring(work, path, stamp.length).map_err(trouble)?;
            (finished.hashes, finished.incoming) = brought;
        }
    }
    if Stamp::of(&source.file.metadata().map_err(failed)?) != stamp {
        return Err(trouble(Trouble::Changed));
    }
    finished.read = source.read;
    if folder.origin == Origin::Staged && stamp.is_settled(began) {
        finished.entry = Some(Entry {
            stamp,
            hashes: finished.hashes.clone(),
        });
    }
    Ok(finished)
}

/// The digests that are wanted, where all of them are known.
fn known_ones(digests: Digests, known: &Hashes) -> Option<Hashes> {
    let mut hashes = Hashes::default();
    if digests != Digests::Sha512 {
        hashes.sha256 = Some(known.sha256?);
    }
    if digests != Digests::Sha256 {
        hashes.sha512 = Some(known.sha512.clone()?);
    }
    Some(hashes)
}

fn changed(path: &Path) -> RepoError {
    RepoError::refused(
        format!("{} changed while it was read.", shown(path)),
        "Wait until nobody writes to it any more, and try again.",
    )
}
