//! What a target may be called and what may be said of it, so that every client in use and every
//! host can have it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use unicode_normalization::is_nfc;

use crate::canonical::line;
use crate::safe::safe;
use crate::tuf::client::{MAX_NAME_BYTES, is_inside};
use crate::tuf::root::{MetadataError, Role};
use crate::tuf::targets::Target;

/// Longest name of a file on the file systems in use, in bytes.
const MAX_FILE_NAME: usize = 255;
/// A SHA-512 in hex and a full stop, which stand before the name where both digests are listed.
const PREFIX: usize = 129;
/// Longest path whose parts are looked at, in parts.
const MAX_PARTS: usize = 100;

/// Why a path cannot be listed. The sentences end what "X cannot be listed: " begins.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It leads out of the repository, or clients may read it in two ways.
    #[error(
        "a path has parts between single slashes, none of them `.` or `..`, no backslash and no control character, at most {MAX_NAME_BYTES} bytes"
    )]
    Unsound,
    /// Too many directories.
    #[error("it has more than {MAX_PARTS} parts")]
    Deep,
    /// With a digest before it no file system would take its name.
    #[error(
        "its last part has more than {} bytes, and with a digest before it no host could keep such a file",
        MAX_FILE_NAME - PREFIX
    )]
    Long,
    /// Clients that bring text into normal form before they verify would reject the whole file.
    #[error(
        "it is not in Unicode's normal form C, and tough would reject the whole metadata for it: rename the file"
    )]
    NotNormal,
    /// One of the two would have to be a directory.
    #[error("{0} is listed as well, and one of them would have to be a directory")]
    Directory(String),
    /// One would be published under the name of the other.
    #[error(
        "{0} is listed as well, and with a digest before its name it could be published as this one is"
    )]
    Prefixed(String),
}

/// Whether a path may be listed, whatever else is.
pub fn path(path: &str) -> Result<(), PathError> {
    if !is_inside(path) {
        return Err(PathError::Unsound);
    }
    if path.split('/').count() > MAX_PARTS {
        return Err(PathError::Deep);
    }
    if base(path).len() > MAX_FILE_NAME - PREFIX
        || path.split('/').any(|part| part.len() > MAX_FILE_NAME)
    {
        return Err(PathError::Long);
    }
    if !path.is_ascii() && !is_nfc(path) {
        return Err(PathError::NotNormal);
    }
    Ok(())
}

/// Whether a path may be listed beside the others.
pub(super) fn beside(path: &str, targets: &BTreeMap<String, Target>) -> Result<(), PathError> {
    let above = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    for directory in above {
        if targets.contains_key(directory) {
            return Err(PathError::Directory(safe(directory)));
        }
    }
    let inside = format!("{path}/");
    let after = targets.range(inside.clone()..).next();
    if let Some((other, _)) = after.filter(|(other, _)| other.starts_with(&inside)) {
        return Err(PathError::Directory(safe(other)));
    }
    match without_digest(path).filter(|other| targets.contains_key(other)) {
        Some(other) => Err(PathError::Prefixed(safe(&other))),
        None => Ok(()),
    }
}

/// The path of which this could be a published copy: `dir/name` of `dir/DIGEST.name`.
fn without_digest(path: &str) -> Option<String> {
    let name = base(path);
    let (digest, rest) = name.split_once('.')?;
    let is_digest = matches!(digest.len(), 64 | 128)
        && digest
            .bytes()
            .all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
    let directory = path.strip_suffix(name)?;
    is_digest.then(|| format!("{directory}{rest}"))
}

fn base(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// What is said of a target, as JSON text. Refuses what some client in use cannot verify: an empty
/// object (tough), numbers that are not whole or beyond 2^53 − 1 (tuf-js, go-tuf v2).
pub fn custom(members: &Map<String, Value>) -> Result<Box<str>, MetadataError> {
    if members.is_empty() {
        return Err(MetadataError::shape(
            "custom",
            "an object with members: tough rejects metadata with an empty one",
        ));
    }
    let text = line(&Value::Object(members.clone()))?;
    Ok(text.into())
}

/// Whether a delegated role may have this name, which is that of a file in `keys`, `staged` and
/// `repository` as well. The error ends a sentence.
pub fn role_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() || name.len() > 100 {
        return Err("a role's name has 1 to 100 bytes");
    }
    if Role::ALL.iter().any(|role| role.name() == name) {
        return Err("that is one of the four top-level roles");
    }
    if name.contains(['/', '\\']) || name.starts_with('.') || name.chars().any(char::is_control) {
        return Err(
            "a role's name is the name of a file: no slash, no backslash, no control character, no full stop at its beginning",
        );
    }
    let digits = name.trim_start_matches(|c: char| c.is_ascii_digit());
    if digits.len() < name.len() && digits.starts_with('.') {
        return Err("a number and a full stop at its beginning would look like a version");
    }
    if name.ends_with(".tokens") {
        return Err("`.tokens` at its end belongs to the files in `keys`");
    }
    if !name.is_ascii() && !is_nfc(name) {
        return Err("it is not in Unicode's normal form C, which tough would reject");
    }
    Ok(())
}
