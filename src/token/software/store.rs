//! Key files on disk: read with a limit, written whole or not at all, never overwritten.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FlockOperation, RenameFlags};
use rustix::io::Errno;

use super::storage;
use crate::ceremony::token::Fault;

/// What became of a file that must not replace another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// It is there, and on disk.
    New,
    /// Another file had the name; it was not touched.
    WasThere,
}

/// The directory in which `path` is.
pub(super) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Whether anything has this name.
pub(super) fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Reads a file of at most `longest` bytes.
pub(super) fn read(path: &Path, longest: usize) -> Result<Vec<u8>, Fault> {
    let file = File::open(path).map_err(|error| storage(path, error))?;
    let mut bytes = Vec::new();
    file.take(longest as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| storage(path, error))?;
    if bytes.len() > longest {
        return Err(storage(
            path,
            format!("is longer than {longest} bytes, which no key file is"),
        ));
    }
    Ok(bytes)
}

/// Writes the two files of a key. The private one decides whether there is a key, so it comes
/// last: a power cut leaves no key, or both files. The directory is locked meanwhile, lest two
/// processes mix their halves; the lock ends with the process.
pub(super) fn write_both(
    private_path: &Path,
    private: &[u8],
    public_path: &Path,
    public: &[u8],
) -> Result<Written, Fault> {
    let directory_path = directory_of(private_path);
    let directory = File::open(directory_path).map_err(|error| storage(directory_path, error))?;
    rustix::fs::flock(&directory, FlockOperation::LockExclusive)
        .map_err(|error| storage(directory_path, error))?;
    if is_there(private_path) {
        return Ok(Written::WasThere);
    }
    // without the private file, a public one is the remainder of a generation that was cut short
    let temporary = write_temporary(public_path, public, 0o644)?;
    fs::rename(&temporary.0, public_path).map_err(|error| storage(public_path, error))?;
    let temporary = write_temporary(private_path, private, 0o600)?;
    directory
        .sync_all()
        .map_err(|error| storage(directory_path, error))?;
    let written = rename_new(&temporary.0, private_path)?;
    directory
        .sync_all()
        .map_err(|error| storage(directory_path, error))?;
    Ok(written)
}

/// A file under a temporary name, taken away where it was not given its final one.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // not there any more where all went well
        let _ = fs::remove_file(&self.0);
    }
}

/// Writes `bytes` beside `path`, on disk and read back.
fn write_temporary(path: &Path, bytes: &[u8], mode: u32) -> Result<Temporary, Fault> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| storage(path, error))?;
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".new-{}", data_encoding::HEXLOWER.encode(&random)));
    let temporary_path = directory_of(path).join(name);
    let fault = |error: std::io::Error| storage(&temporary_path, error);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&temporary_path)
        .map_err(fault)?;
    let temporary = Temporary(temporary_path.clone());
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(fault)?;
    if fs::read(&temporary_path).map_err(fault)? != bytes {
        return Err(Fault::ReadBackDiffers {
            path: path.display().to_string(),
        });
    }
    Ok(temporary)
}

/// Gives a file its final name, where no other has it.
fn rename_new(from: &Path, to: &Path) -> Result<Written, Fault> {
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => return Ok(Written::New),
        Err(Errno::EXIST) => return Ok(Written::WasThere),
        // file systems that cannot promise it (NFS, some FUSE): a hard link promises the same
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
        Err(error) => return Err(storage(to, error)),
    }
    match fs::hard_link(from, to) {
        Ok(()) => Ok(Written::New),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Written::WasThere),
        Err(error) => Err(storage(to, error)),
    }
}
