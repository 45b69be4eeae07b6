//! One file, read once: hashed, and copied where it comes from elsewhere.

use std::fs::File;
use std::io::{Error, ErrorKind, Read as _, Seek as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use sha2::Digest as _;

use super::Digests;
use super::hash::Work;
use crate::digest::Sha256;
use crate::tuf::hashes::{Hashes, Sha512};
use crate::tuf::targets::Target;

/// What went wrong.
pub(super) enum Trouble {
    Source(Error),
    Copy(Error),
    Changed,
}

/// The digests of `bytes` that are wanted.
pub(super) fn hashes(digests: Digests, bytes: &[u8]) -> Hashes {
    let mut running = Running::new(digests);
    running.update(bytes);
    running.end()
}

/// A file that is read.
pub(super) struct Source<'s> {
    pub file: File,
    pub buffer: &'s mut [u8],
    pub digests: Digests,
    /// Bytes that all threads have read.
    pub bytes: &'s AtomicU64,
    /// Bytes that were read of this file.
    pub read: u64,
}

impl Source<'_> {
    /// Its digests; it must have `length` bytes.
    pub fn hash(&mut self, length: u64) -> Result<Hashes, Trouble> {
        if self.is_small(length) {
            let whole = self.whole(length)?;
            return Ok(hashes(
                self.digests,
                self.buffer.get(..whole).unwrap_or_default(),
            ));
        }
        self.pass(length, None)
    }

    /// Its digests, and the copy that was made of it; none where it is published already.
    pub fn bring(
        &mut self,
        work: &Work<'_>,
        path: &str,
        length: u64,
    ) -> Result<(Hashes, Option<u64>), Trouble> {
        if self.is_small(length) {
            let whole = self.whole(length)?;
            let bytes = self.buffer.get(..whole).unwrap_or_default();
            let hashes = hashes(self.digests, bytes);
            if (work.published)(path, &listed(length, &hashes)) {
                return Ok((hashes, None));
            }
            let copy = work.incoming.write(bytes).map_err(Trouble::Copy)?;
            return Ok((hashes, Some(copy)));
        }
        if (work.maybe)(path, length) {
            let hashes = self.pass(length, None)?;
            if (work.published)(path, &listed(length, &hashes)) {
                return Ok((hashes, None));
            }
            self.file.rewind().map_err(Trouble::Source)?;
        }
        let (copy, mut to) = work.incoming.create().map_err(Trouble::Copy)?;
        // where the file system shares blocks, the copy is there at once, and it is what is hashed
        if rustix::fs::ioctl_ficlone(&to, &self.file).is_ok() {
            let source = std::mem::replace(&mut self.file, to);
            let hashes = self.pass(length, None);
            self.file = source;
            return Ok((hashes?, Some(copy)));
        }
        Ok((self.pass(length, Some(&mut to))?, Some(copy)))
    }

    /// Whether one call reads it, and finds its end.
    fn is_small(&self, length: u64) -> bool {
        usize::try_from(length).is_ok_and(|length| length < self.buffer.len())
    }

    fn whole(&mut self, length: u64) -> Result<usize, Trouble> {
        let mut whole = 0;
        loop {
            let rest = self.buffer.get_mut(whole..).unwrap_or_default();
            let got = some(&mut self.file, rest)?;
            whole += got;
            // less than was asked for is the end, of a file
            if got == 0 || whole as u64 == length || whole == self.buffer.len() {
                break;
            }
        }
        self.count(whole);
        if whole as u64 == length {
            Ok(whole)
        } else {
            Err(Trouble::Changed)
        }
    }

    fn pass(&mut self, length: u64, mut to: Option<&mut File>) -> Result<Hashes, Trouble> {
        let mut running = Running::new(self.digests);
        let mut read = 0_u64;
        loop {
            let got = some(&mut self.file, self.buffer)?;
            if got == 0 {
                break;
            }
            let bytes = self.buffer.get(..got).unwrap_or_default();
            running.update(bytes);
            if let Some(to) = &mut to {
                to.write_all(bytes).map_err(Trouble::Copy)?;
            }
            read += got as u64;
            self.count(got);
            if read > length {
                break;
            }
        }
        if read == length {
            Ok(running.end())
        } else {
            Err(Trouble::Changed)
        }
    }

    fn count(&mut self, bytes: usize) {
        self.read += bytes as u64;
        self.bytes.fetch_add(bytes as u64, Relaxed);
    }
}

fn some(file: &mut File, buffer: &mut [u8]) -> Result<usize, Trouble> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Trouble::Source(error)),
            Ok(got) => return Ok(got),
        }
    }
}

fn listed(length: u64, hashes: &Hashes) -> Target {
    Target {
        length,
        hashes: hashes.clone(),
        custom: None,
        extra: Vec::new(),
    }
}

struct Running {
    sha256: Option<sha2::Sha256>,
    sha512: Option<sha2::Sha512>,
}

impl Running {
    fn new(digests: Digests) -> Self {
        Self {
            sha256: (digests != Digests::Sha512).then(sha2::Sha256::new),
            sha512: (digests != Digests::Sha256).then(sha2::Sha512::new),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        if let Some(running) = &mut self.sha256 {
            running.update(bytes);
        }
        if let Some(running) = &mut self.sha512 {
            running.update(bytes);
        }
    }

    fn end(self) -> Hashes {
        Hashes {
            sha256: self.sha256.map(|running| Sha256(running.finalize().into())),
            sha512: self
                .sha512
                .map(|running| Box::new(Sha512::from_bytes(running.finalize().into()))),
            other: Vec::new(),
        }
    }
}
