//! Files that are there whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Flushes a directory, so that names in it survive a power cut.
pub fn sync_dir(dir: &Path) -> std::io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Writes a file so that it is there whole or not at all: temporary name, fsync, rename, fsync of
/// the directory. A file of that name with other content is left as it is and is an error.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    write_all_whole(&[(path, bytes)]).map_err(|(_, error)| error)
}

/// Whether a file of this name with these very bytes is there, so that [`write_whole`] has nothing to do.
pub fn is_there(path: &Path, bytes: &[u8]) -> bool {
    let long = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    std::fs::metadata(path).is_ok_and(|there| there.is_file() && there.len() == long)
        && std::fs::read(path).is_ok_and(|there| there == bytes)
}

/// Writes a file so that it is there whole or not at all, in place of one that is there.
///
/// For what can be made again from the transcript, and is another one each time, such as the
/// certificates of a token that is asked once more.
pub fn replace_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut part = fresh(path, bytes)?;
    part.file.sync_all()?;
    if let Some(temporary) = part.temporary.take() {
        std::fs::rename(&temporary, path)?;
    }
    sync_dir(directory_of(path))
}

/// Writes files as [`write_whole`] does. All are on their way to the disk before the first is
/// waited for, so that together they take little longer than one. Of an error, says which file has it.
pub fn write_all_whole<'a>(files: &[(&'a Path, &[u8])]) -> Result<(), (&'a Path, std::io::Error)> {
    let mut begun = Vec::with_capacity(files.len());
    let done = files
        .iter()
        .try_for_each(|(path, bytes)| {
            begun.push((*path, begin(path, bytes).map_err(|error| (*path, error))?));
            Ok(())
        })
        .and_then(|()| {
            begun
                .iter()
                .try_for_each(|(path, part)| part.file.sync_all().map_err(|error| (*path, error)))
        })
        .and_then(|()| {
            begun.iter_mut().try_for_each(|(path, part)| {
                let Some(temporary) = &part.temporary else {
                    return Ok(());
                };
                std::fs::rename(temporary, *path).map_err(|error| (*path, error))?;
                part.temporary = None;
                Ok(())
            })
        });
    if let Err(error) = done {
        for temporary in begun.iter().filter_map(|(_, part)| part.temporary.as_ref()) {
            let _ = std::fs::remove_file(temporary);
        }
        return Err(error);
    }
    let mut directories: Vec<_> = files
        .iter()
        .map(|(path, _)| (*path, directory_of(path)))
        .collect();
    directories.dedup_by_key(|(_, directory)| *directory);
    directories
        .iter()
        .try_for_each(|(path, directory)| sync_dir(directory).map_err(|error| (*path, error)))
}

/// A file that is written and not yet flushed.
struct Part {
    file: File,
    /// Where it is, unless it was there before.
    temporary: Option<PathBuf>,
}

fn begin(path: &Path, bytes: &[u8]) -> std::io::Result<Part> {
    if let Ok(mut file) = File::open(path) {
        let mut there = Vec::new();
        file.read_to_end(&mut there)?;
        return if there == bytes {
            Ok(Part {
                file,
                temporary: None,
            })
        } else {
            Err(std::io::Error::new(
                std::io::ErrorKind::AlreadyExists,
                "a file of this name with other content is already there; it was left as it is",
            ))
        };
    }
    fresh(path, bytes)
}

/// Writes a temporary file beside `path`.
fn fresh(path: &Path, bytes: &[u8]) -> std::io::Result<Part> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = directory_of(path).join(format!(".{name}.part"));
    // Left behind by an interruption: never anything but a part of this very file.
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .open(&temporary)?;
    if let Err(error) = file.write_all(bytes) {
        let _ = std::fs::remove_file(&temporary);
        return Err(error);
    }
    // Linux takes this as a wish to have it written soon; elsewhere it means nothing
    let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
    Ok(Part {
        file,
        temporary: Some(temporary),
    })
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
