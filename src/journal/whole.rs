//! Files that are there whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

/// Flushes a directory, so that names in it survive a power cut.
pub fn sync_dir(dir: &Path) -> std::io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Writes a file so that it is there whole or not at all: temporary name, fsync, rename, fsync of
/// the directory. A file of that name with other content is left as it is and is an error.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Ok(mut existing) = File::open(path) {
        let mut there = Vec::new();
        existing.read_to_end(&mut there)?;
        return if there == bytes {
            existing.sync_all()
        } else {
            Err(std::io::Error::new(
                std::io::ErrorKind::AlreadyExists,
                "a file of this name with other content is already there; it was left as it is",
            ))
        };
    }
    let dir = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = dir.join(format!(".{name}.part"));
    // Left behind by an interruption: never anything but a part of this very file.
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let write = || {
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    };
    if let Err(error) = write() {
        let _ = std::fs::remove_file(&temporary);
        return Err(error);
    }
    sync_dir(dir)
}
