//! Files against the length and the digests by which they are listed, without holding them in memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use data_encoding::HEXLOWER;
use sha2::Digest as _;

pub use crate::repo::targets::Progress;
use crate::tuf::targets::Target;

/// Bytes that are read at a time.
const PIECE: usize = 128 * 1024;

/// Why a file is not the one that is listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAsListed {
    /// It is not there.
    #[error("it is not there")]
    Absent,
    /// It is a directory, a link or a device.
    #[error("it is no regular file")]
    NotAFile,
    /// It is longer or shorter.
    #[error("it has {got} bytes, listed are {listed}")]
    Length {
        /// As listed, in bytes.
        listed: u64,
        /// As found, in bytes.
        got: u64,
    },
    /// It has another digest.
    #[error("its {0} is another one than is listed")]
    Digest(&'static str),
    /// No digest is listed that can be computed here.
    #[error("no digest is listed that is known here")]
    NoDigest,
    /// It could not be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
}

/// Whether the file has the length and every known digest of `target`. Links are not followed.
pub fn check(path: &Path, target: &Target) -> Result<(), NotAsListed> {
    let mut piece = vec![0; PIECE];
    check_with(path, target, &mut piece)
}

fn check_with(path: &Path, target: &Target, piece: &mut [u8]) -> Result<(), NotAsListed> {
    use std::os::unix::fs::OpenOptionsExt as _;

    let hashes = &target.hashes;
    if hashes.sha256.is_none() && hashes.sha512.is_none() {
        return Err(NotAsListed::NoDigest);
    }
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => NotAsListed::Absent,
        _ => NotAsListed::Unreadable(error.to_string()),
    };
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let opened = File::options().read(true).custom_flags(flags).open(path);
    let mut file = match opened {
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            return Err(NotAsListed::NotAFile);
        }
        opened => opened.map_err(unreadable)?,
    };
    let found = file.metadata().map_err(unreadable)?;
    if !found.is_file() {
        return Err(NotAsListed::NotAFile);
    }
    let (listed, length) = (target.length, found.len());
    if length != listed {
        return Err(NotAsListed::Length {
            listed,
            got: length,
        });
    }
    let mut sha256 = hashes.sha256.map(|_| sha2::Sha256::new());
    let mut sha512 = hashes.sha512.as_ref().map(|_| sha2::Sha512::new());
    let mut got: u64 = 0;
    loop {
        let read = match file.read(piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        got = got.saturating_add(read as u64);
        // one that grows while it is read has no end
        if got > listed {
            break;
        }
        let bytes = piece.get(..read).unwrap_or_default();
        if let Some(digest) = &mut sha256 {
            digest.update(bytes);
        }
        if let Some(digest) = &mut sha512 {
            digest.update(bytes);
        }
    }
    if got != listed {
        return Err(NotAsListed::Length { listed, got });
    }
    let is = |digest: &[u8], listed: Option<String>| listed == Some(HEXLOWER.encode(digest));
    if let Some(digest) = sha256
        && !is(&digest.finalize(), hashes.sha256.map(|listed| listed.hex()))
    {
        return Err(NotAsListed::Digest("SHA-256"));
    }
    if let Some(digest) = sha512 {
        let listed = hashes.sha512.as_ref().map(|listed| listed.hex());
        if !is(&digest.finalize(), listed) {
            return Err(NotAsListed::Digest("SHA-512"));
        }
    }
    Ok(())
}

/// Checks all of them, on all processors; those that are not as listed, by their places in `jobs`.
/// `progress` is told now and then.
pub fn check_all(
    jobs: &[(&Path, &Target)],
    progress: &mut dyn FnMut(Progress),
) -> BTreeMap<usize, NotAsListed> {
    let workers = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let workers = workers.min(jobs.len().div_ceil(16));
    let (next, hashed) = (AtomicUsize::new(0), AtomicU64::new(0));
    let wrong = Mutex::new(BTreeMap::new());
    let work = |told: &mut dyn FnMut(Progress)| {
        let mut piece = vec![0; PIECE];
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some((path, target)) = jobs.get(at) else {
                return;
            };
            if let Err(why) = check_with(path, target, &mut piece) {
                let mut wrong = wrong
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                wrong.insert(at, why);
            }
            let before = hashed.fetch_add(target.length, Ordering::Relaxed);
            told(Progress {
                files: at + 1,
                of: jobs.len(),
                bytes: before.saturating_add(target.length),
            });
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(|| work(&mut |_| ()));
        }
        work(progress);
    });
    // others may have done all of it, or the last
    progress(Progress {
        files: jobs.len(),
        of: jobs.len(),
        bytes: hashed.load(Ordering::Relaxed),
    });
    wrong
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
