//! `keys/ROLE.json`: the private keys of one role, as go-tuf writes them.
//!
//! `{"encrypted": true, "data": …}` around a JSON list of keys, encrypted as `secretbox` says; or
//! the list itself where it is in the clear. The file is for its owner only.

use std::fs::{OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::layout::indented;
use super::private::{Entry, PrivateKey};
use super::secretbox::{Closed, Sealed};
use crate::repo::RepoError;
use crate::repo::place::read_within;
use crate::secret::Secret;

/// Longest key file that is read: go-tuf's limit for one key, in bytes.
const LIMIT: usize = 512_000;

/// A key file whose content has not been looked at.
pub(super) struct KeyFile {
    path: PathBuf,
    encrypted: bool,
    data: Zeroizing<String>,
}

#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(default)]
    encrypted: bool,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// The keys of a file, and their text, which is kept when another one is added.
pub(super) struct Opened {
    pub(super) keys: Vec<PrivateKey>,
    text: Zeroizing<Vec<u8>>,
}

impl KeyFile {
    /// The file at `path`, where there is one.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, RepoError> {
        let Some(bytes) = read_within(path, LIMIT)? else {
            return Ok(None);
        };
        let bytes = Zeroizing::new(bytes);
        let outer: Outer<'_> = serde_json::from_slice(&bytes).map_err(|_| {
            unreadable(path, "is no key file: not JSON with `encrypted` and `data`")
        })?;
        Ok(Some(Self {
            path: path.to_owned(),
            encrypted: outer.encrypted,
            data: Zeroizing::new(outer.data.get().to_owned()),
        }))
    }

    /// Whether it is encrypted.
    pub(super) fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Whether others may read it.
    pub(super) fn is_open_to_others(&self) -> bool {
        let found = std::fs::metadata(&self.path);
        found.is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
    }

    /// The keys; `None` where the passphrase is wrong.
    pub(super) fn open(&self, secret: &Secret) -> Result<Option<Opened>, RepoError> {
        let text = if self.encrypted {
            let sealed: Sealed = serde_json::from_str(&self.data)
                .map_err(|_| unreadable(&self.path, "is no key file: `data` is of another form"))?;
            match sealed.open(secret) {
                Ok(text) => text,
                Err(Closed::WrongPassphrase) => return Ok(None),
                Err(Closed::Unreadable(why)) => return Err(unreadable(&self.path, why)),
            }
        } else {
            Zeroizing::new(self.data.as_bytes().to_vec())
        };
        // what the reader says could repeat a byte of a key
        let entries: Vec<Entry<'_>> = serde_json::from_slice(&text)
            .map_err(|_| unreadable(&self.path, "holds no list of keys"))?;
        let keys = entries
            .iter()
            .map(PrivateKey::read)
            .collect::<Result<_, _>>();
        let keys = keys.map_err(|why| unreadable(&self.path, &format!("holds {why}")))?;
        Ok(Some(Opened { keys, text }))
    }
}

/// Writes the keys of `before` and `key` to `path`; under `secret`, or in the clear without one.
pub(super) fn write(
    path: &Path,
    before: Option<&Opened>,
    key: &PrivateKey,
    secret: Option<&Secret>,
) -> Result<(), RepoError> {
    let failed = |why: &str| {
        RepoError::surroundings(
            format!("the key for {} could not be kept: {why}.", path.display()),
            "Try again.",
        )
    };
    let entry = key
        .entry()
        .ok_or_else(|| failed("it is of a kind that is not written"))?;
    let list = list(before, &entry).ok_or_else(|| failed("the list of keys is of another form"))?;
    let file = match secret {
        Some(secret) => {
            let sealed = Sealed::seal(&indented(&[&list]), secret).map_err(|why| failed(&why))?;
            let data = serde_json::to_vec(&sealed).map_err(|error| failed(&error.to_string()))?;
            indented(&[b"{\"encrypted\":true,\"data\":", &data, b"}"])
        }
        None => indented(&[b"{\"encrypted\":false,\"data\":", &list, b"}"]),
    };
    put(path, &file).map_err(|error| RepoError::file(path, error))
}

/// The list with one more entry; what is known of the others or not, is kept.
fn list(before: Option<&Opened>, entry: &str) -> Option<Zeroizing<Vec<u8>>> {
    let kept = match before.filter(|before| !before.keys.is_empty()) {
        None => &b"["[..],
        Some(before) => {
            let end = before.text.iter().rposition(|byte| *byte == b']')?;
            before.text.get(..end)?.trim_ascii()
        }
    };
    let mut whole = Zeroizing::new(Vec::with_capacity(kept.len() + entry.len() + 2));
    whole.extend_from_slice(kept);
    if kept != b"[" {
        whole.push(b',');
    }
    whole.extend_from_slice(entry.as_bytes());
    whole.push(b']');
    Some(whole)
}

/// There whole or not at all, for its owner only from the first byte on.
fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = directory.join(format!(".{name}.part"));
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&part)?;
    let written = file
        .set_permissions(Permissions::from_mode(0o600))
        .and_then(|()| file.write_all(bytes))
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&part, path));
    if let Err(error) = written {
        let _ = std::fs::remove_file(&part);
        return Err(error);
    }
    crate::journal::sync_dir(directory)
}

pub(super) fn unreadable(path: &Path, why: &str) -> RepoError {
    RepoError::refused(
        format!("{} {why}.", path.display()),
        "Nothing was signed. Bring the file back from a copy, or make a new key and a root that lists it.",
    )
}
