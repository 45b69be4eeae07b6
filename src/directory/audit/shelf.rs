//! What lies in a part of a ceremony directory, read so that nothing in it can stop an audit or fill the
//! memory.

use std::io::Read as _;
use std::path::Path;

use super::super::{DirectoryError, io_at};

/// Largest file that is read, in bytes; of a larger one that much and a byte more, which is no file on record.
const MAX_FILE: u64 = 16 * 1024 * 1024;
/// Most files in one part of the directory.
const MAX_FILES: usize = 10_000;
/// Most bytes in one part of the directory.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// How deep directories lie in each other.
const MAX_DEPTH: usize = 8;

/// Path below `dir`, with `/`, and bytes of every file there and in what lies below it, in the order of the
/// paths. What is neither a file nor a directory is there without bytes, so that its name is compared. A link in
/// the place of `dir` itself has no files: they lie elsewhere.
pub fn read(dir: &Path) -> Result<Vec<(String, Vec<u8>)>, DirectoryError> {
    let mut found = Vec::new();
    let mut bytes = 0;
    match std::fs::symlink_metadata(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(io_at(dir)(error)),
        Ok(there) if there.is_dir() => walk(dir, "", MAX_DEPTH, &mut bytes, &mut found)?,
        Ok(_) => {}
    }
    found.sort();
    Ok(found)
}

fn walk(
    dir: &Path,
    above: &str,
    depth: usize,
    total: &mut u64,
    found: &mut Vec<(String, Vec<u8>)>,
) -> Result<(), DirectoryError> {
    for entry in std::fs::read_dir(dir).map_err(io_at(dir))? {
        let entry = entry.map_err(io_at(dir))?;
        let path = entry.path();
        let name = format!("{above}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().map_err(io_at(&path))?;
        if kind.is_dir() {
            if depth == 0 {
                return Err(too_much(dir, "directories lie too deep in each other"));
            }
            walk(&path, &format!("{name}/"), depth - 1, total, found)?;
            continue;
        }
        let bytes = bytes_of(&path)?;
        *total += bytes.len() as u64;
        found.push((name, bytes));
        if found.len() > MAX_FILES || *total > MAX_BYTES {
            return Err(too_much(dir, "there are more files than a ceremony leaves"));
        }
    }
    Ok(())
}

/// The bytes of a file. A pipe or a device has none, as opening it may wait for ever; nor has a link, which
/// shows today's bytes of a file that lies elsewhere.
fn bytes_of(path: &Path) -> Result<Vec<u8>, DirectoryError> {
    match std::fs::symlink_metadata(path) {
        Ok(there) if there.is_file() => at_most(path, MAX_FILE + 1),
        Ok(_) => Ok(Vec::new()),
        Err(error) => Err(io_at(path)(error)),
    }
}

/// The first bytes of a file.
pub fn at_most(path: &Path, limit: u64) -> Result<Vec<u8>, DirectoryError> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(io_at(path))?;
    Ok(bytes)
}

/// The seal, where there is something of that name.
pub fn seal(path: &Path) -> Result<Option<Vec<u8>>, DirectoryError> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_at(path)(error)),
        Ok(_) => bytes_of(path).map(Some),
    }
}

fn too_much(dir: &Path, words: &str) -> DirectoryError {
    io_at(dir)(std::io::Error::other(words.to_owned()))
}

#[cfg(test)]
mod tests;
