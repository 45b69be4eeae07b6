//! Files and directories of the `envelope` commands: read with a limit, written whole or not at
//! all, never over something else.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use crate::cli::Failure;
use crate::envelope::Payload;
use crate::journal::{sync_dir, write_all_whole, write_whole};

/// Reads a file of at most `limit` bytes.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::surroundings(format!(
            "{}: {error}. Nothing was written. Check the path.",
            path.display()
        ))
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() > limit {
        return Err(Failure::not_so(format!(
            "{} has more than {limit} bytes, the most that is read. Nothing was written. \
             Check that it is the file that you mean.",
            path.display()
        )));
    }
    Ok(bytes)
}

/// Writes a new file. One of the same bytes that is there already is as good.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_whole(path, bytes).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => taken(path),
        _ => Failure::surroundings(format!(
            "{}: {error}. It was not written. Check the directory and the medium.",
            path.display()
        )),
    })
}

/// A name under which something else stands.
pub fn taken(path: &Path) -> Failure {
    Failure::call(format!(
        "{}: there is something else of this name. It was left as it is, nothing was written. \
         Choose another name.",
        path.display()
    ))
}

/// Whether a directory can be made here: nothing of the name, or an empty directory.
pub fn check_free(directory: &Path) -> Result<(), Failure> {
    match fs::read_dir(directory) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Failure::call(format!(
                "{} is not empty. It was left as it is, nothing was written. \
                 Name a new directory.",
                directory.display()
            ))),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => Err(taken(directory)),
        Err(error) => Err(not_made(directory, &error)),
    }
}

/// A directory under a temporary name, taken away where it was not given its final one.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // not there any more where all went well
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Makes a directory with these files, whole or not at all.
pub fn write_directory(directory: &Path, payloads: &[Payload]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| not_made(directory, &error);
    // without a slash at the end: what follows names the directory itself
    let directory: PathBuf = directory.components().collect();
    let parent = match directory.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let Some(name) = directory.file_name() else {
        return Err(Failure::call(format!(
            "{}: this names no directory that can be made. Nothing was written. \
             Name a new directory.",
            directory.display()
        )));
    };
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| failed(std::io::Error::other(error)))?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".new-{}", data_encoding::HEXLOWER.encode(&random)));
    let temporary = Temporary(parent.join(hidden));
    fs::create_dir(&temporary.0).map_err(failed)?;
    let files: Vec<(PathBuf, &[u8])> = payloads
        .iter()
        .map(|payload| (temporary.0.join(&payload.name), payload.bytes.as_slice()))
        .collect();
    let listed: Vec<(&Path, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (path.as_path(), *bytes))
        .collect();
    write_all_whole(&listed).map_err(|(_, error)| failed(error))?;
    for (path, bytes) in &files {
        if fs::read(path).map_err(failed)? != *bytes {
            return Err(failed(std::io::Error::other(
                "what was read back is not what was written",
            )));
        }
    }
    // takes the place of an empty directory, and of nothing else
    fs::rename(&temporary.0, &directory).map_err(|error| match error.kind() {
        ErrorKind::ResourceBusy | ErrorKind::CrossesDevices => Failure::call(format!(
            "{} is a mount point, which cannot be made anew. Nothing was written. \
             Name a new directory on it.",
            directory.display()
        )),
        ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            taken(&directory)
        }
        _ => failed(error),
    })?;
    sync_dir(parent).map_err(failed)
}

fn not_made(directory: &Path, error: &std::io::Error) -> Failure {
    Failure::surroundings(format!(
        "{}: {error}. The directory was not made. Check the path and the medium.",
        directory.display()
    ))
}
