//! What is offered: files, their digests, what is said of them, and who else may say so.

use std::collections::BTreeMap;
use std::path::PathBuf;

use time::OffsetDateTime;

use super::keys::Keyring;
use super::{Place, RepoError};

/// Digests under which a target is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digests {
    /// SHA-256: every client of today verifies it.
    Sha256,
    /// SHA-512 alone, as go-tuf writes: tough refuses such targets.
    Sha512,
    /// Both.
    Both,
}

/// Something to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addition {
    /// Files that stand below `staged/targets` already: this path below it, or everything for the
    /// empty one.
    InPlace(String),
    /// A file or directory from elsewhere, which is copied to this path below `staged/targets`.
    From(PathBuf, String),
    /// Bytes that were made here.
    Made(String, Vec<u8>),
}

/// How things are to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manner {
    /// The role that lists them: `targets`, or a delegated one.
    pub role: String,
    /// When the role's new metadata expires.
    pub expires: OffsetDateTime,
    /// Digests that are listed.
    pub digests: Digests,
    /// `custom` by path; a path without an entry keeps what was said of it before.
    pub custom: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    /// `custom` of everything else that is added.
    pub custom_for_all: Option<serde_json::Map<String, serde_json::Value>>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Version of the metadata that is staged now.
    pub version: u64,
    /// How many targets are new.
    pub new: usize,
    /// How many have other content than before.
    pub changed: usize,
    /// How many are listed as they were.
    pub same: usize,
    /// Bytes that were hashed.
    pub bytes: u64,
}

/// Hashes files, lists them in the role's metadata, signs and stages it.
pub fn add(
    place: &Place,
    keyring: &mut Keyring<'_>,
    additions: &[Addition],
    manner: &Manner,
    progress: &mut dyn FnMut(Progress),
) -> Result<Added, RepoError> {
    let _ = (place, keyring, additions, manner, progress);
    Err(RepoError::refused("this part is not built yet.", "Wait."))
}

/// How far the hashing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Files so far.
    pub files: usize,
    /// Of how many.
    pub of: usize,
    /// Bytes so far.
    pub bytes: u64,
}
