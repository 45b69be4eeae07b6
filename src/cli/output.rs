//! Files that commands write for people: whole or not at all, and never over another one.

use std::path::{Path, PathBuf};

use super::{Failure, notice, print};

/// Writes a new file that a person named, or stdout where none was.
pub fn write_output(path: Option<&PathBuf>, text: &str) -> Result<(), Failure> {
    match path {
        None => print(text),
        Some(path) => {
            write_bytes(path, text.as_bytes())?;
        }
    }
    Ok(())
}

/// What became of a file: written, or the same as the one that was there already.
pub fn done(path: &Path, there: bool) -> String {
    let path = crate::safe::safe(&path.display().to_string());
    if there {
        format!("{path} is there already, byte for byte: nothing was written")
    } else {
        format!("{path} written")
    }
}

/// Writes a file that was not there before, and says so.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let there = crate::journal::is_there(path, bytes);
    crate::journal::write_whole(path, bytes).map_err(|error| {
        let (fact, next) = match error.kind() {
            std::io::ErrorKind::AlreadyExists => (
                "it is there already, and stays as it was".to_owned(),
                "Name another file, or move that one away.",
            ),
            std::io::ErrorKind::NotFound => (
                "its directory is not there".to_owned(),
                "Make the directory first, or name another one.",
            ),
            _ => (
                error.to_string(),
                "Name a file in a directory in which you may write, on a disk with room.",
            ),
        };
        let path = crate::safe::safe(&path.display().to_string());
        Failure::surroundings(format!("{path}: {fact}. Nothing was written. {next}"))
    })?;
    notice(&done(path, there));
    Ok(())
}
