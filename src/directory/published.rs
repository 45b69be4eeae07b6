//! Published copies: recognised, read for an audit, and made.

use std::io::{BufRead, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags};
use rustix::io::Errno;

use super::audit::{MAX_LINE, shelf};
use super::{DirectoryError, PLAN, SCRIPT, io_at};
use crate::digest::Sha256;
use crate::journal::{TRANSCRIPT, sync_dir, write_whole};
use crate::transcript::audit::{Finding, Verdict};
use crate::transcript::published::{Files, Published};
use crate::transcript::record::Line;

/// What an audit of a published copy found.
pub struct AuditedCopy {
    /// The copy, as far as its chain holds.
    pub copy: Published,
    /// One finding per rule.
    pub findings: Vec<Finding>,
    /// Files that nothing vouches for, by their names in the directory.
    pub beside: Vec<String>,
}

impl AuditedCopy {
    /// Whether no rule failed.
    pub fn passed(&self) -> bool {
        let failed = |finding: &Finding| finding.verdict == Verdict::Fail;
        !self.findings.iter().any(failed)
    }
}

/// What tells strangers how to check a published copy, in its directory; a ceremony has no such file.
pub const README: &str = "README.txt";

/// Whether this is the directory of a published copy: without a plan, and either with withheld bodies or with
/// the words for strangers.
pub fn is_published(dir: &Path) -> bool {
    let transcript = dir.join(TRANSCRIPT);
    // what is a pipe there would be waited for
    if dir.join(PLAN).exists() || !transcript.is_file() {
        return false;
    }
    if dir.join(README).is_file() {
        return true;
    }
    let Ok(file) = std::fs::File::open(transcript) else {
        return false;
    };
    let lines = BufReader::new(file).take(MAX_LINE).lines();
    lines
        .map_while(Result::ok)
        .any(|line| matches!(Line::parse(&line), Ok(Line::Withheld(_))))
}

/// Audits a published copy. `trusted` are path and bytes of roots that the auditor trusts.
pub fn audit_published(
    dir: &Path,
    expected_head: Option<Sha256>,
    trusted: Vec<(String, Vec<u8>)>,
) -> Result<AuditedCopy, DirectoryError> {
    let path = dir.join(TRANSCRIPT);
    let file = std::fs::File::open(&path).map_err(io_at(&path))?;
    let mut lines = BufReader::with_capacity(1 << 16, file);
    let mut copy = Published::new(expected_head);
    let mut line = Vec::with_capacity(4096);
    loop {
        line.clear();
        let read = lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line);
        let read = read.map_err(io_at(&path))?;
        if read == 0 {
            break;
        }
        if line.pop_if(|last| *last == b'\n').is_none() {
            copy.torn(read as u64);
            break;
        }
        copy.line(&line);
    }
    let script = dir.join(SCRIPT);
    let script = match std::fs::read(&script) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        other => Some(other.map_err(io_at(&script))?),
    };
    let findings = copy.finish(&Files {
        metadata: shelf::read(&dir.join(crate::world::METADATA))?,
        script,
        seal: shelf::seal(&dir.join(crate::transcript::seal::FILE))?,
        trusted,
    });
    Ok(AuditedCopy {
        copy,
        findings,
        beside: beside(dir)?,
    })
}

/// What lies in the directory and is not covered by any record.
fn beside(dir: &Path) -> Result<Vec<String>, DirectoryError> {
    let known = [
        TRANSCRIPT,
        SCRIPT,
        crate::world::METADATA,
        crate::transcript::seal::FILE,
    ];
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(io_at(dir))? {
        let name = entry.map_err(io_at(dir))?.file_name();
        let name = name.to_string_lossy();
        if !known.contains(&name.as_ref()) {
            names.push(name.into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// A directory to be published, in memory: paths in it, with `/`, and bytes.
pub type Copy = Vec<(String, Vec<u8>)>;

/// Name and bytes of each file in `metadata/` of a ceremony directory.
pub fn metadata(dir: &Path) -> Result<Copy, DirectoryError> {
    shelf::read(&dir.join(crate::world::METADATA))
}

/// Of what is written for everybody: the umask of this process is for ceremonies.
const DIRECTORY: u32 = 0o755;
const FILE: u32 = 0o644;

/// Writes a new directory, whole or not at all: beside its place, then renamed. Everybody may read it, whatever
/// the umask is.
pub fn write_published(dir: &Path, files: &Copy) -> Result<(), DirectoryError> {
    if dir.symlink_metadata().is_ok() {
        return Err(DirectoryError::NotEmpty(dir.to_owned()));
    }
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let aside = parent.join(format!(".{name}.part"));
    std::fs::create_dir(&aside).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => DirectoryError::LeftOver(aside.clone()),
        _ => io_at(&aside)(error),
    })?;
    let written = filled(&aside, files).and_then(|()| {
        // whatever came there meanwhile stays
        rustix::fs::renameat_with(CWD, &aside, CWD, dir, RenameFlags::NOREPLACE)
            .or_else(|error| match error {
                Errno::INVAL | Errno::NOSYS => rustix::fs::rename(&aside, dir),
                error => Err(error),
            })
            .map_err(|error| io_at(dir)(error.into()))?;
        sync_dir(&parent).map_err(io_at(&parent))
    });
    if written.is_err() {
        // nothing but what was just written here
        let _ = std::fs::remove_dir_all(&aside);
    }
    written
}

fn filled(dir: &Path, files: &Copy) -> Result<(), DirectoryError> {
    for (name, bytes) in files {
        let path = dir.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(io_at(parent))?;
            readable(parent, DIRECTORY)?;
        }
        write_whole(&path, bytes).map_err(io_at(&path))?;
        readable(&path, FILE)?;
    }
    readable(dir, DIRECTORY)?;
    sync_dir(dir).map_err(io_at(dir))
}

/// A file system without modes keeps its own.
fn readable(path: &Path, mode: u32) -> Result<(), DirectoryError> {
    let modes = std::fs::Permissions::from_mode(mode);
    let set = std::fs::set_permissions(path, modes);
    match set.and_then(|()| std::fs::File::open(path)?.sync_all()) {
        Err(error) if error.kind() != std::io::ErrorKind::PermissionDenied => {
            Err(io_at(path)(error))
        }
        _ => Ok(()),
    }
}
