//! Everything in the directory, file by file.

use std::fs::Metadata;
use std::io::Read as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use super::{Grade, Known, Verified};
use crate::repo::RepoError;
use crate::repo::place::TARGETS;
use crate::repo::words::counted;
use crate::safe::safe;

/// Most names of a kind that are kept for a message.
const KEPT: usize = 5;
/// How much of a file is looked at for a private key, in bytes.
const LOOKED_AT: u64 = 64 * 1024;
/// Deepest directory.
const DEEPEST: usize = 128;

/// Names of one kind: the first ones, and how many.
#[derive(Default)]
struct Names {
    first: Vec<String>,
    count: usize,
}

impl Names {
    fn put(&mut self, name: &str) {
        if self.count < KEPT {
            self.first.push(safe(name));
        }
        self.count += 1;
    }

    fn say(&self) -> String {
        let more = if self.count > self.first.len() {
            format!(" and {} more", self.count - self.first.len())
        } else {
            String::new()
        };
        format!("{}{more}", self.first.join(", "))
    }
}

/// What was met.
#[derive(Default)]
pub(super) struct Seen {
    keys: Names,
    hidden: Names,
    links: Names,
    special: Names,
    unreadable: Names,
    foreign: Names,
    earlier: Names,
    files: usize,
}

pub(super) fn walk(directory: &Path, known: &Known) -> Result<Seen, RepoError> {
    let mut seen = Seen::default();
    let top = std::fs::metadata(directory).map_err(|error| RepoError::file(directory, error))?;
    if top.permissions().mode() & 0o005 != 0o005 {
        seen.unreadable.put("the directory itself");
    }
    seen.directory(directory, "", known, 0)?;
    Ok(seen)
}

impl Seen {
    fn directory(
        &mut self,
        directory: &Path,
        prefix: &str,
        known: &Known,
        depth: usize,
    ) -> Result<(), RepoError> {
        let failed = |error| RepoError::file(directory, error);
        let mut entries = std::fs::read_dir(directory)
            .map_err(failed)?
            .collect::<Result<Vec<_>, _>>()
            .map_err(failed)?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let file = entry.file_name();
            let Some(file) = file.to_str() else {
                self.foreign
                    .put(&format!("{prefix}{}", file.to_string_lossy()));
                continue;
            };
            let name = format!("{prefix}{file}");
            let path = entry.path();
            let found =
                std::fs::symlink_metadata(&path).map_err(|error| RepoError::file(&path, error))?;
            if file.starts_with('.') && !known.targets.contains(&name) {
                self.hidden.put(&name);
            }
            if found.is_symlink() {
                self.links.put(&name);
            } else if found.is_dir() {
                if found.permissions().mode() & 0o005 != 0o005 {
                    self.unreadable.put(&format!("{name}/"));
                }
                if depth < DEEPEST {
                    self.directory(&path, &format!("{name}/"), known, depth + 1)?;
                }
            } else if found.is_file() {
                self.file(&name, &path, &found, known);
            } else {
                self.special.put(&name);
            }
        }
        Ok(())
    }

    fn file(&mut self, name: &str, path: &Path, found: &Metadata, known: &Known) {
        self.files += 1;
        if found.permissions().mode() & 0o004 == 0 {
            self.unreadable.put(name);
        }
        if holds_a_private_key(path) {
            self.keys.put(name);
        }
        if name.starts_with(TARGETS) && name.contains('/') {
            if !known.targets.contains(name) && known.complete {
                self.earlier.put(name);
            }
        } else if !is_metadata(name, known) && !name.starts_with('.') {
            self.foreign.put(name);
        }
    }

    pub fn say(&self, found: &mut Verified) {
        let fails = [
            (
                &self.keys,
                "A private key is in",
                "Whoever knows the address can fetch it: take it away, and make another key in its place",
            ),
            (
                &self.hidden,
                "Hidden names",
                "They are no part of a repository: take them away",
            ),
            (
                &self.links,
                "Symbolic links",
                "Hosts do not follow them, or follow them too far: put the files there",
            ),
            (
                &self.special,
                "Neither files nor directories",
                "Take them away",
            ),
            (
                &self.unreadable,
                "Not readable for everybody",
                "Whoever serves them must read them: chmod a+r for files, a+rx for directories",
            ),
        ];
        let mut clean = true;
        for (names, what, next) in fails {
            if names.count > 0 {
                clean = false;
                let words = format!("{what}: {}. {next}.", names.say());
                found.note("layout", Grade::Fail, words);
            }
        }
        if clean {
            let words = format!(
                "{}: no private key, hidden file or link among them, and readable for everybody.",
                counted(self.files, "file", "files")
            );
            found.note("layout", Grade::Pass, words);
        }
        if self.foreign.count > 0 {
            let words = format!("No part of a repository: {}.", self.foreign.say());
            found.note("layout", Grade::Caution, words);
        }
        if self.earlier.count > 0 {
            let words = format!(
                "Below targets/, {} listed any more: {}. A client in the middle of an update may still ask for what was there before; later it can be taken away.",
                counted(self.earlier.count, "file is not", "files are not"),
                self.earlier.say()
            );
            found.note("layout", Grade::Caution, words);
        }
    }
}

/// `root.json`, `7.root.json`, and their like.
fn is_metadata(name: &str, known: &Known) -> bool {
    let Some(stem) = name.strip_suffix(".json") else {
        return false;
    };
    if known.roles.contains(stem) {
        return true;
    }
    let versioned = stem.split_once('.');
    versioned.is_some_and(|(version, role)| {
        let number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
        // a role that was delegated to before may stand there in an earlier version
        number && !role.is_empty()
    })
}

/// PEM, age, and the key files of go-tuf.
fn holds_a_private_key(path: &Path) -> bool {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let Ok(file) = std::fs::File::options()
        .read(true)
        .custom_flags(flags)
        .open(path)
    else {
        return false;
    };
    let mut begins = Vec::new();
    if file.take(LOOKED_AT).read_to_end(&mut begins).is_err() {
        return false;
    }
    let holds = |words: &[u8]| begins.windows(words.len()).any(|part| part == words);
    let pem = holds(b"-----BEGIN ") && holds(b"PRIVATE KEY-----");
    let age = holds(b"AGE-SECRET-KEY-1") || holds(b"AGE ENCRYPTED FILE-----");
    let go_tuf = holds(b"\"encrypted\"") && (holds(b"\"keyval\"") || holds(b"\"ciphertext\""));
    pem || age || go_tuf
}
